"""Proof 举证: a signed document of the chain as a file that anybody can check without us.

The file holds the event with its document, the link before it, and the signed root of its batch with the neighbours
that lead there; nothing of other events.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huicheng.ground import merkle
from huicheng.ground.canonical import canonical
from huicheng.ground.errors import BadInput
from huicheng.ground.keys import fingerprint, public_keys, sign, verifies
from huicheng.ground.ledger import claim_of, fingerprint_of, line_of, seal
from huicheng.ground.models import EventRow, Seal
from huicheng.ground.schemes import UnknownScheme

FORMAT = "huicheng-receipt/1"


class NotAReceipt(BadInput):
    """The file is no receipt of this platform, or a part of it is missing."""


class TamperedReceipt(BadInput):
    """The document is not what was signed."""


class AnothersKey(BadInput):
    """Signed by a key that is not among those given."""


class CutChain(BadInput):
    """The event does not lead to the signed root of its batch."""


class AlteredSet(BadInput):
    """The set of subjects is not the one that the document names."""


@dataclass(frozen=True)
class Proven:
    """What a receipt that holds says: its document, who signed, and its place in the chain."""

    document: Mapping[str, Any]
    key: str
    algorithm: str
    seq: int
    first: int
    last: int


def signed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its signature over its canonical form (RFC 8785), to be kept in an event's ``signed``."""
    mark = sign(canonical(dict(document)))
    return {"document": dict(document), "signature": _mark(mark.key, mark.value)}


def _mark(key: str, value: str) -> dict[str, str]:
    known = next(one for one in public_keys() if one.key == key)
    return {
        "key": key, "algorithm": known.algorithm, "fingerprint": known.fingerprint, "value": value
    }  # fmt: skip


def proof(event: str, *, sets: Sequence[bytes] = ()) -> dict[str, Any]:
    """The file that proves this event, sealed now if it was not yet; ``sets`` go with it for who may see them."""
    row = EventRow.objects.filter(id=event).first()
    if row is None or "signed" not in row.data:
        raise NotAReceipt(_("事件 %(id)s 不是一份签过名的回执。") % {"id": event})
    if row.seq is None:
        seal()
        row.refresh_from_db()
    mark = Seal.objects.get(first__lte=row.seq, last__gte=row.seq)
    made = {
        "format": FORMAT, "event": line_of(row), "previous": _before(row), "hash": row.hash,
        "anchor": _anchor_of(row, mark),
    }  # fmt: skip
    return {**made, "sets": [base64.b64encode(one).decode() for one in sets]} if sets else made


def _before(row: EventRow) -> str:
    found = EventRow.objects.filter(seq=(row.seq or 0) - 1).values_list("hash", flat=True).first()
    return found or "0" * 64


def _anchor_of(row: EventRow, mark: Seal) -> dict[str, Any]:
    batch = EventRow.objects.filter(seq__gte=mark.first, seq__lte=mark.last).order_by("seq")
    steps = merkle.path(list(batch.values_list("hash", flat=True)), (row.seq or 0) - mark.first)
    facts = {"first": mark.first, "last": mark.last, "head": mark.head, "root": mark.root, "path": steps}
    return {**facts, "signature": _mark(mark.key, mark.signature)}


def check_proof(proof: Mapping[str, Any], *, keys: Sequence[str]) -> Proven:
    """Check a receipt against public keys (PEM) alone; raises what is wrong with it by name."""
    try:
        return _checked(proof, {fingerprint(pem): pem for pem in keys})
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        if isinstance(error, BadInput | UnknownScheme):
            raise
        raise NotAReceipt(_("这不是一份完整的回执：%(what)s。") % {"what": error}) from None


def _checked(proof: Mapping[str, Any], keys: Mapping[str, str]) -> Proven:
    if proof["format"] != FORMAT:
        raise NotAReceipt(_("不认识的回执格式：%(what)s。") % {"what": str(proof["format"])[:40]})
    event, anchor = proof["event"], proof["anchor"]
    document, mark = event["data"]["signed"]["document"], event["data"]["signed"]["signature"]
    if not _holds(canonical(document), mark, keys):
        raise TamperedReceipt(_("签名与内容不符：回执在签名之后被改动过。"))
    _check_chain(proof, event, anchor, keys)
    for one in proof.get("sets", ()):
        _check_set(base64.b64decode(one, validate=True), document)
    return Proven(document, mark["key"], mark["algorithm"], event["seq"], anchor["first"], anchor["last"])


def _holds(data: bytes, mark: Mapping[str, str], keys: Mapping[str, str]) -> bool:
    if mark["fingerprint"] not in keys:
        raise AnothersKey(
            _("签名出自密钥 %(key)s（指纹 %(mark)s…），不在给出的公钥之中。")
            % {"key": mark["key"], "mark": mark["fingerprint"][:16]}
        )
    return verifies(keys[mark["fingerprint"]], data, mark["value"])


def _check_chain(
    proof: Mapping[str, Any], event: Mapping[str, Any], anchor: Mapping[str, Any], keys: Mapping[str, str]
) -> None:
    cut = CutChain(_("事件 %(seq)s 接不到审计链上：链条被截断或改动过。") % {"seq": event["seq"]})
    first, last, head, root = (anchor[name] for name in ("first", "last", "head", "root"))
    if fingerprint_of(event, proof["previous"]) != proof["hash"] or not first <= event["seq"] <= last:
        raise cut
    if not root or merkle.climb(proof["hash"], anchor["path"]) != root:
        raise cut
    if event["seq"] == last and proof["hash"] != head:
        raise cut
    if not _holds(claim_of(first, last, head, root), anchor["signature"], keys):
        raise cut


def _check_set(data: bytes, document: Mapping[str, Any]) -> None:
    if hashlib.sha256(data).hexdigest() not in document["sets"]:
        raise AlteredSet(_("随附的人员集合与回执所记的不是同一份。"))
