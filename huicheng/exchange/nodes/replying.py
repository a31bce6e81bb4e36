"""The node answers its centre: within what the centre's decision leaves, by its own policy, with receipts at both ends."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from huicheng.exchange.asking import admit, ask_admitted
from huicheng.exchange.evidence.receipts import note
from huicheng.exchange.looking import Look, held
from huicheng.exchange.nodes import relaying, telling
from huicheng.exchange.nodes.asking import check_asker
from huicheng.exchange.nodes.events import CentreAnswered
from huicheng.exchange.nodes.models import Answered, Centre, Node, Published
from huicheng.exchange.nodes.papers import checked_document, hash_of
from huicheng.exchange.nodes.problems import QuestionToNodeRefused
from huicheng.ground.api import Actor, BadInput, act, publish, signed
from huicheng.lake import api as lake

MOST_ROWS = 10_000
MOST_BYTES = 1 << 20
KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Reply:
    """``document`` is signed; the rows and whom they are about go beside it, by their hashes."""

    document: dict[str, Any]
    rows: bytes
    subjects: bytes


@dataclass
class _Outcome:
    outcome: str = "answered"
    reason: str = ""
    rows: bytes = b""
    count: int = 0
    subjects: bytes = b""
    reading: dict[str, Any] | None = None
    below: Mapping[str, Any] | None = None

    def refuse(self, reason: str) -> None:
        self.outcome, self.reason, self.rows, self.count = "refused", reason, b"", 0


def reply_to(asked: Mapping[str, Any], centre: Centre) -> Reply | None:
    """Answer a question of the centre, once: asked again, the same answer goes again. None while a node below has it."""
    document = checked_document(asked, {one["fingerprint"]: one["pem"] for one in centre.keys})
    number = str(document["id"])[:24]
    known = Answered.objects.filter(id=number).first()
    if known and known.rows is not None:
        return Reply(known.reply, bytes(known.rows), bytes(known.subjects or b""))
    said = _Outcome()
    if known:
        said.refuse(_("回答已经清除，不再发出。"))
        return _remember(document, said)
    try:
        _check(document, centre)
        if (lower := relaying.holder(document, centre)) is None:
            _read_here(document, said)
        elif not _from_below(document, lower, said):
            return None
    except (BadInput, lake.QuestionRefused) as refusal:
        said.refuse(str(refusal))
    return _remember(document, said)


def _from_below(document: Mapping[str, Any], lower: Node, said: _Outcome) -> bool:
    """Whether the node below has spoken; it is asked the first time."""
    back = relaying.came_back(document, lower)
    if back is None:
        return False
    if back.refusal:
        said.refuse(back.refusal)
    else:
        told = back.document
        said.rows, said.subjects, said.count, said.reading = (
            back.rows,
            back.subjects,
            told["rows"],
            told["reading"],
        )
    said.below = back.answer
    _fits(said)
    return True


def _read_here(document: Mapping[str, Any], said: _Outcome) -> None:
    look = Look(Actor.from_dict(dict(document["actor"])), str(document["purpose"]))
    try:
        with held(look):
            table = _answer(document, look.actor)
        said.rows, said.count = _packed(table), len(table)
    except (BadInput, lake.QuestionRefused, lake.QuestionFailed) as refusal:
        said.refuse(str(refusal))
    finally:
        if look.reads:
            note(look.actor, look.purpose, look.reads)
    if look.reads:
        said.reading, said.subjects = telling.written(look.reads[0], str(document["salt"]))
    _fits(said)


def _fits(said: _Outcome) -> None:
    if len(said.rows) > MOST_BYTES:
        said.refuse(_("回答超过 1 MB，请把问题问得小一些。"))
    if len(said.subjects) > telling.MOST_SUBJECTS:
        said.refuse(_("回答牵涉的人太多，请先汇总到看不出个人，或加上条件。"))
        said.subjects, said.reading = b"", None  # nothing of it goes out; our own log has it


def _check(document: Mapping[str, Any], centre: Centre) -> None:
    if document["node"] != centre.node or document["kind"] != "question":
        raise QuestionToNodeRefused(_("这个问题不是问本节点的。"))
    check_asker(Actor.from_dict(dict(document["actor"])))
    expires = parse_datetime(document["expires"])
    if expires is None or expires < timezone.now():
        raise QuestionToNodeRefused(_("提问已过期。"))
    offered = set(Published.objects.values_list("resource", flat=True))
    if strange := sorted(relaying.names_in(document) - offered):
        raise QuestionToNodeRefused(_("本节点没有发布 %(what)s。") % {"what": "、".join(strange)})


def _answer(document: Mapping[str, Any], actor: Actor) -> pa.Table:
    sql, purpose = document["sql"], document["purpose"]
    admitted = admit(sql, actor, purpose, document["case"], within=relaying.bounds_in(document))
    answer = ask_admitted(sql, actor, purpose, admitted, limit=MOST_ROWS + 1)
    if len(answer.table) > MOST_ROWS:
        raise QuestionToNodeRefused(_("回答超过 %(n)s 行，请先汇总或加条件。") % {"n": f"{MOST_ROWS:,}"})
    return answer.table


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


@act
def _remember(asked: Mapping[str, Any], said: _Outcome) -> Reply:
    reply = signed({
        "kind": "answer", "question": asked["id"], "asked": hash_of(asked), "node": asked["node"],
        "outcome": said.outcome, "reason": said.reason, "rows": said.count, "sha256": hashlib.sha256(said.rows).hexdigest(),
        "reading": said.reading, "below": said.below, "at": timezone.now().isoformat(), "sets": [],
    })  # fmt: skip
    kept = {"reply": reply, "rows": said.rows, "subjects": said.subjects, "resources": asked["resources"]}
    Answered.objects.update_or_create(id=asked["id"], defaults=kept)
    relaying.let_go(asked)
    publish(
        CentreAnswered(
            subject=f"question:{asked['id']}", question=asked["id"], outcome=said.outcome, signed=reply
        )
    )
    return Reply(reply, said.rows, said.subjects)


def wipe_old() -> int:
    return _wiped(Answered.objects.filter(at__lt=timezone.now() - KEPT))


def wipe_of(resource: str) -> int:
    held_rows = Answered.objects.exclude(rows=None)
    return _wiped(
        held_rows.filter(
            id__in=[row.id for row in held_rows if resource in row.resources or not row.resources]
        )
    )


def _wiped(rows: Any) -> int:
    """What was answered stays signed in the chain; of the rows their hash."""
    return int(rows.exclude(rows=None).update(rows=None, subjects=None))
