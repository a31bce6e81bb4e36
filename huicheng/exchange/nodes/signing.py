"""Requests between a node and its centre, signed after RFC 9421 in one fixed profile.

Covered are method, path, query and the SHA-256 of the body; the parameters carry time, nonce, node and algorithm.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from huicheng.exchange.nodes.problems import BadSignature, ClockSkew, TamperedBody
from huicheng.ground.api import sign, verifies

COVERED = '("@method" "@path" "@query" "content-digest")'
TAG = "huicheng-node"
SKEW = 300
PARAMETERS = re.compile(
    r'^node=(\("@method" "@path" "@query" "content-digest"\);created=(\d{1,12});nonce="([A-Za-z0-9_-]{16,40})"'
    r';keyid="([A-Za-z0-9-]{1,20})";alg="(ed25519|sm2-sm3)";tag="huicheng-node")$'
)
VALUE = re.compile(r"^node=:([A-Za-z0-9+/=]{1,400}):$")


@dataclass(frozen=True)
class Request:
    """What a signature covers."""

    method: str
    path: str
    query: str
    body: bytes


@dataclass(frozen=True)
class Marks:
    """What a signed request says of itself; ``line`` is the parameters as they were signed."""

    node: str
    nonce: str
    created: int
    line: str
    value: str


def digest_of(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def _base(request: Request, line: str) -> bytes:
    lines = (
        f'"@method": {request.method}', f'"@path": {request.path}', f'"@query": ?{request.query}',
        f'"content-digest": {digest_of(request.body)}', f'"@signature-params": {line}',
    )  # fmt: skip
    return "\n".join(lines).encode()


def signed_headers(request: Request, *, node: str, algorithm: str) -> dict[str, str]:
    line = (
        f'{COVERED};created={int(time.time())};nonce="{secrets.token_urlsafe(18)}";keyid="{node}"'
        f';alg="{algorithm.lower()}";tag="{TAG}"'
    )
    value = sign(_base(request, line)).value
    return {
        "Content-Digest": digest_of(request.body), "Signature-Input": f"node={line}", "Signature": f"node=:{value}:",
    }  # fmt: skip


def marks_of(headers: Mapping[str, str]) -> Marks:
    found = PARAMETERS.match(headers.get("Signature-Input", ""))
    value = VALUE.match(headers.get("Signature", ""))
    if not found or not value:
        raise BadSignature(
            _("请求没有按节点的方式签名。"),
            do=_("请用 huicheng node 发送，或见 docs/nodes.md 中的签名格式。"),
        )
    line, created, nonce, node, _algorithm = found.groups()
    return Marks(node, nonce, int(created), line, value[1])


def check(request: Request, marks: Marks, headers: Mapping[str, str], *, pem: str) -> float:
    """Raise what is wrong with a request; the difference of the clocks in seconds where nothing is."""
    if headers.get("Content-Digest", "") != digest_of(request.body):
        raise TamperedBody(_("收到的内容与签名时的摘要不符：传输中被改动或截断。"), do=_("请重发。"))
    if not _verified(pem, _base(request, marks.line), marks.value):
        raise BadSignature(
            _("签名不是这个节点的密钥所签。"),
            do=_("若密钥换过或坏了，请向数据局要一个新的加入码，重新加入。"),
        )
    return _fresh(marks.created)


def _verified(pem: str, data: bytes, value: str) -> bool:
    try:
        return verifies(pem, data, value)
    except (ValueError, binascii.Error):
        return False


def _fresh(created: int) -> float:
    now = time.time()
    offset = created - now
    if abs(offset) > SKEW:
        theirs, ours = _shown(created), _shown(now)
        raise ClockSkew(
            _("节点的时钟是 %(theirs)s，上级的时钟是 %(ours)s，相差 %(off)s 秒，超过了 %(most)s 秒。")
            % {"theirs": theirs, "ours": ours, "off": f"{abs(offset):,.0f}", "most": SKEW},
            do=_("请校准节点的时钟（如 chrony 或 ntpdate），然后会自动继续。"),
            node_clock=theirs, centre_clock=ours,
        )  # fmt: skip
    return offset


def _shown(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return str(moment)
