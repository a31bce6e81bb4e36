"""Two worlds that differ only in what was not granted look the same: to every question, export, error and receipt.

Random grants meet random questions. In the second world every value that the grant hides is another, masked values
keep only what their mask shows, and other rows stand outside the granted ones. Whatever tells the worlds apart is a leak.
"""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange.tests.phrases import outcome, questions
from huicheng.exchange.tests.town import HE, PURPOSE
from huicheng.exchange.tests.worlds import CANARY, SPARING, Worlds, grant, shown_of, sights
from huicheng.ground.api import events
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db


@pytest.fixture
def worlds(db) -> Worlds:
    return Worlds()


def check(worlds: Worlds, sight, asked: list[str]) -> None:
    seen, plain = sight
    codes = worlds.of(shown_of(sight))
    for code in codes:
        grant(code, seen, plain)
    for question in asked:
        first, second = (outcome(question, code) for code in codes)
        assert first == second, question
        leaked = [word for word in CANARY.findall(first) if "-aaaa-" in word]
        assert not leaked, question
    sent = [b"".join(exchange.export(code, HE, form="csv", purpose=PURPOSE)) for code in codes]
    assert sent[0] == sent[1]
    told = json.dumps([event.data for event in events(limit=200)], ensure_ascii=False, default=str)
    assert "-aaaa-" not in told
    assert "-bbbb-" not in told


@settings(SPARING, max_examples=25)
@given(sights(), st.lists(questions(), min_size=8, max_size=8))
def test_no_question_tells_two_worlds_apart_that_differ_in_what_was_not_granted(worlds, sight, asked):
    check(worlds, sight, asked)


def test_two_columns_of_one_name_are_both_answered(worlds):
    code = worlds.of(frozenset({"sex"}))[0]
    grant(code, ("sex", "id_number"), ())
    answer = exchange.ask(f"SELECT sex, id_number, id_number FROM raw.{code}", HE, purpose=PURPOSE)
    assert answer.table.column_names == ["sex", "id_number", "id_number"]


@pytest.mark.slow
@settings(SPARING, max_examples=400)
@given(sights(), st.lists(questions(), min_size=10, max_size=10))
def test_four_thousand_questions_tell_no_worlds_apart(worlds, sight, asked):
    check(worlds, sight, asked)


def test_a_leak_would_be_seen(worlds, monkeypatch):
    """The same worlds, and a policy that forgets to hide: the test must notice."""
    from huicheng.exchange import policy

    monkeypatch.setattr(policy, "masked", lambda mask, column: column)
    with pytest.raises(AssertionError):
        check(worlds, (("name",), ()), ["SELECT md5(name) AS v FROM raw.T"])


def test_a_forgotten_row_filter_would_be_seen(worlds, monkeypatch):
    from huicheng.exchange import policy

    monkeypatch.setattr(policy, "where", lambda spec, conditions: None)
    with pytest.raises(AssertionError):
        check(worlds, (("sex",), ()), ["SELECT count(*) AS n FROM raw.T"])


def _table_functions() -> list[str]:
    engine = lake.connection(memory="64MB")
    asked = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'table_macro', 'pragma')"
    return sorted(str(row[0]) for row in engine.execute(asked).fetchall())


HARMLESS = {"unnest", "range", "generate_series"}


@pytest.mark.parametrize("form", ["SELECT * FROM {f}()", "SELECT * FROM {f}('raw.world_a')", "FROM {f}('/etc/passwd')",
                                  "WITH w AS (FROM {f}('x')) SELECT * FROM w", "SELECT (SELECT count(*) FROM {f}('x'))",
                                  "CALL {f}()", "PRAGMA {f}", 'SELECT * FROM main."{f}"(1)'])  # fmt: skip
def test_no_table_function_of_the_engine_is_within_reach(form):
    names = [name for name in _table_functions() if re.fullmatch(r"\w+", name) and name not in HARMLESS]
    assert len(names) > 50
    open_ones = []
    for name in names:
        try:
            lake.tables_in(form.format(f=name))
            open_ones.append(name)
        except lake.QuestionRefused:
            pass
    assert not open_ones
