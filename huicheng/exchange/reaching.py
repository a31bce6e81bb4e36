"""Addresses outside that somebody else named: which of them lead inside, and a line that can be cut off in time."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Addresses that carry another one, which may be an inner one: translated, tunnelled, mapped and old-style.
CARRYING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "::ffff:0:0/96", "::/96")))


def inner(address: Address) -> bool:
    """Whether it leads to this machine, into a closed network, to many at once, or to another address it carries."""
    carrying = any(address in one for one in CARRYING if address.version == one.version)
    return carrying or address.is_multicast or not address.is_global


def addresses_of(host: str, port: int) -> list[str]:
    """One lookup; what is connected to must be what was judged, whatever the name says a moment later."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def parsed(address: str) -> Address:
    return ipaddress.ip_address(address.partition("%")[0])


def wrapped(plain: socket.socket, host: str | None) -> ssl.SSLSocket:
    """The secured line before its handshake, so that one that drips can be cut off in it too."""
    context = ssl.create_default_context()
    return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


def cut(line: socket.socket | None) -> None:
    """Who reads from it at this moment stops waiting."""
    with contextlib.suppress(OSError, AttributeError):
        line.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
