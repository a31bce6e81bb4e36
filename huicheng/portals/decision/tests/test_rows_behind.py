"""Down to the rows, and never past the policy."""

import pytest

from huicheng.ground.api import events
from huicheng.portals.decision.asking import find
from huicheng.portals.decision.tests.conftest import counted, published

ROWS = "/city/panel/portals.decision.residents_by_age/rows/"


def test_no_column_of_the_rows_tells_who_it_is(mayor, register):
    page = mayor.get(ROWS).content.decode()
    for told in ("王", "文化路", "210102199003070040", "1990-03-07", ">H0<"):
        assert told not in page


def test_codes_are_shown_by_their_names(mayor, register):
    row = mayor.get(ROWS).context["rows"][0]
    assert (row["district"], row["sex"], row["residents"]) == ("和平区", None, 7)


def test_rows_come_a_page_at_a_time(mayor, firms):
    rows = "/city/panel/portals.decision.firms/rows/"
    first, last = (mayor.get(f"{rows}?page={n}").context for n in (1, 6))
    assert (first["all"], len(first["rows"]), len(last["rows"])) == (148, 25, 23)
    assert mayor.get(f"{rows}?page=7").status_code == 404
    assert mayor.get(f"{rows}?page=-1").status_code == 200


def test_behind_a_figure_about_people_stand_groups_and_no_small_one(mayor, residents):
    rows = mayor.get(ROWS).context["rows"]
    small = [row for row in rows if row["residents"] < 5]
    assert sum(row["residents"] for row in rows) == 164
    assert not [row for row in small if row["district"] or row["age_band"] != "未知"]


def test_an_export_needs_a_purpose_and_keeps_it(mayor, register):
    export = "/city/panel/portals.decision.residents_by_age/export/rows/"
    assert mayor.get(export).status_code == 405
    assert mayor.post(export, {"purpose": "  "}).status_code == 400
    text = b"".join(mayor.post(export, {"purpose": "核对统计口径"}).streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0] == "现居区县,年龄段,性别,人数"
    assert "王" not in text
    assert events(kind="exchange.QuestionAsked", limit=1)[0].purpose.endswith("导出，核对统计口径")


def test_looking_at_rows_is_recorded_with_its_purpose(mayor, register):
    mayor.get(ROWS)
    (asked,) = [one for one in events(subject="resource:base.people") if one.purpose]
    assert asked.purpose == "城市一览：这座城市多大年纪？"


def test_without_the_duty_the_rows_are_refused_and_said_so(li, register):
    response = li.get(ROWS)
    assert response.status_code == 403
    assert "人口基础库" in response.content.decode()


def test_a_place_shows_its_communities_and_hides_the_smallest(mayor, register):
    response = mayor.get("/city/place/210102001/")
    assert [row["residents"] for row in response.context["rows"]] == [6]
    assert response.context["hidden"] == 1


def test_a_district_has_as_many_residents_as_rows_behind_it(mayor, register):
    page = mayor.get("/city/place/210102/").context
    assert page["sum"] == counted(mayor.get(page["behind"]).context) == 8
    assert page["unplaced"] == 1


@pytest.mark.parametrize("code", ["110101", "21", "abc", "210102001002", "２１０１０２"])
def test_a_place_that_is_not_ours_is_not_there(mayor, code):
    assert mayor.get(f"/city/place/{code}/").status_code == 404


SUMMED = (
    "residents_by_district",
    "residents_by_age",
    "firms_by_year",
    "firms_by_district",
    "houses_by_decade",
)


@pytest.mark.parametrize("chosen", ["", "district=210102", "year=1995", "district=210102&year=1995"])
@pytest.mark.parametrize("name", SUMMED)
def test_a_tile_counts_the_rows_behind_it(mayor, residents, firms, houses, name, chosen):
    panel = f"/city/panel/portals.decision.{name}/"
    figure = find(f"portals.decision.{name}").value.y
    told = sum(row[figure] or 0 for row in mayor.get(f"{panel}?{chosen}").context["rows"])
    assert told == counted(mayor.get(f"{panel}rows/?{chosen}").context) > 0


@pytest.mark.parametrize(
    ("figure", "tile"),
    [("residents", "residents_by_age"), ("firms", "firms_by_district"), ("houses", "houses_by_decade")],
)
def test_an_indicator_counts_the_same_rows_as_its_tiles(mayor, residents, firms, houses, figure, tile):
    (row,) = mayor.get(f"/city/panel/portals.decision.{figure}/").context["rows"]
    assert row["value"] == counted(mayor.get(f"/city/panel/portals.decision.{tile}/rows/").context)


def test_the_old_are_a_share_of_all_who_live_here(mayor, residents):
    (row,) = mayor.get("/city/panel/portals.decision.old_age/").context["rows"]
    assert row["value"] == round(100 * 81 / 164, 1)


def test_a_map_says_how_many_it_could_not_draw(mayor, firms):
    picture = mayor.get("/city/panel/portals.decision.firms_by_district/").context["picture"]
    assert picture.note == "另有 2 家不在本市任何区县。"


@pytest.mark.parametrize("kind", ["=1+1", "@SUM(A1)", "+A1", "-A1", "\t=1", "\r=1", "-1+cmd"])
def test_no_cell_of_an_export_is_a_formula(mayor, kind):
    assert f",{quoted(chr(39) + kind)}," in exported_firm(mayor, kind)


@pytest.mark.parametrize("kind", ["-5", "+3.25", "国有", "a=b", ""])
def test_a_number_or_a_word_is_exported_as_it_is(mayor, kind):
    assert f",{kind}," in exported_firm(mayor, kind)


def quoted(cell):
    return f'"{cell}"' if "\r" in cell else cell


def exported_firm(mayor, kind):
    published("base.firms", [{"base_id": "F1", "kind": kind}])
    panel = "/city/panel/portals.decision.firms_by_district"
    response = mayor.post(f"{panel}/export/rows/", {"purpose": "核对统计口径"})
    return b"".join(response.streaming_content).decode("utf-8-sig")
