"""Where an official's feed may lead: not inside, not elsewhere by a setting or by a name, not for ever."""

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.databases import address_of
from huicheng.exchange.feeding import trying
from huicheng.exchange.tests.test_databases import mariadb_url, postgres_url  # noqa: F401
from huicheng.exchange.tests.test_feeding import LAMPS, mode  # noqa: F401
from huicheng.ground.api import Actor, acting_as

pytestmark = pytest.mark.django_db(transaction=True)
SUN = Actor(
    id="account:1", name="孙丽", kind="official", department="shuju", duties=frozenset({"deliver", "steward"})
)


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize(
    "address", ["sqlite:////etc/passwd", "postgresql://a:b@127.0.0.1/x", "mysql://a:b@localhost:1/x"]
)
def test_an_official_points_at_nothing_inside(address):
    how = {"query": "lamps", "watermark": "changed", "key": "id"}
    with acting_as(SUN), pytest.raises(exchange.DatabaseNotAllowed):
        exchange.try_feed("lamps", address, **how)
    with acting_as(SUN), pytest.raises(exchange.DatabaseNotAllowed):
        exchange.declare_feed("lamps", address, **how)


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize(
    "rest",
    ["pg:5432/x?hostaddr=127.0.0.1", "pg/x?host=/var/run/postgresql", "pg/x?passfile=/etc/passwd", "pg/x?sslkey=/k",
     "pg/x?sslmode=disable&service=s", "pg/x?s3cret", "pg/x?%68ost=h", "pg/x?sslmode=", "pg/x?sslmode=disable&host=h"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_setting_cannot_lead_an_officials_feed_elsewhere(monkeypatch, scheme, rest):
    monkeypatch.setattr(trying, "addresses_of", lambda _host, _port: ["8.8.8.8"])
    with acting_as(SUN), pytest.raises(exchange.DatabaseNotAllowed, match="sslmode") as refusal:
        exchange.declare_feed("lamps", f"{scheme}://a:b@{rest}", query="lamps", watermark="changed", key="id")
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("host", ["", "%2Fvar%2Frun%2Fpostgresql", "8.8.8.8,127.0.0.1", "/var/run"])
def test_a_socket_is_no_host(host):
    with acting_as(SUN), pytest.raises(exchange.SourceUnreachable, match="写得不对"):
        trying.within_reach(f"postgresql://a:b@{host}/x")


@pytest.mark.parametrize(
    ("url", "shown"),
    [("postgresql://a@pg/x?sslmode=require", "postgresql://a@pg/x?sslmode=require&hostaddr=8.8.8.8"),
     ("mysql://a@pg/x", "mysql://a@pg/x?hostaddr=8.8.8.8")],
)  # fmt: skip
def test_an_officials_feed_is_held_to_the_number_that_was_judged(monkeypatch, url, shown):
    monkeypatch.setattr(trying, "addresses_of", lambda _host, _port: ["8.8.8.8", "8.8.4.4"])
    assert trying.within_reach(url) == shown
    assert address_of(shown).held_to == "8.8.8.8"


def tried_by_name(url, monkeypatch):
    """By a name that only the judge can look up: a driver that asked for it again would find nothing."""
    monkeypatch.setenv("HUICHENG_SERVICE_NETWORKS", "127.0.0.0/8")
    monkeypatch.setattr(trying, "addresses_of", lambda _host, _port: ["127.0.0.1"])
    exchange.declare(LAMPS, by_pack=False)
    question = {"query": "SELECT 1 AS id, 60 AS watts, '2026-11-01 12:00:00' AS changed", "key": "id"}
    with acting_as(SUN):
        return exchange.try_feed(
            "lamps", url.replace("127.0.0.1", "tax.invalid"), watermark="changed", **question
        )


@pytest.mark.needs("postgresql")
def test_postgresql_is_reached_at_the_number_that_was_judged(postgres_url, monkeypatch):  # noqa: F811
    assert tried_by_name(postgres_url, monkeypatch).preview.accepted == 1


@pytest.mark.needs("mariadb")
def test_mariadb_is_reached_at_the_number_that_was_judged(mariadb_url, monkeypatch):  # noqa: F811
    assert tried_by_name(mariadb_url, monkeypatch).preview.accepted == 1
