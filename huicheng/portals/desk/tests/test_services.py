"""孙丽 publishes a service of the health commission on the desk; 李强 of civil affairs may call it, and cannot change it."""

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.portals.desk.tests.conftest import person

pytestmark = pytest.mark.django_db(transaction=True)
PUBLISH = "/desk/services/s/health_files/publish/"
FILE = {"file_no": "JK1", "name": "王小明", "id_number": "210102196003070001"}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(FILE if "file" in self.path else {"file_no": 7}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words): ...


@pytest.fixture
def address(monkeypatch):
    monkeypatch.setenv("HUICHENG_SERVICE_NETWORKS", "127.0.0.0/8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def sun(city):
    return person("sun", "孙丽", read="weijian", deliver="weijian")


def form(address, **how):
    usual = {"base_url": address, "methods": ["GET"], "items": ["file_no", "name", "id_number"], "shape": "object", "timeout": "5",
             "per_minute": "30", "on_mismatch": "refuse", "do": "publish"}  # fmt: skip
    return usual | how


def test_she_tries_it_publishes_it_and_finds_it_in_her_list(sun, address):
    tried = sun.post(PUBLISH, form(address, do="try", path="file")).content.decode()
    assert "通过：应答与结构相符" in tried
    assert "王**" in tried
    assert "王小明" not in tried
    assert len(exchange.readings_of([FILE["id_number"]])) == 1
    assert exchange.services() == []
    assert sun.post(PUBLISH, form(address)).status_code == 302
    (one,) = exchange.services()
    assert (one.per_minute, one.on_mismatch, one.timeout) == (30, "refuse", 5.0)
    assert "近 30 天调用" in sun.get("/desk/services/").content.decode()


def test_a_trial_shows_nothing_where_nobody_can_tell_how_far_she_may_see(sun, address):
    tried = sun.post(
        PUBLISH, form(address, do="try", path="file", items=["file_no", "name"])
    ).content.decode()
    assert "通过：应答与结构相符" in tried
    assert "不显示正文" in tried
    assert "王" not in tried.partition('id="tried"')[2].partition("</section>")[0]


def test_a_trial_that_does_not_fit_says_where(sun, address):
    page = sun.post(PUBLISH, form(address, do="try", path="other")).content.decode()
    assert "与登记的结构不符，在 file_no" in page or "与登记的结构不符，在 /" in page


@pytest.mark.parametrize(
    ("wrong", "place"),
    [({"base_url": "ftp://x"}, "base_url"), ({"timeout": "很久"}, "timeout"), ({"methods": []}, "methods"),
     ({"schema": "{"}, "schema"), ({"per_minute": "0"}, "per_minute"), ({"timeout": "nan"}, "timeout")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(sun, address, wrong, place):
    answer = sun.post(PUBLISH, form(address) | {"path": "file?a=1"} | wrong)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert f'href="#{place}"' in page
    assert 'value="file?a=1"' in page
    assert ground.events(kind="exchange.QueryRefused")[0].data["error"] == "service_unfit"
    assert exchange.services() == []


def test_it_is_paused_resumed_and_withdrawn(sun, address):
    sun.post(PUBLISH, form(address))
    place = "/desk/services/s/health_files/change/"
    sun.post(place, {"do": "pause"})
    assert "已暂停" in sun.get("/desk/services/s/health_files/").content.decode()
    sun.post(place, {"do": "resume"})
    assert exchange.services()[0].circuit == "closed"
    sun.post(place, {"do": "retire"})
    assert exchange.services() == []


def test_what_was_published_is_filled_in_when_it_is_changed(sun, address):
    sun.post(PUBLISH, form(address, shape="rows", items=["name"]))
    filled = sun.get(PUBLISH).context["filled"]
    assert (filled["base_url"], filled["shape"], filled["items"]) == (address, "rows", ["name"])


def test_another_department_sees_how_to_call_it_and_not_where_it_is(sun, li, address):
    sun.post(PUBLISH, form(address))
    page = li.get("/desk/services/").content.decode()
    assert "/api/v1/services/health_files/" in page
    assert address not in page
    assert li.get("/desk/services/s/health_files/").status_code == 404
    assert li.post("/desk/services/s/health_files/change/", {"do": "pause"}).status_code == 404
    assert li.get(PUBLISH).status_code == 403


def test_a_call_is_counted_and_listed_with_how_it_ended(sun, address):
    sun.post(PUBLISH, form(address, items=["file_no", "name", "id_number"]))
    sun.get("/api/v1/services/health_files/file", headers={"Huicheng-Purpose": quote("核对数据")})
    ground.seal()
    ground.deliver_news()
    answer = sun.get("/desk/services/s/health_files/")
    assert [one["method"] for one in answer.context["calls"]] == ["GET"]
    assert answer.context["stats"][0].value == 1


def first_lines(client):
    return [
        (one.title, one.tone) for one in client.get("/desk/").context["needs"] if one.title.startswith("服务")
    ]


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ({"circuit": "paused"}, ("服务「居民健康档案」已暂停", "")),
        ({"circuit": "open", "failures": 5}, ("服务「居民健康档案」已断开", "bad")),
        ({"circuit": "half-open", "failures": 9}, ("服务「居民健康档案」已断开", "bad")),
        ({"failures": 2}, ("服务「居民健康档案」在失败", "warn")),
    ],
    ids=["paused", "open", "half-open", "failing"],
)
def test_a_service_in_trouble_stands_on_the_front_of_its_own_department(
    sun, li, address, monkeypatch, how, line
):
    sun.post(PUBLISH, form(address))
    assert first_lines(sun) == []
    troubled = [replace(one, **how) for one in exchange.services()]
    monkeypatch.setattr(exchange, "services", lambda: troubled)
    assert first_lines(sun) == [line]
    assert first_lines(person("zhao", "赵敏", steward="shuju")) == [line]
    assert first_lines(li) == []


def test_one_that_she_pauses_stands_on_her_front_until_she_resumes_it(sun, address):
    sun.post(PUBLISH, form(address))
    sun.post("/desk/services/s/health_files/change/", {"do": "pause"})
    assert first_lines(sun) == [("服务「居民健康档案」已暂停", "")]
    sun.post("/desk/services/s/health_files/change/", {"do": "resume"})
    assert first_lines(sun) == []
