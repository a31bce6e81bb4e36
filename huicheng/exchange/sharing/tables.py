"""Which tables a caller may share in: one for each live grant that lets rows out."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import gettext as _

from huicheng.exchange.granting.door import Grant, GrantExpired, GrantRevoked, UnknownGrant, grant, grants_of
from huicheng.exchange.sharing.refusals import NoSuchShare, WrongSharingRequest
from huicheng.ground.api import Actor

T = TypeVar("T")
SCOPE, MOST = "sharing", 500


@dataclass(frozen=True)
class Shared:
    """``share.schema.table`` of a grant: its provider, its number, its resource. A dot would part the names."""

    grant: Grant

    @property
    def share(self) -> str:
        return self.grant.owner

    @property
    def schema(self) -> str:
        return self.grant.id

    @property
    def name(self) -> str:
        return self.grant.resource.replace(".", "_")


def shareable(one: Grant) -> bool:
    """A grant for sums alone, for one case at a time, or of somebody outside government, lets no table out."""
    return one.state == "live" and not one.account and not one.aggregate_only and not one.case_required


def shared_tables(actor: Actor) -> list[Shared]:
    """By share, schema and table. A key that was made for one grant sees that one alone."""
    if not actor.serves_department or not actor.department:
        return []
    scope, _colon, number = actor.scope.partition(":")
    found = [_scoped(number, actor)] if scope == SCOPE else _all(actor)
    tables = [Shared(one) for one in found if shareable(one)]
    return sorted(tables, key=lambda one: (one.share, one.schema))


def _all(actor: Actor) -> list[Grant]:
    return grants_of(actor.department, live=True) if actor.department and actor.may("read") else []


def _scoped(number: str, actor: Actor) -> Grant:
    """The one grant of the key; one that has ended is said to have, so that its reader knows why nothing comes."""
    try:
        found = grant(number)
    except UnknownGrant:
        found = None
    if found is None or found.department != actor.department:
        raise NoSuchShare(_("没有这个共享表，或者它不向您开放。"))
    if found.state == "revoked":
        raise GrantRevoked(_("授权 %(id)s 已被撤销。") % {"id": found.id})
    if found.state == "expired":
        raise GrantExpired(_("授权 %(id)s 已到期，请申请续期。") % {"id": found.id})
    return found


def reader(actor: Actor) -> Actor:
    """Whoever holds a key of one grant reads that grant; the routes it opens are no others."""
    return replace(actor, duties=actor.duties | {"read"}) if actor.scope else actor


def one_share(actor: Actor, share: str) -> list[Shared]:
    found = [one for one in shared_tables(actor) if one.share.lower() == share.lower()]
    if not found:
        raise NoSuchShare(_("没有这个共享表，或者它不向您开放。"))
    return found


def one_schema(actor: Actor, share: str, schema: str) -> list[Shared]:
    found = [one for one in one_share(actor, share) if one.schema.lower() == schema.lower()]
    if not found:
        raise NoSuchShare(_("没有这个共享表，或者它不向您开放。"))
    return found


def one_table(actor: Actor, share: str, schema: str, table: str) -> Shared:
    found = [one for one in one_schema(actor, share, schema) if one.name.lower() == table.lower()]
    if not found:
        raise NoSuchShare(_("没有这个共享表，或者它不向您开放。"))
    return found[0]


def paged(items: Sequence[T], key: Callable[[T], str], *, most: str, token: str) -> tuple[list[T], str]:
    """``maxResults`` of them after the one that the token names."""
    if most and not (most.isascii() and most.isdigit() and len(most) <= 9 and int(most) <= MOST):
        raise WrongSharingRequest(_("maxResults 应是 0 到 %(most)s 的整数。") % {"most": MOST})
    size = int(most) if most else MOST
    after = _after(token)
    left = [one for one in items if key(one) > after]
    page = left[:size]
    more = len(left) > len(page)
    return page, (_token(key(page[-1]) if page else after) if more else "")


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(f"after {name}".encode()).decode()


def _after(token: str) -> str:
    if not token:
        return ""
    try:
        text = base64.urlsafe_b64decode(token[:400]).decode()
    except ValueError:
        text = ""
    if not text.startswith("after "):
        raise WrongSharingRequest(_("pageToken 不是本平台给出的。"))
    return text.removeprefix("after ")
