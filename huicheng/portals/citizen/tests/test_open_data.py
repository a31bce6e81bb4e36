"""王芳 applies for data that are open on a condition, uses what she is granted, and 李强 sees nothing of it."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pyarrow as pa
import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, acting_as
from huicheng.identity import api as identity

pytestmark = pytest.mark.django_db

PURPOSE, CODE = "研究产业分布", "insured_employers"
APPLY = f"/me/open/apply/{CODE}/"
FENG = Actor(
    id="account:9017", name="冯涛", kind="official", department="renshe", duties=frozenset({"read", "grant"})
)
PEOPLE = (("wang", "王芳", "210102199003070046"), ("li", "李强", "210102196808230058"))


def publish(code: str, rows: list[dict]) -> None:
    kinds = {"integer": pa.int64(), "date": pa.date32(), "number": pa.float64(), "boolean": pa.bool_()}
    fields = exchange.resource(code).fields
    shape = pa.schema([(f.name, kinds.get(f.kind, pa.string())) for f in fields])
    exchange.publish_table(code, pa.Table.from_pylist(rows, schema=shape))


@pytest.fixture(autouse=True)
def opened(db) -> None:
    exchange.sync_declared()
    people = [
        {"base_id": f"P{place}", "id_number": number, "name": name, "status": "正常"}
        for place, (_user, name, number) in enumerate(PEOPLE)
    ]
    publish("base.people", people)
    publish(
        "base.firms",
        [
            {
                "base_id": "F1",
                "name": "一家公司",
                "credit_code": "91210100MA0P40R24P",
                "legal_person_id": PEOPLE[0][2],
            }
        ],
    )
    told = {
        "base_id": "F1",
        "department": "shichang",
        "resource": "firm_registrations",
        "delivery": "D1",
        "chosen": True,
    }
    values = {"name": "一家公司", "credit_code": "91210100MA0P40R24P"}
    publish("base.firms_fields", [told | {"field": name, "value": value} for name, value in values.items()])
    firms = exchange.resource(CODE)
    exchange.declare(replace(firms, openness="conditional", open_condition="限于研究，不得转让"))
    publish(
        CODE,
        [
            {"unit_no": f"U{n}", "name": f"第{n}公司", "phone": "024-1234567", "members": n % 2}
            for n in range(40)
        ],
    )


def client(who: str) -> Client:
    name, number = next(one[1:] for one in PEOPLE if one[0] == who)
    accounts = get_user_model().objects
    if not accounts.filter(username=who).exists():
        identity.register_resident(who, name=name, id_number=number, password="long-enough-password")
    found = Client()
    found.force_login(accounts.get(username=who))
    return found


def form(**how) -> dict:
    until = timezone.localdate() + timedelta(days=30)
    condition = exchange.resource(CODE).open_condition
    return {"purpose": PURPOSE, "column": ["unit_no", "name", "members"], "until": until.isoformat(),
            "behalf": "", "agreed": condition} | how  # fmt: skip


def applied(who: str = "wang", **how) -> str:
    """The application's number."""
    return client(who).post(APPLY, form(**how))["Location"].rstrip("/").rpartition("/")[2]


def granted(**how) -> str:
    return exchange.approve_application(applied(**how), FENG).grant


def text_of(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8-sig")


def key_of(number: str) -> str:
    page = client("wang").post(f"/me/open/grants/{number}/", {"do": "key"})
    return page.context["made"].token


def read(token: str, place: str = f"resources/{CODE}/rows?format=csv", *, purpose: str = PURPOSE):
    return Client().get(
        f"/api/v1/{place}", headers={"Authorization": f"Bearer {token}", "Huicheng-Purpose": quote(purpose)}
    )


def test_she_applies_and_follows_her_application():
    number = applied()
    page = text_of(client("wang").get(f"/me/open/applications/{number}/"))
    assert PURPOSE in page
    assert "人社局" in page
    assert PURPOSE in text_of(client("wang").get("/me/open/"))


@pytest.mark.parametrize(
    ("how", "part"),
    [({"agreed": ""}, "agreed"), ({"column": []}, "columns"), ({"column": ["phone"]}, "columns"), ({"purpose": "查"}, "purpose"),
     ({"until": "明年"}, "until"), ({"behalf": "别人的公司"}, "behalf"), ({"agreed": "别的条件"}, "agreed")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_it(how, part):
    page = client("wang").post(APPLY, form(**how))
    assert page.status_code == 400
    assert f'href="#{part}"' in text_of(page)


def test_what_is_internal_is_not_even_offered():
    page = text_of(client("wang").get(APPLY))
    assert 'value="members"' in page
    assert 'value="phone"' not in page


def test_she_applies_in_the_name_of_her_firm_and_of_no_other():
    firm = client("wang").get(APPLY).context["firms"]
    assert firm == ["一家公司（91210100MA0P40R24P）"]
    assert exchange.application(applied(behalf=firm[0])).wanted.behalf == firm[0]
    assert client("li").post(APPLY, form(behalf=firm[0])).status_code == 400


def test_she_downloads_what_she_was_granted():
    number = granted()
    sent = text_of(client("wang").get(f"/me/open/grants/{number}/download/csv/"))
    assert sent.splitlines()[0] == "unit_no,name,members"
    assert len(sent.splitlines()) == 41
    assert "024-1234567" not in sent


@pytest.mark.parametrize(
    "place", ["applications/{a}/", "applications/{a}/amend/", "grants/{g}/", "grants/{g}/download/csv/"]
)
def test_another_resident_sees_nothing_of_it(place):
    asked = applied()
    number = exchange.approve_application(asked, FENG).grant
    answer = client("li").get(f"/me/open/{place.format(a=asked, g=number)}")
    assert answer.status_code == 404
    assert PURPOSE not in text_of(answer)
    assert PURPOSE not in text_of(client("li").get("/me/open/"))


def test_she_counts_by_what_she_was_granted():
    page = client("wang").get(f"/me/open/grants/{granted()}/?by=members")
    assert page.context["rows"] == [{"members": 0, "counted": 20}, {"members": 1, "counted": 20}]


def test_a_revoked_grant_gives_nothing_from_the_page_on():
    number = granted()
    token = key_of(number)
    exchange.revoke_grant(number, FENG, reason="违反条件")
    assert client("wang").get(f"/me/open/grants/{number}/download/csv/").status_code == 403
    assert "违反条件" in text_of(client("wang").get(f"/me/open/grants/{number}/"))
    assert json.loads(read(token).content)["error"] == "grant_revoked"


def test_she_gives_it_back():
    number = granted()
    client("wang").post(f"/me/open/grants/{number}/", {"do": "give_back", "reason": "用完了"})
    assert exchange.grant(number).state == "revoked"


def test_a_returned_application_is_mended_and_sent_again():
    number = applied()
    exchange.return_application(number, FENG, reason="请写清用途")
    assert "请写清用途" in text_of(client("wang").get("/me/"))
    client("wang").post(f"/me/open/applications/{number}/amend/", form(purpose="研究餐饮业的分布"))
    assert exchange.application(number).state == "submitted"


# --- her program ---


def test_her_program_reads_with_the_key_of_her_grant():
    answer = read(key_of(granted()))
    assert answer.status_code == 200
    assert len(text_of(answer).splitlines()) == 41


@pytest.mark.parametrize("place", ["resources/base.people/rows", "resources/police_households/rows", "subscriptions",
                                   f"resources/{CODE}/changes", "services/health_files/x"])  # fmt: skip
def test_that_key_opens_nothing_else(place):
    assert read(key_of(granted()), place).status_code in (403, 404)


@pytest.mark.parametrize("page", ["/me/", "/me/data/", "/me/open/", "/desk/", f"/open/{CODE}/rows/"])
def test_that_key_is_no_log_in(page):
    answer = Client().get(page, headers={"Authorization": f"Bearer {key_of(granted())}"})
    assert answer.status_code == 403


def test_a_new_key_ends_the_old_one_and_she_ends_it_too():
    number = granted()
    first, second = key_of(number), key_of(number)
    assert read(first).status_code == 401
    assert read(second).status_code == 200
    client("wang").post(f"/me/open/grants/{number}/", {"do": "end_key"})
    assert read(second).status_code == 401


def test_nobody_makes_a_key_of_anothers_grant():
    number = granted()
    client("li")
    li = identity.actor_of(get_user_model().objects.get(username="li"))
    with acting_as(li), pytest.raises(identity.NotKeeper):
        identity.make_grant_key(number)


def test_her_session_is_no_key():
    granted()
    assert client("wang").get(f"/api/v1/resources/{CODE}/rows").status_code == 403


def test_a_key_dies_with_its_account():
    token = key_of(granted())
    get_user_model().objects.filter(username="wang").update(is_active=False)
    assert read(token).status_code == 401


def test_a_key_shows_nothing_once_the_name_is_verified_no_more():
    token = key_of(granted())
    get_user_model().objects.filter(username="wang").update(person="", verify_again=True)
    assert read(token).status_code == 403
