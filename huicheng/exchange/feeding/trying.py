"""A feed tried before it is declared: is the database where it may be, are the columns there, do the rows fit."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.databases import DIALECTS, Address, address_of, drafted_query, held
from huicheng.exchange.delivering import admit
from huicheng.exchange.feeding import asking
from huicheng.exchange.gateway.calling import allowed
from huicheng.exchange.mapping import Preview, preview
from huicheng.exchange.reaching import addresses_of, parsed
from huicheng.ground.api import Actor, BadInput, current_actor

TRIED = 1000
PORTS = {"postgres": 5432, "mysql": 3306}
SSL = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class DatabaseNotAllowed(BadInput):
    """A database on the platform's own machine, or in a network that nobody listed."""


@dataclass(frozen=True)
class FeedTrial:
    """``mark``: the watermark and key that the rows looked at would lead to; nothing was delivered."""

    preview: Preview
    mark: tuple[str, ...]


def anywhere(actor: Actor) -> bool:
    """Whoever runs the platform may name any database; officials name what services may reach too."""
    return actor.kind == "system"


def within_reach(address: str) -> str:
    """The address, held to where its host was found and judged to lie: a name may lead elsewhere a moment later.

    Never a file of this machine, and no inner network but those listed.
    """
    one = address_of(address)
    if one.scheme == "sqlite":
        raise DatabaseNotAllowed(_("平台机器上的文件不能在网页上声明，请数据局在终端声明。"))
    _check_settings(one)
    try:
        found = addresses_of(one.host, one.port or PORTS[DIALECTS[one.scheme]])
    except (OSError, UnicodeError):
        raise DatabaseNotAllowed(_("找不到数据库的主机 %(host)s。") % {"host": one.host[:100]}) from None
    if not all(allowed(parsed(ip)) for ip in found):
        raise DatabaseNotAllowed(_("数据库在不允许的网络里；内网地址须由数据局列入允许的网段。"))
    return held(address, found[0])


def _check_settings(one: Address) -> None:
    """A setting may name another host, a socket or a file of this machine. None is repeated: it may be a password."""
    known = [("sslmode", mode) for mode in SSL] if DIALECTS[one.scheme] == "postgres" else []
    if any(setting not in known for setting in one.settings):
        raise DatabaseNotAllowed(
            _("地址里 ? 后面只有 PostgreSQL 可以写，而且只能写 sslmode=%(modes)s 之一；请删去其余参数再试。")
            % {"modes": "、".join(SSL)}
        )


def try_feed(resource: str, address: str, *, query: str, watermark: str, key: str) -> FeedTrial:
    """The first rows, asked for as a run would ask, and what delivering them would do."""
    admit(find(resource), current_actor())
    if not anywhere(current_actor()):
        address = within_reach(address)
    asked = asking.question(address, query, watermark=watermark, key=key, mark=[], lag=0, most=TRIED)
    with drafted_query(address, asked, most=TRIED) as draft:
        mark = asking.mark_in(draft, watermark=watermark, key=key, file=address_of(address).name)
    return FeedTrial(preview(resource, address, query=asked, rows=TRIED), tuple(mark))
