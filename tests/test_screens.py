"""Every page in a real browser, desktop and phone: it opens, it says nothing on the console, axe finds nothing.

`make screens` keeps the pictures in docs/screens.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, City

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.browser, pytest.mark.shared_home]
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
WALL = {"width": 1920, "height": 1080}
STRANGER, RESIDENT, STEWARD, LEADER = None, "resident1", "shuju", "mayor"

# name, who looks, address; a callable address finds its page by a click on another.
PAGES: tuple[tuple[str, str | None, str], ...] = (
    ("front", STRANGER, "/"),
    ("log-in", STRANGER, "/account/login/"),
    ("open-catalogue", STRANGER, "/open/"),
    ("open-search", STRANGER, "/open/?q=地铁"),
    ("open-nothing-found", STRANGER, "/open/?q=没有这种数据"),
    ("open-air", STRANGER, "/open/air_hourly/"),
    ("open-metro", STRANGER, "/open/metro_stations/"),
    ("open-residents", STRANGER, "/open/stat.residents_by_age_district/"),
    ("open-fields", STRANGER, "/open/air_hourly/fields/"),
    ("open-rows", STRANGER, "/open/air_hourly/rows/"),
    ("open-interface", STRANGER, "/open/air_hourly/api/"),
    ("not-found", STRANGER, "/open/no-such-thing/"),
    ("citizen-home", RESIDENT, "/me/"),
    ("citizen-data", RESIDENT, "/me/data/"),
    ("citizen-reads", RESIDENT, "/me/reads/"),
    ("citizen-search", RESIDENT, "/me/search/?q=shebao"),
    ("decision-glance", LEADER, "/city/"),
    ("decision-place", LEADER, "/city/place/210102/"),
    ("desk-home", STEWARD, "/desk/"),
    ("desk-deliveries", STEWARD, "/desk/deliveries/"),
    ("desk-deliver", STEWARD, "/desk/deliver/"),
    ("desk-jobs", STEWARD, "/desk/jobs/"),
    ("desk-fusion", STEWARD, "/desk/fusion/"),
    ("desk-quality", STEWARD, "/desk/quality/"),
    ("desk-audit", STEWARD, "/desk/audit/"),
    ("desk-refused-entry", LEADER, "/desk/audit/"),
    ("look-guide", STEWARD, "/look/"),
)
# Pages whose address holds an id: open the first, click the first link that matches.
DEEPER: tuple[tuple[str, str, str, str], ...] = (
    ("decision-evidence", LEADER, "/city/", "a[href*='/city/panel/']"),
    ("desk-delivery", STEWARD, "/desk/deliveries/", "main a[href^='/desk/deliveries/']"),
    ("desk-job", STEWARD, "/desk/jobs/", "main a[href^='/desk/jobs/']"),
)


@pytest.fixture(scope="module")
def screens(tmp_path_factory) -> Path:
    place = ROOT / os.environ["SCREENS"] if "SCREENS" in os.environ else tmp_path_factory.mktemp("screens")
    place.mkdir(parents=True, exist_ok=True)
    return place


@pytest.fixture(scope="module")
def contexts(browser: Any, served_city: City) -> Iterator[dict[tuple[str | None, str], Any]]:
    made: dict[tuple[str | None, str], Any] = {}
    for who in (STRANGER, RESIDENT, STEWARD, LEADER):
        for size, viewport in SIZES.items():
            made[who, size] = browser.new_context(viewport=viewport, locale="zh-CN", base_url=served_city.url)
            if who:
                log_in(made[who, size].new_page(), who)
    yield made
    for context in made.values():
        context.close()


def log_in(page: Any, who: str) -> None:
    page.goto("/account/login/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", f"huicheng-{who}")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.close()


def look(page: Any, picture: Path) -> None:
    """Take the picture once the charts are drawn, then let axe read the page."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    page.screenshot(path=str(picture), full_page=True)
    page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    bad = [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:160]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert not bad, "\n".join(bad)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"the page is {wide} px wider than the screen"


def said_on(page: Any) -> list[str]:
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    return said


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "who", "address"), PAGES, ids=[p[0] for p in PAGES])
def test_a_page_opens_and_reads_well(name, who, address, size, contexts, screens):
    page = contexts[who, size].new_page()
    said = said_on(page)
    answer = page.goto(address)
    expected = {"not-found": 404, "desk-refused-entry": 403}.get(name, 200)
    assert answer.status == expected
    look(page, screens / f"{name}-{size}.png")
    assert [s for s in said if str(expected) not in s] == []
    page.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "who", "start", "link"), DEEPER, ids=[p[0] for p in DEEPER])
def test_a_deeper_page_is_found_by_a_click(name, who, start, link, size, contexts, screens):
    page = contexts[who, size].new_page()
    page.goto(start)
    href = page.locator(link).first.get_attribute("href")
    assert page.goto(href).status == 200
    look(page, screens / f"{name}-{size}.png")
    page.close()


def test_the_wall_fills_a_large_screen(browser, served_city, screens):
    context = browser.new_context(viewport=WALL, base_url=served_city.url)
    log_in(context.new_page(), LEADER)
    page = context.new_page()
    assert page.goto("/city/wall/").status == 200
    look(page, screens / "decision-wall.png")
    context.close()


@pytest.mark.parametrize(
    ("name", "address"), [("front", "/"), ("open-catalogue", "/open/"), ("log-in", "/account/login/")]
)
def test_english_is_a_switch(name, address, browser, served_city, screens):
    context = browser.new_context(viewport=SIZES["desktop"], base_url=served_city.url)
    context.add_cookies([{"name": "django_language", "value": "en", "url": served_city.url}])
    page = context.new_page()
    page.goto(address)
    assert page.locator("html").get_attribute("lang") == "en"
    look(page, screens / f"{name}-english.png")
    context.close()


@pytest.mark.parametrize("theme", ["dark", "elder"])
def test_a_theme_is_a_switch(theme, browser, served_city, screens):
    context = browser.new_context(viewport=SIZES["phone"], base_url=served_city.url)
    context.add_cookies([{"name": "theme", "value": theme, "url": served_city.url}])
    page = context.new_page()
    page.goto("/")
    look(page, screens / f"front-{theme}.png")
    context.close()
