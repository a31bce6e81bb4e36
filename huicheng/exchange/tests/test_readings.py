"""Every reading of closed tables leaves one signed receipt, and stands in the log of those it disclosed."""

import hashlib
import json
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from huicheng.exchange.api import (
    QuestionAsked,
    altered_sets,
    ask,
    disclosed_proof,
    export,
    one_look,
    reading_proof,
    readings_of,
    recall,
    resource,
    stream,
)
from huicheng.exchange.evidence.models import Reading, SetKey, SubjectSet
from huicheng.exchange.evidence.reading import digest, keep_set
from huicheng.exchange.evidence.sets import key_of, place_of, unpacked
from huicheng.exchange.tests.twelve import HAN, WANG, ZHAO, publish_people
from huicheng.ground.api import check_proof, events, proof, public_keys, seal, system_actor, verify_audit

pytestmark = pytest.mark.django_db
ALL = "SELECT name, sex FROM base.people"
P7 = "P000000000007"
SHENHE = "SELECT name FROM base.people WHERE district = '210103'"


def last() -> dict:
    return events(kind=QuestionAsked.kind())[0].data["signed"]["document"]


def log_of(place: int, **how):
    return readings_of([f"P{place:012d}"], **how)


def test_the_receipt_says_who_why_on_what_ground_and_what_was_seen(people):
    answer = ask(SHENHE, HAN, purpose="核对人数")
    told = last()
    (part,) = told["reads"]
    assert (told["name"], told["department"], told["purpose"]) == ("韩梅", "shuju", "核对人数")
    assert part["tables"]["base.people"] == {
        "version": answer.tables["base.people"], "ground": "本部门资源", "plain": ["district"], "masked": ["name"],
    }  # fmt: skip
    assert (part["rows"], part["rule"], part["answer"]) == (5, "rows", digest(answer.table))


def test_nothing_of_the_answer_is_in_it(people):
    ask(ALL, WANG, purpose="本人查询")
    said = json.dumps(last(), ensure_ascii=False).replace(WANG.name, "", 1)
    assert "王芳" not in said
    assert "P000000000001" not in said


def test_who_was_read_finds_it_and_who_was_not_does_not(people):
    ask(SHENHE, HAN, purpose="核对人数")
    (found,) = log_of(7)
    assert (found.event.actor_name, found.parts[0]["rows"]) == ("韩梅", 5)
    assert log_of(1) == []


def test_a_filed_set_answers_like_a_small_one(people, monkeypatch):
    monkeypatch.setattr("huicheng.exchange.evidence.reading.SMALL", 3)
    ask(SHENHE, HAN, purpose="核对人数")
    kept = SubjectSet.objects.get()
    assert kept.filed
    assert len(unpacked(place_of(kept.sha256).read_bytes())) == 5
    assert SetKey.objects.count() == 0
    assert [len(log_of(place)) for place in (7, 1)] == [1, 0]


def test_newest_first_and_no_further_than_the_page(people):
    for number in range(5):
        ask(SHENHE, HAN, purpose=f"第 {number} 次")
    assert [one.event.purpose for one in log_of(7, limit=2)] == ["第 4 次", "第 3 次"]
    assert [one.event.purpose for one in log_of(7, skip=3)] == ["第 1 次", "第 0 次"]
    assert log_of(7, since=timezone.now() + timedelta(hours=1)) == []


def test_a_look_is_one_receipt_of_all_its_questions(people):
    with one_look(HAN, purpose="城市一览"):
        ask(SHENHE, HAN, purpose="城市一览")
        recall("SELECT count(*) AS n FROM base.people", HAN, purpose="城市一览")
    assert [part["rule"] for part in last()["reads"]] == ["rows", "cells"]
    assert len(log_of(7)) == 1
    assert len(log_of(7)[0].parts) == 1


def test_what_is_remembered_is_noted_each_time_and_its_set_kept_once(people):
    for _time in range(3):
        recall(SHENHE, HAN, purpose="城市一览")
    assert len(log_of(7)) == 3
    assert SubjectSet.objects.count() == 1


def test_new_rows_make_a_new_set(people):
    recall("SELECT district, count(*) AS n FROM base.people GROUP BY 1", HAN, purpose="城市一览")
    publish_people(8)
    recall("SELECT district, count(*) AS n FROM base.people GROUP BY 1", HAN, purpose="城市一览")
    assert [len(log_of(place)) for place in (12, 8, 1)] == [1, 1, 0]


def test_an_export_is_receipted_before_the_first_byte_and_closed_after_the_last(people):
    pieces = export("base.people", ZHAO, form="csv", purpose="抽查")
    assert len(log_of(12)) == 1
    assert not events(kind="exchange.ExportFinished")
    sent = b"".join(pieces)
    (event,) = events(kind="exchange.ExportFinished")
    assert event.data["rows"] == 12
    assert len(sent) > 500


def shown(receipt):
    return check_proof(json.loads(json.dumps(receipt)), keys=[one.pem for one in public_keys()])


def test_the_receipt_of_an_export_says_what_was_handed_out_once_it_was(people):
    pieces = export("base.people", ZHAO, form="csv", purpose="抽查")
    reading = events(kind=QuestionAsked.kind())[0].id
    assert "sent" not in shown(reading_proof(reading)).document
    sent = b"".join(pieces)
    told = shown(reading_proof(reading)).document
    assert (told["sent"]["rows"], told["sent"]["sha256"]) == (12, hashlib.sha256(sent).hexdigest())
    assert (told["began"], told["purpose"], told["name"]) == (reading, "抽查", ZHAO.name)
    assert shown(proof(reading)).document["purpose"] == "抽查"


def test_a_stream_within_the_house_is_signed_as_it_ended(people):
    rows = sum(batch.num_rows for batch in stream("base.people", ZHAO, purpose="抽查"))
    told = shown(reading_proof(events(kind=QuestionAsked.kind())[0].id)).document
    assert (told["sent"]["rows"], len(told["sent"]["sha256"])) == (rows, 64)


@pytest.mark.parametrize("small", [3, 64])
def test_she_shows_that_she_was_read_and_nothing_of_the_others(people, monkeypatch, small):
    monkeypatch.setattr("huicheng.exchange.evidence.reading.SMALL", small)
    b"".join(export("base.people", ZHAO, form="csv", purpose="抽查"))
    reading = events(kind=QuestionAsked.kind())[0].id
    found = disclosed_proof(reading, P7, [P7])
    assert shown(found).members == (P7,)
    text = json.dumps(found)
    others = [f"{key_of(f'P{place:012d}'):016x}" for place in range(1, 13) if place != 7]
    assert not [key for key in others if key in text]
    assert not disclosed_proof(reading, "P99", ["P99"]).get("members")


def test_one_persons_key_is_not_found_in_anothers_file(people):
    for purpose in ("抽查", "复查"):
        ask(ALL if purpose == "抽查" else SHENHE, ZHAO, purpose=purpose)
    two = [disclosed_proof(one.id, P7, [P7]) for one in events(kind=QuestionAsked.kind())]
    leaves = [set(one["members"][0]["group"]) for one in two]
    assert not leaves[0] & leaves[1]


def test_a_set_of_before_there_were_roots_gets_one_when_it_is_named_again(people):
    recall(ALL, HAN, purpose="城市一览")
    SubjectSet.objects.update(root="")
    recall(ALL, HAN, purpose="城市一览")
    assert shown(disclosed_proof(events(kind=QuestionAsked.kind())[0].id, P7, [P7])).members == (P7,)


def test_a_question_that_fails_leaves_its_trace(people):
    from huicheng.lake.api import QuestionFailed

    with pytest.raises(QuestionFailed):
        ask("SELECT nothing FROM base.people", HAN, purpose="试探")
    assert last()["reads"][0]["rule"] == "failed"


def test_a_failure_shows_no_value_and_names_everybody(people):
    from huicheng.lake.api import QuestionFailed

    asked = "SELECT CAST(base_id AS INTEGER) AS v FROM base.people WHERE district = '210123'"
    with pytest.raises(QuestionFailed, match="不予显示") as failed:
        ask(asked, HAN, purpose="试探")
    assert "P0000" not in str(failed.value)
    assert last()["reads"][0]["rule"] == "everyone"
    assert [len(log_of(place)) for place in (1, 12)] == [1, 1]


def test_the_platform_at_work_writes_no_receipt(people):
    ask(ALL, system_actor("fusion"), purpose="运行")
    assert not events(kind=QuestionAsked.kind())


def test_anybody_can_check_the_receipt(people):
    ask(SHENHE, HAN, purpose="核对人数")
    event = events(kind=QuestionAsked.kind())[0]
    found = check_proof(json.loads(json.dumps(proof(event.id))), keys=[one.pem for one in public_keys()])
    assert found.document["purpose"] == "核对人数"
    assert verify_audit().problem == ""


def test_an_altered_receipt_shows_in_the_chain(people):
    ask(SHENHE, HAN, purpose="核对人数")
    seal()
    row = apps.get_model("ground", "EventRow").objects.get(kind=QuestionAsked.kind())
    row.data["signed"]["document"]["name"] = "别人"
    row.save()
    assert "was altered" in verify_audit().problem


def test_an_altered_set_is_found_filed_or_small(people, monkeypatch):
    ask(SHENHE, HAN, purpose="核对人数")
    monkeypatch.setattr("huicheng.exchange.evidence.reading.SMALL", 3)
    ask(ALL, ZHAO, purpose="抽查")
    assert altered_sets() == []
    SetKey.objects.first().delete()
    place_of(SubjectSet.objects.get(filed=True).sha256).write_bytes(b"nobody")
    assert len(altered_sets()) == 2


def test_a_set_that_was_taken_away_accuses_rather_than_hides(people, monkeypatch):
    monkeypatch.setattr("huicheng.exchange.evidence.reading.SMALL", 3)
    ask(SHENHE, HAN, purpose="核对人数")
    place_of(SubjectSet.objects.get().sha256).unlink()
    assert len(log_of(1)) == 1


def test_a_row_without_a_number_is_known_by_its_place_in_the_delivery(db):
    import pyarrow as pa

    from huicheng.lake import api as lake

    spec = resource("health_files")
    rows = [{f.name: None for f in spec.fields} | {"file_no": "1", "_delivery": "D1", "_row": 7}]
    lake.write(spec.table, pa.Table.from_pylist(rows, schema=pa.schema(
        [*((f.name, pa.string()) for f in spec.fields), ("_delivery", pa.string()), ("_row", pa.int64())]
    )))  # fmt: skip
    ask(f"SELECT file_no FROM {spec.table}", ZHAO, purpose="核对")
    assert len(readings_of(["health_files#D1#7"])) == 1


def test_undeclared_resources_are_covered_by_the_kind_of_their_fields():
    from huicheng.exchange.api import Field, Resource

    fields = (Field("no", "编号", "text"), Field("holder", "持有人", "person_id", sensitivity="personal"))
    assert Resource(code="x", title="x", owner="shuju", fields=fields).subjects == ("holder",)


def test_every_declared_subject_is_a_column():
    from huicheng.exchange.api import resources

    for spec in resources():
        assert set(spec.subjects) <= {f.name for f in spec.fields}, spec.code


def test_every_closed_table_with_personal_columns_says_whom_it_is_about():
    from huicheng.exchange.api import resources

    personal = [s for s in resources() if any(f.sensitivity == "personal" for f in s.fields)]
    assert not [spec.code for spec in personal if not spec.subjects]


KILLED = """
import os, signal
import django
django.setup()
from huicheng.exchange import api as exchange
from huicheng.exchange.evidence import receipts, reading
from huicheng.exchange.tests.twelve import HAN, publish_people
from django.core.management import call_command
call_command("migrate", verbosity=0)
publish_people()
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
where = os.environ["DIE"]
if where == "set written":
    reading.SMALL = 3
    receipts._note = die
if where == "inside the act":
    receipts.ReadingPart.objects.bulk_create = die
answer = exchange.ask("SELECT name FROM base.people WHERE district = '210103'", HAN, purpose="核对")
if where == "before the answer":
    die()
"""
COUNTED = """
import django
django.setup()
from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
report = (ground.seal(), ground.verify_audit().problem, exchange.altered_sets())
print(len(ground.events(kind="exchange.QuestionAsked")), len(exchange.readings_of(["P000000000007"])), report[1:])
"""


@pytest.mark.parametrize(
    ("where", "kept"), [("set written", 0), ("inside the act", 0), ("before the answer", 1)]
)
def test_a_kill_leaves_a_whole_receipt_or_none_and_no_answer_without_one(own_city, where, kept):
    env = {**own_city, "DIE": where}
    killed = subprocess.run([sys.executable, "-c", KILLED], env=env, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    told = subprocess.run(
        [sys.executable, "-c", COUNTED], env=env, capture_output=True, check=True, text=True
    )
    assert told.stdout.split(maxsplit=2) == [str(kept), str(kept), "('', [])\n"]


def test_the_same_set_is_kept_once_by_all():
    import numpy as np

    keys = np.arange(200, dtype=np.uint64)
    assert keep_set(keys) == keep_set(keys)
    assert SubjectSet.objects.count() == 1
    assert Reading.objects.count() == 0
