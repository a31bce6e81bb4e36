"""Proof 举证: a signed document of the chain as a file that anybody can check without us.

The file holds the event with its document, the link before it, and the signed root of its batch with the neighbours
that lead there; nothing of other events. A receipt of a reading can say whom it disclosed: for each member of a set
the signed word whose key it is, and the way from that key to the set's root in the document; of the others it holds
hashes alone, blinded, which lead nowhere.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
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


class NotAMember(BadInput):
    """What goes with the receipt does not show that this person is among those it disclosed."""


@dataclass(frozen=True)
class Proven:
    """What a receipt that holds says: its document, who signed, its place in the chain, and who is shown to be in it."""

    document: Mapping[str, Any]
    key: str
    algorithm: str
    seq: int
    first: int
    last: int
    members: tuple[str, ...] = ()


def signed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its signature over its canonical form (RFC 8785), to be kept in an event's ``signed``."""
    mark = sign(canonical(dict(document)))
    return {"document": dict(document), "signature": _mark(mark.key, mark.value)}


def _mark(key: str, value: str) -> dict[str, str]:
    known = next(one for one in public_keys() if one.key == key)
    return {
        "key": key, "algorithm": known.algorithm, "fingerprint": known.fingerprint, "value": value
    }  # fmt: skip


def proof(event: str, *, members: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The file that proves this event, sealed now if it was not yet; ``members`` go with it for who they are."""
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
    return {**made, "members": list(members)} if members else made


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
    members = tuple(_members(proof, event["id"], document, keys))
    return Proven(
        document, mark["key"], mark["algorithm"], event["seq"], anchor["first"], anchor["last"], members
    )


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


def claim_of_member(event: str, kept: str, *, person: str, name: str, key: int) -> dict[str, Any]:
    """The city's word on whose key this is; who has no secret of ours cannot tell it from the person's name."""
    told = {
        "kind": "member",
        "event": event,
        "set": kept,
        "person": person,
        "name": name,
        "key": f"{key:016x}",
    }
    return signed(told)


def _members(
    proof: Mapping[str, Any], event: str, document: Mapping[str, Any], keys: Mapping[str, str]
) -> Iterator[str]:
    for one in proof.get("members", ()):
        claim, mark = one["claim"]["document"], one["claim"]["signature"]
        if not _holds(canonical(claim), mark, keys) or claim["kind"] != "member" or claim["event"] != event:
            raise NotAMember(_("说明此人是谁的那一段不是为这份回执签的，或被改动过。"))
        if not _is_in(one, int(claim["key"], 16), document["roots"][claim["set"]]):
            raise NotAMember(_("随附的路径到不了回执所记的人员集合：此人不在其中，或内容被改动过。"))
        yield claim["person"]


def _is_in(one: Mapping[str, Any], key: int, root: str) -> bool:
    group, place = [bytes.fromhex(leaf) for leaf in one["group"]], one["place"]
    if type(place) is not int or place < 0 or len(group) > merkle.GROUP:
        return False
    if group[place] != merkle.member_leaf(key, bytes.fromhex(one["blind"])):
        return False
    return merkle.climb(merkle.grouped(group)[0], one["path"]) == root
