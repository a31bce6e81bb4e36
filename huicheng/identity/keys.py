"""Keys of programs 接口密钥: made once, shown once, ended at any time."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.ground.api import (
    Actor,
    BadInput,
    Event,
    act,
    acting_as,
    current_actor,
    department,
    publish,
    secret,
)
from huicheng.identity.models import ApiKey

# A program delivers, reads and counts; it never manages the platform nor makes keys of its own.
MACHINE_DUTIES = ("deliver", "read", "decide")
LONGEST = timedelta(days=366)
NOTED_EVERY = timedelta(minutes=1)
TOKEN = re.compile(r"hck_([a-z2-7]{12})_([A-Za-z0-9_-]{43})")
State = Literal["live", "expired", "revoked"]


class KeyUnfit(BadInput):
    """The key that was asked for cannot be: its name, its duties or its days."""


class NotKeeper(BadInput):
    """The actor does not keep this department's keys."""


class NoSuchKey(BadInput, LookupError):
    """No key has this number, or it is another department's."""


class KeyRefused(BadInput):
    """A key that opens nothing; ``code`` says why to the program that sent it."""

    def __init__(self, code: str, message: str, do: str) -> None:
        super().__init__(message)
        self.code, self.do = code, do


@dataclass(frozen=True, kw_only=True)
class ApiKeyMade(Event):
    name: str
    of: str
    duties: tuple[str, ...]
    scope: str
    expires: str


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Event):
    of: str


@dataclass(frozen=True, kw_only=True)
class ApiKeyRefused(Event):
    """A known key came in vain; written down at most once a minute for each."""

    reason: str


@dataclass(frozen=True)
class KeyView:
    id: str
    name: str
    department: str
    duties: tuple[str, ...]
    scope: str
    made_by: str
    created: datetime
    expires: datetime
    revoked: datetime | None
    last_used: datetime | None

    @property
    def state(self) -> State:
        if self.revoked:
            return "revoked"
        return "live" if self.expires > timezone.now() else "expired"


@dataclass(frozen=True)
class NewKey:
    """``token`` is shown to its maker once and kept nowhere."""

    key: KeyView
    token: str


def keeps_keys(actor: Actor, code: str | None = None) -> bool:
    """Whether the actor makes and ends keys of this department, or of any."""
    if actor.kind == "system" or (actor.kind == "official" and _of_bureau(actor)):
        return True
    return actor.kind == "official" and actor.may("keys") and code in (None, actor.department)


def _of_bureau(actor: Actor) -> bool:
    return actor.department == "shuju" and actor.may("steward")


def grantable(actor: Actor) -> tuple[str, ...]:
    """The duties that a key of this maker may hold."""
    return tuple(one for one in MACHINE_DUTIES if actor.kind == "system" or actor.may(one))


@act
def make_key(
    name: str, *, of: str, duties: Collection[str], expires: datetime, scope: str = "", official: str = ""
) -> NewKey:
    """A key for a program of department ``of``, holding duties that its maker holds.

    One made for a scope has no duties: whoever may hand that out has been asked already by who calls.
    """
    actor, code = current_actor(), department(of).code
    if not scope and not keeps_keys(actor, code):
        raise NotKeeper(_("只有该部门管理接口密钥的人员和数据局可以开设密钥。"))
    if scope and duties:
        raise KeyUnfit(_("限定用途的密钥不带任何职责。"))
    name = _fit(actor, name, tuple(duties), expires)
    public = _number()
    token = f"hck_{public}_{secrets.token_urlsafe(32)}"
    row = ApiKey.objects.create(
        id=public, hash=_hash(token), name=name, department=code, duties=sorted(set(duties)), scope=scope,
        made_by=actor.id, made_by_name=official or actor.name, expires=expires,
    )  # fmt: skip
    made = ApiKeyMade(
        subject=f"key:{public}", name=name, of=code, duties=tuple(row.duties), scope=scope, expires=expires.isoformat()
    )  # fmt: skip
    publish(made)
    return NewKey(_view(row), token)


def _fit(actor: Actor, name: str, duties: tuple[str, ...], expires: datetime) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise KeyUnfit(_("请给密钥起一个 1 到 80 个字的名称，写明是哪个程序在用。"))
    if over := [one for one in duties if one not in grantable(actor)]:
        raise KeyUnfit(
            _("密钥不能有职责 %(over)s：只能给您自己有的职责，可选 %(may)s。")
            % {"over": "、".join(over)[:80], "may": "、".join(grantable(actor)) or _("无")}
        )
    if not timedelta(0) < expires - timezone.now() <= LONGEST:
        raise KeyUnfit(_("密钥的有效期应在 1 到 366 天之间。"))
    return name


def _number() -> str:
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(secrets.choice(alphabet) for _place in range(12))


def _hash(token: str) -> str:
    return hmac.digest(secret("api keys"), token.encode(), "sha256").hex()


@act
def revoke_key(number: str) -> KeyView:
    """From this moment it opens nothing; a key that has ended already stays as it ended."""
    actor = current_actor()
    row = ApiKey.objects.select_for_update().filter(pk=number[:16]).first()
    if row is None or not keeps_keys(actor, row.department):
        raise NoSuchKey(_("没有这个密钥，或者它属于别的部门。"))
    row.revoked = row.revoked or timezone.now()
    row.save(update_fields=["revoked"])
    publish(ApiKeyRevoked(subject=f"key:{row.pk}", of=row.department))
    return _view(row)


def api_keys(of: str | None = None) -> list[KeyView]:
    """The keys of a department, or of all; newest first."""
    rows = ApiKey.objects.filter(Q(department=of) if of else Q()).order_by("-created")
    return [_view(row) for row in rows]


def _view(row: ApiKey) -> KeyView:
    return KeyView(
        row.pk, row.name, row.department, tuple(row.duties), row.scope, row.made_by_name or row.made_by,
        row.created, row.expires, row.revoked, row.last_used,
    )  # fmt: skip


def machine_of(token: str) -> Actor:
    """Who sent this key; or why it opens nothing."""
    found = TOKEN.fullmatch(token)
    row = ApiKey.objects.filter(pk=found[1]).first() if found else None
    if row is None or not hmac.compare_digest(row.hash, _hash(token)):
        raise KeyRefused(
            "key_unknown",
            _("不认识这个接口密钥。"),
            _("请检查是否抄写完整，或请本部门管理密钥的人员重新开设。"),
        )
    actor = Actor(
        id=f"machine:{row.pk}", name=row.name, kind="machine", department=row.department,
        duties=frozenset(row.duties), scope=row.scope,
    )  # fmt: skip
    _refuse_ended(row, actor)
    if row.last_used is None or timezone.now() - row.last_used > NOTED_EVERY:
        ApiKey.objects.filter(pk=row.pk).update(last_used=timezone.now())
    return actor


def _refuse_ended(row: ApiKey, actor: Actor) -> None:
    state = _view(row).state
    if state == "live":
        return
    if row.refused is None or timezone.now() - row.refused > NOTED_EVERY:
        with acting_as(actor):
            _note_refusal(row, state)
    message = _("这个接口密钥已被吊销。") if state == "revoked" else _("这个接口密钥已经过期。")
    raise KeyRefused(f"key_{state}", message, _("请本部门管理密钥的人员开设新的密钥。"))


@act
def _note_refusal(row: ApiKey, state: State) -> None:
    ApiKey.objects.filter(pk=row.pk).update(refused=timezone.now())
    publish(ApiKeyRefused(subject=f"key:{row.pk}", reason=state))
