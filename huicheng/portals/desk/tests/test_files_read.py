"""Downloading a receipt's file is reading the rows in it: those whose rows they are see who it was, and nobody else does."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from huicheng.exchange import api as exchange
from huicheng.ground.api import acting_as, events
from huicheng.identity import api as identity
from huicheng.portals.desk.tests.conftest import GOOD, HEADER, NAMELESS

REFUSED, TAKEN, DOUBTED, RAGGED = (
    "210102199003070040", "210102196808230058", "210102198512120031", "210102197001010018"
)  # fmt: skip
PURPOSE = "改正退回的行"


def row(number: str, **other: str) -> str:
    return GOOD.replace(REFUSED, number).replace("13812345678", other.get("phone", "13904127856"))


ROWS = (HEADER, NAMELESS, row(TAKEN), row(DOUBTED, phone="电话不详"), row(RAGGED) + ",多出一格")


@pytest.fixture
def delivered(wang, tmp_path):
    def deliver(rows=ROWS, name="户籍人口.csv"):
        path = tmp_path / name
        path.write_text("\n".join(rows), encoding="utf-8")
        with acting_as(identity.actor_of(get_user_model().objects.get(username="wang"))):
            return exchange.deliver("police_households", path)

    return deliver


def read_by(number: str) -> list[tuple[str, str]]:
    return [(one.event.actor_name, one.event.purpose) for one in exchange.readings_of([number])]


def test_those_in_the_refused_rows_see_who_downloaded_them(wang, delivered):
    receipt = delivered()
    answer = wang.get(f"/desk/deliveries/{receipt.id}/refused/", {"purpose": PURPOSE})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert REFUSED in text
    assert RAGGED in text
    assert [read_by(one) for one in (REFUSED, RAGGED)] == [[("王芳", PURPOSE)]] * 2
    assert [read_by(one) for one in (TAKEN, DOUBTED)] == [[], []]


def test_those_in_the_list_of_problems_see_it_too(wang, delivered):
    receipt = delivered()
    answer = wang.get(f"/desk/deliveries/{receipt.id}/issues/", {"purpose": PURPOSE})
    assert "电话不详" in b"".join(answer.streaming_content).decode("utf-8-sig")
    assert [read_by(one) for one in (REFUSED, RAGGED, DOUBTED)] == [[("王芳", PURPOSE)]] * 3
    assert read_by(TAKEN) == []


def test_one_set_serves_every_download_and_each_has_its_receipt(wang, delivered):
    receipt = delivered()
    for _time in range(2):
        wang.get(f"/desk/deliveries/{receipt.id}/refused/", {"purpose": PURPOSE})
    assert len(read_by(REFUSED)) == 2
    documents = [one.data["signed"]["document"] for one in events(kind="exchange.QuestionAsked")]
    assert len({one["reads"][0]["set"] for one in documents}) == 1
    assert documents[0]["reads"][0]["rows"] == receipt.refused
    assert "id_number" in documents[0]["reads"][0]["tables"]["raw.police_households"]["plain"]


def test_a_stranger_reads_nothing_and_stands_in_no_log(li, delivered):
    receipt = delivered()
    for file in ("refused", "issues"):
        assert li.get(f"/desk/deliveries/{receipt.id}/{file}/", {"purpose": PURPOSE}).status_code == 404
    assert read_by(REFUSED) == []


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_whatever_parts_the_cells_their_people_are_found(wang, delivered, mark):
    rows = [line.replace(",", mark) for line in (HEADER, NAMELESS, row(TAKEN))]
    receipt = delivered(rows, "户籍.tsv" if mark == "\t" else "户籍.csv")
    wang.get(f"/desk/deliveries/{receipt.id}/refused/", {"purpose": PURPOSE})
    assert (read_by(REFUSED), read_by(TAKEN)) == ([("王芳", PURPOSE)], [])


def test_a_workbook_too(wang, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    for line in (HEADER, NAMELESS, row(TAKEN)):
        book.active.append(line.split(","))
    book.save(tmp_path / "户籍.xlsx")
    with acting_as(identity.actor_of(get_user_model().objects.get(username="wang"))):
        receipt = exchange.deliver("police_households", tmp_path / "户籍.xlsx")
    wang.get(f"/desk/deliveries/{receipt.id}/refused/", {"purpose": PURPOSE})
    assert (read_by(REFUSED), read_by(TAKEN)) == ([("王芳", PURPOSE)], [])
