import re
from datetime import timedelta

import pytest
from django.utils import timezone

from huicheng.ground.api import (
    BadInput,
    NoSuchJob,
    cancel,
    job,
    job_view,
    jobs,
    run_inline,
    run_waiting,
    submit,
)
from huicheng.ground.models import Job

pytestmark = pytest.mark.django_db
calls: list[dict] = []


@job("test.count", title="数数")
def count(progress, *, to: int = 3):
    start = progress.checkpoint.get("reached", 0)
    calls.append({"start": start})
    for number in range(start, to):
        progress.step("数", done=number + 1, total=to)
        progress.save(reached=number + 1)
    return {"counted": to}


@job("test.refuse", title="拒绝")
def refuse(progress):
    raise BadInput("第 3 行缺少姓名")


@job("test.break", title="出错")
def stumble(progress):
    raise RuntimeError("disk full")


@pytest.fixture(autouse=True)
def _fresh():
    calls.clear()


def test_a_job_runs_and_keeps_its_result():
    view = submit("test.count", key="a")
    assert run_waiting() == 1
    done = job_view(view.id)
    assert (done.state, done.result, done.share) == ("done", {"counted": 3}, 1.0)


def test_the_same_key_is_queued_once_while_it_waits():
    assert submit("test.count", key="a").id == submit("test.count", key="a").id
    assert len(jobs(name="test.count")) == 1


def test_a_job_of_a_dead_worker_resumes_from_its_checkpoint():
    view = submit("test.count", key="a")
    dead = "another-host|1|0"
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(id=view.id).update(
        state="running", owner=dead, lease_until=past, checkpoint={"reached": 2}
    )
    run_waiting()
    assert calls == [{"start": 2}]
    assert job_view(view.id).state == "done"


def test_a_job_that_somebody_else_runs_is_left_alone():
    view = submit("test.count", key="a")
    soon = timezone.now() + timedelta(seconds=60)
    Job.objects.filter(id=view.id).update(state="running", owner="another-host|1|0", lease_until=soon)
    assert run_waiting() == 0


def test_bad_input_fails_at_once_in_its_own_words():
    view = submit("test.refuse")
    run_waiting()
    assert (job_view(view.id).state, job_view(view.id).error) == ("failed", "第 3 行缺少姓名")


def test_a_passing_fault_is_tried_again_later():
    view = submit("test.break")
    run_waiting()
    row = Job.objects.get(id=view.id)
    assert row.state == "waiting"
    assert row.not_before > timezone.now()


def test_a_fault_is_told_by_its_kind_and_a_number_since_its_message_may_name_somebody(caplog):
    view = submit("test.break")
    run_waiting()
    error = job_view(view.id).error
    assert re.fullmatch(r"RuntimeError #[0-9a-f]{8}", error)
    assert error in caplog.text
    assert "stumble" in caplog.text
    assert "disk full" not in caplog.text + error


def test_run_inline_raises_what_the_job_raised():
    with pytest.raises(BadInput, match="第 3 行"):
        run_inline(submit("test.refuse"))


def test_a_cancelled_job_stops_at_its_next_step():
    view = submit("test.count", key="a")
    assert cancel(view.id)
    assert run_waiting() == 0
    assert job_view(view.id).state == "cancelled"


def test_an_unknown_job_is_refused_by_name():
    with pytest.raises(NoSuchJob, match=r"test\.nothing"):
        submit("test.nothing")


def test_a_made_up_job_is_no_job():
    with pytest.raises(NoSuchJob, match="nothing"):
        job_view("nothing")
