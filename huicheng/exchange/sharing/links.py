"""Addresses of files that hold for a quarter of an hour and for nothing else: no key is sent with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huicheng.exchange.asking import AccessRefused
from huicheng.exchange.granting.door import Grant, GrantExpired, GrantRevoked, UnknownGrant, grant
from huicheng.exchange.refusals import AccessDenied
from huicheng.exchange.sharing.models import Fetched, SharedVersion
from huicheng.exchange.sharing.refusals import AddressRefused, NoSuchShareVersion
from huicheng.exchange.sharing.tables import shareable
from huicheng.ground.api import (
    Actor,
    Event,
    NoLongerThere,
    act,
    acting_as,
    as_of_now,
    publish,
    secret,
)

LIVES = 15 * 60


@dataclass(frozen=True, kw_only=True)
class SharedFileFetched(Event):
    """A reader began to fetch a file with an address it was given; ``number`` is the version of its table."""

    resource: str
    number: int


@dataclass(frozen=True)
class Address:
    version: SharedVersion
    grant: Grant
    reader: str


@dataclass(frozen=True)
class Signed:
    """``ticket`` says which file, for whom and until when; ``mark`` that we said so; ``ends`` in milliseconds."""

    ticket: str
    mark: str
    ends: int


def address_of(version: SharedVersion, reader: str) -> Signed:
    ends = int(time.time()) + LIVES
    text = f"{version.pk}:{ends}:{reader}".encode()
    return Signed(_written(text), _mark(text), ends * 1000)


def _mark(text: bytes) -> str:
    return hmac.digest(secret("shared files"), text, "sha256").hex()


def _written(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _read(ticket: str) -> bytes:
    """Only as we write it: base64 reads many strings as the same bytes, and an address is counted by its string."""
    try:
        text = base64.urlsafe_b64decode(ticket[:400] + "=" * (-len(ticket[:400]) % 4))
    except ValueError:
        return b""
    return text if _written(text) == ticket else b""


def found_at(ticket: str, mark: str) -> Address:
    """What an address leads to, while it holds, and its grant and whoever it was given to do."""
    text = _read(ticket)
    if not text or not hmac.compare_digest(mark.encode(), _mark(text).encode()):
        raise AddressRefused(_("这个文件地址不是本平台给出的。"))
    number, ends, reader = text.decode().split(":", 2)
    if time.time() > int(ends):
        raise AddressRefused(_("这个文件地址已经过期，请重新查询共享表。"))
    version = SharedVersion.objects.filter(pk=int(number)).first()
    if version is None:
        raise NoSuchShareVersion(_("这个文件已不再保存，请重新查询共享表。"))
    try:
        address = Address(version, _live(version.grant), reader)
        _reader_stands(address)
        return address
    except AccessDenied as refusal:
        _tell_refused(version, reader)
        refusal.noted = True
        raise


def _live(number: str) -> Grant:
    try:
        found = grant(number)
    except UnknownGrant:
        raise AddressRefused(_("这个文件的授权已不存在。")) from None
    if not shareable(found):
        raise _ended(found)
    return found


def _reader_stands(address: Address) -> None:
    """The address was given to a key or an official: it opens no longer than they do."""
    kind: Literal["machine", "official"] = "machine" if address.reader.startswith("machine:") else "official"
    left, duties = address.grant.department, frozenset({"read"})
    try:
        now = as_of_now(Actor(id=address.reader, name="", kind=kind, department=left, duties=duties))
    except NoLongerThere:
        raise AddressRefused(_("要到这个地址的密钥或账户已经失效。")) from None
    if not now.scope and not now.may("read"):
        raise AddressRefused(_("要到这个地址的密钥或账户已经没有读取的职责。"))


def _ended(found: Grant) -> AccessDenied:
    if found.state == "revoked":
        return GrantRevoked(_("授权 %(id)s 已被撤销。") % {"id": found.id})
    if found.state == "expired":
        return GrantExpired(_("授权 %(id)s 已到期，请申请续期。") % {"id": found.id})
    return AddressRefused(_("授权 %(id)s 现在不能使用。") % {"id": found.id})


def look_again(address: Address) -> None:
    """In the middle of a download: a right that has ended is refused as at its beginning, and leaves a line."""
    try:
        _live(address.grant.id)
        _reader_stands(address)
    except AccessDenied:
        _tell_ended(address)
        raise


@act
def _tell_refused(version: SharedVersion, reader: str) -> None:
    """An address of ours came after its grant had ended."""
    code = version.resource
    line = AccessRefused(subject=f"resource:{code}"[:120], tables=(code,), reason="没有授权")
    with acting_as(Actor(id=reader, name="", kind="machine")):
        publish(line)


@act
def _tell_ended(address: Address) -> None:
    grant, reason = address.grant, "发送途中授权结束"
    line = AccessRefused(
        subject=f"resource:{grant.resource}"[:120],
        purpose=grant.purpose,
        tables=(grant.resource,),
        reason=reason,
    )
    with acting_as(Actor(id=address.reader, name="", kind="machine", department=grant.department)):
        publish(line)


def note_fetch(ticket: str, address: Address) -> None:
    """One line for an address, in however many pieces the file is fetched with it."""
    key = hashlib.sha256(ticket.encode()).hexdigest()
    if Fetched.objects.filter(token=key).exists():
        return
    actor = Actor(id=address.reader, name="", kind="machine", department=address.grant.department)
    try:
        with acting_as(actor), transaction.atomic():
            _note(key, address)
    except IntegrityError:
        return  # another piece of it was first


@act
def _note(key: str, address: Address) -> None:
    Fetched.objects.create(token=key)
    number, code = address.version.number, address.version.resource
    publish(SharedFileFetched(subject=f"grant:{address.grant.id}", resource=code, number=number))
