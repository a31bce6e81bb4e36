"""Every page in a real browser, desktop and phone: it opens, nothing fails behind it, axe finds nothing.

`make screens` keeps the pictures in docs/screens.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as PatientError

from huicheng.codes import api as codes
from tests.conftest import ROOT, City
from tests.furnished import furnish

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.browser, pytest.mark.shared_home]
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
WALL = {"width": 1920, "height": 1080}
STRANGER, RESIDENT, BUREAU, STEWARD, LEADER = None, "resident1", "shichang", "shuju", "mayor"
CIVIL, POLICE, HEALTH = "minzheng", "gongan", "weijian"
MAP, AGES = (
    "/city/panel/portals.decision.residents_by_district/",
    "/city/panel/portals.decision.residents_by_age/",
)

# name, who looks, address, and the answer where it is not 200
PAGES: tuple[tuple[Any, ...], ...] = (
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
    ("open-rows-chosen", STRANGER, "/open/air_hourly/rows/?by=pm25_taiyuanjie&sign=gt&value=300"),
    ("open-rows-wrong", STRANGER, "/open/air_hourly/rows/?by=pm25_taiyuanjie&sign=gt&value=很多", 400),
    ("open-interface", STRANGER, "/open/air_hourly/api/"),
    ("open-conditional", STRANGER, "/open/?openness=conditional"),
    ("open-offer", STRANGER, "/open/firm_registrations/"),
    ("open-offer-statistics", RESIDENT, "/open/civil_records/"),
    ("open-offer-fields", STRANGER, "/open/civil_records/fields/"),
    ("open-offer-rows", STRANGER, "/open/firm_registrations/rows/", 403),
    ("citizen-open", RESIDENT, "/me/open/"),
    ("citizen-open-nothing", "resident3", "/me/open/"),
    ("citizen-open-apply", RESIDENT, "/me/open/apply/civil_records/"),
    ("citizen-open-apply-closed", RESIDENT, "/me/open/apply/police_households/", 404),
    ("not-found", STRANGER, "/open/no-such-thing/", 404),
    ("citizen-home", RESIDENT, "/me/"),
    ("citizen-data", RESIDENT, "/me/data/"),
    ("citizen-reads", RESIDENT, "/me/reads/"),
    ("citizen-search", RESIDENT, "/me/search/?q=shebao"),
    ("citizen-nothing-found", RESIDENT, "/me/search/?q=没有这种记录"),
    ("decision-glance", LEADER, "/city/"),
    ("decision-place", LEADER, "/city/place/210102/"),
    ("decision-evidence", LEADER, MAP),
    ("decision-evidence-chosen", LEADER, f"{AGES}?district=210102"),
    ("decision-rows", LEADER, f"{MAP}rows/"),
    ("decision-watch", LEADER, "/city/watch/governance.air.heavy_hours/"),
    ("decision-evidence-table", BUREAU, MAP.replace("residents_by_district", "quality")),
    ("desk-home", STEWARD, "/desk/"),
    ("desk-nothing-yet", LEADER, "/desk/"),
    ("desk-deliveries", STEWARD, "/desk/deliveries/"),
    ("desk-deliver", BUREAU, "/desk/deliver/"),
    ("desk-catalogue", STEWARD, "/desk/catalogue/"),
    ("desk-catalogue-nothing", STEWARD, "/desk/catalogue/?q=没有这种目录"),
    ("desk-entry", STEWARD, "/desk/catalogue/e/police_households/"),
    ("desk-entry-items", STEWARD, "/desk/catalogue/e/police_households/?tab=items"),
    ("desk-entry-read", CIVIL, "/desk/catalogue/e/health_files/?tab=read"),
    ("desk-entry-read-nothing", BUREAU, "/desk/catalogue/e/health_files/?tab=read"),
    ("desk-entry-versions", STEWARD, "/desk/catalogue/e/police_households/?tab=versions"),
    ("desk-entry-use", STEWARD, "/desk/catalogue/e/police_households/?tab=use"),
    ("desk-entry-new", BUREAU, "/desk/catalogue/new/"),
    ("desk-entry-edit", BUREAU, "/desk/catalogue/e/food_permits/edit/"),
    ("desk-entry-returned", BUREAU, "/desk/catalogue/e/measuring_instruments/"),
    ("desk-entry-review", STEWARD, "/desk/catalogue/e/special_equipment/review/"),
    ("desk-entry-retire", BUREAU, "/desk/catalogue/e/food_permits/retire/"),
    ("desk-drafts", BUREAU, "/desk/catalogue/?state=draft"),
    ("desk-catalogue-form", BUREAU, "/desk/catalogue/form/"),
    ("desk-code-tables", STEWARD, "/desk/catalogue/codes/"),
    ("desk-code-table", BUREAU, "/desk/catalogue/codes/sex/"),
    ("desk-divisions", BUREAU, "/desk/catalogue/codes/division/"),
    ("desk-divisions-then", BUREAU, "/desk/catalogue/codes/division/?day=1990-01-01"),
    ("desk-supervision", STEWARD, "/desk/supervision/"),
    ("desk-monitor", STEWARD, "/desk/monitor/"),
    ("desk-monitor-own", BUREAU, "/desk/monitor/"),
    ("desk-jobs", STEWARD, "/desk/jobs/"),
    ("desk-feeds", STEWARD, "/desk/feeds/"),
    ("desk-feeds-nothing", CIVIL, "/desk/feeds/"),
    ("desk-feed-new", BUREAU, "/desk/feeds/new/"),
    ("desk-subscriptions", STEWARD, "/desk/subscriptions/"),
    ("desk-subscriptions-nothing", CIVIL, "/desk/subscriptions/"),
    ("desk-subscribe", CIVIL, "/desk/subscriptions/new/"),
    ("desk-services", HEALTH, "/desk/services/"),
    ("desk-services-nothing", BUREAU, "/desk/services/"),
    ("desk-service", HEALTH, "/desk/services/s/health_files/"),
    ("desk-service-choose", HEALTH, "/desk/services/new/"),
    ("desk-service-publish", HEALTH, "/desk/services/s/health_files/publish/"),
    ("desk-service-unknown", BUREAU, "/desk/services/s/health_files/", 404),
    ("desk-fusion", STEWARD, "/desk/fusion/"),
    ("desk-quality", STEWARD, "/desk/quality/"),
    ("desk-nodes", STEWARD, "/desk/nodes/"),
    ("desk-nodes-invite", STEWARD, "/desk/nodes/invite/"),
    ("desk-nodes-unknown", STEWARD, "/desk/nodes/N0123456789/", 404),
    ("desk-access", CIVIL, "/desk/access/"),
    ("desk-access-asked", POLICE, "/desk/access/?show=asked"),
    ("desk-access-nothing", STEWARD, "/desk/access/?show=held"),
    ("desk-apply-choose", CIVIL, "/desk/access/apply/"),
    ("desk-apply-nothing-found", CIVIL, "/desk/access/apply/?q=没有这种数据"),
    ("desk-apply", CIVIL, "/desk/access/apply/health_files/"),
    ("desk-apply-not-needed", CIVIL, "/desk/access/apply/air_hourly/", 403),
    ("desk-keys", STEWARD, "/desk/keys/"),
    ("desk-audit", STEWARD, "/desk/audit/"),
    ("desk-refused-entry", LEADER, "/desk/audit/", 403),
    ("account", RESIDENT, "/account/"),
    ("look-guide", STEWARD, "/look/"),
)
# What has a number of its own is reached as officials reach it: the first line of a list.
BEHIND = (
    ("desk-application", POLICE, "/desk/access/?show=asked"),
    ("desk-application-returned", POLICE, "/desk/access/?show=mine"),
    ("desk-grant", CIVIL, "/desk/access/?show=held"),
    ("desk-application-open", BUREAU, "/desk/access/?show=asked"),
    ("citizen-open-grant", RESIDENT, "/me/open/"),
    ("citizen-open-application", "resident2", "/me/open/"),
    ("desk-feed", BUREAU, "/desk/feeds/"),
    ("desk-subscription", POLICE, "/desk/subscriptions/"),
)
# The main pages of every portal are also looked at in English, in the dark and with older eyes.
MAIN = ("front", "log-in", "open-catalogue", "open-air", "citizen-home", "citizen-data", "decision-glance",
        "decision-evidence", "desk-home", "desk-quality", "desk-supervision", "desk-entry-edit")  # fmt: skip
# look: the screen, and the cookie that switches it
LOOKS = {
    "english": ("desktop", "django_language", "en"),
    "dark": ("desktop", "theme", "dark"),
    "elder": ("phone", "theme", "elder"),
}


@pytest.fixture(scope="module")
def screens(tmp_path_factory) -> Path:
    place = ROOT / os.environ["SCREENS"] if "SCREENS" in os.environ else tmp_path_factory.mktemp("screens")
    place.mkdir(parents=True, exist_ok=True)
    return place


Opener = Callable[..., Any]


@pytest.fixture(scope="module", autouse=True)
def furnished(served_city: City) -> None:
    furnish(served_city)


@pytest.fixture(scope="module")
def open_page(browser: Any, served_city: City) -> Iterator[Opener]:
    """A new page of somebody's, at a size, with a cookie; each person logs in once."""
    sessions: dict[str | None, Any] = {None: None}
    contexts: dict[tuple[Any, ...], Any] = {}

    def context(who: str | None, size: dict[str, int], cookie: tuple[str, str] | None = None) -> Any:
        made = browser.new_context(
            viewport=size, locale="zh-CN", base_url=served_city.url, storage_state=sessions.get(who),
            reduced_motion="reduce",
        )  # fmt: skip
        if cookie:
            made.add_cookies([{"name": cookie[0], "value": cookie[1], "url": served_city.url}])
        return made

    def page(who: str | None, size: dict[str, int], cookie: tuple[str, str] | None = None) -> Any:
        if who not in sessions:
            entered = context(None, size)
            log_in(entered.new_page(), who)
            sessions[who] = entered.storage_state()
            entered.close()
        key = (who, *size.values(), cookie)
        if key not in contexts:
            contexts[key] = context(who, size, cookie)
        return listened(contexts[key].new_page())

    yield page
    for one in contexts.values():
        one.close()


def log_in(page: Any, who: str) -> None:
    page.goto("/account/login/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", f"huicheng-{who}")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


def listened(page: Any) -> Any:
    """The page, and in ``page.troubles`` what it says on the console and what it could not load."""
    troubles: list[str] = []
    page.troubles = troubles
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "requestfailed",
        lambda asked: troubles.append(f"{asked.url} {asked.failure}") if _is_lost(asked) else None,
    )
    page.on("response", lambda got: troubles.append(f"{got.url} {got.status}") if _is_broken(got) else None)
    return page


def _is_lost(asked: Any) -> bool:
    """What the browser itself drops, as a mark still on its way when the page is left, nobody failed to bring."""
    return asked.failure != "net::ERR_ABORTED"


def _is_broken(answer: Any) -> bool:
    """What a page asks for behind itself; its own answer is the test's to judge."""
    return answer.status >= 400 and not answer.request.is_navigation_request()


AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
MAP_DRAWS = "canvas.maplibregl-canvas"


def look(page: Any, picture: Path) -> None:
    """Take the picture once charts and maps are drawn, then let axe read the page."""
    with contextlib.suppress(PatientError):  # the wall never is idle: it listens for news
        page.wait_for_load_state("networkidle", timeout=5000)
    page.wait_for_timeout(600 if page.locator(MAP_DRAWS).count() else 50)
    take(page, picture)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"the page is {wide} px wider than the screen"
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    bad = [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:160]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert not bad, "\n".join(bad)


def take(page: Any, picture: Path) -> None:
    """The whole page. On a phone the screen is drawn out to its length, or the bar at the foot stands in the middle."""
    size = page.viewport_size
    if size["width"] == SIZES["phone"]["width"]:
        long = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({**size, "height": max(long, size["height"])})
    page.screenshot(path=str(picture), full_page=True)
    page.set_viewport_size(size)


def visit(page: Any, address: str, picture: Path, expected: int = 200) -> None:
    assert page.goto(address).status == expected
    look(page, picture)
    # The browser itself remarks on a page that answers 404.
    assert [words for words in page.troubles if f"status of {expected}" not in words] == []
    page.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("given", PAGES, ids=[given[0] for given in PAGES])
def test_a_page_opens_and_reads_well(given, size, open_page, screens):
    name, who, address, *expected = given
    visit(open_page(who, SIZES[size]), address, screens / f"{name}-{size}.png", *expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "who", "address"), BEHIND, ids=[given[0] for given in BEHIND])
def test_the_first_of_a_list_opens_and_reads_well(name, who, address, size, open_page, screens):
    page = open_page(who, SIZES[size])
    page.goto(address)
    visit(
        page,
        page.locator("main table a, main a.door").first.get_attribute("href"),
        screens / f"{name}-{size}.png",
    )


@pytest.mark.parametrize("style", LOOKS)
@pytest.mark.parametrize("name", MAIN)
def test_a_main_page_in_another_look(name, style, open_page, screens):
    _name, who, address, *_rest = next(given for given in PAGES if given[0] == name)
    size, *cookie = LOOKS[style]
    page = open_page(who, SIZES[size], tuple(cookie))
    visit(page, address, screens / f"{name}-{style}.png")


@pytest.mark.parametrize(("cookie", "told"), [(("django_language", "en"), "en"), (("theme", "dark"), "dark")])
def test_a_look_is_a_switch(cookie, told, open_page):
    page = open_page(STRANGER, SIZES["desktop"], cookie)
    page.goto("/")
    html = page.locator("html")
    assert told in (html.get_attribute("lang"), html.get_attribute("data-theme"))
    page.close()


def test_the_wall_fills_a_large_screen(open_page, screens):
    page = open_page(LEADER, WALL)
    assert page.goto("/city/wall/").status == 200
    look(page, screens / "decision-wall.png")
    tall = page.evaluate("document.documentElement.scrollHeight - innerHeight")
    assert tall <= 0, f"the wall is {tall} px taller than the screen"
    assert page.troubles == []
    page.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_wrong_password_is_answered_in_words(size, open_page, screens):
    page = open_page(STRANGER, SIZES[size])
    page.goto("/account/login/")
    page.fill("input[name=username]", "resident1")
    page.fill("input[name=password]", "not-this-one")
    page.press("input[name=password]", "Enter")
    page.get_by_text("账户或密码不对").first.wait_for()
    look(page, screens / f"log-in-refused-{size}.png")
    page.close()


def firm_file(folder: Path, year: int) -> Path:
    """An invented delivery of the market bureau: ten firms, of which three have something wrong."""
    own = [f"MA{year}{n:02}" for n in range(10)]
    stems = [f"91210102{one}{codes.organisation_check_character(one)}" for one in own]
    known = [stem + codes.credit_check_character(stem) for stem in stems]
    rows = [
        [code, f"沈阳市{word}商贸有限公司", f"{year}-03-{n + 1:02}", "有限责任公司", "100万元",
         f"沈阳市和平区文化路{n + 1}号", "存续"]
        for n, (code, word) in enumerate(zip(known, "春夏秋冬梅兰竹菊松柏", strict=True))
    ]  # fmt: skip
    rows[3][0] = rows[3][0][:-1] + ("0" if rows[3][0][-1] != "0" else "1")
    rows[5][1] = ""
    rows[7][2], rows[8][4] = f"{year}-02-30", "若干"
    lines = ["信用代码,单位名称,成立日期,类型,注册资本,住所,状况", *(",".join(row) for row in rows)]
    path = folder / f"企业登记-{year}年3月.csv"
    path.write_text("\n".join(lines), encoding="gb18030")
    return path


@pytest.mark.parametrize(("size", "year"), [("desktop", 2024), ("phone", 2025)])
def test_a_file_is_delivered_in_the_browser(size, year, open_page, screens, tmp_path):
    page = open_page(BUREAU, SIZES[size])
    page.goto("/desk/deliver/?resource=firm_registrations")
    page.set_input_files("input[name=file]", firm_file(tmp_path, year))
    page.get_by_role("button", name="下一步：核对列").click()
    page.get_by_role("heading", name="试读结果").wait_for()
    look(page, screens / f"desk-map-{size}.png")
    page.get_by_label("状况").select_option("status")
    page.get_by_role("button", name="按现在的对应再试读").click()
    page.get_by_text("您选的").wait_for()
    look(page, screens / f"desk-map-chosen-{size}.png")
    page.get_by_label("记住这种表头的对应").uncheck()  # the other size starts as afresh
    page.get_by_role("button", name="交付", exact=True).click()
    receipt = page.get_by_role("link", name="看回执")
    receipt.wait_for(timeout=60_000)
    look(page, screens / f"desk-job-{size}.png")
    receipt.click()
    page.get_by_text("问题出在哪些字段").first.wait_for()
    look(page, screens / f"desk-delivery-{size}.png")
    page.goto(f"{page.url}rollback/")
    look(page, screens / f"desk-rollback-{size}.png")
    assert page.troubles == []
    page.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_service_is_tried_and_a_wrong_one_is_not_published(size, open_page, screens):
    page = open_page(HEALTH, SIZES[size])
    page.goto("/desk/services/s/health_files/publish/")
    page.get_by_label("地址后面的路径和查询").fill("7")
    page.get_by_role("button", name="试调").click()
    page.get_by_text("通过：应答与结构相符").wait_for()
    look(page, screens / f"desk-service-tried-{size}.png")
    page.get_by_label("服务地址").fill("ftp://nowhere")
    page.get_by_role("button", name="发布", exact=True).click()
    page.get_by_text("还没有发布").wait_for()
    look(page, screens / f"desk-service-refused-{size}.png")
    page.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_feed_that_points_inside_is_refused_in_words(size, open_page, screens):
    page = open_page(BUREAU, SIZES[size])
    page.goto("/desk/feeds/new/")
    page.get_by_label("写进哪份资源").select_option("food_permits")
    page.get_by_label("数据库地址").fill("postgresql://reader:secret@10.0.0.8/permits")
    page.get_by_label("表名或一条 SELECT").fill("permits")
    page.get_by_label("水位列").fill("changed")
    page.get_by_label("主键列").fill("permit_no")
    page.get_by_role("button", name="试取一次").click()
    page.get_by_text("内网地址须由数据局列入允许的网段").last.wait_for()
    look(page, screens / f"desk-feed-refused-{size}.png")
    page.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_subscription_shows_its_secret_once_and_what_could_not_be_sent(size, open_page, screens):
    page = open_page(POLICE, SIZES[size])
    page.goto("/desk/subscriptions/new/")
    page.get_by_label("订哪份数据").select_option("own:police_addresses")
    page.get_by_label("用途").fill("更新地址副本")
    page.get_by_label("送到哪个地址").fill("https://hooks.gongan.example/huicheng")
    page.get_by_label("先把现有的全部行送一遍").check()
    page.get_by_role("button", name="订阅", exact=True).click()
    page.get_by_text("只显示这一次").wait_for()
    look(page, screens / f"desk-subscribed-{size}.png")
    page.get_by_role("link", name="看这个订阅").click()
    page.get_by_role("button", name="暂停").click()
    page.get_by_text("订阅已暂停").wait_for()
    look(page, screens / f"desk-subscription-paused-{size}.png")
    assert page.troubles == []
    page.close()


def test_a_delivery_that_would_lose_most_rows_waits_for_a_yes(open_page, screens, tmp_path, served_city):
    whole = next(served_city.home.glob("sandbox/*/extracts/insured_employers.tsv"))
    few = tmp_path / "参保单位-导出中断.tsv"
    few.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:9]))
    served_city.run("deliver", "insured_employers", str(few), check=False)
    for size, screen in SIZES.items():
        page = open_page(STEWARD, screen)
        page.goto("/desk/deliveries/")
        page.get_by_text("参保单位-导出中断").first.click()
        page.get_by_text("还没有写入，等您确认").wait_for()
        look(page, screens / f"desk-held-{size}.png")
        assert page.troubles == []
        page.close()
