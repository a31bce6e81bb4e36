"""The node's line to its centre: signed requests, and answers that are what they say or a named trouble."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext as _

from huicheng.exchange.nodes.problems import BrokenKey, CentreAway, CentreRefused, MalformedRequest
from huicheng.exchange.nodes.signing import Request, signed_headers
from huicheng.ground.api import PublicKey, public_keys, sign

CONNECT, ANSWER = 10.0, 60.0
MOST_ANSWER = 8 << 20


def own_key() -> PublicKey:
    """The key this node signs with; a damaged file is said to be one."""
    try:
        name = sign(b"huicheng-node").key
        return next(one for one in public_keys() if one.key == name)
    except (ValueError, StopIteration, OSError) as error:
        raise BrokenKey(
            _("本节点的密钥读不出来。"),
            do=_("请从备份恢复 keys/ 文件夹；没有备份就移走坏的密钥文件，并向数据局要新的加入码重新加入。"),
        ) from error


class Line:
    """Requests to one centre as one node. Each opens a connection of its own: a cut one is never used again."""

    def __init__(self, url: str, *, node: str, pause: float = ANSWER) -> None:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise MalformedRequest(_("“%(url)s”不是上级的地址，应写成 https://…。") % {"url": url[:100]})
        self.url, self.node, self.pause = url, node, pause
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._root = parts.path.rstrip("/")
        self._algorithm = own_key().algorithm

    def ask(
        self, method: str, place: str, *, data: Any = None, query: Mapping[str, Any] | None = None
    ) -> Any:
        body = (
            data
            if isinstance(data, bytes)
            else b""
            if data is None
            else json.dumps(data, ensure_ascii=False).encode()
        )
        asked = Request(method, f"{self._root}/api/nodes/{place}", urlencode(query or {}), body)
        try:
            status, text = self._exchange(asked)
        except (OSError, http.client.HTTPException) as error:
            raise self._away(type(error).__name__) from error
        return self._read(status, text)

    def public_keys(self) -> Any:
        """What the centre publishes of its keys, to anybody."""
        asked = Request("GET", f"{self._root}/.well-known/huicheng-keys.json", "", b"")
        try:
            status, text = self._exchange(asked)
        except (OSError, http.client.HTTPException) as error:
            raise self._away(type(error).__name__) from error
        return self._read(status, text).get("keys")

    def _exchange(self, asked: Request) -> tuple[int, bytes]:
        headers = signed_headers(asked, node=self.node, algorithm=self._algorithm)
        headers |= {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        line = self._open()
        try:
            where = f"{asked.path}?{asked.query}" if asked.query else asked.path
            line.request(asked.method, where, body=asked.body or None, headers=headers)
            if line.sock:
                line.sock.settimeout(self.pause)
            answer = line.getresponse()
            return answer.status, answer.read(MOST_ANSWER)
        finally:
            line.close()

    def _open(self) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=CONNECT, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=CONNECT)

    def _away(self, why: str) -> CentreAway:
        return CentreAway(
            _("连不上上级 %(url)s（%(why)s）。") % {"url": self.url, "why": why},
            do=_("数据都在发件箱里，恢复后会自动从断点继续。"),
        )

    def _read(self, status: int, text: bytes) -> Any:
        try:
            said = json.loads(text)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise self._away(_("答复不是 JSON，状态 %(status)s") % {"status": status})
        if status < 300:
            return said
        facts = {
            name: said[name] for name in ("offset", "expected", "node_clock", "centre_clock") if name in said
        }
        raise CentreRefused(
            str(said.get("error", status)), str(said.get("message", _("上级答复了 %(status)s。") % {"status": status})),
            do=str(said.get("do", "")), status=status, passing=bool(said.get("again", status >= 500)), **facts,
        )  # fmt: skip
