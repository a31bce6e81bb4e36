"""Entries on their road, found again by words and pinyin, each version kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.exchange.api import (
    DeclaredInCode,
    EntryHeldBack,
    Field,
    NotYours,
    OwnReview,
    Resource,
    ResourceRetired,
    WrongCode,
    approve,
    changes,
    completeness,
    draft,
    entry,
    problems,
    resource,
    resources,
    retire,
    return_entry,
    search,
    submit,
    take_back,
    versions,
)
from huicheng.exchange.catalogue import life
from huicheng.ground.api import Actor, BadInput, events

pytestmark = pytest.mark.django_db

CHEN = Actor(id="o1", name="陈晨", kind="official", department="jiaotong", duties=frozenset({"deliver"}))
ZHAO = Actor(id="o2", name="赵敏", kind="official", department="shuju", duties=frozenset({"steward"}))
HAN = Actor(id="o3", name="韩雪", kind="official", department="shuju", duties=frozenset({"steward"}))
WANG = Actor(id="r1", name="王芳", kind="resident", person="P000000000001")

TAXIS = Resource(
    code="taxi_licences",
    title="巡游出租车经营许可",
    owner="jiaotong",
    category="主题/交通运输",
    summary="本市巡游出租车的经营许可，每辆车一行，含车牌、经营者和有效期。",
    share="conditional",
    share_condition="行业监管需要，按车牌核验",
    fields=(
        Field("plate", "车牌号", "text", required=True, meaning="不含点和空格", length=10),
        Field("valid_until", "有效期至", "date"),
    ),
    key=("plate",),
)


def published(spec=TAXIS):
    draft(spec, CHEN)
    submit(spec.code, CHEN)
    return approve(spec.code, ZHAO)


def test_a_draft_is_in_nobodys_catalogue_until_the_bureau_passes_it():
    draft(TAXIS, CHEN)
    assert "taxi_licences" not in {r.code for r in resources()}
    submit(TAXIS.code, CHEN)
    assert approve(TAXIS.code, ZHAO) == TAXIS


def test_each_class_counts_its_own_numbers_and_a_resource_keeps_its_number():
    published()
    first = entry("taxi_licences").info_code
    published(replace(TAXIS, summary=TAXIS.summary + "每月更新。"))
    assert first.startswith("251000/")
    assert entry("taxi_licences").info_code == first
    assert entry("taxi_licences").version == 2


def test_who_wrote_a_version_may_not_pass_it():
    draft(TAXIS, ZHAO)
    submit(TAXIS.code, ZHAO)
    with pytest.raises(OwnReview):
        approve(TAXIS.code, ZHAO)
    assert approve(TAXIS.code, HAN).title == TAXIS.title


@pytest.mark.parametrize(
    "who", [WANG, replace(CHEN, department="weijian"), replace(CHEN, duties=frozenset({"read"}))]
)
def test_only_the_provider_or_the_bureau_writes_an_entry(who):
    with pytest.raises(NotYours):
        draft(TAXIS, who)


def test_a_provider_may_not_review():
    draft(TAXIS, CHEN)
    submit(TAXIS.code, CHEN)
    with pytest.raises(NotYours):
        approve(TAXIS.code, CHEN)


def test_an_entry_of_another_department_cannot_be_taken_over():
    published()
    with pytest.raises(NotYours):
        draft(replace(TAXIS, owner="weijian"), replace(CHEN, id="o9", department="weijian"))


def test_an_entry_that_a_pack_declares_changes_with_the_pack():
    with pytest.raises(DeclaredInCode):
        draft(replace(resource("police_households"), code="police_households"), ZHAO)


def test_returning_needs_words_and_the_author_sees_them():
    draft(TAXIS, CHEN)
    submit(TAXIS.code, CHEN)
    with pytest.raises(BadInput, match="写明"):
        return_entry(TAXIS.code, ZHAO, note=" ")
    assert return_entry(TAXIS.code, ZHAO, note="请写明每行是什么").note == "请写明每行是什么"
    assert draft(TAXIS, CHEN).note == "请写明每行是什么"


def test_a_retired_entry_is_told_with_its_reason_and_found_no_more():
    published()
    retire(TAXIS.code, CHEN, why="并入网约车许可")
    with pytest.raises(ResourceRetired, match="并入网约车许可"):
        resource(TAXIS.code)
    assert resource(TAXIS.code, retired=True) == TAXIS
    assert "taxi_licences" not in [one.spec.code for one in search("巡游出租车").entries]


def test_every_step_of_the_road_is_told():
    published()
    told = [
        e.data["state"] for e in events(subject="resource:taxi_licences") if e.kind == "exchange.EntryMoved"
    ]
    assert sorted(told) == ["draft", "published", "review"]
    assert [v.state for v in versions(TAXIS.code)] == ["published"]


WRONG = {
    "系统的名字": {"title": "出租车管理系统"},
    "没有分类": {"category": "主题/出租"},
    "摘要": {"summary": "许可"},
    "条件": {"share_condition": ""},
    "依据": {"share": "none"},
    "属于": {"format_class": "file", "format_type": "mysql"},
    "方式共享": {"format_class": "stream"},
    "没有信息项": {"fields": (), "key": ()},
    "主键不在": {"key": ("licence",)},
    "重复": {"fields": TAXIS.fields + TAXIS.fields[:1]},
}


@pytest.mark.parametrize("said", WRONG)
def test_what_editors_get_wrong_is_said_in_words(said):
    draft(replace(TAXIS, **WRONG[said]), CHEN)
    with pytest.raises(EntryHeldBack, match=said):
        submit(TAXIS.code, CHEN)


def test_a_title_dragged_down_a_spreadsheet_is_noticed():
    found = problems(replace(TAXIS, title="出租车许可2"), neighbours=["出租车许可1"])
    assert "下拉" in found[0].message


def test_what_packs_declare_has_no_severe_problem():
    found = {r.code: [p.message for p in problems(r) if p.severe] for r in resources()}
    assert {code: said for code, said in found.items() if said} == {}


def test_completeness_names_what_is_missing():
    mark = completeness(TAXIS)
    assert mark.missing == ("信息资源格式", "信息项说明", "开放条件", "关联资源代码", "联系方式")
    full = replace(
        TAXIS,
        format_type="postgresql",
        contact="024-22821234",
        related=("vehicles",),
        open_condition="不开放",
    )
    assert completeness(full).score > mark.score


@pytest.mark.parametrize(
    "asked", ["出租车", "许可", "chuzuche", "xuny", "巡游 许可", "taxi_licences", "车牌号", "租"]
)
def test_an_entry_is_found_by_part_of_a_word_by_pinyin_and_by_its_items(asked):
    published()
    assert "taxi_licences" in [one.spec.code for one in search(asked).entries]


def test_a_hit_in_the_title_stands_before_one_in_the_items():
    published()
    published(
        replace(
            TAXIS,
            code="drivers_on_duty",
            title="驾驶员从业资格",
            fields=(Field("a", "巡游出租车", "text"),),
            key=(),
        )
    )
    assert [one.spec.code for one in search("巡游出租车").entries] == ["taxi_licences", "drivers_on_duty"]


def test_facets_count_what_the_other_sides_leave():
    published()
    found = search("出租车", owner="jiaotong", share="conditional")
    assert found.facets["owner"] == {"jiaotong": 1}
    assert found.facets["share"]["unconditional"] >= 1


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text):
    assert search(text).total >= 0


def test_changes_that_break_readers_are_told_from_those_that_do_not():
    after = replace(TAXIS, fields=(replace(TAXIS.fields[0], kind="code"), Field("colour", "颜色", "text")))
    told = {(c.what, c.field): c.breaking for c in changes(TAXIS, after)}
    assert told == {("dropped", "valid_until"): True, ("kind", "plate"): True, ("added", "colour"): False}


def test_a_code_that_names_no_table_is_refused():
    with pytest.raises(WrongCode, match="小写字母"):
        draft(replace(TAXIS, code="Taxi; DROP"), CHEN)


def meanwhile(monkeypatch, other):
    """What somebody else does after the page was read and before the step is taken."""
    step = life._as

    def late(actor, body):
        monkeypatch.setattr(life, "_as", step)
        other()
        step(actor, body)

    monkeypatch.setattr(life, "_as", late)


def test_what_is_published_is_what_stood_under_review_at_that_moment(monkeypatch):
    draft(TAXIS, CHEN)
    submit(TAXIS.code, CHEN)
    mended = replace(TAXIS, title="出租车许可（改）")
    meanwhile(
        monkeypatch, lambda: (take_back(TAXIS.code, CHEN), draft(mended, CHEN), submit(TAXIS.code, CHEN))
    )
    assert approve(TAXIS.code, ZHAO) == mended
    assert versions(TAXIS.code)[0].spec == mended


def test_of_two_reviewers_one_decides(monkeypatch):
    draft(TAXIS, CHEN)
    submit(TAXIS.code, CHEN)
    meanwhile(monkeypatch, lambda: approve(TAXIS.code, HAN))
    with pytest.raises(BadInput):
        return_entry(TAXIS.code, ZHAO, note="再看")
    assert [one.state for one in versions(TAXIS.code)] == ["published"]


def test_a_draft_written_while_the_entry_is_published_is_a_version_of_its_own(monkeypatch):
    draft(TAXIS, CHEN)
    submit(TAXIS.code, CHEN)
    meanwhile(monkeypatch, lambda: approve(TAXIS.code, ZHAO))
    draft(replace(TAXIS, title="出租车许可（改）"), CHEN)
    assert [one.state for one in versions(TAXIS.code)] == ["draft", "published"]
    assert resource(TAXIS.code) == TAXIS


OPENED = {
    "要写明条件": {"openness": "conditional", "open_condition": " "},
    "不予共享的资源不能向社会开放": {"openness": "conditional", "share": "none", "open_condition": "限于研究"},
    "却写了开放条件": {"openness": "unconditional", "open_condition": "限于研究"},
    "却含个人信息": {"openness": "unconditional", "fields": (Field("name", "姓名", "text", sensitivity="personal"),)},
    "不会给出": {"openness": "unconditional", "fields": (Field("desk", "经办", "text", sensitivity="internal"),)},
    "全都标为内部": {
        "openness": "conditional", "open_condition": "限于研究",
        "fields": (Field("desk", "经办", "text", sensitivity="internal"),),
    },
}  # fmt: skip


@pytest.mark.parametrize("said", OPENED)
def test_what_is_wrong_with_how_an_entry_is_opened_is_said(said):
    assert any(said in one.message for one in problems(replace(TAXIS, **OPENED[said])))


def test_an_entry_written_before_there_were_three_kinds_of_open_is_read():
    old = {name: value for name, value in TAXIS.as_dict().items() if name != "openness"}
    assert Resource.from_dict(old | {"open": True}).openness == "unconditional"
    assert Resource.from_dict(old | {"open": False}).openness == "none"
