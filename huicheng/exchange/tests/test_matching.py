"""What was said about some columns goes over what the names of the others say; a repeated name says nothing."""

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.tests.insured import HEADER, WANG, insured_file, stored  # noqa: F401
from huicheng.ground.api import system_actor

pytestmark = pytest.mark.django_db(transaction=True)
LIU = system_actor("test")


def deliver(file, mapping=None):
    return exchange.deliver("insurance_members", file, mapping=mapping, actor=LIU)


def test_naming_one_column_keeps_those_that_match_by_name(file):
    receipt = deliver(file, {"dz": "address"})
    assert set(receipt.mapping) == {"个人编号", "证件号码", "姓名", "出生年月日", "dz"}
    assert str(stored()["birth_date"]) == "1990-01-01"


def test_a_field_may_be_called_by_its_title(file):
    title = next(one.title for one in exchange.resource("insurance_members").fields if one.name == "address")
    assert deliver(file, {"dz": title}).mapping["dz"] == "address"


def test_a_named_column_takes_the_place_of_the_one_that_matches_by_name(file):
    file.write_text(HEADER.replace("dz", "联系地址,dz") + WANG.replace("沈阳市和", "沈阳市旧地址,沈阳市和"))
    mapping = deliver(file, {"dz": "address"}).mapping
    assert mapping["dz"] == "address"
    assert "联系地址" not in mapping


def test_a_column_can_be_left_out(file):
    assert "出生年月日" not in deliver(file, {"dz": "address", "出生年月日": ""}).mapping
    assert stored()["birth_date"] is None


def test_the_preview_tells_the_mapping_of_the_receipt(file):
    said = {"dz": "address", "出生年月日": ""}
    preview = exchange.preview("insurance_members", file, mapping=said)
    assert preview.mapping == deliver(file, said).mapping


def test_a_name_over_two_columns_matches_neither(file):
    file.write_text(HEADER.replace("dz", "联系地址,联系地址") + WANG.replace("\n", ",沈阳市皇姑区\n"))
    with pytest.raises(exchange.WrongMapping, match=r"联系地址\(1\)、联系地址\(2\)"):
        deliver(file)
    shown = {one.column: one.field for one in exchange.propose_mapping("insurance_members", file).matches}
    assert shown["联系地址(1)"] is shown["联系地址(2)"] is None
    assert deliver(file, {"联系地址(2)": "address"}).mapping["联系地址(2)"] == "address"
