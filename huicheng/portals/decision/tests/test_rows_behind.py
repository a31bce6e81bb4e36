"""Down to the rows, and never past the policy."""

import pytest

from huicheng.ground.api import events

ROWS = "/city/panel/portals.decision.residents_by_age/rows/"


def test_rows_come_masked(mayor, register):
    page = mayor.get(ROWS).content.decode()
    assert "王*" in page
    assert "王芳" not in page
    assert "文化路11号" not in page


def test_the_export_is_masked_like_the_page(mayor, register):
    exported = mayor.get("/city/panel/portals.decision.residents_by_age/export/rows/")
    text = b"".join(exported.streaming_content).decode("utf-8-sig")
    assert "王*" in text
    assert "王芳" not in text


def test_looking_at_rows_is_recorded_with_its_purpose(mayor, register):
    mayor.get(ROWS)
    (asked,) = [one for one in events(subject="resource:base.people") if one.purpose]
    assert asked.purpose == "城市一览：这座城市多大年纪？"


def test_without_the_duty_the_rows_are_refused_and_said_so(li, register):
    response = li.get(ROWS)
    assert response.status_code == 403
    assert "人口基础库" in response.content.decode()


def test_a_panel_without_rows_behind_says_so(mayor, catalogue):
    assert mayor.get("/city/panel/portals.decision.residents/rows/").status_code == 404


def test_a_place_shows_its_communities_and_hides_the_smallest(mayor, register):
    response = mayor.get("/city/place/210102001/")
    assert [row["residents"] for row in response.context["rows"]] == [6]
    assert response.context["hidden"] == 1


@pytest.mark.parametrize("code", ["110101", "21", "abc", "210102001002", "２１０１０２"])
def test_a_place_that_is_not_ours_is_not_there(mayor, code):
    assert mayor.get(f"/city/place/{code}/").status_code == 404
