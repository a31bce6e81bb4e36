"""What the sample city has none of: a service behind the gateway that is called, a feed from a database, a subscription."""

import json
import re
import sqlite3
import threading
import urllib.error
import urllib.request
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

from huicheng.codes import api as codes
from tests.conftest import City
from tests.test_english import Reader

STEM = "91210102MA2026X0" + codes.organisation_check_character("MA2026X0")
CREDIT = STEM + codes.credit_check_character(STEM)
ITEMS = ("--items", "id_number,name,updated_on", "--per-minute", "120")
PERMITS = "permits.sqlite"
CALLS = ("1", "2", "3", "fails", "4", "5")


class Lookup(BaseHTTPRequestHandler):
    """A department's service: an invented file for every path, and a failure where the path says so."""

    def do_GET(self) -> None:
        told = {"id_number": "210102199003070046", "name": "王小明", "updated_on": "2026-10-02"}
        body = json.dumps(told).encode()
        self.send_response(500 if "fails" in self.path else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None: ...


def furnish(city: City) -> None:
    """Once: the tests of one worker share a city. A tester with a key of 公安局 may have ended its subscription since."""
    if not (city.home / PERMITS).exists():
        _furnish(city)
    police = Reader(city, "gongan")
    if "/desk/subscriptions/s/" not in police.get("/desk/subscriptions/")[1]:
        subscribe(police)


def _furnish(city: City) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Lookup)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    city.run("service", "publish", "health_files", f"http://127.0.0.1:{server.server_port}/lookup", *ITEMS)
    call(city, made_key(Reader(city, "minzheng")))
    feed(city)


def form(reader: Reader, place: str, **told: str) -> str:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', reader.get(place)[1])
    assert token
    return reader.get(place, {"csrfmiddlewaretoken": token[1], **told})[1]


def made_key(reader: Reader) -> str:
    found = re.search(r"hck_[\w-]+", form(reader, "/desk/keys/", name="核对程序", duty="read", days="30"))
    assert found
    return found[0]


def call(city: City, key: str) -> None:
    """Under the sample city's own grant; one of the calls fails."""
    headers = {"Authorization": f"Bearer {key}", "Huicheng-Purpose": quote("核对高龄津贴发放对象")}
    for path in CALLS:
        asked = urllib.request.Request(f"{city.url}/api/v1/services/health_files/{path}", headers=headers)
        try:
            urllib.request.urlopen(asked, timeout=30).close()
        except urllib.error.HTTPError as refused:
            if (path, refused.code) != ("fails", 502):
                raise


def feed(city: City) -> None:
    base = city.home / PERMITS
    with closing(sqlite3.connect(base)) as there, there:
        there.execute("CREATE TABLE permits (permit_no TEXT, credit_code TEXT, firm TEXT, changed TEXT)")
        row = ("JY12101020001", CREDIT, "沈阳市春满园餐饮有限公司", "2026-11-01 09:00:00")
        there.execute("INSERT INTO permits VALUES (?, ?, ?, ?)", row)
    asked = ("--query", "permits", "--watermark", "changed", "--key", "permit_no")
    city.run("feed", "add", "food_permits", f"sqlite:///{base}", *asked)


def subscribe(reader: Reader) -> None:
    told = {
        "what": "own:police_addresses",
        "purpose": "更新地址副本",
        "url": "https://hooks.gongan.example/huicheng",
    }
    assert "whsec_" in form(reader, "/desk/subscriptions/new/", **told)
