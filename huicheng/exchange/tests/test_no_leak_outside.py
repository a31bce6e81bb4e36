"""What two worlds of what is open on a condition look like from outside government: the same, whatever a grant says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange.tests.phrases import outcome, questions
from huicheng.exchange.tests.town import PURPOSE
from huicheng.exchange.tests.worlds import CANARY, OTHERS, SPARING, Worlds, grant, sights
from huicheng.ground.api import Actor

pytestmark = pytest.mark.django_db
WANG = Actor(id="account:31", name="王芳", kind="resident", person="P000000000001")
INTERNAL = {"birth_date"}


@pytest.fixture
def worlds(db) -> Worlds:
    """About files, not people: else society would get sums alone."""
    return Worlds(about="firm", subject="file_no", openness="conditional", open_condition="限于研究")


def exported(code: str) -> bytes:
    try:
        return b"".join(exchange.export(code, WANG, form="csv", purpose=PURPOSE))
    except exchange.AccessDenied as refused:
        return str(refused).replace(code, "T").encode()


def check(worlds: Worlds, sight, asked: list[str]) -> None:
    """Whatever the grant says is plain, only public columns are."""
    seen, plain = sight
    codes = worlds.of(frozenset(seen) & (set(OTHERS) - INTERNAL))
    for code in codes:
        grant(code, seen, plain, account=WANG.id)
    for question in asked:
        first, second = (outcome(question, code, WANG) for code in codes)
        assert first == second, question
        assert "-aaaa-" not in "".join(CANARY.findall(first)), question
    assert exported(codes[0]) == exported(codes[1])


@settings(SPARING, max_examples=25)
@given(sights(), st.lists(questions(), min_size=8, max_size=8))
def test_no_question_from_outside_tells_the_worlds_apart(worlds, sight, asked):
    check(worlds, sight, asked)


def test_who_was_granted_it_does_see_what_is_public(worlds):
    """Else the worlds would look the same to whoever sees nothing."""
    codes = worlds.of(frozenset({"sex"}))
    grant(codes[0], ("sex", "name"), ("name",), account=WANG.id)
    rows = exchange.ask(f"SELECT * FROM raw.{codes[0]}", WANG, purpose=PURPOSE).table.to_pylist()
    assert [set(row) for row in rows] == [{"sex", "name"}] * 4
    assert all("*" in row["name"] for row in rows)


def test_an_unmasked_value_would_be_seen(worlds, monkeypatch):
    from huicheng.exchange import policy

    monkeypatch.setattr(policy, "masked", lambda mask, column: column)
    with pytest.raises(AssertionError):
        check(worlds, (("name",), ()), ["SELECT md5(name) AS v FROM raw.T"])
