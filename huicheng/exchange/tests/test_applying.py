"""An application's road: asked for, answered in time by who may answer, and ended by who may end it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from huicheng.codes.api import after_working_days, is_working_day
from huicheng.exchange import api as exchange
from huicheng.exchange.granting.models import ApplicationRow
from huicheng.exchange.tests.town import (
    BASIS,
    COLUMNS,
    HE,
    LIN,
    PURPOSE,
    SUN,
    ZHAO,
    ZHOU,
    granted,
    official,
    publish_files,
    wanted,
)  # fmt: skip
from huicheng.ground.api import events, run_inline, submit

pytestmark = pytest.mark.django_db


def ask(code="health_files", who=HE, **how) -> exchange.Application:
    return exchange.request_access(code, who, wanted(**how))


def told() -> list[str]:
    return [event.kind.partition(".")[2] for event in reversed(events(limit=100)) if ":" in event.subject
            and event.subject.split(":")[0] in ("application", "grant")]  # fmt: skip


def overdue(asked: exchange.Application) -> None:
    ApplicationRow.objects.filter(id=asked.id).update(answer_by=timezone.localdate() - timedelta(days=1))


def test_an_application_says_by_when_it_is_answered():
    asked = ask()
    assert asked.state == "submitted"
    assert asked.answer_by == after_working_days(timezone.localdate(), 10)
    assert [one.id for one in exchange.applications_to("weijian")] == [asked.id]


def test_working_days_leave_out_weekends_and_holidays_and_count_made_up_saturdays():
    assert not is_working_day(date(2026, 10, 1))
    assert is_working_day(date(2026, 10, 10))
    assert after_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert is_working_day(date(2033, 10, 3))  # not published yet: a Monday


@pytest.mark.parametrize(
    ("how", "part"),
    [({"columns": ()}, "columns"), ({"columns": ("nothing",)}, "columns"), ({"purpose": "查"}, "purpose"),
     ({"purpose": "核对\n津贴发放"}, "purpose"), ({"basis": " "}, "basis"), ({"basis": "x" * 501}, "basis"),
     ({"until": timezone.localdate()}, "until"), ({"until": timezone.localdate() + timedelta(days=2000)}, "until")],
)  # fmt: skip
def test_what_is_wrong_with_an_application_is_said_with_its_part(how, part):
    with pytest.raises(exchange.WrongApplication) as refused:
        ask(**how)
    assert refused.value.field == part
    assert ApplicationRow.objects.count() == 0


def test_masked_columns_need_no_basis():
    assert ask(plain=(), basis="").state == "submitted"


@pytest.mark.parametrize(
    ("code", "who"),
    [("health_files", SUN), ("health_files", official(9, "无职", "minzheng", "deliver")), ("air_hourly", HE)],
)
def test_who_needs_no_grant_or_may_not_read_does_not_apply(code, who):
    with pytest.raises(exchange.NotYoursToApply):
        exchange.request_access(code, who, wanted())


def test_the_provider_may_grant_less_than_was_asked_for():
    less = exchange.Terms(columns=("name", "phone", "file_no"), plain=("name", "phone"), per_minute=5,
                          until=timezone.localdate() + timedelta(days=7), reason="电话只给脱敏的")  # fmt: skip
    one = granted(less)
    assert (one.columns, one.plain, one.per_minute) == (("name", "phone"), ("name",), 5)
    assert timezone.localtime(one.expires).date() == timezone.localdate() + timedelta(days=8)


def test_the_provider_may_add_conditions_but_take_none_away():
    mine = exchange.Condition("sex", "=", "1")
    asked = ask(filter=(mine,))
    more = exchange.Condition("name", "!=", "秘密0")
    done = exchange.approve_application(asked.id, SUN, exchange.Terms(filter=(more,)))
    assert exchange.grant(done.grant).filter == (mine, more)


def test_every_step_is_told():
    asked = ask()
    exchange.return_application(asked.id, SUN, reason="请写到条")
    exchange.amend_application(asked.id, LIN, wanted(basis=BASIS + "第二款"))
    done = exchange.approve_application(asked.id, SUN)
    exchange.renew_grant(done.grant, SUN, until=timezone.localdate() + timedelta(days=60))
    exchange.revoke_grant(done.grant, HE, reason="已用完，交回")
    assert told() == ["ApplicationSubmitted", "ApplicationReturned", "ApplicationSubmitted", "AccessGranted",
                      "AccessRenewed", "AccessRevoked"]  # fmt: skip


def test_a_row_filter_stands_in_no_event():
    ask(filter=(exchange.Condition("id_number", "=", "210102196003070000"),))
    assert "210102196003070000" not in str([event.data for event in events(limit=10)])


@pytest.mark.parametrize("step", [exchange.return_application, exchange.refuse_application])
def test_a_no_needs_its_reason(step):
    asked = ask()
    with pytest.raises(exchange.WrongApplication, match="原因"):
        step(asked.id, SUN, reason=" ")
    assert step(asked.id, SUN, reason="与职责无关").state in ("returned", "refused")


def test_an_application_is_answered_once():
    asked = ask()
    exchange.refuse_application(asked.id, SUN, reason="与职责无关")
    for step in (exchange.approve_application, exchange.withdraw_application):
        with pytest.raises(exchange.NotWaiting):
            step(asked.id, SUN)


def test_only_the_own_department_withdraws():
    asked = ask()
    with pytest.raises(exchange.NotYoursToApply):
        exchange.withdraw_application(asked.id, ZHOU)
    assert exchange.withdraw_application(asked.id, LIN).state == "withdrawn"


def test_what_nobody_answers_in_time_goes_to_the_data_bureau_once():
    asked = ask()
    with pytest.raises(exchange.NotYoursToAnswer):
        exchange.approve_application(asked.id, ZHAO)
    overdue(asked)
    assert exchange.application(asked.id).overdue
    assert run_inline(submit("granting.due")).result == {"escalated": 1, "ended": 0}
    assert exchange.tell_overdue() == 0
    assert [one.id for one in exchange.applications_escalated()] == [asked.id]
    assert exchange.approve_application(asked.id, ZHAO).state == "approved"
    assert "ApplicationOverdue" in told()


def test_the_data_bureau_does_not_answer_what_it_asked_for_itself():
    asked = ask(who=ZHAO, columns=COLUMNS)
    overdue(asked)
    exchange.tell_overdue()
    with pytest.raises(exchange.NotYoursToAnswer, match="自己"):
        exchange.approve_application(asked.id, ZHAO)
    assert exchange.approve_application(asked.id, SUN).state == "approved"


def test_what_is_not_shared_takes_the_provider_and_the_data_bureau():
    from dataclasses import replace

    exchange.declare(replace(exchange.resource("health_files"), share="none", share_basis=BASIS))
    with pytest.raises(exchange.WrongApplication, match="法律依据"):
        ask(plain=(), basis="")
    asked = ask()
    agreed = exchange.approve_application(asked.id, SUN, exchange.Terms(columns=("name",)))
    assert (agreed.state, agreed.grant) == ("confirming", "")
    with pytest.raises(exchange.NotYoursToAnswer):
        exchange.approve_application(asked.id, SUN)
    done = exchange.approve_application(asked.id, ZHAO)
    assert exchange.grant(done.grant).columns == ("name",)
    publish_files()
    assert exchange.ask("SELECT name FROM raw.health_files", HE, purpose=PURPOSE).table.num_rows == 12


def test_a_new_grant_for_the_same_purpose_takes_the_place_of_the_old():
    first = granted()
    second = granted(plain=("name", "phone"))
    assert exchange.grant(first.id).state == "revoked"
    assert exchange.grants_of("minzheng", live=True) == [second]


def test_who_uses_a_grant_does_not_renew_it():
    one = granted()
    for nobody in (HE, LIN, ZHOU):
        with pytest.raises(exchange.NotYoursToEnd):
            exchange.renew_grant(one.id, nobody, until=timezone.localdate() + timedelta(days=90))
    with pytest.raises(exchange.NotYoursToEnd):
        exchange.revoke_grant(one.id, ZHOU, reason="试试")


def test_the_end_of_a_grant_is_told_once():
    from huicheng.exchange.granting.models import GrantRow

    one = granted()
    GrantRow.objects.filter(id=one.id).update(expires=timezone.now())
    assert (exchange.tell_ended(), exchange.tell_ended()) == (1, 0)
    with pytest.raises(exchange.AlreadyEnded):
        exchange.renew_grant(one.id, SUN, until=timezone.localdate() + timedelta(days=90))


def test_who_answers_sees_how_it_would_look_masked_and_leaves_a_receipt():
    publish_files()
    asked = ask(filter=(exchange.Condition("name", "=", "秘密3"),))
    (row,) = exchange.preview_of(asked, SUN).to_pylist()
    assert (row["name"], row["phone"]) == ("秘**", "138******03")
    assert events(kind="exchange.QuestionAsked")[0].purpose == f"答复数据申请 {asked.id}"
    with pytest.raises(exchange.NotYoursToAnswer):
        exchange.preview_of(asked, HE)


def test_the_bureau_that_answers_late_does_not_search_anothers_table_by_what_it_may_not_see():
    publish_files()
    asked = ask()
    overdue(asked)
    exchange.tell_overdue()
    asked = exchange.application(asked.id)
    assert exchange.preview_of(asked, ZHAO, narrowed=[exchange.Condition("sex", "=", "1")]).num_rows == 5
    for condition in (
        exchange.Condition("name", "=", "秘密3"),
        exchange.Condition("birth_date", "<", "1990-01-01"),
    ):
        with pytest.raises(exchange.NotYoursToAnswer, match="只给提供方看"):
            exchange.preview_of(asked, ZHAO, narrowed=[condition])
        assert exchange.preview_of(asked, SUN, narrowed=[condition]) is not None


def test_a_typed_condition_is_read_by_the_field_it_names():
    spec = exchange.resource("health_files")
    assert exchange.said_value(spec, "sex", "in", "1，2").value == ("1", "2")
    with pytest.raises(exchange.WrongFilter, match="没有信息项"):
        exchange.said_value(spec, "salary", "=", "1")
