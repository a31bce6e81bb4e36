"""Questions to a node: asked at the centre, answered at the node, decided by the policy of both, receipts at both ends."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from huicheng.exchange.asking import AccessDenied, AccessRefused, ask
from huicheng.exchange.catalogue import resource
from huicheng.exchange.nodes.events import CentreAnswered, NodeAnswered, NodeAsked
from huicheng.exchange.nodes.inviting import found
from huicheng.exchange.nodes.models import Answered, Centre, Node, Published, Question, Stream
from huicheng.exchange.nodes.problems import (
    ForgedReceipt,
    MalformedRequest,
    QuestionToNodeRefused,
    TamperedBody,
)
from huicheng.exchange.policy import decide
from huicheng.ground.api import Actor, BadInput, act, acting_as, canonical, publish, signed, verifies
from huicheng.lake import api as lake

LIVES = timedelta(days=1)
MOST_ROWS = 10_000
MOST_BYTES = 1 << 20
ASKERS = ("official", "resident", "machine")


@dataclass(frozen=True)
class NodeAnswer:
    """``state``: waiting, answered or refused; ``table`` only where it was answered."""

    question: str
    state: str
    table: pa.Table | None
    reason: str
    receipt: Mapping[str, Any]


def ask_node(node: str, sql: str, actor: Actor, *, purpose: str) -> str:
    """Queue a SELECT for a node; returns the question's number. Its loop fetches it, its own policy decides again."""
    row = found(node)
    if row.revoked_at:
        raise QuestionToNodeRefused(_("节点“%(title)s”已被停用。") % {"title": row.title})
    if actor.kind not in ASKERS:
        raise QuestionToNodeRefused(_("只有人或部门的程序可以向节点提问，平台自身不可以。"))
    names = [table.removeprefix("raw.") for table in lake.tables_in(sql)]
    slice_of = set(Stream.objects.filter(node=row).values_list("resource", flat=True))
    if strange := sorted(set(names) - slice_of):
        raise QuestionToNodeRefused(
            _("节点“%(title)s”没有发布 %(what)s。") % {"title": row.title, "what": "、".join(strange)}
        )
    _admit(names, actor, purpose)
    return _queue(row, sql, actor, purpose, names)


def _admit(names: list[str], actor: Actor, purpose: str) -> None:
    for name in names:
        decision = decide(resource(name), actor, purpose)
        if not decision.allowed:
            with acting_as(actor):
                act(publish)(
                    AccessRefused(subject=f"resource:{name}", tables=tuple(names), reason=decision.reason)
                )
            raise AccessDenied(
                _("不能向节点读取“%(title)s”：%(why)s。")
                % {"title": resource(name).title, "why": _(decision.reason)}
            )


@act
def _queue(row: Node, sql: str, actor: Actor, purpose: str, names: list[str]) -> str:
    now, number = timezone.now(), f"Q{secrets.token_hex(8)}"
    document = {
        "kind": "question", "id": number, "node": row.id, "sql": sql, "purpose": purpose[:200],
        "actor": actor.as_dict(), "resources": sorted(set(names)), "at": now.isoformat(),
        "expires": (now + LIVES).isoformat(), "sets": [],
    }  # fmt: skip
    asked = signed(document)
    Question.objects.create(id=number, node=row, asked=asked, expires=now + LIVES)
    # A question may name people: the chain, which forgets nothing, keeps its hash.
    kept = {name: value for name, value in document.items() if name != "sql"}
    told = signed(kept | {"sha256": hashlib.sha256(sql.encode()).hexdigest(), "asked": _hash(document)})
    with acting_as(actor):
        publish(NodeAsked(subject=f"node:{row.id}", purpose=purpose[:200], resource=names[0], signed=told))
    return number


def waiting_for(node: Node) -> list[dict[str, Any]]:
    rows = Question.objects.filter(node=node, state=Question.WAITING, expires__gt=timezone.now())
    return [row.asked for row in rows.order_by("asked_at")[:20]]


def answered(node: Node, reply: Mapping[str, Any], rows: bytes) -> None:
    """Keep a node's answer once its signature, its question and its rows hold."""
    document = checked_document(reply, {node.fingerprint: node.pem})
    row = Question.objects.filter(id=str(document.get("question"))[:24], node=node).first()
    if row is None or document.get("asked") != _hash(row.asked["document"]):
        raise MalformedRequest(_("没有向这个节点提过这个问题。"))
    if document.get("sha256") != hashlib.sha256(rows).hexdigest():
        raise TamperedBody(_("回答的行与签名不符。"), do=_("请重发。"))
    if row.state == Question.WAITING:
        _keep(row, dict(reply), rows)


@act
def _keep(row: Question, reply: dict[str, Any], rows: bytes) -> None:
    outcome = "answered" if reply["document"]["outcome"] == "answered" else "refused"
    row.state, row.answer, row.rows, row.answered_at = outcome, reply, rows, timezone.now()
    row.reason = str(reply["document"].get("reason", ""))[:2000]
    row.save()
    publish(NodeAnswered(subject=f"node:{row.node_id}", question=row.id, outcome=outcome, answer=reply))


def node_answer(question: str, actor: Actor) -> NodeAnswer:
    """What became of a question; for whoever asked it, or a steward."""
    row = Question.objects.filter(id=question).first()
    steward = actor.kind == "system" or (actor.department == "shuju" and actor.may("steward"))
    if row is None or not (steward or row.asked["document"]["actor"]["id"] == actor.id):
        raise QuestionToNodeRefused(_("没有这个提问。"))
    state, reason = row.state, row.reason
    if state == Question.WAITING and row.expires < timezone.now():
        state, reason = Question.REFUSED, _("节点一直没有来取，提问已过期。")
    table = None
    if state == Question.ANSWERED and row.rows is not None:
        table = pa.ipc.open_stream(pa.py_buffer(bytes(row.rows))).read_all()
    return NodeAnswer(row.id, state, table, reason, row.answer)


def _hash(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(dict(document))).hexdigest()


def checked_document(thing: Mapping[str, Any], keys: Mapping[str, str]) -> Mapping[str, Any]:
    """The document inside ``{"document", "signature"}``, where one of these keys (by fingerprint) signed it."""
    try:
        document, mark = thing["document"], thing["signature"]
        pem = keys.get(mark["fingerprint"])
        if pem and isinstance(document, dict) and verifies(pem, canonical(document), mark["value"]):
            return document
    except (KeyError, TypeError, ValueError):
        pass
    raise ForgedReceipt(_("签名不是对方的密钥所签，或内容被改动过。"), do=_("请核对密钥指纹，并联系对方。"))


def reply_to(asked: Mapping[str, Any], centre: Centre) -> tuple[dict[str, Any], bytes]:
    """Answer a question of the centre, once: asked again, the same answer goes again."""
    document = checked_document(asked, {one["fingerprint"]: one["pem"] for one in centre.keys})
    number = str(document["id"])[:24]
    if known := Answered.objects.filter(id=number).first():
        return known.reply, bytes(known.rows or b"")
    outcome, reason, table = "answered", "", None
    try:
        table = _answer(document, centre)
    except (BadInput, lake.QuestionRefused, lake.QuestionFailed) as refusal:
        outcome, reason = "refused", str(refusal)
    rows = _packed(table)
    if len(rows) > MOST_BYTES:
        outcome, rows = "refused", b""
        reason = _("回答超过 1 MB，请把问题问得小一些。")
    return _remember(document, outcome, reason, rows, 0 if table is None else len(table)), rows


def _answer(document: Mapping[str, Any], centre: Centre) -> pa.Table:
    actor = Actor.from_dict(dict(document["actor"]))
    if document["node"] != centre.node or document["kind"] != "question":
        raise QuestionToNodeRefused(_("这个问题不是问本节点的。"))
    if actor.kind not in ASKERS:
        raise QuestionToNodeRefused(_("只有人或部门的程序可以向节点提问，平台自身不可以。"))
    expires = parse_datetime(document["expires"])
    if expires is None or expires < timezone.now():
        raise QuestionToNodeRefused(_("提问已过期。"))
    names = {table.removeprefix("raw.") for table in lake.tables_in(document["sql"])}
    offered = set(Published.objects.values_list("resource", flat=True))
    if strange := sorted(names - offered):
        raise QuestionToNodeRefused(_("本节点没有发布 %(what)s。") % {"what": "、".join(strange)})
    answer = ask(document["sql"], actor, purpose=document["purpose"], limit=MOST_ROWS + 1)
    if len(answer.table) > MOST_ROWS:
        raise QuestionToNodeRefused(_("回答超过 %(n)s 行，请先汇总或加条件。") % {"n": f"{MOST_ROWS:,}"})
    return answer.table


def _packed(table: pa.Table | None) -> bytes:
    if table is None:
        return b""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


@act
def _remember(asked: Mapping[str, Any], outcome: str, reason: str, rows: bytes, count: int) -> dict[str, Any]:
    reply = signed({
        "kind": "answer", "question": asked["id"], "asked": _hash(asked), "node": asked["node"], "outcome": outcome,
        "reason": reason, "rows": count if outcome == "answered" else 0, "sha256": hashlib.sha256(rows).hexdigest(),
        "at": timezone.now().isoformat(), "sets": [],
    })  # fmt: skip
    Answered.objects.create(id=asked["id"], reply=reply, rows=rows)
    publish(
        CentreAnswered(subject=f"question:{asked['id']}", question=asked["id"], outcome=outcome, signed=reply)
    )
    return reply
