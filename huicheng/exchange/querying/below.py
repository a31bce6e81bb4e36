"""Questions to nodes for programs: one is put, and its answer fetched when it has come up."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from huicheng.exchange.answering import said, to_programs
from huicheng.exchange.nodes.door import ask_node, node_answer
from huicheng.exchange.querying import formats
from huicheng.exchange.querying.http import asking_of, question_in, unanswered
from huicheng.ground.api import current_actor


@to_programs("POST", noun="node")
def put(request: HttpRequest, code: str) -> HttpResponseBase:
    """One SELECT over what this node, or one below it, has published; it waits until the node comes for it."""
    asking = asking_of(request)
    sql, _told = question_in(request)
    with unanswered(_("只能是一个 SELECT，只用这个节点发布的表，如 raw.window_visits。")):
        number = ask_node(code, sql, asking.actor, purpose=asking.purpose, case=asking.case)
    return said({"question": number, "state": "waiting"}, status=202)


@to_programs("GET", "HEAD")
def answer(request: HttpRequest, question_id: str) -> HttpResponseBase:
    """Where it stands; once answered its rows, and the signed answers of every level."""
    found = node_answer(question_id, current_actor())
    rows = formats.rows(found.table) if found.table is not None else None
    told = {"question": found.question, "state": found.state, "reason": found.reason, "rows": rows}
    shown = said(told | {"road": found.road, "receipt": found.receipt or None})
    shown["Cache-Control"] = "private, no-store"
    return shown
