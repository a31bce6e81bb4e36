"""Keys of programs 接口密钥: made once, shown once, ended at any time."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import (
    Actor,
    BadInput,
    Event,
    NoLongerThere,
    act,
    acting_as,
    current_actor,
    department,
    publish,
    secret,
)
from huicheng.identity.accounts import account_now
from huicheng.identity.models import ApiKey

BUREAU = "shuju"
# A program delivers, reads and counts; it never manages the platform nor makes keys of its own.
MACHINE_DUTIES = ("deliver", "read", "decide")
LONGEST = timedelta(days=366)
NOTED_EVERY = timedelta(minutes=1)
TOKEN = re.compile(r"hck_([a-z2-7]{12})_([A-Za-z0-9_-]{43})")
State = Literal["prepared", "live", "expired", "revoked"]


class KeyUnfit(BadInput):
    """The key that was asked for cannot be: its name, its duties or its days."""


class NotKeeper(BadInput):
    """The actor does not keep this department's keys."""


class NotPrepared(BadInput):
    """The key was accepted or declined already, or its days are over."""


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
class ApiKeyPrepared(Event):
    """The data bureau proposes a key to department ``of``; it opens nothing before that accepts it."""

    name: str
    of: str
    duties: tuple[str, ...]
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
    accepted: bool = True

    @property
    def state(self) -> State:
        if self.revoked:
            return "revoked"
        if self.expires <= timezone.now():
            return "expired"
        return "live" if self.accepted else "prepared"


@dataclass(frozen=True)
class NewKey:
    """``token`` is shown to its maker once and kept nowhere."""

    key: KeyView
    token: str


def keeps_keys(actor: Actor, code: str | None = None) -> bool:
    """Whether the actor makes keys of this department, or of any. Nobody makes one that reads for another department.

    Who runs the platform is the data bureau, and makes its own.
    """
    if actor.kind == "system":
        return code in (None, BUREAU)
    keeper = actor.kind == "official" and (actor.may("keys") or _of_bureau(actor))
    return keeper and code in (None, actor.department)


def ends_keys(actor: Actor, code: str) -> bool:
    """Its department's keepers end a key; the data bureau and who runs the platform end any."""
    return keeps_keys(actor, code) or prepares_keys(actor)


def prepares_keys(actor: Actor) -> bool:
    """Whether the actor proposes keys to other departments."""
    return actor.kind == "system" or (actor.kind == "official" and _of_bureau(actor))


def _of_bureau(actor: Actor) -> bool:
    return actor.department == BUREAU and actor.may("steward")


def grantable(actor: Actor) -> tuple[str, ...]:
    """The duties that a key of this maker may hold."""
    return tuple(one for one in MACHINE_DUTIES if actor.kind == "system" or actor.may(one))


@act
def make_key(
    name: str, *, of: str, duties: Collection[str], expires: datetime, scope: str = "", official: str = ""
) -> NewKey:
    """A key for a program of one's own department ``of``, holding duties that its maker holds.

    One made for a scope has no duties.
    """
    actor, code = current_actor(), department(of).code
    if not keeps_keys(actor, code):
        raise NotKeeper(_("只有该部门管理接口密钥的人员可以开设它的密钥；数据局可以先拟好，由该部门接受。"))
    if scope and duties:
        raise KeyUnfit(_("限定用途的密钥不带任何职责。"))
    over = [one for one in duties if one not in grantable(actor)]
    if over:
        raise _over(over, grantable(actor))
    row = _row(name, of=code, duties=duties, expires=expires)
    row.scope, row.made_by, row.made_by_name = scope, actor.id, official or actor.name
    return _given(row)


def _row(name: str, *, of: str, duties: Collection[str], expires: datetime) -> ApiKey:
    name = _fit(name, expires)
    return ApiKey(id=_number(), name=name, department=of, duties=sorted(set(duties)), expires=expires)


def _given(row: ApiKey) -> NewKey:
    """From here on it opens what its duties say."""
    token = f"hck_{row.pk}_{secrets.token_urlsafe(32)}"
    row.hash = _hash(token)
    row.save()
    made = ApiKeyMade(
        subject=f"key:{row.pk}", name=row.name, of=row.department, duties=tuple(row.duties), scope=row.scope,
        expires=row.expires.isoformat(),
    )  # fmt: skip
    publish(made)
    return NewKey(_view(row), token)


@act
def prepare_key(name: str, *, of: str, duties: Collection[str], expires: datetime) -> KeyView:
    """A key that the data bureau proposes to another department: nobody has it before that accepts it."""
    actor, code = current_actor(), department(of).code
    if not prepares_keys(actor):
        raise NotKeeper(_("只有数据局可以为其他部门拟好密钥。"))
    if over := [one for one in duties if one not in MACHINE_DUTIES]:
        raise _over(over, MACHINE_DUTIES)
    row = _row(name, of=code, duties=duties, expires=expires)
    row.made_by, row.made_by_name = actor.id, actor.name
    row.save(force_insert=True)
    publish(
        ApiKeyPrepared(
            subject=f"key:{row.pk}",
            name=row.name,
            of=code,
            duties=tuple(row.duties),
            expires=expires.isoformat(),
        )
    )
    return _view(row)


@act
def accept_key(number: str) -> NewKey:
    """The department says yes to a key that was prepared for it: only now there is one, and only he is shown it."""
    actor = current_actor()
    row = ApiKey.objects.select_for_update().filter(pk=number[:16]).first()
    if row is None or not keeps_keys(actor, row.department):
        raise NoSuchKey(_("没有这个密钥，或者它属于别的部门。"))
    if _view(row).state != "prepared":
        raise NotPrepared(_("这个密钥已经接受过、谢绝了，或过了期限。"))
    if over := [one for one in row.duties if one not in grantable(actor)]:
        raise _over(over, grantable(actor))
    row.made_by, row.made_by_name = actor.id, actor.name
    return _given(row)


def _over(over: Collection[str], may: Collection[str]) -> KeyUnfit:
    return KeyUnfit(
        _("密钥不能有职责 %(over)s：只能给您自己有的职责，可选 %(may)s。")
        % {"over": "、".join(over)[:80], "may": "、".join(may) or _("无")}
    )


def _fit(name: str, expires: datetime) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise KeyUnfit(_("请给密钥起一个 1 到 80 个字的名称，写明是哪个程序在用。"))
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
    if row is None or not (ends_keys(actor, row.department) or _own(row, actor)):
        raise NoSuchKey(_("没有这个密钥，或者它属于别的部门。"))
    row.revoked = row.revoked or timezone.now()
    row.save(update_fields=["revoked"])
    publish(ApiKeyRevoked(subject=f"key:{row.pk}", of=row.department))
    return _view(row)


def _own(row: ApiKey, actor: Actor) -> bool:
    """A resident's key of one grant; it ends nothing itself."""
    return not row.department and row.made_by == actor.id and not actor.scope


@act
def make_grant_key(number: str) -> NewKey:
    """A resident's key for what he was granted, and nothing else; the one before it ends."""
    actor = current_actor()
    held = {one.id: one for one in exchange.own_grants(actor, live=True)}
    if number not in held or actor.scope:
        raise NotKeeper(_("没有这份授权，或者它已经结束，不能开设密钥。"))
    scope = f"{exchange.GRANT_SCOPE}:{number}"
    for old in ApiKey.objects.filter(department="", made_by=actor.id, scope=scope, revoked=None):
        revoke_key(old.pk)
    row = _row(number, of="", duties=(), expires=min(held[number].expires, timezone.now() + LONGEST))
    row.scope, row.made_by, row.made_by_name = scope, actor.id, actor.name
    return _given(row)


def grant_key(number: str, actor: Actor) -> KeyView | None:
    """The key that stands for one's own grant, if any."""
    scope = f"{exchange.GRANT_SCOPE}:{number}"
    row = ApiKey.objects.filter(department="", made_by=actor.id, scope=scope, revoked=None).first()
    return _view(row) if row else None


def api_keys(of: str | None = None) -> list[KeyView]:
    """The keys of a department, or of all departments; newest first."""
    rows = ApiKey.objects.filter(Q(department=of) if of else ~Q(department="")).order_by("-created")
    return [_view(row) for row in rows]


def _view(row: ApiKey) -> KeyView:
    return KeyView(
        row.pk, row.name, row.department, tuple(row.duties), row.scope, row.made_by_name or row.made_by,
        row.created, row.expires, row.revoked, row.last_used, bool(row.hash),
    )  # fmt: skip


def machine_of(token: str) -> Actor:
    """Who sent this key; or why it opens nothing."""
    found = TOKEN.fullmatch(token)
    row = ApiKey.objects.filter(pk=found[1]).first() if found else None
    if row is None or not row.hash or not hmac.compare_digest(row.hash, _hash(token)):
        raise KeyRefused(
            "key_unknown",
            _("不认识这个接口密钥。"),
            _("请检查是否抄写完整，或请本部门管理密钥的人员重新开设。"),
        )
    actor = _machine(row) if row.department else _holder(row)
    _refuse_ended(row, actor)
    if row.last_used is None or timezone.now() - row.last_used > NOTED_EVERY:
        ApiKey.objects.filter(pk=row.pk).update(last_used=timezone.now())
    return actor


def _machine(row: ApiKey) -> Actor:
    return Actor(
        id=f"machine:{row.pk}", name=row.name, kind="machine", department=row.department,
        duties=frozenset(row.duties), scope=row.scope,
    )  # fmt: skip


def _holder(row: ApiKey) -> Actor:
    """Who holds a resident's key is that resident, as the register knows him by now, and sees one grant alone."""
    try:
        now = account_now(Actor(id=row.made_by, name=row.made_by_name, kind="resident"))
    except NoLongerThere as gone:
        raise KeyRefused("key_revoked", str(gone), _("请重新登录，再开设密钥。")) from None
    return replace(now, scope=row.scope)


def machine_now(actor: Actor) -> Actor:
    """The key that somebody came with some day, as it is by now."""
    row = ApiKey.objects.filter(pk=actor.id.removeprefix("machine:")).first()
    if row is None or not row.hash:
        raise NoLongerThere(_("接口密钥 %(name)s 已不存在。") % {"name": actor.name}, reason="KeyGone")
    state = _view(row).state
    if state == "revoked":
        raise NoLongerThere(_("接口密钥 %(name)s 已被吊销。") % {"name": row.name}, reason="KeyRevoked")
    if state != "live":
        raise NoLongerThere(_("接口密钥 %(name)s 已经过期。") % {"name": row.name}, reason="KeyExpired")
    return _machine(row)


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
