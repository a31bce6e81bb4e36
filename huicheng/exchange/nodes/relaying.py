"""A question for what lies further below goes on to the node that has it, and its answer comes back up by the same road.

Each level asks in its own name what its own centre asked: within what both decisions leave, for the same asker. Nobody
reads anything on the way, and whom the answer is about is keyed for the city that asked first.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from huicheng.exchange.asking import decided, take
from huicheng.exchange.catalogue import resource
from huicheng.exchange.nodes.asking import bounds, queue, towards
from huicheng.exchange.nodes.models import Centre, Node, Question, Stream
from huicheng.exchange.nodes.papers import hash_of
from huicheng.exchange.nodes.problems import QuestionToNodeRefused
from huicheng.exchange.policy import Bounds, GrantAbove
from huicheng.ground.api import Actor
from huicheng.lake import api as lake


@dataclass(frozen=True)
class Back:
    """What the node below said; ``refusal`` where that is no answer, or where it can say nothing any more."""

    answer: Mapping[str, Any] | None
    rows: bytes
    subjects: bytes
    refusal: str

    @property
    def document(self) -> Mapping[str, Any]:
        document: Mapping[str, Any] = (self.answer or {})["document"]
        return document


def names_in(document: Mapping[str, Any]) -> set[str]:
    return {table.removeprefix("raw.") for table in lake.tables_in(document["sql"])}


def bounds_in(document: Mapping[str, Any]) -> dict[str, Bounds]:
    grants = document.get("grants") or {}
    try:
        return {
            table: Bounds.from_dict(one, _grant(grants.get(table)))
            for table, one in document["within"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise QuestionToNodeRefused(_("提问没有写明上级允许看到什么。")) from None


def _grant(told: Mapping[str, Any] | None) -> GrantAbove | None:
    if told is None:
        return None
    expires = parse_datetime(told["expires"])
    return GrantAbove(str(told["id"])[:20], expires) if expires else None


def holder(document: Mapping[str, Any], centre: Centre) -> Node | None:
    """The node towards which the question goes on; None where the rows lie here."""
    if gone_on := Question.objects.filter(above=document["id"]).first():
        return gone_on.node
    meant = str(document.get("for", ""))
    if meant and meant != centre.node:
        return towards(meant)
    if meant:
        return None
    places = [_places(name, centre.node) for name in names_in(document)]
    common = set.intersection(*places) if places else set()
    if len(common) == 1 or not any(places):
        number = next(iter(common), "")
        return towards(number) if number else None
    if common:
        raise QuestionToNodeRefused(
            _("这份数据不止一处有：%(where)s。请写明问哪一个节点。")
            % {"where": "、".join(sorted(_titles(common)))}
        )
    raise QuestionToNodeRefused(_("问题里的几份数据不在同一个节点，不能一起问。"))


def _places(name: str, own: str) -> set[str]:
    """Where rows of it lie: the numbers of nodes below, and nothing as the number of this one."""
    rows = Stream.objects.filter(resource=name, stays=True).exclude(node=own)
    live = rows.filter(node__revoked_at=None)
    here = {""} if lake.exists(resource(name).table) else set()
    return here | set((live if live.exists() or here else rows).values_list("node", flat=True))


def _titles(numbers: set[str]) -> list[str]:
    named = {row.id: f"{row.title}（{row.id}）" for row in Node.objects.filter(id__in=numbers)}
    return [named.get(one, _("本级")) for one in numbers]


def came_back(document: Mapping[str, Any], lower: Node) -> Back | None:
    """None while the node below has not spoken; asked for the first time, it is asked."""
    row = Question.objects.filter(above=document["id"]).first()
    if row is None:
        with suppress(IntegrityError):  # another pass was quicker
            _pass_on(document, lower)
        return None
    title = {"title": row.node.title}
    if row.state == Question.ANSWERED and row.rows is not None:
        return Back(row.answer, bytes(row.rows), bytes(row.subjects or b""), "")
    if row.state == Question.REFUSED:
        why = _("下级节点“%(title)s”没有回答：%(why)s") % {**title, "why": row.reason}
        return Back(row.answer, b"", b"", why)
    if row.state != Question.WAITING:
        return Back(row.answer or None, b"", b"", _("回答已经清除，不再发出。"))
    if row.node.revoked_at:
        return Back(None, b"", b"", _("节点“%(title)s”已被停用。") % title)
    return None


def _pass_on(document: Mapping[str, Any], lower: Node) -> None:
    actor, purpose = Actor.from_dict(dict(document["actor"])), document["purpose"]
    admitted = decided(document["within"], actor, purpose, document["case"], within=bounds_in(document))
    take(actor, purpose, admitted, questions=1)
    meant = document.get("for", "")
    asked = {
        **{name: document[name] for name in ("kind", "sql", "purpose", "case", "actor", "salt", "resources", "expires", "sets")},
        "id": f"Q{secrets.token_hex(8)}", "node": lower.id, "for": meant if meant != lower.id else "",
        "within": bounds(admitted), "grants": document.get("grants") or {}, "at": timezone.now().isoformat(),
        "above": {"question": document["id"], "node": document["node"], "asked": hash_of(document)},
    }  # fmt: skip
    queue(lower, asked, above=document["id"])


def let_go(document: Mapping[str, Any]) -> None:
    """The answer stands in ours from now on: one copy of it is enough."""
    Question.objects.filter(above=document["id"]).update(rows=None, subjects=None)


def spoken() -> int:
    """How many questions that were passed on are no longer waiting for an answer."""
    return Question.objects.exclude(above="").exclude(state=Question.WAITING).count()
