"""One page is one look, and a figure is counted once per state of its tables."""

from pathlib import Path

import pyarrow as pa
import pytest

from huicheng.exchange import looking
from huicheng.exchange.api import AccessDenied, ask, one_look, publish_table, recall, resource
from huicheng.ground.api import ANONYMOUS, Actor, events
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db
ZHENG = Actor(id="a1", name="郑宏", kind="official", department="shuju", duties=frozenset({"read"}))
SUN = Actor(id="a2", name="孙丽", kind="official", department="shuju", duties=frozenset({"read"}))
PEOPLE, FIRMS = "SELECT count(*) AS n FROM base.people", "SELECT count(*) AS n FROM base.firms"


@pytest.fixture(autouse=True)
def registers():
    for code in ("base.people", "base.firms"):
        hold(code, 2)


def hold(code: str, count: int) -> None:
    shape = pa.schema([(one.name, pa.string()) for one in resource(code).fields])
    publish_table(code, pa.Table.from_pylist([{"base_id": str(n)} for n in range(count)], schema=shape))


def asked() -> list[dict]:
    return [one.data for one in events(kind="exchange.QuestionAsked")]


def test_a_page_of_questions_is_one_event_that_names_every_table():
    with one_look(ZHENG, purpose="城市一览"):
        for question in (FIRMS, PEOPLE, PEOPLE):
            ask(question, ZHENG, purpose="城市一览：某图")
    (event,) = events(kind="exchange.QuestionAsked")
    assert set(event.data["tables"]) == {"base.people", "base.firms"}
    assert (event.subject, event.purpose) == ("resource:base.people", "城市一览")


def test_a_page_that_breaks_is_noted_all_the_same():
    with pytest.raises(ZeroDivisionError):
        broken_page()
    assert len(asked()) == 1


def broken_page() -> None:
    with one_look(ZHENG, purpose="城市一览"):
        ask(PEOPLE, ZHENG, purpose="城市一览")
        raise ZeroDivisionError


def test_what_another_asks_meanwhile_is_noted_as_his():
    with one_look(ZHENG, purpose="城市一览"):
        ask(PEOPLE, SUN, purpose="查阅")
        assert [one.actor for one in events(kind="exchange.QuestionAsked")] == ["a2"]


def test_a_refusal_inside_a_look_is_noted_at_once():
    with one_look(ANONYMOUS, purpose="好奇"), pytest.raises(AccessDenied):
        ask(PEOPLE, ANONYMOUS, purpose="好奇")
    assert len(events(kind="exchange.AccessRefused")) == 1
    assert asked() == []


def test_a_figure_follows_its_table():
    first = recall(PEOPLE, ZHENG, purpose="城市一览")
    assert recall(PEOPLE, ZHENG, purpose="城市一览") is first
    hold("base.people", 5)
    assert recall(PEOPLE, ZHENG, purpose="城市一览").table["n"].to_pylist() == [5]


def test_a_figure_that_was_seen_is_seen_after_an_erasure_too():
    recall(PEOPLE, ZHENG, purpose="城市一览")
    before = lake.version("base.people")
    hold("base.people", 2)
    recall(PEOPLE, ZHENG, purpose="城市一览")
    lake.forget("base.people")
    assert recall(PEOPLE, ZHENG, purpose="城市一览").tables["base.people"] > before + 1


def test_a_remembered_figure_is_refused_and_noted_like_any_other():
    recall(PEOPLE, ZHENG, purpose="城市一览")
    recall(PEOPLE, ZHENG, purpose="城市一览")
    assert len(asked()) == 2
    with pytest.raises(AccessDenied):
        recall(PEOPLE, ANONYMOUS, purpose="好奇")


def test_who_sees_names_masked_is_never_given_a_plain_answer():
    names = "SELECT name FROM base.people"
    owner = Actor(id="a3", name="王芳", kind="resident", person="1")
    assert recall(names, owner, purpose="本人查询").table.num_rows == 1
    assert recall(names, ZHENG, purpose="城市一览").table.num_rows == 2


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(looking, "REMEMBERED", 3)
    for number in range(6):
        recall(f"SELECT {number} AS n FROM base.people", ZHENG, purpose="城市一览")
    assert len(looking._answers) <= 3


def test_the_question_file_is_named(tmp_path: Path):
    (tmp_path / "people.sql").write_text(PEOPLE, encoding="utf-8")
    with one_look(ZHENG, purpose="城市一览"):
        recall(tmp_path / "people.sql", ZHENG, purpose="城市一览")
    assert asked()[0]["question"] == "people.sql"
