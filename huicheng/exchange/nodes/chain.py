"""Manifests 批次清单 and the chain they form, the same at both ends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Resource
from huicheng.exchange.nodes.problems import MalformedRequest, TamperedBatch
from huicheng.ground.api import canonical, verifies

GENESIS = "0" * 64
FORMAT = "huicheng-batch/1"
MOST_BYTES = 4 << 30
Kind = Literal["entry", "rows"]


@dataclass(frozen=True)
class Manifest:
    """One link: an entry of the catalogue, or a part of a delivery's rows. ``previous`` is the hash of the link before."""

    node: str
    resource: str
    seq: int
    kind: Kind
    schema: str
    sha256: str
    size: int
    rows: int
    previous: str
    delivery: str = ""
    part: int = 1
    parts: int = 1
    stays: bool = False
    format: str = FORMAT

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def bytes(self) -> bytes:
        return canonical(self.as_dict())

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.bytes).hexdigest()


def schema_of(spec: Resource) -> str:
    """The hash of what a reader of the rows has to know: names, kinds and keys."""
    fields = [[one.name, one.kind, one.required, one.codes or ""] for one in spec.fields]
    shape = {"code": spec.code, "mode": spec.mode, "key": list(spec.key), "fields": fields}
    return hashlib.sha256(canonical(shape)).hexdigest()


TYPES: Mapping[str, type] = {
    "node": str, "resource": str, "seq": int, "kind": str, "schema": str, "sha256": str, "size": int, "rows": int,
    "previous": str, "delivery": str, "part": int, "parts": int, "stays": bool, "format": str,
}  # fmt: skip


# Files are named after these two: nothing in them may lead elsewhere.
NAME = re.compile(r"\w[\w.-]{0,119}")


def manifest_of(data: Any) -> Manifest:
    """Read what came over the wire; every field is there and of its type."""
    if not isinstance(data, dict) or set(data) != set(TYPES):
        raise MalformedRequest(_("批次清单的栏目不齐或不认识。"), do=_("请升级到同一版本。"))
    wrong = [name for name, kind in TYPES.items() if type(data[name]) is not kind]
    if wrong or data["format"] != FORMAT or data["kind"] not in ("entry", "rows"):
        raise MalformedRequest(
            _("批次清单里这些栏目不对：%(what)s。") % {"what": "、".join(wrong) or "format, kind"}
        )
    if not NAME.fullmatch(data["resource"]) or not NAME.fullmatch(data["node"]):
        raise MalformedRequest(_("批次清单里这些栏目不对：%(what)s。") % {"what": "resource, node"})
    if min(data["seq"], data["part"], data["parts"]) < 1 or not data["size"] > 0 or len(data["sha256"]) != 64:
        raise MalformedRequest(_("批次清单里的编号或大小不对。"))
    return Manifest(**data)


def check_signed(manifest: Manifest, signature: str, pem: str) -> None:
    if not verifies(pem, manifest.bytes, signature):
        raise TamperedBatch(
            _("“%(resource)s”第 %(seq)s 批的清单与签名不符：签名之后被改动过。")
            % {"resource": manifest.resource, "seq": manifest.seq},
            do=_("请检查节点与上级之间经过了什么；节点会重发原件。"),
        )
