"""王芳 sees with whom she lives, where and where she works; nobody else asks about her."""

import pytest

from huicheng.bases.api import relations
from huicheng.bases.tests.test_reading import LI, SUN, WANG, _publish
from huicheng.exchange.api import AccessDenied
from huicheng.ground.api import events

pytestmark = pytest.mark.django_db
ME = "P000000000001"
NUMBER = "11010519491231002X"


def value(base_id, field, text):
    return {"base_id": base_id, "field": field, "value": text, "department": "gongan", "chosen": True}


@pytest.fixture(autouse=True)
def registers():
    home = {"household_no": "H1", "status": "正常"}
    wang = {
        "base_id": ME, "name": "王芳", "id_number": NUMBER, "employer_id": "F1", "home_id": "H1", **home
    }  # fmt: skip
    son = {"base_id": "P3", "name": "李小明", "sex": "1", **home}
    gone = {"base_id": "P4", "name": "王老五", **home, "status": "死亡"}
    _publish("base.people", [wang, son, gone, {"base_id": "P5", "name": "赵一", "household_no": "H2"}])
    _publish("base.people_fields", [value(ME, "relation", "户主"), value("P3", "relation", "子女")])
    _publish("base.houses", [{"base_id": "H1", "owner_person": ME}, {"base_id": "H2", "owner_person": "P5"}])
    _publish("base.houses_fields", [value("H1", "area", "89"), value("H1", "owner_name", "李强")])
    _publish("base.firms", [{"base_id": "F2", "legal_person_id": NUMBER}, {"base_id": "F1"}])
    _publish("base.firms_fields", [value("F1", "name", "沈阳甲厂"), value("F2", "name", "沈阳乙厂")])


def mine():
    return relations(ME, actor=WANG, purpose="本人查看")


def test_those_who_share_the_household_are_masked_and_named_as_the_book_does():
    shown = [(one.name, one.relation, one.oneself) for one in mine().household]
    assert sorted(shown) == [("李**", "子女", False), ("王*", "户主", True)]


def test_a_home_says_whether_she_owns_it_or_lives_there():
    (home,) = mine().homes
    assert home.ties == ("home", "owner")


def test_other_people_are_left_out_of_what_a_home_tells():
    (home,) = mine().homes
    assert [one.field for one in home.fields] == ["area"]


def test_employer_and_firms_she_stands_for():
    assert [(one.base_id, one.ties) for one in mine().firms] == [
        ("F1", ("employer",)),
        ("F2", ("legal_person",)),
    ]


@pytest.mark.parametrize("who", [LI, SUN])
def test_nobody_else_asks_and_whoever_tries_stands_in_her_log(who):
    with pytest.raises(AccessDenied, match="不是本人"):
        relations(ME, actor=who, purpose="好奇")
    assert events(subject=f"person:{ME}")[0].kind == "bases.ReadRefused"


def test_her_own_look_is_noted_once():
    mine()
    (event,) = events(subject=f"person:{ME}")
    assert event.data["what"] == "relations"


def test_her_look_is_signed_with_all_that_was_read_and_no_more():
    mine()
    read = events(subject=f"person:{ME}")[0].data["signed"]["document"]["reads"]
    tables = {table for one in read for table in one["tables"]}
    assert tables == {
        f"base.{kind}{part}" for kind in ("people", "houses", "firms") for part in ("", "_fields")
    }
    (book,) = [one["tables"]["base.people"] for one in read if one["question"] == "household.sql"]
    assert book["masked"] == ["name"]
    assert "id_number" not in book["plain"]


def test_before_the_first_fusion_there_is_nothing():
    from huicheng.lake import api as lake

    for kind in ("people", "houses", "firms"):
        lake.delete(f"base.{kind}")
    assert mine().homes == ()
