"""The outbox goes to the centre: from the byte where it stopped, until the centre's signed receipt is here."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huicheng.exchange.nodes import outbox
from huicheng.exchange.nodes.calling import Line
from huicheng.exchange.nodes.chain import manifest_of
from huicheng.exchange.nodes.models import Centre, Outgoing, Published
from huicheng.exchange.nodes.papers import checked_document
from huicheng.exchange.nodes.problems import CentreRefused, DamagedBatch, ForgedReceipt, NodeProblem
from huicheng.exchange.nodes.replying import Reply, reply_to

CHUNK = 1 << 20
TRIES = 5
Tell = Callable[[str], None]


@dataclass
class Sent:
    """What one pass over the outbox came to; ``again``: something of it may go later by itself."""

    batches: int = 0
    bytes: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    again: bool = False


def send_all(line: Line, parent: Centre, *, tell: Tell | None = None) -> Sent:
    """Each resource's batches in order; one that is stuck holds up no other. A centre that is away ends the pass."""
    sent, stuck = Sent(), set()
    for batch in outbox.unsent():
        if batch.resource in stuck:
            continue
        try:
            sent.bytes += send(line, parent, batch)
            sent.batches += 1
            _clear(batch.resource)
            if tell:
                tell(f"{batch.resource} {batch.seq} {batch.outcome}")
        except (CentreRefused, DamagedBatch, ForgedReceipt) as problem:
            stuck.add(batch.resource)
            sent.problems[batch.resource] = str(problem)
            sent.again |= isinstance(problem, CentreRefused) and problem.again
            Published.objects.filter(resource=batch.resource).update(problem=str(problem)[:2000])
            _raise_for_all(problem)
    return sent


def _raise_for_all(problem: NodeProblem) -> None:
    """What is wrong with the node itself, or with the whole centre, is no matter of one resource."""
    for_all = ("clock_skew", "unknown_node", "revoked_node", "bad_signature", "no_room", "centre_fault")
    if isinstance(problem, CentreRefused) and problem.told in for_all:
        raise problem


def _clear(code: str) -> None:
    Published.objects.filter(resource=code, state="published").exclude(problem="").update(problem="")


def send(line: Line, parent: Centre, batch: Outgoing) -> int:
    """One batch, to its receipt; returns how many bytes went over the line."""
    batch.refresh_from_db()  # one before it may have been signed anew, and all behind it
    said = line.ask("POST", "batches", data={"manifest": batch.manifest, "signature": batch.signature})
    moved = 0
    if said.get("state") != "taken" and outbox.renewed(batch):
        said = line.ask("POST", "batches", data={"manifest": batch.manifest, "signature": batch.signature})
    if said.get("state") != "taken":
        path = outbox.file_of(batch)
        moved = _pour(line, batch, path, _offset(said))
        said = line.ask("POST", "batches/take", data={"resource": batch.resource, "seq": batch.seq})
    outbox.acknowledge(batch, verified(said.get("receipt"), parent, batch))
    outbox.let_go(batch)
    return moved


def _offset(said: Mapping[str, Any]) -> int:
    at = said.get("offset")
    return at if type(at) is int and at >= 0 else 0


def _pour(line: Line, batch: Outgoing, path: Path, offset: int) -> int:
    """The bytes from where the centre's copy ends; it says so where we disagree."""
    moved, tries = 0, 0
    with path.open("rb") as file:
        while offset < batch.size:
            file.seek(offset)
            piece = file.read(CHUNK)
            try:
                query = {"resource": batch.resource, "seq": batch.seq, "offset": offset}
                offset = _offset(line.ask("PUT", "batches/bytes", data=piece, query=query))
                moved += len(piece)
            except CentreRefused as problem:
                tries += 1
                if problem.told != "wrong_offset" or tries > TRIES:
                    raise
                offset = _offset(problem.facts)
    return moved


def verified(receipt: Any, parent: Centre, batch: Outgoing) -> Mapping[str, Any]:
    """The receipt, once the centre's signature and the batch that it names hold."""
    if not isinstance(receipt, dict):
        raise ForgedReceipt(_("上级没有给出回执。"))
    document = checked_document(receipt, {one["fingerprint"]: one["pem"] for one in parent.keys})
    manifest = manifest_of(batch.manifest)
    named = {"kind": "batch", "node": parent.node, "resource": batch.resource, "seq": batch.seq,
             "batch": batch.hash, "sha256": manifest.sha256, "previous": manifest.previous}  # fmt: skip
    if any(document.get(name) != value for name, value in named.items()):
        raise ForgedReceipt(
            _("回执说的不是“%(resource)s”第 %(seq)s 批。") % {"resource": batch.resource, "seq": batch.seq}
        )
    return receipt


def answer_all(line: Line, parent: Centre) -> int:
    """Answer what the centre asks; returns how many questions there were."""
    seen: list[str] = []
    while asked := _asked_after(line, seen):
        for one in asked:
            if reply := reply_to(one, parent):
                _hand_up(line, reply)
            seen.append(str(one["document"]["id"]))
    return len(seen)


def _asked_after(line: Line, seen: list[str]) -> list[dict[str, Any]]:
    """Those that a node below still has are passed over; a centre that cannot do so tells the same ones again."""
    query = {"after": seen[-1]} if seen else None
    told = line.ask("GET", "questions", query=query).get("questions", [])
    return [one for one in told if one["document"]["id"] not in seen]


def _hand_up(line: Line, reply: Reply) -> None:
    beside = {"rows": reply.rows, "subjects": reply.subjects}
    told = {name: base64.b64encode(data).decode() for name, data in beside.items()}
    line.ask("POST", "questions/answer", data={"reply": reply.document, **told})
