"""Two worlds that differ only in what was not granted look the same on every road that rows take besides questions:
pages of rows, changes and webhooks, the files of shared tables, services behind the gateway.

Random grants meet random histories and services that say more than they should.
"""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest
from hypothesis import currently_in_test_context, event, given, settings
from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange.gateway import calling
from huicheng.exchange.policy import mount_of
from huicheng.exchange.sharing import making
from huicheng.exchange.subscribing import changes, messages, posting
from huicheng.exchange.tests.listening import listening
from huicheng.exchange.tests.program import Program
from huicheng.exchange.tests.town import HE, PURPOSE, SUN
from huicheng.exchange.tests.worlds import (
    COLUMNS,
    GRANTED_ROWS,
    SPARING,
    declare_worlds,
    grant,
    publish,
    rows_of,
    shown_of,
    sights,
    value,
)
from huicheng.ground.api import acting_as, events

pytestmark = pytest.mark.django_db
SECRETS = ("-aaaa-", "-bbbb-", "-cccc-")
ASKING = exchange.Asking(HE, PURPOSE)


@pytest.fixture
def roads(db, monkeypatch):
    """A server that is both: a receiver of webhooks, and a department's service."""
    declare_worlds()
    monkeypatch.setenv(posting.PRIVATE, "1")
    monkeypatch.setenv(calling.NETWORKS, "127.0.0.0/8")
    with listening() as server:
        yield server


edits = st.tuples(
    st.integers(0, GRANTED_ROWS - 1), st.sampled_from([c for c in COLUMNS if c not in ("sex", "file_no")])
)
# What a service answers besides rows as they were declared.
TWISTS = (
    "none",
    "none",
    "none",
    "none",
    "extra",
    "types",
    "status",
    "html",
    "one",
    "stranger",
    "unwrapped",
    "null",
)


# How a program asks for pages: by columns that it may not see, too, and by values that stand in one world only.
PAGES = (
    "", "", "&order=-{c}", "&order={c}", "&{c}={secret}", "&{c}.in={secret},x", "&{c}.gte={secret}", "&{c}.ne={secret}",
    "&{c}.null=false", "&columns={c}", "&columns={c}&order={d}", "&columns={d}&{c}.lt={secret}", "&columns={c}&order=-sex",
)  # fmt: skip


@st.composite
def pages(draw) -> str:
    c, d = draw(st.sampled_from(COLUMNS)), draw(st.sampled_from(COLUMNS))
    secret = quote(value(c, draw(st.integers(0, GRANTED_ROWS + 1)), "aaaa"))
    return draw(st.sampled_from(PAGES)).format(c=c, d=d, secret=secret)


# Mostly such as say whose a row is, else the service answers nobody who is shown a part.
some = st.lists(st.sampled_from(COLUMNS), min_size=1, unique=True)
items = st.one_of(st.just(COLUMNS), some.map(lambda names: [*names, "id_number"]), some)


@st.composite
def journeys(draw) -> dict[str, object]:
    """What changes between two versions, whose rows come and go, and how the service speaks."""
    return {
        "edits": draw(st.lists(edits, max_size=5)), "leaves": draw(st.sets(st.integers(0, GRANTED_ROWS - 1), max_size=2)),
        "comes": draw(st.integers(0, 2)), "shape": draw(st.sampled_from(["object", "list", "rows"])),
        "items": draw(items), "twist": draw(st.sampled_from(TWISTS)),
        "mismatch": draw(st.sampled_from(["refuse", "note"])), "row": draw(st.integers(0, GRANTED_ROWS - 1)),
        "pages": draw(pages()),
    }  # fmt: skip


def later(rows, shown: frozenset[str], secret: str, journey, strangers: int):
    """The next version: what is shown changes alike in both worlds, what is hidden in the first one alone."""
    found = [dict(row) for row in rows[:GRANTED_ROWS]]
    for place, column in journey["edits"]:
        if column in shown:
            found[place][column] = value(column, place, "news")
        elif secret == "aaaa":
            found[place][column] = value(column, place, "cccc")
    for place in journey["leaves"]:
        found[place]["sex"] = "2"
    for place in range(80, 80 + journey["comes"]):
        found.append({c: value(c, place, "same" if c in shown else secret) for c in COLUMNS} | {"sex": "1"})
    return found + [{c: value(c, 60 + n, secret) for c in COLUMNS} | {"sex": "2"} for n in range(strangers)]


def told_of(rows) -> list[str]:
    """Changes in no order, each without the number of its row, which is another one in every table."""
    return sorted(str({name: part for name, part in one.items() if name != "id"}) for one in rows)


def followed(code: str, cursor: str) -> tuple[list[str], str]:
    found = exchange.changes_since(code, ASKING, since=cursor)
    return told_of(changes.told(found.rows)), found.cursor


def pushed(number: str, server) -> list[list[str]]:
    server.came.clear()
    server.says = (204, b"")
    messages.push(number)
    return [told_of(json.loads(body)["data"]["changes"]) for body in server.came]


def copied(code: str) -> str:
    """The file of the shared table as its reader has it: names, types, statistics, rows in their order."""
    granted = exchange.grant(f"G{code}")
    made = making.current(granted, HE)
    making.hand_out(made, granted, HE)
    path = making.file_of(made)
    facts = pq.read_metadata(path)
    groups = [facts.row_group(n).to_dict() for n in range(facts.num_row_groups)]
    return str(
        (pq.read_table(path).to_pylist(), groups, facts.metadata, made.schema, made.rows, made.size)
    ).replace(code, "T")


def paged(code: str, asked: str) -> list[str]:
    """Page after page, and whether another one follows; cursors are sealed, each in its own way."""
    program, found, cursor = Program("minzheng", "read"), [], ""
    while len(found) < 9:
        answer = program.get(f"resources/{code}/rows?limit=3{asked}{cursor}")
        told = json.loads(answer.content)
        following = told.pop("next", None)
        found.append(f"{answer.status_code} {told} {bool(following)}".replace(code, "T"))
        if not following:
            break
        cursor = f"&cursor={quote(following)}"
    return found


def spoken(rows, secret: str, journey) -> tuple[int, bytes]:
    """What this world's service says: its rows, and what it should not say."""
    shape, twist = journey["shape"], journey["twist"]
    chosen = list(rows)
    if twist == "extra":
        chosen = [
            {**row, "note": value("note", 1, secret), "x": {"deep": value("x", 2, secret)}} for row in chosen
        ]
    one = chosen[-1 if twist == "stranger" else journey["row"]]
    whole = (
        one
        if shape == "object" or twist == "one"
        else chosen
        if shape == "list" or twist == "unwrapped"
        else {"rows": chosen}
    )
    if twist == "extra" and shape == "rows":
        whole["total"] = value("total", 3, secret)
    told = {"status": {"error": value("error", 4, secret)}, "null": None}.get(twist, whole)
    body = f"<html>{secret}-kanari-end" if twist == "html" else json.dumps(told)
    return (404 if twist == "status" else 200), body.encode()


def passed_on(code: str, rows, secret: str, journey, server) -> str:
    items = tuple(name for name in COLUMNS if name in journey["items"])
    spec = exchange.resource(code)
    with acting_as(SUN):
        exchange.publish_service(
            code, base_url=server.url, per_minute=100_000, answer_schema=exchange.schema_of(spec, items, journey["shape"]),
            on_mismatch=journey["mismatch"],
        )  # fmt: skip
    if journey["twist"] == "types":  # what nobody is shown is of another kind in one world only
        kept = {"sex", *exchange.grant(f"G{code}").columns}
        rows = [{c: v if c in kept or secret != "aaaa" else {"v": v} for c, v in row.items()} for row in rows]
    server.says = spoken(rows, secret, journey)
    answer = Program("minzheng", "read").get(f"services/{code}/people")
    assert (
        answer.headers.pop("Huicheng-Receipt", "") or answer.status_code != 200
    )  # each reading has a number of its own
    return f"{answer.status_code} {sorted(answer.items())} {answer.content.decode()}".replace(code, "T")


def counted(heard) -> None:
    """For --hypothesis-show-statistics: whether the roads were walked, or only found closed."""
    if not currently_in_test_context():
        return
    for answer in (heard[3], heard[8]):
        event(f"service: {answer[:3]}")
    for answer in (heard[4], heard[9]):
        event(f"pages: {answer[0][:3]}, {len(answer)} of them")
    event(f"changes of the second version: {min(len(heard[6]), 3)}")
    event(f"webhooks: {len(heard[0]) + len(heard[5])}")


def walked(sight, journey, server) -> int:
    """Every road once in each world; how many answers were held against each other."""
    seen, plain = sight
    shown = shown_of(sight)
    heard: dict[str, list[object]] = {}
    for code, secret, strangers in (("world_a", "aaaa", (3, 1)), ("world_b", "bbbb", (5, 6))):
        making.forget_grant(f"G{code}")
        grant(code, seen, plain)
        first = rows_of(shown, secret, strangers[0])
        publish(code, first)
        view, _secret = exchange.subscribe(code, f"{server.url}/hook", ASKING, from_beginning=True)
        beginning, cursor = followed(code, "beginning")
        heard[code] = [
            pushed(view.id, server),
            beginning,
            copied(code),
            passed_on(code, first, secret, journey, server),
            paged(code, journey["pages"]),
        ]
        second = later(first, shown, secret, journey, strangers[1])
        publish(code, second)
        heard[code] += [pushed(view.id, server), followed(code, cursor)[0], copied(code)]
        heard[code] += [passed_on(code, second, secret, journey, server), paged(code, journey["pages"])]
        with acting_as(HE):
            exchange.unsubscribe(view.id)
    counted(heard["world_a"])
    for one, other in zip(*heard.values(), strict=True):
        assert one == other, (sight, journey)
        assert not [word for word in SECRETS if word in str(one) and "kanari" in str(one)]
    told = json.dumps([event.data for event in events(limit=200)], ensure_ascii=False, default=str)
    assert not [word for word in SECRETS if word in told]
    return len(heard["world_a"])


@settings(SPARING, max_examples=15)
@given(sights(), journeys())
def test_no_road_tells_two_worlds_apart(roads, sight, journey):
    assert walked(sight, journey, roads) == 10


@pytest.mark.slow
@settings(SPARING, max_examples=400)
@given(sights(), journeys())
def test_four_thousand_answers_on_all_roads_tell_no_worlds_apart(roads, sight, journey):
    assert walked(sight, journey, roads) == 10


STILL = {
    "edits": [],
    "leaves": set(),
    "comes": 0,
    "shape": "list",
    "items": COLUMNS,
    "twist": "none",
    "mismatch": "refuse",
    "row": 0,
    "pages": "",
}


@pytest.mark.parametrize(
    "road", ["huicheng.exchange.policy.masked", "huicheng.exchange.gateway.cutting.masked"]
)
def test_a_mask_that_a_road_forgets_would_be_seen(roads, monkeypatch, road):
    monkeypatch.setattr(road, lambda mask, column: column)
    with pytest.raises(AssertionError):
        walked((("name", "phone"), ("phone",)), STILL, roads)


def test_a_row_filter_that_the_roads_forget_would_be_seen(roads, monkeypatch):
    monkeypatch.setattr("huicheng.exchange.policy.where", lambda spec, conditions: None)
    with pytest.raises(AssertionError):
        walked((("name",), ("name",)), STILL, roads)


@pytest.mark.parametrize("road", ["subscribing.changes", "evidence.reading"])
def test_a_column_that_a_road_shows_by_mistake_would_be_seen(roads, monkeypatch, road):
    def too_much(spec, decision):
        mount = mount_of(spec, decision)
        return replace(mount, columns={**mount.columns, "name": '"blood_type"'})

    monkeypatch.setattr(f"huicheng.exchange.{road}.mount_of", too_much)
    with pytest.raises(AssertionError):
        walked((("name",), ("name",)), STILL, roads)
