"""The police write 1 and 2 the other way round: their own table says so, and what is stored is the national code."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from huicheng.exchange.api import (
    Field,
    MissingColumns,
    NotYours,
    Resource,
    UnknownCodeTable,
    WrongLocalCodes,
    bring_codes,
    codes_csv,
    declare,
    deliver,
    delivery_proof,
    issues,
    local_codes,
    preview,
    translations_of,
)
from huicheng.ground.api import Actor, act, acting_as, check_proof, events, public_keys, system_actor
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db(transaction=True)
WU = Actor(id="o7", name="吴桐", kind="official", department="gongan", duties=frozenset({"deliver"}))
CHEN = Actor(id="o1", name="陈晨", kind="official", department="jiaotong", duties=frozenset({"deliver"}))
PERMITS = Resource(
    code="residence_permits", title="居住证登记", owner="gongan", key=("number",),
    fields=(Field("number", "证号", "text", required=True), Field("sex", "性别", "code", codes="sex")),
)  # fmt: skip
MAPPING = "本地代码,本地名称,国家代码\nM,男士,1\nF,女士,2\n9,未登记,0\n"


@pytest.fixture
def permits(db):
    act(lambda: declare(PERMITS, by_pack=False))()


@pytest.fixture
def brought(permits, tmp_path):
    return bring(tmp_path)


def bring(folder, text=MAPPING, *, actor=WU, table="sex", owner="gongan", valid_from=None):
    path = folder / "对照.csv"
    path.write_text(text, encoding="utf-8")
    return bring_codes(path, actor, owner=owner, table=table, valid_from=valid_from)


def delivered(folder, *sexes, name="证.csv"):
    path = folder / name
    lines = [f"A{at},{sex}" for at, sex in enumerate(sexes)]
    path.write_text("\n".join(["证号,性别", *lines]), encoding="utf-8")
    with acting_as(system_actor("test")):
        return deliver("residence_permits", path)


def stored() -> list[str]:
    return sorted(lake.read("raw.residence_permits").read_all()["sex"].to_pylist())


def test_local_codes_and_names_become_national_codes(brought, tmp_path):
    delivered(tmp_path, "M", "F", "女士", "9")
    assert stored() == ["0", "1", "2", "2"]


def test_the_receipt_says_by_which_version_and_how_many(brought, tmp_path):
    receipt = delivered(tmp_path, "M", "F", "")
    (one,) = translations_of(receipt.id)
    assert (one.field, one.department, one.version, one.values) == ("sex", "gongan", 1, 2)
    proven = check_proof(delivery_proof(receipt.id), keys=[key.pem for key in public_keys()])
    assert proven.document["codes"] == [vars(one)]


def test_an_unknown_local_code_goes_back_and_is_named(brought, tmp_path):
    receipt = delivered(tmp_path, "M", "F", "F", "男", "X")
    found = {(one.value, one.code) for one in issues(receipt.id)}
    assert found == {("男", "code.local_unknown"), ("X", "code.local_unknown")}
    assert (receipt.accepted, receipt.refused) == (3, 2)


def test_the_preview_reads_by_the_same_table(brought, tmp_path):
    path = tmp_path / "试.csv"
    path.write_text("证号,性别\nA1,M\nA2,X\n", encoding="utf-8")
    found = preview("residence_permits", path)
    assert (found.accepted, found.refused) == (1, 1)


def test_without_a_table_of_its_own_a_delivery_is_read_as_before(permits, tmp_path):
    receipt = delivered(tmp_path, "男", "2")
    assert stored() == ["2", "男"]
    assert translations_of(receipt.id) == []


def test_another_department_s_table_changes_nothing(permits, tmp_path):
    bring(tmp_path, actor=CHEN, owner="jiaotong")
    delivered(tmp_path, "男")
    assert stored() == ["男"]


def test_a_new_version_leaves_old_deliveries_and_reads_the_same_file_anew(brought, tmp_path):
    first = delivered(tmp_path, "M", "F")
    bring(tmp_path, MAPPING.replace("M,男士,1", "M,男士,2"))
    second = delivered(tmp_path, "M", "F")
    assert second.id != first.id
    assert [one.version for one in translations_of(first.id) + translations_of(second.id)] == [1, 2]
    assert stored() == ["2", "2"]


def test_a_version_holds_until_the_next_begins(brought, tmp_path):
    later = timezone.localdate() + timedelta(days=30)
    bring(tmp_path, MAPPING + "0,不详,0\n", valid_from=later)
    assert [(one.version, one.valid_to) for one in local_codes("gongan", "sex")] == [(2, None), (1, later)]
    delivered(tmp_path, "M")
    assert stored() == ["1"]


def test_the_same_lines_again_are_the_same_version(brought, tmp_path):
    assert bring(tmp_path) == brought
    assert len(events(kind="exchange.LocalCodesBrought")) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MAPPING + "X,外星,7\n", "第 4 行：“GB/T 2261.1-2003”里没有国家代码“7”"),
        (MAPPING + "M,又一个,1\n", "第 4 行：本地代码“M”重复"),
        ("本地代码,国家代码\n,1\n", "第 1 行：没有本地代码"),
    ],
)
def test_wrong_lines_are_named_and_nothing_is_taken(permits, tmp_path, text, words):
    with pytest.raises(WrongLocalCodes, match=words):
        bring(tmp_path, text)
    assert local_codes("gongan", "sex") == []


def test_missing_columns_an_unknown_table_and_another_s_table_are_refused(permits, tmp_path):
    with pytest.raises(MissingColumns, match="国家代码"):
        bring(tmp_path, "本地代码,本地名称\nM,男\n")
    with pytest.raises(UnknownCodeTable):
        bring(tmp_path, table="planets")
    with pytest.raises(NotYours):
        bring(tmp_path, actor=CHEN)


def test_a_version_does_not_begin_before_the_one_it_follows(brought, tmp_path):
    with pytest.raises(Exception, match="不能早于"):
        bring(tmp_path, MAPPING + "0,不详,0\n", valid_from=date(2020, 1, 1))


def test_a_mapping_is_taken_away_as_it_came(brought):
    text = codes_csv("sex", owner="gongan").lstrip("\ufeff")
    assert text.splitlines()[:2] == ["本地代码,本地名称,国家代码,国家名称", "M,男士,1,男性"]
    assert "1,男性" in codes_csv("sex")


def test_a_required_code_is_told_of_once(permits, tmp_path):
    needed = replace(PERMITS, fields=(PERMITS.fields[0], replace(PERMITS.fields[1], required=True)))
    act(lambda: declare(needed, by_pack=False))()
    bring(tmp_path)
    receipt = delivered(tmp_path, "M", "F", "9", "X", "")
    assert [one.code for one in issues(receipt.id)] == ["code.local_unknown", "missing"]


PLACES = "本地代码,本地名称,国家代码\nHP,和平,210102\nLZ,辽中,210122\n"


@pytest.fixture
def places(tmp_path):
    declare(
        Resource(
            code="stalls", title="摊位", owner="gongan", key=("number",),
            fields=(Field("number", "编号", "text", required=True), Field("district", "区县", "division")),
        ),
        by_pack=False,
    )  # fmt: skip
    path = tmp_path / "places.csv"
    path.write_text(PLACES, encoding="utf-8")
    return bring_codes(path, WU, owner="gongan", table="division")


def test_a_department_s_own_districts_become_the_divisions_that_stand_now(places, tmp_path):
    assert [one.national for one in places.lines] == ["210102", "210115"]
    (tmp_path / "stalls.csv").write_text("编号,区县\n1,HP\n2,LZ\n3,XX\n", encoding="utf-8")
    with acting_as(WU):
        receipt = deliver("stalls", tmp_path / "stalls.csv")
    assert lake.read("raw.stalls").read_all()["district"].to_pylist() == ["210102", "210115"]
    assert receipt.refused == 1
    (told,) = translations_of(receipt.id)
    assert (told.field, told.table, told.version, told.values) == ("district", "division", 1, 2)


def test_the_divisions_are_taken_away_with_their_history(places):
    text = codes_csv("division")
    assert "210122,辽中县,,2016-01-08,210115,撤县设区" in text
    assert "辽中区" in codes_csv("division", owner="gongan")
