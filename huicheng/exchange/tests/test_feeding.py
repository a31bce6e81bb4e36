"""Feeds from real databases: each row once, whatever time stands on it, and wherever a run was killed."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange import delivering
from huicheng.exchange.feeding import door
from huicheng.exchange.feeding.models import Feed
from huicheng.exchange.models import Delivery
from huicheng.exchange.tests.test_databases import mariadb_url, postgres_url  # noqa: F401
from huicheng.exchange.tests.town import official
from huicheng.ground.api import (
    acting_as,
    events,
    jobs,
    postpone,
    run_inline,
    run_waiting,
    submit,
    system_actor,
)
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db(transaction=True)
ME = system_actor("test")
LAMPS = exchange.Resource(
    code="lamps", title="路灯", owner="shuju", mode="upsert", key=("id",), fields=(
        exchange.Field("id", "编号", "integer", required=True), exchange.Field("watts", "功率", "integer"),
        exchange.Field("changed", "更新时间", "datetime"),
    ),
)  # fmt: skip
NOON = datetime(2026, 11, 1, 12, 0, 0)


@pytest.fixture(params=["upsert", "append"])
def mode(request):
    exchange.declare(replace(LAMPS, mode=request.param), by_pack=False)
    return request.param


@pytest.fixture
def base(tmp_path):
    """(id, watts, changed) at a moment so many seconds after noon."""
    path = tmp_path / "lamps.sqlite"

    def add(*rows):
        with closing(sqlite3.connect(path)) as there, there:
            there.execute("CREATE TABLE IF NOT EXISTS lamps (id INTEGER, watts INTEGER, changed TEXT)")
            at = [(n, w, str(NOON + timedelta(seconds=s)) if s is not None else None) for n, w, s in rows]
            there.executemany("INSERT INTO lamps VALUES (?, ?, ?)", at)

    add((1, 60, 0), (2, 60, 1))
    add.url = f"sqlite:///{path}"
    add.path = path
    return add


def feed(url, **how):
    with acting_as(ME):
        given = {"query": "lamps", "watermark": "changed", "key": "id"} | how
        return exchange.declare_feed("lamps", url, **given)


def run(one):
    with acting_as(ME):
        return exchange.run_feed(one.id)


def ids():
    return sorted(lake.read("raw.lamps").read_all()["id"].to_pylist())


@pytest.mark.usefixtures("mode")
def test_each_run_takes_only_what_is_new(base):
    one = feed(base.url)
    run(one)
    base((3, 70, 2))
    assert run(one).mark == ("2026-11-01 12:00:02", "3")
    assert ids() == [1, 2, 3]
    assert exchange.receipts(resource="lamps")[0].rows == 1


@pytest.mark.usefixtures("mode")
def test_rows_of_the_same_moment_are_told_apart_by_their_key(base):
    one = feed(base.url)
    run(one)
    base((3, 70, 1), (4, 70, 1))
    run(one)
    assert ids() == [1, 2, 3, 4]
    assert exchange.receipts(resource="lamps")[0].rows == 2


@pytest.mark.usefixtures("mode")
def test_nothing_new_is_no_delivery_and_no_failure(base):
    one = feed(base.url)
    run(one)
    found = run(one)
    assert (found.failures, found.error, len(exchange.receipts(resource="lamps"))) == (0, "", 1)


def test_a_row_that_is_committed_late_is_found_by_looking_back(base):
    exchange.declare(LAMPS, by_pack=False)
    one = feed(base.url, lag=60)
    base((3, 70, 100))
    run(one)
    base((4, 70, 50))
    run(one)
    assert ids() == [1, 2, 3, 4]
    count = len(exchange.receipts(resource="lamps"))
    run(one)
    assert len(exchange.receipts(resource="lamps")) <= count + 1
    run(one)
    assert lake.rows("raw.lamps") == 4


def test_looking_back_is_not_for_rows_that_are_only_added(base):
    exchange.declare(replace(LAMPS, mode="append"), by_pack=False)
    with pytest.raises(exchange.FeedRefused, match="重复"):
        feed(base.url, lag=60)


@pytest.mark.usefixtures("mode")
def test_a_run_killed_before_or_after_its_commit_neither_loses_nor_repeats(base, monkeypatch):
    one = feed(base.url)

    class Killed(BaseException):
        pass

    def killed(*_args, **_options):
        raise Killed

    with monkeypatch.context() as patch:  # landed and written down, nothing committed
        patch.setattr(delivering, "run_inline", killed)
        with pytest.raises(Killed):
            door.run(one.id)
    base((3, 70, 2))
    assert door.run(one.id) is None  # its own job ends it first
    run_waiting()
    run(one)
    run(one)
    assert ids() == [1, 2, 3]


@pytest.mark.usefixtures("mode")
def test_what_was_rolled_back_is_asked_again(base):
    one = feed(base.url)
    run(one)
    base((3, 70, 2))
    run(one)
    with acting_as(ME):
        run_inline(exchange.roll_back("lamps"))
    assert ids() == [1, 2]
    run(one)
    assert ids() == [1, 2, 3]


@pytest.mark.usefixtures("mode")
def test_a_changed_table_is_held_and_the_feed_waits_for_somebody(base):
    one = feed(base.url)
    run(one)
    with closing(sqlite3.connect(base.path)) as there, there:
        there.execute("ALTER TABLE lamps RENAME COLUMN watts TO power")
        there.execute("INSERT INTO lamps VALUES (3, 70, '2026-11-01 12:00:02')")
    found = run(one)
    assert exchange.receipt(found.held).drift.lost[0].field == "watts"
    run(one)
    assert Delivery.objects.filter(state="held").count() == 1
    with acting_as(ME):
        run_inline(exchange.confirm(found.held, mapping={"power": "watts"}))
    assert ids() == [1, 2, 3]
    assert run(one).mark == ("2026-11-01 12:00:02", "3")


def test_a_database_that_is_away_is_a_failure_of_the_feed_and_tried_again(base):
    exchange.declare(LAMPS, by_pack=False)
    one = feed("postgresql://liu:s3cret@127.0.0.1:1/x")
    with pytest.raises(exchange.SourceUnreachable):
        run(one)
    with acting_as(ME):
        found = exchange.feeds(ME)[0]
    assert (found.failures, bool(found.error), exchange.receipts(resource="lamps")) == (1, True, [])
    assert events(kind="exchange.FeedFailed")[0].data["reason"] == "SourceUnreachable"
    assert "feeding.run" in {job.name for job in jobs(state="waiting")}


def test_the_password_is_kept_only_sealed(base):
    exchange.declare(LAMPS, by_pack=False)
    feed("postgresql://liu:s3cret@127.0.0.1:1/x")
    row = Feed.objects.get()
    told = f"{vars(row)}{[vars(one) for one in events()]}{jobs()}"
    assert "s3cret" not in told
    assert row.name == "postgresql://liu@127.0.0.1:1/x"


@pytest.mark.parametrize(
    "how", [{"query": "DELETE FROM lamps"}, {"watermark": 'x" OR 1'}, {"every": 1}, {"query": "a; b"}]
)
def test_what_could_not_run_is_refused_at_once(base, how):
    exchange.declare(LAMPS, by_pack=False)
    with pytest.raises((exchange.FeedRefused, exchange.QueryRefused)):
        feed(base.url, **how)


def test_the_worker_runs_it_by_itself(base):
    exchange.declare(LAMPS, by_pack=False)
    feed(base.url)
    run_waiting()
    assert ids() == [1, 2]


def hour_later():
    """Everything that waits in the queue has its time now."""
    for one in jobs(state="waiting"):
        postpone(one.id, until=NOON.astimezone() - timedelta(days=365))
    run_waiting()


def ended(kind="FeedRan"):
    return len(events(kind=f"exchange.{kind}"))


def test_running_it_by_hand_makes_no_second_row_of_runs(base):
    exchange.declare(LAMPS, by_pack=False)
    one = feed(base.url)
    run_waiting()
    for _again in range(3):
        submit("feeding.run", key=f"{one.id}@now", feed=one.id, now=True)
        run_waiting()
    assert ended() == 4
    Feed.objects.update(next_at=NOON.astimezone() - timedelta(days=365))
    hour_later()
    assert ended() == 5
    assert [job.name for job in jobs(state="waiting")] == ["feeding.run"]


def test_a_fault_lines_up_one_run_however_often_the_queue_tries_again(base, monkeypatch):
    exchange.declare(LAMPS, by_pack=False)
    feed(base.url)

    def broken(*_args):
        raise RuntimeError

    monkeypatch.setattr(door, "deliver_asked", broken)
    for _try in range(3):
        hour_later()
    assert ended("FeedFailed") == 1


def test_a_feed_that_is_removed_while_it_runs_stays_removed(base, monkeypatch):
    exchange.declare(LAMPS, by_pack=False)
    one = feed(base.url)
    deliver = door.deliver_asked

    def removed(*args):
        with acting_as(ME):
            exchange.remove_feed(one.id)
        return deliver(*args)

    monkeypatch.setattr(door, "deliver_asked", removed)
    door.run(one.id)
    row = Feed.objects.get()
    assert (row.active, bytes(row.address)) == (False, b"")


def test_a_removed_feed_runs_no_more_and_forgets_its_address(base):
    exchange.declare(LAMPS, by_pack=False)
    one = feed(base.url)
    with acting_as(ME):
        exchange.remove_feed(one.id)
    run_waiting()
    assert not lake.exists("raw.lamps")
    assert bytes(Feed.objects.get().address) == b""
    assert exchange.feeds(ME) == []


DENG, XU = official(31, "邓", "shuju", "deliver"), official(32, "徐", "shuju", "deliver")


@pytest.fixture
def dengs(base):
    """A feed that Deng declared and that ran once."""
    exchange.declare(LAMPS, by_pack=False)
    one = feed(base.url)  # a file of this machine: declared at the terminal, and his by now
    Feed.objects.filter(id=one.id).update(actor=DENG.as_dict())
    with acting_as(DENG):
        return exchange.run_feed(one.id)


@pytest.mark.parametrize("reason", ["AccountClosed", "KeyRevoked"])
def test_a_feed_whose_maker_is_gone_asks_nothing_and_says_so(dengs, base, gone, reason):
    gone[DENG.id] = reason
    base((3, 70, 2))
    Feed.objects.update(next_at=NOON.astimezone())
    assert isinstance(door.run(dengs.id), exchange.FeedHasStopped)
    assert (exchange.feeds(XU)[0].stopped, ids()) == (reason, [1, 2])
    told = events(kind="exchange.FeedStopped")
    assert [(one.data["reason"], one.data["department"]) for one in told] == [(reason, "shuju")]
    assert isinstance(door.run(dengs.id), exchange.FeedHasStopped)
    assert len(events(kind="exchange.FeedStopped")) == 1


def test_a_feed_whose_maker_delivers_no_longer_stops(dengs, base, gone):
    gone[DENG.id] = replace(DENG, duties=frozenset({"read"}))
    door.run(dengs.id)
    assert exchange.feeds(XU)[0].stopped == "NotYours"


def test_a_colleague_takes_the_feed_over_and_it_goes_on_from_its_mark(dengs, base, gone):
    gone[DENG.id] = "AccountClosed"
    base((3, 70, 2))
    door.run(dengs.id)
    for other, refusal in (
        (official(33, "周", "gongan", "deliver"), exchange.NoSuchFeed),
        (official(34, "王", "shuju"), exchange.NotYours),
    ):
        with acting_as(other), pytest.raises(refusal):
            exchange.take_over_feed(dengs.id)
    with acting_as(XU):
        assert exchange.take_over_feed(dengs.id).stopped == ""
        exchange.run_feed(dengs.id)
    assert ids() == [1, 2, 3]
    assert exchange.receipts(resource="lamps")[0].actor_name == "徐"


@pytest.mark.needs("postgresql")
@pytest.mark.usefixtures("mode")
def test_from_postgresql(postgres_url):  # noqa: F811
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as there:
        there.execute("CREATE TABLE lamps (id bigint, watts int, changed timestamptz)")
        there.execute(
            "INSERT INTO lamps SELECT n, 60, '2026-11-01 12:00:00.123456+08' FROM generate_series(1, 3) n"
        )
        one = feed(postgres_url)
        run(one)
        there.execute("INSERT INTO lamps VALUES (4, 60, '2026-11-01 12:00:00.123456+08')")
        there.execute("INSERT INTO lamps VALUES (5, 60, '2026-11-01 12:00:00.123457+08')")
        run(one)
    assert ids() == [1, 2, 3, 4, 5]
    assert exchange.receipts(resource="lamps")[0].rows == 2


@pytest.mark.needs("mariadb")
@pytest.mark.usefixtures("mode")
def test_from_mariadb(mariadb_url):  # noqa: F811
    import pymysql

    port = int(mariadb_url.rsplit(":", 1)[1].split("/")[0])
    with pymysql.connect(host="127.0.0.1", port=port, user="root", database="tax", autocommit=True) as there:
        with there.cursor() as cursor:
            cursor.execute("CREATE TABLE lamps (id bigint, watts int, changed datetime(6))")
            rows = [(n, 60, "2026-11-01 12:00:00.123456") for n in (1, 2, 3)]
            cursor.executemany("INSERT INTO lamps VALUES (%s, %s, %s)", rows)
            one = feed(mariadb_url)
            run(one)
            cursor.execute("INSERT INTO lamps VALUES (4, 60, '2026-11-01 12:00:00.123456')")
            cursor.execute("INSERT INTO lamps VALUES (5, 60, '2026-11-01 12:00:00.123457')")
        run(one)
    assert ids() == [1, 2, 3, 4, 5]
    assert exchange.receipts(resource="lamps")[0].rows == 2


@pytest.mark.usefixtures("mode")
def test_a_feed_is_tried_without_delivering_anything(base):
    with acting_as(ME):
        found = exchange.try_feed("lamps", base.url, query="lamps", watermark="changed", key="id")
    assert (found.preview.rows, found.preview.accepted, found.mark) == (2, 2, ("2026-11-01 12:00:01", "2"))
    assert exchange.receipts(resource="lamps") == []


@pytest.mark.usefixtures("mode")
def test_a_name_that_leads_inside_later_is_not_followed(base, monkeypatch):
    one = feed(base.url)
    Feed.objects.update(anywhere=False)
    with pytest.raises(exchange.DatabaseNotAllowed):
        run(one)
    assert exchange.feeds(ME)[0].failures == 1


@pytest.mark.usefixtures("mode")
def test_each_run_is_told_with_what_it_became(base):
    one = feed(base.url)
    run(one)
    run(one)
    told = exchange.runs_of_feed(one.id, ME)
    assert [(each.rows, bool(each.delivery)) for each in told] == [(0, False), (2, True)]
