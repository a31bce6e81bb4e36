"""A resource from a description or from a file's header; what is wrong with it is said where it is."""

import json

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.nodes.models import Centre

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def joined(monkeypatch):
    home = Centre(node="N1", department="minzheng", fingerprint="")
    monkeypatch.setattr("huicheng.exchange.nodes.shaping.centre", lambda: home)


def test_a_header_becomes_fields(tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text("登记号,来访日期,人数,amount\nV1,2025-01-02,3,1.5\nV2,2025-01-03,,2\n", encoding="utf-8")
    spec = exchange.described_resource("visits", path, {"title": "来访登记"})
    assert [(one.name, one.kind) for one in spec.fields] == [
        ("deng_ji_hao", "text"), ("lai_fang_ri_qi", "date"), ("ren_shu", "integer"), ("amount", "number"),
    ]  # fmt: skip
    assert (spec.owner, spec.title) == ("minzheng", "来访登记")


def test_a_number_with_zeros_in_front_stays_text(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text("code\n001\n002\n", encoding="utf-8")
    assert exchange.described_resource("codes", path, {}).fields[0].kind == "text"


FIELD = {"name": "number", "title": "登记号", "kind": "text"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "fields"),
        ({"fields": [{**FIELD, "kind": "colour"}]}, "colour"),
        ({"fields": [{**FIELD, "name": "No 1"}]}, "No 1"),
        ({"fields": [{"name": "number"}]}, "第 1 个信息项"),
        ({"fields": [{**FIELD, "weight": 3}]}, "weight"),
        ({"fields": [FIELD], "colour": "red"}, "colour"),
        ({"fields": [FIELD], "mode": "sometimes"}, "sometimes"),
        ({"fields": [FIELD]}, "描述不完整"),
        ({"fields": [FIELD], "title": "来访登记", "key": 7}, "key"),
    ],
)
def test_a_description_with_a_mistake_says_which(tmp_path, data, words):
    path = tmp_path / "entry.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(exchange.WrongDescription, match=words):
        exchange.described_resource("visits", path, {})


def test_a_description_that_is_no_json_says_so(tmp_path):
    path = tmp_path / "entry.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(exchange.WrongDescription, match="不是 JSON"):
        exchange.described_resource("visits", path, {})
