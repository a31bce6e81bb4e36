"""Two worlds that differ only in what was not granted look the same when a node answers for them: rows, refusals, events.

One home is node and centre at once, so both decide under the same grant.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange.nodes.models import Centre
from huicheng.exchange.policy import mount_of
from huicheng.exchange.tests.nodetown import invited
from huicheng.exchange.tests.phrases import of_world, questions
from huicheng.exchange.tests.town import HE, PURPOSE
from huicheng.exchange.tests.worlds import (
    CANARY,
    COLUMNS,
    SPARING,
    WORLDS,
    declare_worlds,
    grant,
    publish,
    rows_of,
    shown_of,
    sights,
)
from huicheng.ground.api import BadInput, events
from huicheng.lake import api as lake

REFUSALS = (BadInput, exchange.AccessDenied, lake.QuestionRefused, lake.QuestionFailed)


@pytest.fixture
def node(transactional_db: Any, live_server: Any) -> str:
    declare_worlds()
    exchange.join_centre(live_server.url, invited(department="weijian"))
    for code in WORLDS:
        exchange.offer_resource(exchange.resource(code), stays=True)
    exchange.node_pass()
    return Centre.objects.get().node


def put(node: str, question: str, code: str) -> str:
    """The question's number, or why it was refused at once."""
    try:
        return exchange.ask_node(node, of_world(question, code), HE, purpose=PURPOSE)
    except REFUSALS as refused:
        return f"{type(refused).__name__}: {refused}".replace(code, "T")


def fetched(put_as: str, code: str) -> str:
    if not put_as.startswith("Q") or " " in put_as:
        return put_as
    found = exchange.node_answer(put_as, HE)
    rows = (
        (found.table.column_names, sorted(map(str, found.table.to_pylist())))
        if found.table is not None
        else ()
    )
    return f"{found.state} {found.reason} {rows}".replace(code, "T")


def check(node: str, sight, asked: list[str]) -> list[str]:
    shown = shown_of(sight)
    for code, secret, strangers in (("world_a", "aaaa", 3), ("world_b", "bbbb", 5)):
        publish(code, rows_of(shown, secret, strangers))
        grant(code, *sight)
    waiting = [(one, code, put(node, one, code)) for one in asked for code in WORLDS]
    exchange.node_pass()
    heard = [fetched(number, code) for _one, code, number in waiting]
    for question, first, second in zip(asked, heard[::2], heard[1::2], strict=True):
        assert first == second, question
        assert not [word for word in CANARY.findall(first) if "-aaaa-" in word], question
    told = json.dumps([event.data for event in events(limit=400)], ensure_ascii=False, default=str)
    assert not [word for word in ("-aaaa-", "-bbbb-") if word in told]
    return heard[::2]


@settings(SPARING, max_examples=6)
@given(sights(), st.lists(questions(), min_size=8, max_size=8))
def test_no_answer_of_a_node_tells_two_worlds_apart(node, sight, asked):
    check(node, sight, asked)


@pytest.mark.slow
@settings(SPARING, max_examples=60)
@given(sights(), st.lists(questions(), min_size=10, max_size=10))
def test_six_hundred_answers_of_a_node_tell_no_worlds_apart(node, sight, asked):
    check(node, sight, asked)


def test_a_node_answers_what_is_granted(node):
    (heard,) = check(node, (COLUMNS, ()), ["SELECT file_no, name FROM raw.T"])
    assert heard.startswith("answered")
    assert heard.count("'file_no'") == 5


def test_a_column_that_a_node_shows_by_mistake_would_be_seen(node, monkeypatch):
    def too_much(spec, decision):
        mount = mount_of(spec, decision)
        return replace(mount, columns={**mount.columns, "name": '"blood_type"'})

    monkeypatch.setattr("huicheng.exchange.evidence.reading.mount_of", too_much)
    with pytest.raises(AssertionError):
        check(node, (("name",), ("name",)), ["SELECT name FROM raw.T"])
