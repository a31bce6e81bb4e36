"""A grant opens just what it says, to whom it says, for as long as it says."""

import io
import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Condition, ask
from huicheng.exchange.granting import applying
from huicheng.exchange.granting.models import GrantRow
from huicheng.exchange.tests.crowd import at_once
from huicheng.exchange.tests.town import (
    BASIS,
    HE,
    LIN,
    PURPOSE,
    QIAN,
    SUN,
    ZHAO,
    ZHOU,
    granted,
    official,
    publish_files,
    wanted,
)  # fmt: skip
from huicheng.ground.api import Actor, events

pytestmark = pytest.mark.django_db
ALL = "SELECT * FROM raw.health_files ORDER BY updated_on DESC"
NAMES = "SELECT name FROM raw.health_files"


@pytest.fixture(autouse=True)
def _files(db):
    publish_files()


def refusal(**how) -> str:
    with pytest.raises(exchange.AccessDenied):
        ask(NAMES, HE, **{"purpose": PURPOSE, **how})
    return events(kind="exchange.AccessRefused")[0].data["reason"]


def test_without_a_grant_nobody_of_another_department_reads():
    with pytest.raises(exchange.NoGrant, match="向提供方申请"):
        ask(NAMES, HE, purpose=PURPOSE)


def test_a_grant_shows_its_columns_and_of_the_personal_ones_only_the_plain():
    granted()
    table = ask(ALL, HE, purpose=PURPOSE).table
    assert table.column_names == ["id_number", "name", "phone", "updated_on"]
    assert table.to_pylist()[0] | {"updated_on": None} == {
        "id_number": "2101**************", "name": "秘密0", "phone": "138******00", "updated_on": None,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_who_say_yes_at_one_moment_leave_one_grant(monkeypatch):
    one, two = (exchange.request_access("health_files", who, wanted()).id for who in (HE, LIN))
    gate, number = threading.Barrier(2), applying.number

    def met(letter: str) -> str:
        with suppress(threading.BrokenBarrierError):  # whoever is kept waiting never comes here
            gate.wait(2)
        return number(letter)

    monkeypatch.setattr(applying, "number", met)
    at_once([partial(exchange.approve_application, each, SUN) for each in (one, two)])
    assert [each.state for each in exchange.grants_of("minzheng")].count("live") == 1


def test_what_was_not_granted_is_not_there():
    from huicheng.lake.api import QuestionFailed

    granted()
    with pytest.raises(QuestionFailed, match="列名"):
        ask("SELECT address FROM raw.health_files", HE, purpose=PURPOSE)


def test_a_grant_holds_for_its_purpose_alone():
    granted()
    with pytest.raises(exchange.NoGrant, match="用途不是"):
        ask(NAMES, HE, purpose="随便看看")


def test_a_grant_holds_for_its_department_and_those_who_may_read():
    granted()
    assert ask(NAMES, LIN, purpose=f" {PURPOSE} ").table.num_rows == 12
    for stranger in (
        ZHOU,
        official(20, "吴用", "minzheng", "deliver"),
        Actor(id="r", name="王芳", kind="resident"),
    ):
        with pytest.raises(exchange.NoGrant):
            ask(NAMES, stranger, purpose=PURPOSE)


def test_an_expired_grant_says_when_it_ended():
    one = granted()
    GrantRow.objects.filter(id=one.id).update(expires=timezone.now() - timedelta(seconds=1))
    with pytest.raises(exchange.GrantExpired, match=one.id):
        ask(NAMES, HE, purpose=PURPOSE)
    assert refusal() == "授权已到期"


def test_a_revoked_grant_says_why():
    one = granted()
    exchange.revoke_grant(one.id, SUN, reason="用途已办结")
    with pytest.raises(exchange.GrantRevoked, match="用途已办结"):
        ask(NAMES, HE, purpose=PURPOSE)
    assert refusal() == "授权已撤销"


def test_where_a_case_number_is_asked_for_it_is_in_the_receipt():
    one = granted(case_required=True)
    with pytest.raises(exchange.CaseNumberMissing):
        ask(NAMES, HE, purpose=PURPOSE)
    ask(NAMES, HE, purpose=PURPOSE, case="MZ-2026-0017")
    told = events(kind="exchange.QuestionAsked")[0].data["signed"]["document"]["reads"][0]["tables"]
    assert told["raw.health_files"]["grant"] == one.id
    assert told["raw.health_files"]["case"] == "MZ-2026-0017"


@pytest.mark.parametrize(
    ("condition", "rows"),
    [(("name", "=", "秘密3"), 1), (("sex", "in", ("1", "2")), 12), (("sex", "!=", "1"), 6),
     (("name", "=", "秘密3' OR 'a'='a"), 0), (("name", ">=", "秘密8"), 2)],
)  # fmt: skip
def test_a_row_filter_leaves_only_its_rows(condition, rows):
    granted(filter=(Condition(*condition),))
    assert ask("SELECT updated_on FROM raw.health_files", HE, purpose=PURPOSE).table.num_rows == rows


def test_dates_are_compared_as_dates():
    day = (timezone.localdate() - timedelta(days=3)).isoformat()
    granted(filter=(Condition("updated_on", ">=", day),))
    assert ask(NAMES, HE, purpose=PURPOSE).table.num_rows == 4


@pytest.mark.parametrize(
    "condition",
    [("nothing", "=", "1"), ("name", "LIKE", "秘"), ("name", "=", 3), ("updated_on", "<", "昨天"), ("sex", "in", ()),
     ("name) OR (1=1", "=", "1"), ("name", "=", "a\x00b"), ("name", "in", "秘密3"), ("name", "=", ("a", "b")),
     ("updated_on", "<", "2026-01-01'; DROP"), ("name", "in", tuple("x" * 501))],
)  # fmt: skip
def test_a_filter_that_does_not_fit_is_refused_when_it_is_asked_for(condition):
    with pytest.raises(exchange.WrongFilter):
        exchange.request_access("health_files", HE, wanted(filter=(Condition(*condition),)))


def test_a_filter_of_too_many_conditions_is_refused():
    with pytest.raises(exchange.FilterTooLarge, match="最多 20 个"):
        exchange.request_access("health_files", HE, wanted(filter=(Condition("sex", "=", "1"),) * 21))


def test_the_whole_of_a_granted_table_is_exported_as_granted():
    granted()
    sent = b"".join(exchange.export("health_files", HE, form="csv", purpose=PURPOSE)).decode()
    assert sent.splitlines()[0].lstrip("\ufeff") == "id_number,name,phone,updated_on"
    assert "21010219600307" not in sent


def test_a_grant_of_a_register_opens_its_columns_for_its_purpose():
    asked = exchange.request_access(
        "base.people", HE, wanted(columns=("district", "name"), plain=(), purpose="街道人口核对")
    )
    exchange.approve_application(asked.id, ZHAO)
    spec = exchange.resource("base.people")
    assert set(exchange.decide(spec, HE, "街道人口核对").columns) == {"district", "name"}
    assert not exchange.decide(spec, HE, "别的用途").allowed


def test_what_is_internal_is_granted_by_name_and_with_its_basis():
    with pytest.raises(exchange.WrongApplication, match="内部信息项"):
        granted(columns=("name", "birth_date"), plain=(), basis="")
    one = granted(columns=("name", "birth_date"), plain=())
    assert ask(ALL.replace("updated_on", "name"), HE, purpose=PURPOSE).table.column_names == [
        "name",
        "birth_date",
    ]
    GrantRow.objects.filter(id=one.id).update(basis="")
    assert ask(ALL.replace("updated_on", "name"), HE, purpose=PURPOSE).table.column_names == ["name"]


def test_a_field_that_became_personal_is_masked_from_then_on():
    from dataclasses import replace

    granted()
    spec = exchange.resource("health_files")
    fields = tuple(replace(f, sensitivity="personal") if f.name == "updated_on" else f for f in spec.fields)
    exchange.declare(replace(spec, fields=fields))
    assert ask(ALL, HE, purpose=PURPOSE).table["updated_on"][0].as_py() == "******"


def test_a_resource_that_is_shared_no_more_closes_its_grants():
    from dataclasses import replace

    granted()
    exchange.declare(replace(exchange.resource("health_files"), share="none", share_basis=BASIS))
    with pytest.raises(exchange.NoGrant, match="不予共享"):
        ask(NAMES, HE, purpose=PURPOSE)


def test_the_grants_of_a_department_are_found():
    one = granted()
    assert [g.id for g in exchange.grants_of("minzheng")] == [one.id]
    assert [g.id for g in exchange.grants_by("weijian")] == [one.id]
    assert exchange.grants_of("gongan") == []
    with pytest.raises(exchange.UnknownGrant):
        exchange.grant("G0")


def test_who_may_not_answer_grants_nothing():
    asked = exchange.request_access("health_files", HE, wanted())
    for nobody in (HE, LIN, QIAN, ZHOU, ZHAO):
        with pytest.raises(exchange.NotYoursToAnswer):
            exchange.approve_application(asked.id, nobody)
    assert exchange.grants_of("minzheng") == []


def test_a_parquet_file_goes_out_as_it_is_made_and_is_no_file_when_cut(monkeypatch):
    monkeypatch.setattr("huicheng.exchange.sending.LOOKED_AT_EVERY", 0)
    one = granted()
    pieces = exchange.export("health_files", HE, form="parquet", purpose=PURPOSE)
    sent = next(pieces)
    exchange.revoke_grant(one.id, SUN, reason="用途已完成")
    with pytest.raises(exchange.AccessDenied, match="途中"):
        list(pieces)
    with pytest.raises(pa.ArrowInvalid):
        pq.read_table(io.BytesIO(sent))


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_an_export_is_cut_when_the_grant_ends_while_it_is_sent(form, monkeypatch):
    monkeypatch.setattr("huicheng.exchange.sending.LOOKED_AT_EVERY", 0)
    one = granted()
    pieces = exchange.export("health_files", HE, form=form, purpose=PURPOSE)
    exchange.revoke_grant(one.id, SUN, reason="用途已完成")
    with pytest.raises(exchange.AccessDenied, match="途中"):
        b"".join(pieces)
    assert events(kind="exchange.AccessRefused")[0].data["reason"] == "发送途中授权结束"
