"""With English chosen no page says anything in Chinese but what is Chinese in every language, and that is marked.

Each role walks from the front door along every link; text inside an element with ``lang="zh"`` is a name, an address
or a row of data. A failure lists page and words: say them with ``said``, or mark them with the filter ``zh``.
"""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from tests.conftest import City
from tests.two_homes import CODE

pytestmark = [pytest.mark.shared_home]
HAN = re.compile(r"[\u4e00-\u9fff]+")
ROLES = (None, "resident1", "resident2", "shuju", "gongan", "mayor")
START = (
    "/",
    "/open/",
    "/me/",
    "/city/",
    "/city/wall/",
    "/desk/",
    "/look/",
    "/me/search/?q=shebao",
    "/no-such-page/",
)
SPOKEN = {"title", "alt", "aria-label", "placeholder", "data-label", "data-copied"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
MOST = 4  # pages of one kind; a catalogue has more kinds of data than that
MORE = {"entry": 60, "catalogue": 12, "dataset": 60, "fields": 60, "evidence": 30, "behind": 30}
# Answered with a file, JSON or a redirect, or only to a form; no page to read.
NO_PAGE = re.compile(
    r"admin/|api/|sharing/|well-known|\.json|download|export|/file|logout|theme|set_language|i18n|live|progress|static|drafts?/"
)
# Answer only what a form sends, in Turtle, or to monitoring systems.
ONLY_FORMS = {
    "change_password",
    "end_sessions",
    "verify_again",
    "desk:feed_change",
    "desk:replay",
    "desk:revoke_key",
    "desk:revoke_node",
    "desk:share_profile",
    "desk:service_change",
    "desk:start_fusion",
    "desk:subscription_change",
    "desk:take_feed",
    "desk:take_subscription",
    "desk:entry_submit",
    "desk:entry_take_back",
    "desk:catalogue_form_done",
    "metrics",
    "set_language",
    "open:catalogue",
    "open:dcat",
}


class Page(HTMLParser):
    """What a reader of English meets: words outside ``lang="zh"``, and the links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.charts: list[str] = []
        self.feed(text)

    @property
    def chinese(self) -> bool:
        return any(marked for _tag, marked in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        marked = given.get("lang", "").startswith("zh") or tag in ("style", "pre")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if not self.chinese and not marked:
            self.words += [value for name, value in given.items() if name in SPOKEN]
        if tag not in VOID:
            self.open.append((tag, marked))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.chinese:
            return
        kept = self.charts if self.open and self.open[-1][0] == "script" else self.words
        kept.append(data)

    def left_in_chinese(self) -> list[str]:
        said = [*self.words, *(words for text in self.charts for words in chart_words(text))]
        return sorted({" ".join(one.split())[:90] for one in said if HAN.search(one)})


def chart_words(text: str) -> Iterator[str]:
    """Titles, unit and legend of a chart; what its axis and points are called may be rows of data."""
    if not text.strip().startswith("{"):
        return
    spec = json.loads(text)
    yield from (str(words) for words in spec.get("labels", {}).values())
    yield str(spec.get("unit", ""))
    if spec.get("series"):
        place = spec["columns"].index(spec["series"])
        yield from (str(row[place]) for row in spec["rows"])


@dataclass
class Reader:
    """A role with a browser that asks for English."""

    city: City
    who: str | None
    seen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.opener.addheaders = [("Accept-Language", "en")]
        if self.who:
            self.log_in()

    def get(self, place: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            answer = self.opener.open(self.city.url + place, data, timeout=60)
        except urllib.error.HTTPError as refused:
            if refused.code >= 500:
                raise AssertionError(f"{self.who}: {place} answers {refused.code}") from refused
            answer = refused
        with answer:
            body = (
                answer.read().decode("utf-8", "replace")
                if "html" in answer.headers.get_content_type()
                else ""
            )
            return urllib.parse.urlsplit(answer.url).path, body

    def log_in(self) -> None:
        _place, text = self.get("/account/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert token
        given = {"username": self.who or "", "password": f"huicheng-{self.who}"}
        assert self.get("/account/login/", {"csrfmiddlewaretoken": token[1], **given})[0] != "/account/login/"

    def walk(self) -> Iterator[tuple[str, Page]]:
        waiting, counts, known = deque(START), Counter[str](), set(START)
        while waiting:
            place = waiting.popleft()
            landed, text = self.get(place)
            if not text or landed != urllib.parse.urlsplit(place).path:
                continue
            page = Page(text)
            yield place, page
            for link in page.links:
                there = urllib.parse.urljoin(place, link).partition("#")[0]
                kind = kind_of(there)
                if there in known or kind is None or counts[kind] >= MORE.get(kind.rpartition(":")[2], MOST):
                    continue
                counts[kind] += 1
                known.add(there)
                waiting.append(there)


def kind_of(place: str) -> str | None:
    """The route of an address of ours that is a page."""
    path = urllib.parse.urlsplit(place).path
    if not place.startswith("/") or NO_PAGE.search(path.lstrip("/")):
        return None
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


@pytest.fixture(scope="module")
def walks(served_city: City, tmp_path_factory: pytest.TempPathFactory) -> dict[str | None, dict[str, Page]]:
    """The sample city has no node of another home, so one joins it, and none of what furnished.py makes."""
    from tests.furnished import furnish

    furnish(served_city)
    code = CODE.search(served_city.run("node", "invite", "minzheng").stdout)
    assert code
    City(tmp_path_factory.mktemp("node") / "home").run("node", "join", served_city.url, code[0])
    return {who: dict(Reader(served_city, who).walk()) for who in ROLES}


@pytest.mark.parametrize("who", ROLES)
def test_nothing_is_left_in_chinese(walks, who):
    assert len(walks[who]) > 15
    left = {place: words for place, page in walks[who].items() if (words := page.left_in_chinese())}
    assert not left, "\n".join(f"{place}: {words}" for place, words in left.items())


def test_every_page_was_walked(walks):
    visited = {kind_of(place) for pages in walks.values() for place in pages}
    unseen = set(pages_of(get_resolver())) - visited - ONLY_FORMS
    assert not unseen, f"no role found a link to {sorted(unseen)}"


def pages_of(resolver: URLResolver, prefix: str = "", name: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        place = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from pages_of(one, place, f"{name}{one.namespace}:" if one.namespace else name)
        elif isinstance(one, URLPattern) and one.name and not NO_PAGE.search(place):
            yield name + one.name


def test_the_test_sees_what_is_not_marked():
    page = Page(
        '<p title="说明">One <span lang="zh">王小明</span> 公安局<input placeholder="账号"></p><p>fine</p>'
    )
    assert page.left_in_chinese() == ["公安局", "说明", "账号"]


def test_the_test_sees_a_legend():
    spec = {
        "labels": {"y": "人数"},
        "unit": "",
        "series": "sex",
        "columns": ["x", "sex"],
        "rows": [[1, "男"]],
    }
    assert Page(f"<script>{json.dumps(spec)}</script>").left_in_chinese() == ["人数", "男"]
