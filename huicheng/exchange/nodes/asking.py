"""Questions to a node, as the centre has them: whoever asks is decided on when he asks, when the answer comes, and when
he fetches it. The answer is his alone, and words and rows go when their time is over."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.aggregating import judged
from huicheng.exchange.asking import AccessRefused, decided, refusing, take
from huicheng.exchange.evidence.reading import Admitted
from huicheng.exchange.evidence.sets import salt_for
from huicheng.exchange.nodes import telling
from huicheng.exchange.nodes.events import NodeAnswered, NodeAnswerRead, NodeAnswersWiped, NodeAsked
from huicheng.exchange.nodes.inviting import found
from huicheng.exchange.nodes.models import Node, Question, Stream
from huicheng.exchange.nodes.papers import ASKERS, checked_document, hash_of
from huicheng.exchange.nodes.problems import (
    AnswerWiped,
    MalformedRequest,
    NoSuchNode,
    NotYourQuestion,
    QuestionToNodeRefused,
    RightChanged,
    TamperedBody,
)
from huicheng.exchange.policy import bounds_of
from huicheng.exchange.refusals import AccessDenied
from huicheng.ground.api import Actor, act, acting_as, publish, signed
from huicheng.lake import api as lake

LIVES = timedelta(days=1)
# So long the words of a question and the rows of its answer are kept; then their hashes alone.
KEPT = timedelta(days=3)
PRIVATE = ("sql", "salt")


@dataclass(frozen=True)
class NodeAnswer:
    """``state``: waiting, answered or refused; ``table`` only where it was answered."""

    question: str
    state: str
    table: pa.Table | None
    reason: str
    receipt: Mapping[str, Any]

    @property
    def road(self) -> tuple[str, ...]:
        """Who signed it, from the node that was asked down to the one that answered."""
        return tuple(_signers(self.receipt))


def _signers(receipt: Mapping[str, Any] | None) -> Iterator[str]:
    while receipt:
        yield str(receipt["document"]["node"])
        receipt = receipt["document"].get("below")


def ask_node(node: str, sql: str, actor: Actor, *, purpose: str, case: str = "") -> str:
    """Queue a SELECT for a node, or for one further below; returns the question's number.

    Its loop fetches it, and its own policy decides again. What lies below it goes on to the node that has it.
    """
    row = towards(node)
    check_asker(actor)
    tables = lake.tables_in(sql)
    _in_its_slice(row, tables)
    admitted = decided(tables, actor, purpose, case)
    for table, one in admitted.items():
        if one.decision.smallest_group:
            with refusing(actor, purpose, table, "授权只用于统计"):
                judged(sql, table, one)
    take(actor, purpose, admitted, questions=1)
    document = _document(row, sql, actor, purpose, case, admitted)
    return queue(row, document | {"for": node if node != row.id else ""})


def check_asker(actor: Actor) -> None:
    if actor.kind not in ASKERS:
        raise QuestionToNodeRefused(_("只有人或部门的程序可以向节点提问，平台自身不可以。"))


def towards(number: str) -> Node:
    """The node that has joined here, or the one below which it stands."""
    if not number.isprintable():
        raise NoSuchNode(_("没有这个节点。"))
    row = Node.objects.filter(id=number).first()
    if row is None:
        over = [one for one in Node.objects.filter(revoked_at=None) if number in below(one.below)]
        row = over[0] if len(over) == 1 else found(number)
    if row.revoked_at:
        raise QuestionToNodeRefused(_("节点“%(title)s”已被停用。") % {"title": row.title})
    return row


def below(told: object) -> set[str]:
    """The numbers of all nodes that a node tells of below it."""
    listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return {str(one.get("id")) for one in listed}.union(*(below(one.get("below")) for one in listed))


def _in_its_slice(row: Node, tables: Iterable[str]) -> None:
    names = {table.removeprefix("raw.") for table in tables}
    slice_of = set(Stream.objects.filter(node=row).values_list("resource", flat=True))
    if not names:
        raise QuestionToNodeRefused(_("问题里没有一张表。"))
    if strange := sorted(names - slice_of):
        raise QuestionToNodeRefused(
            _("节点“%(title)s”没有发布 %(what)s。") % {"title": row.title, "what": "、".join(strange)}
        )


def _document(
    row: Node, sql: str, actor: Actor, purpose: str, case: str, admitted: Mapping[str, Admitted]
) -> dict[str, Any]:
    now = timezone.now()
    return {
        "kind": "question", "id": f"Q{secrets.token_hex(8)}", "node": row.id, "sql": sql, "purpose": purpose[:200],
        "case": case.strip(), "actor": actor.as_dict(), "within": bounds(admitted), "grants": _grants(admitted), "salt": salt_for(row.id),
        "resources": sorted(one.spec.code for one in admitted.values()), "at": now.isoformat(),
        "expires": (now + LIVES).isoformat(), "sets": [],
    }  # fmt: skip


def bounds(admitted: Mapping[str, Admitted]) -> dict[str, Any]:
    return {table: bounds_of(one.decision).as_dict() for table, one in admitted.items()}


def _grants(admitted: Mapping[str, Admitted]) -> dict[str, Any]:
    """What the decisions stand on: a node below knows of no application that was answered here."""
    granted = {table: one.decision.grant for table, one in admitted.items() if one.decision.grant}
    return {table: {"id": one.id, "expires": one.expires.isoformat()} for table, one in granted.items()}


@act
def queue(row: Node, document: dict[str, Any], *, above: str = "") -> str:
    actor = Actor.from_dict(document["actor"])
    Question.objects.create(
        id=document["id"], node=row, asked=signed(document), above=above, expires=document["expires"]
    )
    # A question may name people: the chain, which forgets nothing, keeps its hash.
    told = signed(_without_words(document) | {"asked": hash_of(document)})
    with acting_as(actor):
        publish(
            NodeAsked(
                subject=f"node:{row.id}", purpose=document["purpose"], resource=document["resources"][0], signed=told
            )
        )  # fmt: skip
    return str(document["id"])


def _without_words(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if name not in PRIVATE}
    return kept | {"sha256": hashlib.sha256(document["sql"].encode()).hexdigest()}


def waiting_for(node: Node, *, after: str = "") -> list[dict[str, Any]]:
    """The oldest; those that follow ``after``, for a node that has passed the first ones on and waits itself."""
    rows = Question.objects.filter(node=node, state=Question.WAITING, expires__gt=timezone.now())
    if last := Question.objects.filter(id=after[:24], node=node).first():
        rows = rows.filter(Q(asked_at__gt=last.asked_at) | Q(asked_at=last.asked_at, id__gt=last.id))
    return [row.asked for row in rows.order_by("asked_at", "id")[:20]]


def answered(node: Node, reply: Mapping[str, Any], rows: bytes, subjects: bytes = b"") -> None:
    """Keep a node's answer once its signature, its question, its rows and the right to it hold."""
    document = checked_document(reply, {node.fingerprint: node.pem})
    row = Question.objects.filter(id=str(document.get("question"))[:24], node=node).first()
    if row is not None and row.state == Question.WIPED:
        return  # its rows were erased meanwhile: nobody is handed this any more
    if row is None or document.get("asked") != hash_of(row.asked["document"]):
        raise MalformedRequest(_("没有向这个节点提过这个问题。"))
    if document.get("sha256") != hashlib.sha256(rows).hexdigest():
        raise TamperedBody(_("回答的行与签名不符。"), do=_("请重发。"))
    if row.state == Question.WAITING:
        told = telling.read_in(document, subjects)
        _settle(row.id, dict(reply), rows, subjects, told)


@transaction.atomic
def _settle(
    question: str, reply: dict[str, Any], rows: bytes, subjects: bytes, told: telling.Told | None
) -> None:
    """Once, however often the node sends it: its rows count, and its receipt is written, with the answer or not at all."""
    row = Question.objects.select_for_update().get(id=question)
    if row.state != Question.WAITING:
        return
    if row.above:
        telling.count_in(reply["document"])
        return _keep(row, reply, rows, "", subjects=subjects)
    asked = row.asked["document"]
    try:
        admitted = _right(asked, Actor.from_dict(asked["actor"]))
        _take(asked, admitted, reply["document"], told)
    except (AccessDenied, RightChanged) as refusal:
        return _keep(row, reply, None, str(refusal))
    _keep(row, reply, rows, "", (told, admitted) if told else None)


def _right(asked: Mapping[str, Any], actor: Actor) -> dict[str, Admitted]:
    """The decisions of now, where they leave what those of then left; else a refusal, in writing."""
    admitted = decided(asked["within"], actor, asked["purpose"], asked["case"])
    if bounds(admitted) == asked["within"]:
        return admitted
    _note_refusal(asked, actor, "提问以后权限已变")
    raise RightChanged(_("提问以后，您能看到的列或行变了。"), do=_("请重新提问。"))


def _take(
    asked: Mapping[str, Any], admitted: Mapping[str, Admitted], document: Mapping[str, Any],
    told: telling.Told | None,
) -> None:  # fmt: skip
    """The rows of an answer, or the people its receipt tells of where one row of it holds many."""
    most = max(len(one.spec.subjects) for one in admitted.values())
    people = -(-len(told.keys) // max(1, most)) if told else 0
    if document.get("outcome") == "answered":
        actor = Actor.from_dict(asked["actor"])
        take(actor, asked["purpose"], admitted, rows=max(telling.count_in(document), people))


@act
def _note_refusal(asked: Mapping[str, Any], actor: Actor, reason: str) -> None:
    with acting_as(actor):
        publish(
            AccessRefused(
                subject=f"question:{asked['id']}", purpose=asked["purpose"], tables=tuple(asked["within"]),
                reason=reason,
            )
        )  # fmt: skip


@act
def _keep(
    row: Question, reply: dict[str, Any], rows: bytes | None, refusal: str,
    told: tuple[telling.Told, Mapping[str, Admitted]] | None = None, subjects: bytes | None = None,
) -> None:  # fmt: skip
    """The receipt for those it is about is written in the same breath as the answer; where it goes on up, up there."""
    good = reply["document"]["outcome"] == "answered" and not refusal
    row.state = Question.ANSWERED if good else Question.REFUSED
    row.answer, row.answered_at = reply, timezone.now()
    row.rows, row.subjects = (rows, subjects) if good else (None, None)
    row.reason = refusal or str(reply["document"].get("reason", ""))[:2000]
    row.save()
    if told:
        telling.tell(row.node_id, row.asked["document"], *told)
    publish(NodeAnswered(subject=f"node:{row.node_id}", question=row.id, outcome=row.state, answer=reply))


def node_answer(question: str, actor: Actor) -> NodeAnswer:
    """What became of a question, for whoever asked it and as far as he still may; each handing out leaves its line."""
    row = Question.objects.filter(id=question[:24]).first() if question.isprintable() else None
    asked = row.asked["document"] if row else {}
    # A question that was passed on has an asker of another city, who may have the number of one of ours.
    if row is None or row.above or asked["actor"]["id"] != actor.id:
        if row is not None:
            _note_refusal(asked, actor, "不是提问的人")
        raise NotYourQuestion(_("您没有提过编号为 %(id)s 的问题。") % {"id": question[:24]})
    if row.state == Question.WIPED:
        raise AnswerWiped(_("这个问题的内容和回答已经清除，只留下散列。"), do=_("需要时请重新提问。"))
    state, reason = row.state, row.reason
    if state == Question.WAITING and row.expires < timezone.now():
        state, reason = Question.REFUSED, _("节点一直没有来取，提问已过期。")
    return NodeAnswer(row.id, state, _handed_out(row, actor), reason, row.answer)


def _handed_out(row: Question, actor: Actor) -> pa.Table | None:
    if row.state != Question.ANSWERED or row.rows is None:
        return None
    _right(row.asked["document"], actor)
    _note_handing_out(row, actor)
    return pa.ipc.open_stream(pa.py_buffer(bytes(row.rows))).read_all()


@act
def _note_handing_out(row: Question, actor: Actor) -> None:
    document = row.answer["document"]
    with acting_as(actor):
        publish(
            NodeAnswerRead(
                subject=f"question:{row.id}", purpose=row.asked["document"]["purpose"], question=row.id,
                sha256=document["sha256"],
            )
        )  # fmt: skip


def wipe_old() -> int:
    old = Question.objects.exclude(state=Question.WIPED).filter(asked_at__lt=timezone.now() - KEPT)
    return _wipe(list(old), "过了保存期限")


def wipe_of(resource: str) -> int:
    """Rows were erased: no answer that may hold them stays, nor a question that may name whose they were."""
    rows = Question.objects.exclude(state=Question.WIPED)
    return _wipe([row for row in rows if resource in row.asked["document"]["resources"]], "行已删除")


def _wipe(rows: list[Question], why: str) -> int:
    if rows:
        _wipe_now(rows, why)
    return len(rows)


@act
def _wipe_now(rows: list[Question], why: str) -> None:
    for row in rows:
        document = row.asked["document"]
        row.asked = {"document": _without_words(document), "asked": hash_of(document)}
        row.state, row.rows, row.subjects, row.reason = Question.WIPED, None, None, ""
        row.save()
    publish(NodeAnswersWiped(subject="questions", questions=len(rows), why=why))
