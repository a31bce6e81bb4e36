from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import authenticate, login
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from huicheng.ground.api import (
    ANONYMOUS,
    Actor,
    BadInput,
    Event,
    NoLongerThere,
    act,
    acting_as,
    bureau,
    department,
    publish,
    said,
    system_actor,
)
from huicheng.identity.guarding import address_of, is_guessing
from huicheng.identity.models import Account, Role
from huicheng.identity.sessions import LoggedIn, open_session, subject_of
from huicheng.identity.verifying import IdentityNotVerified, number_key, verified_person

# What an official may be trusted with. A duty counts only in the department that gave it.
DUTIES: Mapping[str, str] = {
    "deliver": gettext_noop("交付本部门数据"),
    "read": gettext_noop("查阅本部门数据与基础库（须写明用途）"),
    "grant": gettext_noop("答复其他部门的数据申请"),
    "decide": gettext_noop("查看城市运行情况"),
    "steward": gettext_noop("管理数据平台"),
    "keys": gettext_noop("管理本部门接口密钥"),
}


class AccountTaken(BadInput):
    """This person or this name has an account already."""


class UnknownDuty(ValueError):
    """No such duty."""


class LogInFailed(BadInput):
    """Wrong name or password; which one is not said."""


class TooManyAttempts(BadInput):
    """Guessing is slowed down."""


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    kind_of_account: str
    department: str = ""
    duties: tuple[str, ...] = ()


@dataclass(frozen=True)
class SampleAccount:
    username: str
    password: str
    name: str
    role: str


def actor_of(user: Account | AnonymousUser) -> Actor:
    """The actor behind a session. Duties are those of the account's one department."""
    if not isinstance(user, Account) or not user.is_active:
        return ANONYMOUS
    roles = list(user.roles.order_by("id"))
    home_department = roles[0].department if roles else None
    return Actor(
        id=f"account:{user.pk}",
        name=user.display_name,
        kind="official" if roles else "resident",
        department=home_department,
        duties=frozenset(r.duty for r in roles if r.department == home_department),
        person=user.person or None,
    )


def account_now(actor: Actor) -> Actor:
    """The account that somebody had some day, with the duties it has by now."""
    number = actor.id.removeprefix("account:")
    user = Account.objects.filter(pk=number).first() if number.isdigit() else None
    if user is None:
        raise NoLongerThere(_("%(name)s 的账户已不存在。") % {"name": actor.name}, reason="AccountGone")
    if not user.is_active:
        raise NoLongerThere(_("%(name)s 的账户已停用。") % {"name": actor.name}, reason="AccountClosed")
    now = actor_of(user)
    if now.kind != actor.kind:
        raise NoLongerThere(_("%(name)s 已不再担任职责。") % {"name": actor.name}, reason="DutyWithdrawn")
    return now


@act
def create_official(
    username: str, *, name: str, password: str, roles: Mapping[str, str], sample: bool = False
) -> str:
    """An official with ``roles`` {duty: department code}."""
    for duty, code in roles.items():
        if duty not in DUTIES:
            raise UnknownDuty(f"{duty!r} is no duty; known: {', '.join(DUTIES)}")
        department(code)
    account = _create(username, name=name, password=password, sample=sample)
    Role.objects.bulk_create(
        Role(account=account, department=code, duty=duty) for duty, code in roles.items()
    )
    code = next(iter(roles.values()), "")
    event = AccountCreated(
        subject=f"account:{account.pk}", kind_of_account="official", department=code, duties=tuple(roles)
    )
    publish(event)
    return f"account:{account.pk}"


@act
def register_resident(
    username: str, *, name: str, id_number: str, password: str, sample: bool = False
) -> str:
    """Real-name registration 实名: the number must be in the population base under this name."""
    found, key = verified_person(name, id_number), number_key(id_number)
    account = _create(username, name=name, password=password, sample=sample, person=found, number_key=key)
    publish(AccountCreated(subject=f"person:{found}", kind_of_account="resident"))
    return f"account:{account.pk}"


def _create(username: str, *, name: str, password: str, **fields: Any) -> Account:
    account = Account(username=username, display_name=name, is_sample=fields.pop("sample"), **fields)
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        raise AccountTaken(_("账户 %(name)s 已存在，或此人已有账户。") % {"name": username}) from None
    return account


def log_in(request: HttpRequest, *, username: str, password: str) -> Account:
    """Open a session, or say why not."""
    if is_guessing(username, address_of(request)):
        raise TooManyAttempts(_("尝试次数过多，请 10 分钟后再试。"))
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, Account):
        raise LogInFailed(_("账户或密码不对，请重新输入。"))
    login(request, user)
    began(request, user)
    return user


def began(request: HttpRequest, user: Account) -> None:
    """A session has just begun, wherever its password was typed."""
    with acting_as(actor_of(user)):
        _begin(request, user)


@act
def _begin(request: HttpRequest, user: Account) -> None:
    open_session(request, user)
    publish(LoggedIn(subject=subject_of(user), username=user.username))


def sample_password(username: str) -> str:
    """The sandbox's passwords are public: everything behind them is invented."""
    return f"huicheng-{username}"


def sample_accounts() -> list[SampleAccount]:
    """For the log-in page and the terminal; empty in a real city."""
    rows = Account.objects.filter(is_sample=True, is_active=True).prefetch_related("roles").order_by("id")
    return [
        SampleAccount(r.username, sample_password(r.username), r.display_name, _role_words(r)) for r in rows
    ]


def _role_words(account: Account) -> str:
    roles = list(account.roles.all())
    if not roles:
        return pgettext("role", "居民")
    duties = said("、".join(DUTIES[r.duty] for r in roles))
    return f"{bureau(roles[0].department)} · {duties}"


def make_samples(people: Mapping[str, tuple[str, str]]) -> list[SampleAccount]:
    """The sandbox's officials and its sample residents {username: (name, id_number)}; twice equals once."""
    with acting_as(system_actor("sandbox")):
        for username, name, roles in SAMPLE_OFFICIALS:
            if not Account.objects.filter(username=username).exists():
                create_official(
                    username, name=name, password=sample_password(username), roles=roles, sample=True
                )
        for username, (name, number) in people.items():
            if not Account.objects.filter(username=username).exists():
                _try_resident(username, name, number)
    return sample_accounts()


def _try_resident(username: str, name: str, number: str) -> None:
    try:
        register_resident(
            username, name=name, id_number=number, password=sample_password(username), sample=True
        )
    except (IdentityNotVerified, AccountTaken):
        return  # the base register does not (yet) know this resident well enough: no account


SAMPLE_OFFICIALS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("shuju", "赵敏", {"steward": "shuju", "deliver": "shuju", "read": "shuju", "decide": "shuju"}),
    ("gongan", "周强", {"deliver": "gongan", "read": "gongan", "grant": "gongan", "keys": "gongan"}),
    ("weijian", "孙丽", {"deliver": "weijian", "read": "weijian", "grant": "weijian", "keys": "weijian"}),
    (
        "shichang",
        "吴刚",
        {"deliver": "shichang", "read": "shichang", "grant": "shichang", "keys": "shichang"},
    ),
    ("minzheng", "何静", {"read": "minzheng", "grant": "minzheng", "keys": "minzheng"}),
    ("mayor", "郑宏", {"decide": "zhengfuban"}),
)
