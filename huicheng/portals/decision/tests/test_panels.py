import pytest

from huicheng.ground.api import Indicator, Tile, declared
from huicheng.portals.decision import panels

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
        rows_sql = getattr(one.value, "rows_sql", None)
        assert not rows_sql or (one.pack.folder / rows_sql).is_file(), one.name


def test_every_panel_opens_its_evidence_with_data_and_without(mayor):
    for one in [*declared(Tile), *declared(Indicator)]:
        assert mayor.get(f"/city/panel/{panels.key_of(one)}/").status_code == 200, one.name


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
    assert list(stat.points) == [*range(10, 19), 19 + 2]


def test_a_panel_nobody_declared_is_not_there(mayor):
    assert mayor.get("/city/panel/governance.air.nothing/").status_code == 404
    assert mayor.get("/city/panel/..%2Fsecrets/").status_code == 404


def test_the_answer_can_be_taken_away(mayor, residents):
    text = b"".join(mayor.get(f"/city/panel/{AGE}/export/answer/").streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0] == "年龄段,性别,人数"
    assert len(text.splitlines()) == 1 + 4 + 3
