"""One HTTP call to one registered host: the address is looked up once and held to, no redirect, no byte too many."""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult

from django.utils.translation import gettext as _

from huicheng.exchange.gateway.refusals import (
    AddressNotAllowed,
    AnswerTooLarge,
    ServiceRedirected,
    ServiceTimedOut,
    ServiceUnreachable,
)
from huicheng.exchange.reaching import Address, addresses_of, cut, inner, parsed, wrapped

MOST_BYTES = 10 * 1024 * 1024
PIECE = 64 * 1024
NETWORKS = "HUICHENG_SERVICE_NETWORKS"


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str
    body: bytes
    unfit: str = ""


@dataclass(frozen=True)
class Call:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


def allowed(address: Address) -> bool:
    """Addresses of the whole internet; of inner ones, and this machine's, only those in ``HUICHENG_SERVICE_NETWORKS``."""
    networks = [
        ipaddress.ip_network(one.strip()) for one in os.environ.get(NETWORKS, "").split(",") if one.strip()
    ]
    mapped = getattr(address, "ipv4_mapped", None) or address
    if any(mapped.version == one.version and mapped in one for one in networks):
        return True
    return not inner(mapped)


def _resolved(host: str, port: int) -> str:
    try:
        addresses = addresses_of(host, port)
    except (OSError, UnicodeError):
        raise ServiceUnreachable(_("找不到服务的主机。")) from None
    if not all(allowed(parsed(one)) for one in addresses):
        raise AddressNotAllowed(_("服务的主机指向不允许的网络地址；内网地址须由数据局列入允许的网段。"))
    return addresses[0]


def call(base: SplitResult, call: Call, *, timeout: float) -> Answer:
    deadline = time.monotonic() + timeout
    port = base.port or (443 if base.scheme == "https" else 80)
    address = _resolved(base.hostname or "", port)
    connection = http.client.HTTPConnection(base.hostname or "", port, timeout=timeout)
    line: list[socket.socket] = []
    # Handshake and headers come piece by piece, each with a patience of its own: the whole of it ends too.
    timer = threading.Timer(timeout, _cut, [line])
    timer.daemon = True
    timer.start()
    try:
        connection.sock = _socket(base, address, port, timeout, line)
        connection.request(call.method, call.target, call.body or None, dict(call.headers))
        answer = connection.getresponse()
        if 300 <= answer.status < 400 and answer.status != 304:
            raise ServiceRedirected(_("服务要求转向别处，没有跟随。"))
        body = _read(answer, connection, deadline)
        return Answer(answer.status, answer.getheader("Content-Type", "application/octet-stream"), body)
    except TimeoutError:
        raise _too_late(timeout) from None
    except (OSError, http.client.HTTPException, ValueError) as problem:
        if time.monotonic() >= deadline:
            raise _too_late(timeout) from None
        raise ServiceUnreachable(_("服务没有应答：%(kind)s。") % {"kind": type(problem).__name__}) from None
    finally:
        timer.cancel()
        connection.close()


def _socket(
    base: SplitResult, address: str, port: int, timeout: float, line: list[socket.socket]
) -> socket.socket:
    plain = socket.create_connection((address, port), timeout=timeout)
    line.append(plain)
    if base.scheme != "https":
        return plain
    secured = wrapped(plain, base.hostname)
    line.append(secured)
    secured.do_handshake()
    return secured


def _cut(line: list[socket.socket]) -> None:
    """The newest of them: wrapped, the plain one is no socket any more."""
    for one in line[-1:]:
        cut(one)


def _read(answer: http.client.HTTPResponse, connection: http.client.HTTPConnection, deadline: float) -> bytes:
    """One that drips its bytes is as late as one that is silent."""
    pieces: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock:
            connection.sock.settimeout(left)
        piece = answer.read1(PIECE)
        if not piece:
            if answer.length:
                raise http.client.IncompleteRead(b"", answer.length)
            return b"".join(pieces)
        size += len(piece)
        if size > MOST_BYTES:
            raise AnswerTooLarge(_("服务的应答超过 %(most)s MB。") % {"most": MOST_BYTES // 1024**2})
        pieces.append(piece)


def _too_late(timeout: float) -> ServiceTimedOut:
    return ServiceTimedOut(_("服务在 %(seconds)s 秒内没有答完。") % {"seconds": f"{timeout:g}"})
