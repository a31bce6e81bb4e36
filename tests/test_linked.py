"""The bureau takes its catalogue out as DCAT-AP 3 and brings one in as drafts: its own, and a stranger's."""

import json
from dataclasses import replace

import pytest
from rdflib import Graph
from rdflib.namespace import DCAT, RDF

from huicheng.exchange import api as exchange
from huicheng.exchange.tests.test_catalogue import CHEN, HAN, TAXIS, ZHAO
from huicheng.portals.open.api import write_linked

pytestmark = pytest.mark.django_db
STRANGER = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix csvw: <http://www.w3.org/ns/csvw#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix eu: <http://publications.europa.eu/resource/authority/> .
<https://elsewhere.example/d/7> a dcat:Dataset ; dct:title "停车场备案信息"@zh, "Car parks"@en ;
  dct:description "本市经营性停车场备案，每处一行，含位置和泊位数。"@zh ;
  dct:publisher [ foaf:name "市交通运输局" ] ; dcat:theme <https://elsewhere.example/t/1> ;
  dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/MONTHLY> ;
  dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
  dcat:distribution [ csvw:tableSchema [ csvw:column ( [ csvw:name "name" ; csvw:title "停车场名称"@zh ]
    [ csvw:name "bays" ; csvw:title "泊位数"@zh ; csvw:datatype "integer" ] ) ] ] .
<https://elsewhere.example/t/1> skos:prefLabel "交通运输"@zh .
"""


@pytest.fixture(autouse=True)
def _catalogue(db):
    exchange.sync_declared()


def brought(path, actor=ZHAO):
    return exchange.import_form(path, actor)


@pytest.mark.parametrize("form", ["ttl", "jsonld"])
def test_the_whole_catalogue_comes_in_as_it_went_out(tmp_path, form):
    path = tmp_path / f"all.{form}"
    assert write_linked(path) == len(exchange.resources())
    report = brought(path)
    assert [one.message for one in report.mistakes] == []
    assert len(report.unchanged) == len(exchange.resources())


@pytest.mark.parametrize("form", ["ttl", "jsonld"])
def test_an_entry_that_is_not_there_any_more_comes_in_as_the_draft_it_was(tmp_path, form):
    path, was = tmp_path / f"jiaotong.{form}", replace(TAXIS, contact="024-12345678", share_method="file")
    exchange.draft(was, CHEN)
    exchange.submit(was.code, CHEN)
    exchange.approve(was.code, HAN)
    write_linked(path, owner=was.owner)
    made = Graph().parse(path)
    elsewhere = tmp_path / f"elsewhere.{form}"
    elsewhere.write_text(
        path.read_text(encoding="utf-8").replace(was.code, "taxis_elsewhere"), encoding="utf-8"
    )
    assert len(list(made.subjects(RDF.type, DCAT.Dataset))) == len(exchange.resources(owner=was.owner))
    assert "taxis_elsewhere" in brought(elsewhere, CHEN).drafted
    told = next(one.spec for one in exchange.unfinished() if one.spec.code == "taxis_elsewhere")
    for name in (
        "title",
        "owner",
        "key",
        "summary",
        "category",
        "share",
        "openness",
        "update",
        "contact",
        "share_method",
    ):
        assert getattr(told, name) == getattr(was, name), name
    assert [(f.name, f.title, f.letter, f.required, f.sensitivity) for f in told.fields] == [
        (f.name, f.title, f.letter, f.required, f.sensitivity) for f in was.fields
    ]  # fmt: skip


def test_a_strangers_data_set_becomes_a_draft(tmp_path):
    path = tmp_path / "elsewhere.ttl"
    path.write_text(STRANGER, encoding="utf-8")
    assert brought(path, CHEN).mistakes == ()
    spec = exchange.unfinished()[0].spec
    assert (spec.title, spec.owner, spec.update, spec.openness) == (
        "停车场备案信息",
        "jiaotong",
        "monthly",
        "unconditional",
    )
    assert (spec.category, [(f.name, f.letter) for f in spec.fields]) == (
        "主题/交通运输",
        [("name", "C"), ("bays", "I")],
    )


def test_what_a_strangers_data_set_does_not_say_is_asked_for(tmp_path):
    path = tmp_path / "elsewhere.ttl"
    path.write_text(STRANGER.replace("MONTHLY", "BIENNIAL"), encoding="utf-8")
    report = brought(path, CHEN)
    assert [one.column for one in report.mistakes] == ["更新周期"]
    assert report.returned


@pytest.mark.parametrize(("name", "text", "said"), [
    ("x.ttl", "<a> <b", "读不懂"), ("x.ttl", "", "没有一个数据集"), ("x.jsonld", "{", "不是 JSON"),
    ("x.jsonld", json.dumps({"@context": "http://169.254.169.254/x", "@id": "a"}), "网址"),
    ("x.jsonld", json.dumps([{"a": {"@context": [{}, "file:///etc/passwd"]}}]), "网址"),
])  # fmt: skip
def test_what_is_no_catalogue_is_refused_in_words_and_nothing_is_fetched(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(exchange.NotACatalogue, match=said):
        brought(path)


def test_the_public_feed_says_nothing_of_what_is_closed(client):
    text = client.get("/open/catalog.ttl").content.decode()
    assert "urn:huicheng:catalogue:" not in text
