from datetime import date

import pytest

from huicheng.ground.api import Indicator, Tile, declared, events
from huicheng.portals.decision.asking import key_of
from huicheng.portals.decision.tests.conftest import published, resident

AGE = "portals.decision.residents_by_age"


def test_a_stranger_is_sent_to_log_in(client, catalogue):
    assert client.get("/city/").status_code == 302


@pytest.mark.parametrize("page", ["/city/", "/city/wall/", "/city/deliveries/"])
def test_pages_open_before_anything_was_delivered(mayor, page):
    assert mayor.get(page).status_code == 200


@pytest.mark.parametrize("page", ["/city/", "/city/wall/"])
def test_pages_open_with_data_and_in_english(mayor, residents, firms, page):
    response = mayor.get(page, headers={"accept-language": "en"})
    assert response.status_code == 200
    assert "Where do people live?" in response.content.decode() or "人住在哪里" in response.content.decode()


def test_every_declared_panel_has_its_question_beside_it():
    for one in [*declared(Tile), *declared(Indicator)]:
        assert one.sql_path.is_file(), one.name
        assert (one.pack.folder / one.value.rows_sql).is_file(), f"{one.name} has no rows behind it"


def test_every_panel_opens_its_evidence_with_data_and_without(mayor):
    for one in [*declared(Tile), *declared(Indicator)]:
        assert mayor.get(f"/city/panel/{key_of(one)}/").status_code == 200, one.name


def test_the_evidence_shows_the_question_and_the_tables_it_read(mayor, residents):
    page = mayor.get(f"/city/panel/{AGE}/").content.decode()
    assert "from base.people" in page
    assert "第 0 版" in page


def test_a_district_narrows_the_answer(mayor, residents):
    whole = mayor.get(f"/city/panel/{AGE}/").context["rows"]
    heping = mayor.get(f"/city/panel/{AGE}/?district=210102").context["rows"]
    assert sum(row["residents"] for row in whole) == 164
    assert sum(row["residents"] for row in heping) == 43


@pytest.mark.parametrize("asked", ["district=999999", "district=' or 1=1 --", "year=abc", "district=%00"])
def test_a_choice_that_makes_no_sense_is_no_choice(mayor, residents, asked):
    rows = mayor.get(f"/city/panel/{AGE}/?{asked}").context["rows"]
    assert sum(row["residents"] for row in rows) == 164


def test_the_year_slider_counts_what_was_founded_by_then(mayor, firms):
    panel = "/city/panel/portals.decision.firms_by_district/"
    assert mayor.get(f"{panel}?year=1991").context["rows"][0]["firms"] == 10 + 11


def test_an_indicator_shows_value_and_small_line(mayor, firms):
    stat = next(s for s in mayor.get("/city/").context["stats"] if "firms" in s.href)
    assert stat.value == sum(range(10, 20)) + 3
    assert list(stat.points) == [None] * 10 + [*range(10, 19), 19 + 2]


def test_a_year_that_was_hardly_delivered_is_a_gap_in_the_line(mayor, catalogue):
    founded = {1990: 90, 1991: 20, 1992: 50}
    rows = [
        {"base_id": f"F{year}-{n}", "registered_on": date(year, 3, 1)}
        for year, firms in founded.items()
        for n in range(firms)
    ]
    published("base.firms", rows)
    stat = next(s for s in mayor.get("/city/").context["stats"] if "firms" in s.href)
    assert list(stat.points)[-3:] == [90, None, 50]


def test_the_legend_keeps_its_order_whoever_comes_first(mayor, catalogue):
    born = {"2": date(2024, 1, 1), "1": date(1990, 1, 1)}
    published(
        "base.people", [resident(n, sex=sex, birth_date=day) for n, (sex, day) in enumerate(born.items())]
    )
    assert mayor.get(f"/city/panel/{AGE}/").context["picture"].order == ["男", "女"]


def test_the_headlines_follow_the_district(mayor, residents):
    stats = {s.href: s.value for s in mayor.get("/city/?district=210102").context["stats"]}
    assert stats["/city/panel/portals.decision.residents/?district=210102"] == 43


def test_a_page_is_one_look_in_the_log(mayor, residents, firms, houses):
    mayor.get("/city/")
    (look,) = events(kind="exchange.QuestionAsked")
    assert set(look.data["tables"]) == {"base.people", "base.firms", "base.houses"}
    assert (look.actor_name, look.purpose) == ("郑宏", "城市一览")


def test_ages_stand_in_order_and_those_nobody_knows_below(mayor, residents):
    picture = mayor.get(f"/city/panel/{AGE}/").context["picture"]
    drawn = [(row["age_band"], row["sex"]) for row in picture.rows]
    assert drawn == [("20–24", "男"), ("20–24", "女"), ("75–79", "男"), ("75–79", "女"), ("75–79", "未知")]
    assert picture.note == "另有 2 人年龄段未知，没有画出。"


def test_pictures_speak_english_too(mayor, residents, houses):
    mayor.cookies["django_language"] = "en"
    ages = mayor.get(f"/city/panel/{AGE}/").context["picture"]
    assert {row["sex"] for row in ages.rows} == {"Male", "Female", "Unknown"}
    built = mayor.get("/city/panel/portals.decision.houses_by_decade/").context["picture"]
    assert [row["decade"] for row in built.rows] == ["1980s", "1990s", "2000s"]
    where = mayor.get("/city/panel/portals.decision.residents_by_district/").context["picture"]
    assert {row["name"] for row in where.rows} >= {"Heping District", "Tiexi District"}


def test_a_panel_nobody_declared_is_not_there(mayor):
    assert mayor.get("/city/panel/governance.air.nothing/").status_code == 404
    assert mayor.get("/city/panel/..%2Fsecrets/").status_code == 404


def test_the_answer_can_be_taken_away(mayor, residents):
    text = b"".join(mayor.get(f"/city/panel/{AGE}/export/answer/").streaming_content).decode("utf-8-sig")
    assert text.splitlines()[:2] == ["年龄段,性别,人数", "20–24,男,41"]
    assert len(text.splitlines()) == 1 + 5 + 2
