"""One POST to an address that somebody else chose: no redirect, no inner host, never longer than its time."""

from __future__ import annotations

import http.client
import os
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from huicheng.exchange.reaching import addresses_of, cut, inner, parsed, wrapped
from huicheng.exchange.subscribing.refusals import BadAddress

PRIVATE = "HUICHENG_WEBHOOKS_PRIVATE"
CONNECT, WHOLE = 5.0, 15.0


class NotDelivered(Exception):
    """The receiver was not reached, or did not answer in time. Its words are the network's, never the receiver's."""


@dataclass(frozen=True)
class Target:
    url: SplitResult
    host: str
    port: int
    path: str

    @property
    def secure(self) -> bool:
        return self.url.scheme == "https"


def private_allowed() -> bool:
    """Where a city and its receivers stand in one closed network, HUICHENG_WEBHOOKS_PRIVATE=1 lets them meet."""
    return os.environ.get(PRIVATE, "") == "1"


def target_of(url: str) -> Target:
    """The address taken apart; refused where nothing may be sent."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad(_("地址写得不对。")) from None
    if len(url) > 500 or re.search(r"[\s\x00-\x1f\x7f]", url) or not host or parts.username or parts.fragment:
        raise _bad(_("地址写得不对：不能有账号、空格或 #。"))
    if parts.scheme != "https" and not (parts.scheme == "http" and private_allowed()):
        raise _bad(_("只能送到 https 地址。"))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts, host, port or (443 if parts.scheme == "https" else 80), path)


def _bad(what: str) -> BadAddress:
    return BadAddress(what, do=_("请写成 https://主机/路径。"))


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    """The receiver's status. Of its answer nothing else is read or kept."""
    connection = _Pinned(target)
    timer = threading.Timer(WHOLE, connection.cut)
    timer.start()
    try:
        connection.request("POST", target.path, body, {**headers, "User-Agent": "huicheng-webhooks"})
        return int(connection.getresponse().status)
    except (OSError, http.client.HTTPException, AttributeError, UnicodeError) as error:
        raise NotDelivered(type(error).__name__) from None
    finally:
        timer.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """Goes to an address that was looked at, whatever the name resolves to a moment later."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT)
        self._target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((_address(self._target), self._target.port), CONNECT)
        self.sock.settimeout(WHOLE)
        if self._target.secure:
            self.sock = line = wrapped(self.sock, self._target.host)
            line.do_handshake()

    def cut(self) -> None:
        """A receiver that drips is cut off in the middle of a read."""
        cut(self.sock)


def _address(target: Target) -> str:
    found = addresses_of(target.host, target.port)
    if not private_allowed() and any(inner(parsed(one)) for one in found):
        raise NotDelivered("PrivateAddress")
    return found[0]
