"""李强's record and 王芳's were one by mistake; when they are parted nobody sees the other's."""

import pyarrow as pa
import pytest
from django.contrib.auth import get_user_model

from huicheng.exchange import api as exchange
from huicheng.ground.api import deliver_news, events, seal
from huicheng.identity.api import register_resident
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db
SECRET = "a long enough secret"
WANG, LI = "11010519491231002X", "210102198809180024"
IDS = pa.schema([("base_id", pa.string()), ("why", pa.string()), ("retired_into", pa.string())])


def people(*rows, ended=()):
    """A fusion has ended: the ledger first, then the register, then the news."""
    ledger = [{"base_id": one, "why": "ended", "retired_into": into} for one, into in ended]
    lake.write("base.ids", pa.Table.from_pylist(ledger, schema=IDS))
    names = [one.name for one in exchange.resource("base.people").fields]
    layout = pa.schema([(name, pa.string()) for name in names])
    rows = [dict(zip(("base_id", "name", "id_number"), row, strict=True)) for row in rows]
    table = pa.Table.from_pylist([{n: row.get(n) for n in names} for row in rows], schema=layout)
    exchange.publish_table("base.people", table)
    seal()
    deliver_news()


@pytest.fixture
def wang():
    exchange.sync_declared()
    people(("P7", "王芳", WANG))
    register_resident("wang", name="王芳", id_number=WANG, password=SECRET)
    return get_user_model().objects.get(username="wang")


def enter(client):
    client.post("/account/login/", {"username": "wang", "password": SECRET})
    return client


def test_when_the_id_stays_with_another_she_is_unbound_and_told_so(client, wang):
    people(("P7", "李强", LI), ("P8", "王芳", WANG))
    wang.refresh_from_db()
    assert (wang.person, wang.verify_again) == ("", True)
    assert events(subject=f"account:{wang.pk}", kind="identity.PersonUnbound")[0].data == {"was": "P7"}
    assert "需要重新实名" in enter(client).get("/me/").content.decode()


def test_she_verifies_again_with_her_own_number_and_no_other(client, wang):
    people(("P7", "李强", LI), ("P8", "王芳", WANG))
    enter(client)
    page = client.post("/account/verify/", {"name": "李强", "id_number": LI})
    assert "不是开户时核对过" in page.content.decode()
    client.post("/account/verify/", {"name": "王芳", "id_number": WANG})
    wang.refresh_from_db()
    assert (wang.person, wang.verify_again) == ("P8", False)


def test_a_merged_record_is_followed_to_where_it_went(wang):
    people(("P5", "王芳", WANG), ended=[("P7", "P6"), ("P6", "P5")])
    wang.refresh_from_db()
    assert (wang.person, wang.verify_again) == ("P5", False)


def test_a_fusion_that_changes_nothing_leaves_the_account_alone(wang):
    people(("P7", "王芳", WANG), ("P9", "李强", LI))
    wang.refresh_from_db()
    assert wang.person == "P7"
    assert not events(kind="identity.PersonUnbound")


def test_the_number_itself_is_not_kept(wang):
    assert len(wang.number_key) == 64
    assert WANG not in str(get_user_model().objects.values().get())


def test_an_account_of_before_there_were_keys_takes_its_own_by_its_name(wang):
    get_user_model().objects.update(number_key="")
    people(("P7", "王芳", WANG))
    wang.refresh_from_db()
    assert (wang.person, len(wang.number_key)) == ("P7", 64)
    get_user_model().objects.update(number_key="")
    people(("P7", "李强", LI))
    wang.refresh_from_db()
    assert wang.person == ""
