"""An account belongs to a human being, not to a base id: after each fusion its binding is proved again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huicheng.bases import api as bases
from huicheng.codes import api as codes
from huicheng.ground.api import Actor, BadInput, Event, act, publish, secret
from huicheng.identity.models import Account

BLOCK = 5000


class IdentityNotVerified(BadInput):
    """Name and number do not belong together in the population base."""


class PersonTaken(BadInput):
    """Another account is this person's."""


@dataclass(frozen=True, kw_only=True)
class PersonFollowed(Event):
    """The record was merged into another; the account went with it."""

    was: str
    now: str


@dataclass(frozen=True, kw_only=True)
class PersonUnbound(Event):
    """The number that was verified is no longer this record's: the holder must verify again."""

    was: str


@dataclass(frozen=True, kw_only=True)
class PersonVerified(Event):
    person: str


def number_key(id_number: str | None) -> str:
    """The same for a number however it is written; empty where it is none."""
    try:
        number = codes.read_person_id(id_number or "").number
    except codes.Refused:
        return ""
    return hmac.new(secret("identity.number"), number.encode(), hashlib.sha256).hexdigest()


def prove_all() -> int:
    """Follow what was merged, let go of what is another's now; returns how many bindings changed."""
    return sum(_prove(account, held) for account, held in _bound())


def _bound() -> Iterator[tuple[Account, bases.NowHeld | None]]:
    accounts = Account.objects.exclude(person="").order_by("pk").iterator(chunk_size=BLOCK)
    while block := list(islice(accounts, BLOCK)):
        held = bases.now_held([one.person for one in block])
        yield from ((one, held.get(one.person)) for one in block)


def _prove(account: Account, held: bases.NowHeld | None) -> bool:
    if held is None or not _is_holders(account, held):
        _unbind(account)
        return True
    if held.base_id == account.person:
        return False
    if Account.objects.filter(person=held.base_id).exists():
        _unbind(account)
        return True
    _follow(account, held.base_id)
    return True


def _is_holders(account: Account, held: bases.NowHeld) -> bool:
    """Accounts made before there were keys take theirs from the record, if it still bears their name."""
    if account.number_key:
        return hmac.compare_digest(account.number_key, number_key(held.id_number))
    if not bases.same_name(held.base_id, account.display_name) or not number_key(held.id_number):
        return False
    Account.objects.filter(pk=account.pk).update(number_key=number_key(held.id_number))
    return True


@act
def _unbind(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(person="", verify_again=True)
    publish(PersonUnbound(subject=f"account:{account.pk}", was=account.person))


@act
def _follow(account: Account, base_id: str) -> None:
    Account.objects.filter(pk=account.pk).update(person=base_id)
    publish(PersonFollowed(subject=f"account:{account.pk}", was=account.person, now=base_id))


def verified_person(name: str, id_number: str) -> str:
    found = bases.find_person(id_number=id_number)
    if found is None or not bases.same_name(found, name):
        raise IdentityNotVerified(
            _("姓名与身份证号在人口库中不一致或查无此人，请核对后再试，或到公安窗口办理。")
        )
    return found


@act
def verify_again(account: Account, *, name: str, id_number: str) -> None:
    """Only the number that was verified at first binds the account again."""
    if account.number_key and not hmac.compare_digest(account.number_key, number_key(id_number)):
        raise IdentityNotVerified(_("这不是开户时核对过的身份证号，请核对后再试。"))
    found = verified_person(name, id_number)
    account.person, account.number_key, account.verify_again = found, number_key(id_number), False
    try:
        with transaction.atomic():
            account.save(update_fields=["person", "number_key", "verify_again"])
    except IntegrityError:
        raise PersonTaken(_("此人已有另一个账户，请到公安窗口办理。")) from None
    publish(PersonVerified(subject=f"account:{account.pk}", person=found))


def must_verify_again(actor: Actor) -> bool:
    """Whether the account lost its person, so that the holder can be told why."""
    number = actor.id.removeprefix("account:")
    return number.isdecimal() and Account.objects.filter(pk=int(number), verify_again=True).exists()
