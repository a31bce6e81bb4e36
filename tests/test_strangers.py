"""Deny by default, walked: every route with real values by every method, every table of the catalogue.

王芳 delivers for the police; 李强 for civil affairs, 郑宏 decides, 刘洋 and 周舟 are residents, and somebody has no account.
Whatever is 王芳's is answered to the others as if it were not there.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.nodes.inviting import redeem
from huicheng.exchange.nodes.models import Stream
from huicheng.exchange.sharing import links, making
from huicheng.exchange.subscribing.models import Message
from huicheng.exchange.tests.town import publish_files
from huicheng.ground import api as ground
from huicheng.ground.api import ANONYMOUS, Actor, acting_as, mark_of
from huicheng.identity import api as identity
from tests import house

KEY = "key"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
FILE, NAME, NUMBER = "绝密名单.csv", "欧阳雪晴", "210102199003070046"
ROWS = (
    "公民身份号码,姓名,性别,出生日期,民族,户号,与户主关系,户籍地址,行政区划,联系电话,登记日期,状态\n"
    f"{NUMBER},{NAME},女,1990-03-07,汉族,H1,户主,沈阳市和平区文化路11号,210102,13812345678,2020-01-01,正常\n"
    f"{NUMBER},,女,1990-03-07,汉族,H1,户主,沈阳市和平区文化路11号,210102,13812345678,2020-01-01,正常\n"
)


@dataclass(frozen=True)
class Value:
    """A real value of a route's parameter, and one of the same shape behind which there is nothing.

    ``kept`` says that only its owner may learn that it is real.
    """

    real: str
    invented: str
    kept: bool = False


@dataclass(frozen=True)
class Town:
    receipt: exchange.Receipt
    job: str
    draft: str
    reading: str
    application: str
    grant: str
    subscription: str
    feed: str
    message: str
    node: str
    ticket: links.Signed
    key: str
    question: str
    asked: str
    open_application: str
    open_grant: str

    def client(self, who: str | None) -> Client:
        """With a session; ``KEY`` is a program of 李强's department with its key."""
        if who == KEY:
            key = {"Authorization": f"Bearer {self.key}", "Huicheng-Purpose": quote("核对失踪人员")}
            return Client(raise_request_exception=False, headers=key)
        client = Client(raise_request_exception=False)
        if who:
            client.force_login(account(who))
        return client

    def actor(self, who: str | None) -> Actor:
        if who == KEY:
            return identity.machine_of(self.key)
        return identity.actor_of(account(who)) if who else ANONYMOUS


def account(who: str) -> Any:
    """Read again each time: whoever walks by may have ended all of his own sessions."""
    return get_user_model().objects.get(username=who)


# One line for each parameter that a route takes, by the portal it is in.
VALUES: dict[tuple[str, str], Callable[[Town], Value]] = {
    ("open", "code"): lambda town: Value("police_households", "no_such_table", kept=True),
    ("sharing", "share"): lambda town: Value("weijian", "nobody", kept=True),
    ("sharing", "schema"): lambda town: Value(town.grant, "G20260101-00000000", kept=True),
    ("sharing", "table"): lambda town: Value("health_files", "no_such_table", kept=True),
    ("sharing", "ticket"): lambda town: Value(town.ticket.ticket, "OTo5", kept=True),
    ("gateway", "code"): lambda town: Value("police_households", "nothing_here"),
    ("gateway", "path"): lambda town: Value("people/7", "people/8"),
    ("query", "code"): lambda town: Value("police_households", "no_such_table"),
    ("query:ask_node", "code"): lambda town: Value(town.node, "N9876543210", kept=True),
    ("query", "question_id"): lambda town: Value(town.question, "Q9876543210abcdef", kept=True),
    ("open", "form"): lambda town: Value("csv", "doc"),
    ("open", "syntax"): lambda town: Value("ttl", "doc"),
    ("open", "action"): lambda town: Value("package_list", "package_delete"),
    ("decision", "code"): lambda town: Value("210102", "999999"),
    ("decision", "key"): lambda town: Value("portals.decision.residents_by_district", "no.such.panel"),
    ("decision:watch", "key"): lambda town: Value("governance.air.heavy_hours", "no.such.watch"),
    ("decision", "receipt_id"): lambda town: Value(town.receipt.id, "9" * len(town.receipt.id)),
    ("desk", "receipt_id"): lambda town: Value(town.receipt.id, "9" * len(town.receipt.id), kept=True),
    ("citizen", "event"): lambda town: Value(town.reading, "00000000-0000-4000-8000-000000000000", kept=True),
    ("citizen", "code"): lambda town: Value("police_households", "no_such_table", kept=True),
    ("citizen", "application"): lambda town: Value(town.open_application, "A20260101-00000000", kept=True),
    ("citizen", "grant"): lambda town: Value(town.open_grant, "G20260101-00000000", kept=True),
    ("citizen", "form"): lambda town: Value("csv", "doc"),
    ("desk:apply", "code"): lambda town: Value("health_files", "no_such_table"),
    ("desk", "application"): lambda town: Value(town.application, "A20260101-00000000", kept=True),
    ("desk", "grant"): lambda town: Value(town.grant, "G20260101-00000000", kept=True),
    ("desk", "code"): lambda town: Value("police_households", "no_such_table"),
    ("desk", "number"): lambda town: Value(town.node, "N9876543210", kept=True),
    **{
        ("desk:" + name, "number"): lambda town: Value(town.feed, "F20260101-99999999", kept=True)
        for name in ("feed", "feed_change")
    },
    **{
        ("desk:" + name, "number"): lambda town: Value(town.subscription, "S20260101-99999999", kept=True)
        for name in ("subscription", "subscription_change")
    },
    ("desk", "message_id"): lambda town: Value(town.message, "msg_" + "9" * 32, kept=True),
    ("desk", "feed_id"): lambda town: Value(town.feed, "F20260101-99999999", kept=True),
    ("desk", "subscription_id"): lambda town: Value(town.subscription, "S20260101-99999999", kept=True),
    ("query", "subscription_id"): lambda town: Value(town.subscription, "S20260101-99999999", kept=True),
    ("desk", "field"): lambda town: Value("name", "nothing"),
    ("desk", "reading"): lambda town: Value(town.reading, "00000000-0000-4000-8000-000000000000", kept=True),
    ("query", "reading"): lambda town: Value(town.asked, "00000000-0000-4000-8000-000000000000", kept=True),
    ("desk:catalogue_form_done", "job_id"): lambda town: Value(
        town.job, "00000000-0000-4000-8000-000000000000", kept=True
    ),
    ("desk:catalogue_form_returned", "job_id"): lambda town: Value(
        town.job, "00000000-0000-4000-8000-000000000000", kept=True
    ),
    ("desk", "name"): lambda town: Value("sex", "no_such_codes"),
    ("desk", "token"): lambda town: Value(town.draft, "0" * 32, kept=True),
    ("desk", "job_id"): lambda town: Value(town.job, "00000000-0000-4000-8000-000000000000", kept=True),
}


def official(username: str, name: str, **roles: str) -> None:
    identity.create_official(username, name=name, password="long-enough-password", roles=roles)


def settled(number: str, name: str, base_id: str) -> dict[str, str]:
    return {"base_id": base_id, "id_number": number, "name": name, "status": "正常"}


def publish_people() -> None:
    fields = exchange.resource("base.people").fields
    shapes = {"date": pa.date32(), "integer": pa.int64(), "number": pa.float64()}
    shape = pa.schema([(field.name, shapes.get(field.kind, pa.string())) for field in fields])
    people = [
        settled(NUMBER, NAME, "P1"), settled("210102196808230058", "刘洋", "P2"), settled("210102198112120036", "周舟", "P3"),
    ]  # fmt: skip
    exchange.publish_table("base.people", pa.Table.from_pylist(people, schema=shape))


@pytest.fixture
def town(transactional_db: Any, tmp_path: Path) -> Town:
    exchange.sync_declared()
    publish_people()
    official("wang", "王芳", deliver="gongan", read="gongan")
    official("li", "李强", deliver="minzheng", read="minzheng")
    official("zheng", "郑宏", decide="zhengfuban")
    identity.register_resident(
        "liu", name="刘洋", id_number="210102196808230058", password="long-enough-password"
    )
    path = tmp_path / FILE
    path.write_text(ROWS, encoding="utf-8")
    with acting_as(identity.actor_of(account("wang"))):
        receipt = exchange.deliver("police_households", path)
        job = ground.submit("fusion.run", key="all").id
    with acting_as(identity.actor_of(account("wang"))):
        exchange.sample("police_households", identity.actor_of(account("wang")), purpose="核对户籍")
    reading = next(one.id for one in ground.events(limit=20) if one.data.get("signed"))
    application, grant = granted()
    subscription, feed = followed(path)
    real = dead_letter(subscription), joined(), shared(grant), key_of_another()
    told = put(real[1]), read_in_bulk()
    return Town(
        receipt, str(job), drafted(), reading, application, grant, subscription, feed, *real, *told, *opened()
    )


def read_in_bulk() -> str:
    """The police read a table of theirs; the number is of the receipt."""
    wang = identity.actor_of(account("wang"))
    exchange.ask("SELECT name FROM raw.police_households", wang, purpose="核对户籍")
    return exchange.readings(department="gongan", limit=1)[0].id


def dead_letter(subscription: str) -> str:
    """What could not be delivered to the police, and may be sent anew by them."""
    now = timezone.now()
    return Message.objects.create(
        id="msg_" + "0" * 32, subscription_id=subscription, number=1, before=None, after=0,
        state=Message.DEAD, attempts=9, error="HTTP 500", next_at=now, at=now, ended_at=now,
    ).id  # fmt: skip


def joined() -> str:
    """A node of the police that has joined."""
    code = exchange.invite_node("gongan", actor=ground.system_actor("test")).code
    return str(redeem(code, ground.public_keys()[0].pem)["node"])


def put(node: str) -> str:
    """王芳 has asked the node for rows that stay there."""
    Stream.objects.create(node_id=node, resource="police_households", hash="0" * 64, stays=True)
    sql, wang = "SELECT count(*) AS n FROM raw.police_households", identity.actor_of(account("wang"))
    return exchange.ask_node(node, sql, wang, purpose="核对户籍")


def shared(grant: str) -> links.Signed:
    """The address of a file with health files that the police may fetch for a quarter of an hour."""
    publish_files()
    wang = identity.actor_of(account("wang"))
    return links.address_of(making.current(exchange.grant(grant), wang), wang.id)


def key_of_another() -> str:
    """A program of civil affairs, where 何静 keeps the keys: it reads and delivers there."""
    official("he", "何静", keys="minzheng", read="minzheng", deliver="minzheng")
    with acting_as(identity.actor_of(account("he"))):
        ends = timezone.now() + timedelta(days=9)
        return identity.make_key("发放系统", of="minzheng", duties=("read", "deliver"), expires=ends).token


def granted() -> tuple[str, str]:
    """The police asked the health commission for its files and may read them: nobody else's business."""
    official("sun", "孙丽", read="weijian", grant="weijian")
    wang, sun = (identity.actor_of(account(who)) for who in ("wang", "sun"))
    wanted = exchange.Wanted(
        columns=("file_no",), purpose="核对失踪人员", until=timezone.localdate() + timedelta(days=9)
    )
    asked = exchange.request_access("health_files", wang, wanted)
    return asked.id, exchange.approve_application(asked.id, sun).grant


def opened() -> tuple[str, str]:
    """周舟 may use the firms, which are open on a condition: no other resident's business."""
    identity.register_resident(
        "zhou", name="周舟", id_number="210102198112120036", password="long-enough-password"
    )
    official("wu", "吴刚", read="shichang", grant="shichang")
    zhou, wu = (identity.actor_of(account(who)) for who in ("zhou", "wu"))
    wanted = exchange.Wanted(
        columns=("name",), purpose="研究产业分布", until=timezone.localdate() + timedelta(days=9),
        agreed=exchange.resource("firm_registrations").open_condition,
    )  # fmt: skip
    asked = exchange.request_access("firm_registrations", zhou, wanted)
    return asked.id, exchange.approve_application(asked.id, wu).grant


def followed(path: Path) -> tuple[str, str]:
    """The police are told of their own changes, and draw some of their rows from a database of theirs."""
    households = exchange.resource("police_households")
    moves = replace(households, code="police_moves", title="户籍变动", mode="upsert", key=("id_number",))
    exchange.declare(moves, by_pack=False)
    wang = identity.actor_of(account("wang"))
    with acting_as(wang):
        exchange.deliver("police_moves", path)
        asking = exchange.Asking(wang, "核对户籍")
        following, _ = exchange.subscribe("police_moves", "https://198.51.100.7/changes", asking)
    with acting_as(ground.system_actor("test")):
        feed = exchange.declare_feed(
            "police_moves",
            "postgresql://reader@198.51.100.7/moves",
            query="moves",
            watermark="moved_on",
            key="id_number",
        )
    return following.id, feed.id


def drafted() -> str:
    """王芳 has chosen a file and not yet delivered it."""
    client = Client()
    client.force_login(account("wang"))
    form = {"resource": "police_households", "file": SimpleUploadedFile(FILE, ROWS.encode())}
    return client.post("/desk/deliver/", form)["Location"].rstrip("/").rpartition("/")[2]


PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def parameters(address: str, name: str) -> list[tuple[str, str]]:
    """Each under its portal, or under the route's own name where the same word means something else there."""
    found = PARAMETER.findall(address)
    return [(name, one) if (name, one) in VALUES else (name.rpartition(":")[0], one) for one in found]


def city_routes() -> list[tuple[str, str, Any]]:
    every = house.routes(get_resolver().url_patterns)
    return [one for one in every if not one[0].startswith("admin/")]


def written(address: str, name: str, values: dict[tuple[str, str], str]) -> str:
    for key in parameters(address, name):
        address = PARAMETER.sub(values[key], address, count=1)
    return f"/{address}"


def pages(town: Town, within: str) -> Iterator[tuple[str, Any, str, str | None]]:
    """Route, view, its real address, and an invented one where the real must not be told apart from it."""
    for address, name, view in city_routes():
        if not address.startswith(within):
            continue
        values = {key: VALUES[key](town) for key in parameters(address, name)}
        real = written(address, name, {key: value.real for key, value in values.items()})
        invented = {key: value.invented if value.kept else value.real for key, value in values.items()}
        kept = any(value.kept for value in values.values())
        yield address, view, real, written(address, name, invented) if kept else None


def test_every_parameter_of_a_route_has_a_value_to_walk_with():
    wanted = {(key, address) for address, name, _ in city_routes() for key in parameters(address, name)}
    missing = sorted(f"{key} of {address}" for key, address in wanted if key not in VALUES)
    assert not missing, f"say in VALUES what a stranger should try there: {missing}"


def told(answer: Any, address: str) -> tuple[int, str, str]:
    """What the visitor learns: the address itself and the forms' tokens aside."""
    endless = answer.get("Content-Type", "").startswith("text/event-stream")
    body = b"" if endless else answer.getvalue() if answer.streaming else answer.content
    text = body.decode("utf-8", "replace")
    words = re.sub(r'"[0-9A-Za-z]{64}"', "", text)
    for part in address.strip("/").split("/"):
        words = words.replace(part, "…") if len(part) > 8 else words
    return answer.status_code, answer.get("Location", "").replace(address, "…"), words


def faults(town: Town, who: str | None, refused: Callable[[Any], bool], *, within: str = "") -> Iterator[str]:
    """Where ``who`` gets more than he should: an answer that fails, a secret, or that a thing exists."""
    for route, view, real, invented in pages(town, within):
        client, may = town.client(who), admitted(town.actor(who), view)
        for method in METHODS if invented or not may else ("GET", "POST"):
            answer = client.generic(method, real)
            said = told(answer, real)
            if said[0] >= 500:
                yield f"{method} {route} fails with {said[0]}"
            if any(secret in said[2] for secret in (FILE, NAME, NUMBER)):
                yield f"{method} {route} tells a secret"
            if not may and not turned_away(view, answer, refused):
                yield f"{method} {route} answers {said[0]}"
            if invented and told(client.generic(method, invented), invented) != said:
                yield f"{method} {route} tells that the thing exists"


def turned_away(view: Any, answer: Any, refused: Callable[[Any], bool]) -> bool:
    """As the visitor is told on pages; on a program's route in JSON, who has no name with 401."""
    if mark_of(view).audience != "machine":
        return refused(answer)
    if answer.status_code != (401 if refused is sent_to_log_in else 403):
        return False
    return answer.wsgi_request.method == "HEAD" or {"error", "message", "do"} <= set(answer.json())


def admitted(who: Actor, view: Any) -> bool:
    mark = mark_of(view)
    assert mark
    return mark.admits(who)


TRACES = {
    "exchange.QueryRefused", "portals.FormSent",
    "exchange.AccessRefused", "exchange.NodeRequestRefused", "exchange.QuestionAsked", "bases.RecordRead", "identity.LoggedOut",
    "identity.PasswordRefused",
}  # fmt: skip


def state(town: Town) -> tuple[Any, ...]:
    """What a stranger must leave as it was: all but the trace of the walk, and what is the stranger's own."""
    made = [one.kind for one in ground.events(limit=1000) if one.kind not in TRACES]
    jobs = [(one.id, one.state) for one in ground.jobs(limit=100)]
    draft = town.client("wang").get(f"/desk/deliver/{town.draft}/").status_code
    return made, jobs, [one.id for one in exchange.receipts()], draft


def sent_to_log_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/account/login/?next=/")


def forbidden(answer: Any) -> bool:
    return answer.status_code == 403


@pytest.mark.parametrize(
    ("who", "refused"),
    [(None, sent_to_log_in), ("liu", forbidden), ("li", forbidden), ("zheng", forbidden), (KEY, forbidden)],
    ids=["anonymous", "resident", "other-department", "leader", "key-of-another-department"],
)
def test_a_stranger_gets_nowhere_and_changes_nothing(who, refused, town):
    before = state(town)
    found = list(faults(town, who, refused))
    assert not found, "\n".join(found)
    assert state(town) == before


@pytest.mark.parametrize("who", ["li", "liu", KEY])
def test_a_shared_file_is_opened_by_its_own_mark_alone(who, town):
    place = f"/sharing/files/{town.ticket.ticket}"
    other = links.address_of(SimpleNamespace(pk=10**6), town.actor(who).id)
    for mark in ("", "0" * 64, other.mark):
        assert town.client(who).get(place, {"X-Amz-Signature": mark}).status_code == 403
    assert town.client(who).get(f"/sharing/shares/weijian/schemas/{town.grant}/tables").status_code in (
        403,
        404,
    )


@pytest.mark.parametrize("who", ["li", KEY])
def test_real_rows_and_changes_are_refused_to_another_department(who, town):
    for place in ("rows", "changes"):
        answer = town.client(who).get(f"/api/v1/resources/police_moves/{place}")
        assert answer.status_code in (400, 403), place
        assert NAME not in answer.content.decode()
    wrong = town.client(who).get(f"/api/v1/subscriptions/{town.subscription}")
    assert wrong.status_code in (404, 405)


def test_a_dead_letter_of_another_department_is_not_sent_anew(town):
    official("qian", "钱明", read="minzheng")
    before = len(ground.events(kind="exchange.MessageReplayed"))
    town.client("qian").post(f"/desk/subscriptions/replay/{town.message}/")
    assert len(ground.events(kind="exchange.MessageReplayed")) == before
    town.client("wang").post(f"/desk/subscriptions/replay/{town.message}/")
    assert len(ground.events(kind="exchange.MessageReplayed")) == before + 1


def test_the_walk_sees_a_door_left_open(town, monkeypatch):
    monkeypatch.setattr("huicheng.portals.desk.sight.may_see", lambda actor, receipt: True)
    found = list(faults(town, "li", forbidden, within="desk/deliveries/<"))
    assert "GET desk/deliveries/<str:receipt_id>/ tells a secret" in found
    assert "HEAD desk/deliveries/<str:receipt_id>/refused/ tells that the thing exists" in found


def test_the_walk_sees_a_route_without_a_duty(town, monkeypatch):
    monkeypatch.setattr("huicheng.city.middleware.Gate.process_view", lambda *given: None)
    found = list(faults(town, None, sent_to_log_in, within="desk/jobs/"))
    assert "GET desk/jobs/ answers 200" in found


def test_the_owner_does_get_what_strangers_do_not(town):
    """Else the walk above would prove nothing."""
    client = town.client("wang")
    for place in (f"deliveries/{town.receipt.id}/", f"deliver/{town.draft}/", f"jobs/{town.job}/"):
        assert client.get(f"/desk/{place}").status_code == 200, place
    assert FILE in client.get(f"/desk/deliveries/{town.receipt.id}/").content.decode()
    assert client.get(f"/api/v1/receipts/{town.asked}").json()["event"]["id"] == town.asked


def test_the_resident_who_was_granted_it_does_get_it(town):
    client = town.client("zhou")
    for place in (f"applications/{town.open_application}/", f"grants/{town.open_grant}/"):
        assert client.get(f"/me/open/{place}").status_code == 200, place


REGEX_GROUP = re.compile(r"\(\?P<\w+>([^)]*)\)\$?")


def admin_places() -> list[str]:
    every = (address for address, _n, _v in house.routes(get_resolver().url_patterns))
    open_to_all = {"admin/login/", "admin/logout/"}
    return [
        "/" + REGEX_GROUP.sub("identity", PARAMETER.sub("1", one)).replace("^", "").replace("$", "")
        for one in every
        if one.startswith("admin/") and one not in open_to_all
    ]


# The machine room's own log-in, and where everybody changes a password: that page asks who comes as well.
SENT_AWAY = ("/admin/login/", "/account/")


@pytest.mark.parametrize("who", [None, "liu", "li"], ids=["anonymous", "resident", "official"])
def test_the_machine_room_is_closed_to_all_but_its_keepers(who, town):
    client = town.client(who)
    opened = []
    for place in admin_places():
        for method in METHODS:
            answer = client.generic(method, place)
            if answer.status_code != 302 or not answer["Location"].startswith(SENT_AWAY):
                opened.append(f"{method} {place} {answer.status_code}")
    assert not opened


# Strangers to a table, and which closed tables they may read all the same.
def _nothing(spec: exchange.Resource) -> bool:
    return False


def _shared(spec: exchange.Resource) -> bool:
    return spec.share == "unconditional"


def _own(spec: exchange.Resource) -> bool:
    """By name, so that a declaration that opens one more table is noticed here."""
    return spec.code in ("base.people", "base.people_fields", "base.relations")


def actor(kind: Any, **more: Any) -> Actor:
    return Actor(id="account:0", name="李强", kind=kind, **more)


def foreign(*duties: str, kind: str = "official") -> Actor:
    """An official of a department that owns no table at all."""
    owners = {one.owner for one in exchange.resources()}
    department = next(one.code for one in ground.departments() if one.code not in owners)
    return actor(kind, department=department, duties=frozenset(duties))


TABLE_STRANGERS: dict[str, tuple[Callable[[], Actor], Callable[[exchange.Resource], bool]]] = {
    "anonymous": (lambda: ANONYMOUS, _nothing),
    "nobody in particular": (lambda: actor("resident"), _nothing),
    "a resident": (lambda: actor("resident", person="P2"), _own),
    "an official who delivers": (lambda: foreign("deliver"), _nothing),
    "an official who reads": (lambda: foreign("deliver", "read"), _shared),
    "a program without duties": (lambda: foreign(kind="machine"), _nothing),
    "a program that delivers": (lambda: foreign("deliver", kind="machine"), _nothing),
    "a program that reads": (lambda: foreign("deliver", "read", kind="machine"), _shared),
    "a program that says it manages": (lambda: foreign("steward", kind="machine"), _nothing),
}


def denied(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except exchange.AccessDenied:
        return True
    except exchange.NoData:
        return False
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("who", TABLE_STRANGERS)
def test_every_closed_table_is_denied_to_a_stranger(who):
    exchange.sync_declared()
    make, may = TABLE_STRANGERS[who]
    stranger = make()
    for spec in exchange.resources():
        if spec.open or may(spec):
            continue
        code, table = spec.code, spec.table
        ways = (
            lambda table=table: exchange.ask(f"SELECT * FROM {table}", stranger, purpose="好奇"),
            lambda table=table: exchange.ask(
                f"WITH a AS (SELECT count(*) n FROM {table}) SELECT n FROM a", stranger, purpose="好奇"
            ),
            lambda code=code: exchange.sample(code, stranger),
            lambda code=code: b"".join(exchange.export(code, stranger, form="csv")),
        )
        assert [denied(way) for way in ways] == [True] * 4, f"{who} reads {code}"


@pytest.mark.django_db
def test_an_open_table_is_denied_to_nobody():
    exchange.sync_declared()
    opened = [spec for spec in exchange.resources() if spec.open]
    ways = [lambda s=s: exchange.ask(f"SELECT * FROM {s.table}", ANONYMOUS, purpose="") for s in opened]
    assert opened
    assert not any(denied(way) for way in ways)


@pytest.mark.django_db
def test_a_resident_finds_the_own_row_and_no_other():
    exchange.sync_declared()
    publish_people()
    answer = exchange.ask(
        "SELECT base_id, name FROM base.people", actor("resident", person="P2"), purpose="看我的数据"
    )
    assert answer.table.to_pylist() == [{"base_id": "P2", "name": "刘洋"}]


@pytest.mark.django_db
def test_in_every_table_about_residents_one_finds_the_own_rows_alone():
    exchange.sync_declared()
    liu = actor("resident", person="P2")
    decisions = [exchange.decide(spec, liu, "看我的数据") for spec in exchange.resources() if _own(spec)]
    assert [one.where for one in decisions] == ["\"base_id\" = 'P2'"] * 3
