"""有条件开放: whoever has a verified name may apply; what he is granted is his alone, masked, counted, and it ends."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange import sending
from huicheng.exchange.granting.models import ApplicationRow, GrantRow
from huicheng.exchange.tests.town import HE, SUN, ZHAO, official, publish_files
from huicheng.ground.api import ANONYMOUS, Actor, events

pytestmark = pytest.mark.django_db

WANG = Actor(id="account:31", name="王芳", kind="resident", person="P000000000001")
LI = Actor(id="account:32", name="李强", kind="resident", person="P000000000002")
NAMELESS = replace(LI, id="account:33", person=None)
FENG = official(17, "冯涛", "renshe", "read", "grant")
FIRMS, FILES = "insured_employers", "health_files"
PURPOSE, STUDY = "研究产业分布", "研究血压与年龄"


@pytest.fixture(autouse=True)
def opened() -> None:
    """Employers and health files are open on a condition; there are forty employers."""
    files = exchange.resource(FILES)
    public = tuple(replace(f, sensitivity="public") if f.name == "birth_date" else f for f in files.fields)
    exchange.declare(
        replace(files, fields=public, openness="conditional", open_condition="限于医学研究的统计")
    )
    spec = replace(exchange.resource(FIRMS), openness="conditional", open_condition="限于研究，不得转让")
    exchange.declare(spec)
    rows = [
        {"unit_no": f"U{n}", "name": f"第{n}公司", "phone": "024-1234567", "members": n, "address": "和平区"}
        for n in range(40)
    ]
    kinds = {"integer": pa.int64(), "date": pa.date32()}
    layout = pa.schema([(f.name, kinds.get(f.kind, pa.string())) for f in spec.fields])
    exchange.publish_table(FIRMS, pa.Table.from_pylist(rows, schema=layout))


def wanted(code: str = FIRMS, **how) -> exchange.Wanted:
    usual = exchange.Wanted(
        columns=("unit_no", "name", "members"), purpose=PURPOSE, until=timezone.localdate() + timedelta(days=30),
        agreed=exchange.resource(code).open_condition,
    )  # fmt: skip
    return replace(usual, **how)


def ask(code: str = FIRMS, who: Actor = WANG, **how) -> exchange.Application:
    return exchange.request_access(code, who, wanted(code, **how))


def granted(code: str = FIRMS, terms: exchange.Terms | None = None, **how) -> exchange.Grant:
    answers = {FIRMS: FENG, FILES: SUN}[code]
    return exchange.grant(exchange.approve_application(ask(code, **how).id, answers, terms).grant)


def read(who: Actor = WANG, *, purpose: str = PURPOSE, columns: str = "*", code: str = FIRMS) -> list[dict]:
    sql = f"SELECT {columns} FROM raw.{code}"
    return exchange.ask(sql, who, purpose=purpose).table.to_pylist()


def downloaded(who: Actor, code: str = FIRMS) -> list[dict[str, str]]:
    sent = b"".join(exchange.export(code, who, form="csv", purpose=PURPOSE)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(sent)))


def test_what_was_granted_is_read_and_downloaded_by_who_asked():
    granted()
    assert read()[3] == {"unit_no": "U3", "name": "第3公司", "members": 3}
    assert len(downloaded(WANG)) == 40


@pytest.mark.parametrize(
    "who", [LI, NAMELESS, ANONYMOUS, HE, replace(WANG, id="account:34"), replace(WANG, person=None)]
)
def test_nobody_else_has_it(who):
    granted()
    with pytest.raises(exchange.AccessDenied):
        read(who)
    with pytest.raises(exchange.AccessDenied):
        downloaded(who)


def test_every_answer_leaves_a_signed_receipt_that_names_the_grant():
    one = granted()
    read()
    receipt = events(kind="exchange.QuestionAsked")[0]
    part = receipt.data["signed"]["document"]["reads"][0]["tables"][f"raw.{FIRMS}"]
    assert (receipt.actor, part["grant"], part["ground"]) == (WANG.id, one.id, "依申请开放")


def test_another_purpose_is_not_granted():
    granted()
    with pytest.raises(exchange.NoGrant, match="用途不是"):
        read(purpose="推销保险")


def test_what_is_for_departments_alone_is_never_granted_to_society():
    with pytest.raises(exchange.WrongApplication, match="电话") as refused:
        ask(columns=("unit_no", "phone"))
    assert refused.value.field == "columns"


def test_a_column_that_became_internal_since_is_seen_no_more():
    granted()
    spec = exchange.resource(FIRMS)
    fields = tuple(replace(f, sensitivity="internal") if f.name == "name" else f for f in spec.fields)
    exchange.declare(replace(spec, fields=fields))
    assert set(read()[0]) == {"unit_no", "members"}


def test_what_is_personal_stays_masked_whatever_was_asked_for():
    spec = exchange.resource(FIRMS)
    fields = tuple(replace(f, sensitivity="personal") if f.name == "name" else f for f in spec.fields)
    exchange.declare(replace(spec, fields=fields))
    one = granted(plain=("name",), basis="《民法典》")
    assert one.plain == ()
    assert read()[0]["name"] == "******"


def test_no_grant_row_can_unmask_for_society():
    one = granted()
    GrantRow.objects.filter(id=one.id).update(plain=["name", "phone"], columns=["name", "phone"])
    spec = exchange.resource(FIRMS)
    exchange.declare(
        replace(
            spec,
            fields=tuple(replace(f, sensitivity="personal") if f.name == "name" else f for f in spec.fields),
        )
    )
    assert exchange.decide(exchange.resource(FIRMS), WANG, PURPOSE).columns == {"name": "masked"}


# --- rows about people ---


def test_of_people_society_gets_sums_and_no_row():
    publish_files(60)
    granted(FILES, columns=("sex", "birth_date"), purpose=STUDY)
    sums = "SELECT sex, count(*) AS n FROM raw.health_files GROUP BY sex ORDER BY sex"
    assert exchange.ask(sums, WANG, purpose=STUDY).table.to_pylist() == [
        {"sex": "1", "n": 30},
        {"sex": "2", "n": 30},
    ]
    with pytest.raises(exchange.OnlyAggregates):
        read(purpose=STUDY, columns="sex", code=FILES)
    with pytest.raises(exchange.OnlyAggregates):
        list(exchange.export(FILES, WANG, form="csv", purpose=STUDY))


def test_a_small_group_of_people_is_not_told():
    publish_files(12)
    granted(FILES, columns=("sex",), purpose=STUDY)
    sums = "SELECT sex, count(*) AS n FROM raw.health_files GROUP BY sex"
    assert exchange.ask(sums, WANG, purpose=STUDY).table.num_rows == 0


def test_the_provider_cannot_give_rows_about_people_either():
    one = granted(FILES, exchange.Terms(aggregate_only=False), columns=("sex",), purpose=STUDY)
    assert one.aggregate_only
    GrantRow.objects.filter(id=one.id).update(aggregate_only=False)
    assert exchange.decide(exchange.resource(FILES), WANG, STUDY).smallest_group == 20


# --- the road ---


@pytest.mark.parametrize(
    ("code", "who", "said"),
    [(FIRMS, NAMELESS, "实名"), (FIRMS, ANONYMOUS, "职责"), ("air_hourly", WANG, "不用申请"),
     ("police_households", WANG, "不予开放"), (FIRMS, replace(WANG, scope="grant:G1"), "不能申请")],
)  # fmt: skip
def test_who_may_not_apply_is_told_why(code, who, said):
    with pytest.raises(exchange.NotYoursToApply, match=said):
        exchange.request_access(code, who, wanted(code))


@pytest.mark.parametrize("agreed", ["", "别的条件"])
def test_the_condition_must_be_agreed_to_as_it_stands(agreed):
    with pytest.raises(exchange.WrongApplication) as refused:
        ask(agreed=agreed)
    assert refused.value.field == "agreed"


def test_a_condition_that_changed_since_has_to_be_agreed_to_anew():
    asked = ask()
    exchange.declare(replace(exchange.resource(FIRMS), open_condition="限于学术研究"))
    with pytest.raises(exchange.WrongApplication, match="改过"):
        exchange.approve_application(asked.id, FENG)
    exchange.return_application(asked.id, FENG, reason="请看新的条件")
    exchange.amend_application(asked.id, WANG, wanted())
    assert exchange.approve_application(asked.id, FENG).state == "approved"


@pytest.mark.parametrize("who", [WANG, LI, HE])
def test_only_the_provider_answers_and_nobody_his_own(who):
    with pytest.raises(exchange.NotYoursToAnswer):
        exchange.approve_application(ask().id, who)


def test_what_is_not_answered_in_time_goes_to_the_data_bureau():
    asked = ask()
    ApplicationRow.objects.update(answer_by=timezone.localdate() - timedelta(days=1))
    assert exchange.tell_overdue() == 1
    assert exchange.approve_application(asked.id, ZHAO).state == "approved"


def test_an_application_is_seen_by_who_made_it_and_by_no_department_that_did_not():
    asked = ask()
    assert [one.id for one in exchange.own_applications(WANG)] == [asked.id]
    assert exchange.own_applications(LI) == []
    assert [one.id for one in exchange.applications_to("renshe")] == [asked.id]
    assert exchange.applications_of("") == exchange.grants_of("") == []


def test_only_who_made_it_amends_and_withdraws():
    asked = ask()
    exchange.return_application(asked.id, FENG, reason="请写清用途")
    with pytest.raises(exchange.NotYoursToApply, match="不是您提出的"):
        exchange.amend_application(asked.id, LI, wanted())
    with pytest.raises(exchange.NotYoursToApply, match="不是您提出的"):
        exchange.withdraw_application(asked.id, LI)
    assert exchange.withdraw_application(asked.id, WANG).state == "withdrawn"


def test_one_account_cannot_bury_a_department():
    for place in range(exchange.granting_rule("waiting_of_account")):
        ask(purpose=f"{PURPOSE}第{place}次")
    with pytest.raises(exchange.NotYoursToApply, match="等答复"):
        ask()


def test_rows_are_not_chosen_by_what_is_masked_or_internal():
    with pytest.raises(exchange.WrongApplication, match="行范围不能用"):
        ask(filter=(exchange.Condition("phone", "=", "024-1234567"),))


# --- the end ---


def test_a_grant_that_was_revoked_opens_nothing():
    one = granted()
    exchange.revoke_grant(one.id, FENG, reason="违反条件")
    with pytest.raises(exchange.GrantRevoked, match="违反条件"):
        read()


def test_a_grant_that_is_over_opens_nothing():
    GrantRow.objects.filter(id=granted().id).update(expires=timezone.now())
    with pytest.raises(exchange.GrantExpired):
        read()


@pytest.mark.parametrize("openness", ["none", "unconditional"])
def test_what_is_closed_or_opened_since_needs_no_grant(openness):
    granted()
    exchange.declare(replace(exchange.resource(FIRMS), openness=openness))
    decision = exchange.decide(exchange.resource(FIRMS), WANG, PURPOSE)
    assert (decision.allowed, decision.grant) == (openness == "unconditional", None)


def test_who_lost_his_verified_name_reads_nothing():
    granted()
    with pytest.raises(exchange.AccessDenied, match="实名"):
        read(replace(WANG, person=None))


def test_a_download_ends_when_its_grant_does(monkeypatch):
    monkeypatch.setattr(sending, "LOOKED_AT_EVERY", 0.0)
    one = granted()
    rows = exchange.stream(FIRMS, WANG, purpose=PURPOSE)
    next(rows)
    exchange.revoke_grant(one.id, FENG, reason="违反条件")
    with pytest.raises(exchange.RightEnded):
        list(rows)


def test_who_holds_a_grant_gives_it_back_and_no_other_does():
    one = granted()
    with pytest.raises(exchange.NotYoursToEnd):
        exchange.revoke_grant(one.id, LI, reason="多管闲事")
    assert exchange.revoke_grant(one.id, WANG, reason="用完了").state == "revoked"


def test_a_quota_counts_for_society_too():
    granted(terms=exchange.Terms(rows_per_day=50))
    read()
    with pytest.raises(exchange.QuotaExceeded):
        read()


# --- the secure tier, and keys ---


@pytest.mark.parametrize("who", [WANG, ANONYMOUS, HE])
def test_what_is_neither_shared_nor_open_is_refused_with_its_reason(who):
    spec = replace(exchange.resource(FIRMS), share="none", share_basis="《保守国家秘密法》", openness="none")
    exchange.declare(spec)
    with pytest.raises(exchange.AccessDenied, match="不予共享"):
        read(who)


def test_no_grant_survives_that_its_resource_is_shared_with_nobody():
    granted()
    exchange.declare(replace(exchange.resource(FIRMS), share="none"))
    with pytest.raises(exchange.AccessDenied):
        read()


def test_the_key_of_one_grant_opens_no_other_and_not_ones_own_record():
    one = granted()
    other = granted(purpose="另一项研究")
    assert len(read(replace(WANG, scope=f"grant:{one.id}"))) == 40
    with pytest.raises(exchange.AccessDenied):
        read(replace(WANG, scope=f"grant:{other.id}"))
    keyed = replace(WANG, scope=f"grant:{one.id}")
    assert not exchange.decide(exchange.resource("base.people"), keyed, PURPOSE).allowed
