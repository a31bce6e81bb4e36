"""/metrics: read by the standard's own parser, by nobody but who may, and with nothing of anybody in it."""

import subprocess
import sys
from ipaddress import ip_network

import pytest
from prometheus_client import values
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from huicheng.city import measuring
from huicheng.exchange import api as exchange
from huicheng.exchange.tests.twelve import HAN, publish_people
from huicheng.ground.api import deliver_news, seal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_measures(tmp_path, monkeypatch):
    """Figures of this test alone."""
    monkeypatch.setenv(measuring.SHARED, str(tmp_path))
    monkeypatch.setattr(measuring, "_kept", {})
    monkeypatch.setattr(
        values, "ValueClass", values.MultiProcessValue()
    )  # else its files stay those of before


def families(client, **how) -> dict:
    answer = client.get("/metrics", **how)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    return {one.name: one for one in text_string_to_metric_families(answer.content.decode())}


def value(found: dict, name: str, **labels: str) -> float:
    family = next(one for key, one in found.items() if name.startswith(key))
    return next(one.value for one in family.samples if one.name == name and one.labels == labels)


def test_the_standard_s_parser_reads_it(client):
    found = families(client)
    for name in (
        "huicheng_questions",
        "huicheng_jobs",
        "huicheng_events_unsealed",
        "huicheng_lake_size_bytes",
    ):
        assert name in found


def test_a_request_is_counted_by_its_route_and_timed(client):
    client.get("/open/?q=张三丰")
    client.get("/no/such/place/张三丰")
    found = families(client)
    asked = {"route": "open:home", "method": "GET", "status": "200"}
    assert value(found, "huicheng_http_requests_total", **asked) == 1
    assert value(found, "huicheng_http_requests_total", route="other", method="GET", status="404") == 1
    assert value(found, "huicheng_http_request_duration_seconds_count", route="open:home") == 1


def test_no_address_and_no_name_is_in_it(client):
    publish_people()
    client.get("/open/?q=张三丰")
    exchange.ask("SELECT name FROM base.people", HAN, purpose="核对人数")
    text = client.get("/metrics").content.decode()
    for words in ("张三丰", "王芳", "人口基础库", "韩梅", "核对人数"):
        assert words not in text


def test_questions_are_counted_when_the_news_of_them_is_heard(client):
    publish_people()
    exchange.ask("SELECT name FROM base.people", HAN, purpose="核对人数")
    seal()
    deliver_news()
    found = families(client)
    assert value(found, "huicheng_questions_total", outcome="answered") == 1
    assert value(found, "huicheng_rows_handed_out_total") == 12
    assert value(found, "huicheng_question_duration_seconds_count") == 1


def test_whoever_comes_from_elsewhere_is_refused(client):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403


def test_a_proxy_that_nobody_named_makes_nobody_local(client):
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 403


def test_behind_a_named_proxy_the_reader_s_own_address_counts(client, settings):
    settings.PROXIES = [ip_network("127.0.0.1/32")]
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 403
    settings.METRICS_FROM = [ip_network("203.0.113.0/24")]
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 200


def test_the_token_opens_it_from_anywhere_and_a_wrong_one_nowhere(client, settings):
    def with_token(token: str) -> int:
        sent = {"HTTP_AUTHORIZATION": f"Bearer {token}", "REMOTE_ADDR": "203.0.113.9"}
        return client.get("/metrics", **sent).status_code

    assert with_token("") == 403
    settings.METRICS_TOKEN = "a-long-token-for-the-scraper"
    assert (with_token("a-long-token-for-the-scraper"), with_token("a-long-token")) == (200, 403)


COUNTS_ONE = (
    "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'huicheng.city.settings'; django.setup(); "
    "from huicheng.city import measuring; "
    "measuring._library()['requests'].labels('open:home', 'GET', '200').inc()"
)


def test_processes_are_counted_together(client):
    client.get("/open/")
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNTS_ONE], check=True)
    asked = {"route": "open:home", "method": "GET", "status": "200"}
    assert value(families(client), "huicheng_http_requests_total", **asked) == 3


def test_the_age_of_the_last_backup_is_told_once_there_is_one(client, tmp_path, monkeypatch):
    monkeypatch.setenv("HUICHENG_HOME", str(tmp_path))
    assert "huicheng_backup_age_seconds" not in families(client)
    (tmp_path / "last-backup").write_text("2026-01-01T00:00:00+00:00")
    assert value(families(client), "huicheng_backup_age_seconds") > 0
