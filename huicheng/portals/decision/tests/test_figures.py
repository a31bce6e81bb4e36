"""Whoever sees a figure can open its question and its rows: every one, on every page, and they agree."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from huicheng.exchange import api as exchange
from huicheng.ground.api import acting_as, system_actor
from huicheng.portals.decision import asking
from huicheng.portals.decision.asking import indicators, key_of, tiles
from huicheng.portals.decision.tests.conftest import counted

PAGES = ("/city/", "/city/?district=210102", "/city/wall/", "/city/place/210102/", "/city/place/210102001/")


LEAVES = {"link", "meta", "input", "img", "br", "path", "rect", "use", "option"}


class Page(HTMLParser):
    """The addresses of a page, and the figures on it that stand in no link."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.bare: list[str] = []
        self._open: list[tuple[str, bool, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("a", "form") and (given.get("href") or given.get("action")):
            self.links.add(given.get("href") or given["action"])
        names = set((given.get("class") or "").split())
        figure = bool(names & {"num", "stat-value", "figure", "chip"}) and tag != "th"
        above = self._open[-1] if self._open else ("", False, False)
        if tag not in LEAVES:
            self._open.append((tag, above[1] or figure, above[2] or tag == "a"))

    def handle_endtag(self, tag):
        if tag in LEAVES:
            return
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        _tag, figure, linked = self._open[-1] if self._open else ("", False, True)
        if figure and not linked and any(sign.isdigit() for sign in data):
            self.bare.append(data.strip())


@pytest.fixture
def city(residents, firms, houses, transactional_db, tmp_path):
    rows = tmp_path / "airs.csv"
    rows.write_text("time,pm25_us_post\n" + "".join(f"2015-11-08 {h:02d}:00,{300 + h}\n" for h in range(24)))
    with acting_as(system_actor("setup")):
        exchange.deliver("air_hourly", rows)


def evidence(links):
    return {one for one in links if one.startswith("/city/") and "/export/" not in one}


@pytest.mark.parametrize("page", PAGES)
def test_every_figure_of_a_page_opens(mayor, city, page):
    shown = Page(mayor.get(page).content.decode())
    assert shown.bare == []
    opened = evidence(shown.links)
    assert len(opened) >= 3
    for address in opened:
        assert mayor.get(address).status_code == 200, address


def test_every_figure_behind_every_panel_opens(mayor, city):
    for one in [*tiles(), *indicators()]:
        page = f"/city/panel/{key_of(one)}/"
        shown = Page(mayor.get(page).content.decode())
        assert shown.bare == [], page
        for address in evidence(shown.links):
            assert mayor.get(urljoin(page, address)).status_code == 200, address


COUNTED = [f"portals.decision.{name}" for name in (
    "residents_by_district", "residents_by_age", "firms_by_year", "firms_by_district", "houses_by_decade",
)]  # fmt: skip


@pytest.mark.parametrize("chosen", ["", "?district=210102", "?year=1995"])
@pytest.mark.parametrize("key", COUNTED)
def test_every_point_counts_the_rows_that_it_opens(mayor, city, key, chosen):
    page = mayor.get(f"/city/panel/{key}/{chosen}").context
    figure = asking.find(key).value.y
    for row in page["rows"]:
        assert row[figure] in (None, counted(mayor.get(row["href"]).context)), row["href"]


def test_a_place_counts_the_rows_that_it_opens(mayor, register):
    for page in ("/city/place/210102/", "/city/place/210102001/"):
        for row in mayor.get(page).context["rows"]:
            assert row["residents"] == counted(mayor.get(row["href"]).context)


def test_what_a_picture_leaves_out_opens_too(mayor, city):
    picture = mayor.get("/city/panel/portals.decision.houses_by_decade/").context["picture"]
    assert picture.note == "另有 1 套建成年代未知，没有画出。"
    assert counted(mayor.get(picture.note_href).context) == 1
