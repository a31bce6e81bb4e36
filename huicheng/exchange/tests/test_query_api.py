"""A program of 民政局 reads what it was granted; one of 卫健委, what is its own."""

import hashlib
import io
import json
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huicheng.exchange.api import Terms
from huicheng.exchange.querying.filters import typed
from huicheng.exchange.querying.refusals import WrongType
from huicheng.exchange.tests.program import Program
from huicheng.exchange.tests.town import PURPOSE, granted, publish_files
from huicheng.ground.api import check_proof, events, public_keys


@pytest.fixture
def files(db):
    publish_files()


@pytest.fixture
def program(files):
    return Program("minzheng", "read")


@pytest.fixture
def owner(files):
    return Program("weijian", "read")


FILES = "resources/health_files/rows"


def told(answer):
    return json.loads(answer.getvalue() if answer.streaming else answer.content)


def names(answer):
    return [row["name"] for row in told(answer)["rows"]]


def error(answer):
    assert 400 <= answer.status_code < 500, answer.content
    return answer.status_code, told(answer)["error"]


def test_a_grant_shows_its_columns_and_nothing_else(program):
    granted()
    row = told(program.get(f"{FILES}?limit=1"))["rows"][0]
    assert set(row) == {"name", "id_number", "phone", "updated_on"}
    assert row["id_number"] == "2101**************"


def test_how_many_rows_there_are_is_not_told_to_a_grant_for_statistics(program, owner):
    granted(Terms(smallest_group=5), plain=(), aggregate_only=True)
    assert "total" not in told(program.get("resources/health_files"))
    assert told(owner.get("resources/health_files"))["total"] == 12


def test_without_a_grant_the_answer_is_403_and_a_line(program):
    assert error(program.get(FILES)) == (403, "no_grant")
    assert events(kind="exchange.AccessRefused")[0].subject == "resource:health_files"


def test_a_purpose_is_asked_for(owner):
    assert error(owner.get(FILES, purpose="")) == (403, "access_denied")


def test_what_does_not_exist_is_404(owner):
    assert error(owner.get("resources/no_such/rows")) == (404, "unknown_resource")


def test_conditions_narrow_the_rows(owner):
    assert len(told(owner.get(f"{FILES}?file_no.gte=JK0003&file_no.lt=JK0005"))["rows"]) == 2
    assert len(told(owner.get(f"{FILES}?sex.in=1,2&file_no.ne=JK0000"))["rows"]) == 11
    assert len(told(owner.get(f"{FILES}?file_no=JK0007&columns=file_no"))["rows"]) == 1
    assert told(owner.get(f"{FILES}?address.null=false"))["rows"] == []


def test_a_masked_column_is_compared_as_it_is_shown(owner):
    assert told(owner.get(f"{FILES}?id_number=210102196003070000"))["rows"] == []
    assert len(told(owner.get(f"{FILES}?id_number={quote('2101**************')}"))["rows"]) == 12


def test_pages_hold_every_row_once_in_order(owner):
    found, cursor = [], ""
    for _page in range(10):
        page = told(owner.get(f"{FILES}?limit=5&order=sex,-updated_on&columns=file_no&cursor={cursor}"))
        found += [row["file_no"] for row in page["rows"]]
        if not (cursor := page["next"]):
            break
    assert sorted(found) == [f"JK{n:04d}" for n in range(12)]
    assert found[:2] == ["JK0000", "JK0002"]


def test_pages_go_on_in_the_version_they_began_in(owner):
    first = told(owner.get(f"{FILES}?limit=8&columns=file_no"))
    publish_files(3)
    rest = told(owner.get(f"{FILES}?limit=8&columns=file_no&cursor={first['next']}"))
    assert (rest["version"], len(first["rows"]) + len(rest["rows"])) == (first["version"], 12)


def test_rows_alike_in_every_shown_column_are_neither_lost_nor_repeated(owner):
    found, cursor, pages = 0, "", 0
    while pages < 12:
        page = told(owner.get(f"{FILES}?columns=sex&order=sex&limit=4&cursor={cursor}"))
        found, cursor, pages = found + len(page["rows"]), page["next"], pages + 1
        if not cursor:
            break
    assert found == 12


def test_a_cursor_of_another_question_or_anothers_making_is_refused(owner):
    cursor = told(owner.get(f"{FILES}?limit=5"))["next"]
    assert error(owner.get(f"{FILES}?limit=5&sex=1&cursor={cursor}")) == (400, "bad_cursor")
    assert error(owner.get(f"{FILES}?limit=5&cursor=A{cursor[1:-1]}A")) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("nonsense=1", (400, "unknown_column")),
        ("columns=name,nonsense", (400, "unknown_column")),
        ("order=nonsense", (400, "unknown_column")),
        ("updated_on=tomorrow", (400, "wrong_type")),
        ("updated_on.between=1", (400, "bad_parameter")),
        ("updated_on=1%20OR%201=1", (400, "sql_in_filter")),
        ("name%22%20OR%201=1", (400, "sql_in_filter")),
        ("order=name;DROP%20TABLE%20x", (400, "sql_in_filter")),
        ("name=" + "x" * 1001, (413, "filter_too_large")),
        ("&".join("name=a" for _ in range(21)), (413, "filter_too_large")),
        ("name.in=" + ",".join("a" * 201), (413, "filter_too_large")),
        ("limit=0", (400, "bad_parameter")),
        ("limit=x", (400, "bad_parameter")),
        ("limit=00000000000199999999", (400, "bad_parameter")),
        ("limit=" + "1" * 5000, (400, "bad_parameter")),
        ("limit=1&limit=2", (400, "bad_parameter")),
        ("format=exe", (406, "format_not_offered")),
        ("name=%ff", (400, "bad_parameter")),
        ("cursor=%E4%B8%AD", (400, "bad_cursor")),
    ],
)
def test_what_is_wrong_is_named_and_written_down(owner, query, expected):
    assert error(owner.get(f"{FILES}?{query}")) == expected
    line = events(kind="exchange.QueryRefused")[0]
    assert (line.subject, line.data["error"]) == ("resource:health_files", expected[1])


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00"])
def test_a_moment_outside_the_calendar_is_named(moment):
    with pytest.raises(WrongType):
        typed("at", moment, "datetime")


def test_sql_in_a_text_column_is_only_a_value(owner):
    assert told(owner.get(f"{FILES}?name={quote(chr(39) + ' OR 1=1 --')}"))["rows"] == []


def test_each_format_holds_the_same_rows(owner):
    arrow = pa.ipc.open_stream(owner.get(f"{FILES}?format=arrow").getvalue()).read_all()
    parquet = pq.read_table(io.BytesIO(owner.get(FILES, Accept="application/vnd.apache.parquet").getvalue()))
    csv = owner.get(f"{FILES}?format=csv").getvalue().decode()
    assert arrow.num_rows == parquet.num_rows == len(csv.splitlines()) - 1 == 12
    assert arrow["name"].to_pylist() == parquet["name"].to_pylist()


def test_nothing_changed_is_304_until_a_new_version_comes(owner):
    first = owner.get(f"{FILES}?limit=5")
    assert owner.get(f"{FILES}?limit=5", If_None_Match=first["ETag"]).status_code == 304
    assert owner.get(f"{FILES}?limit=6", If_None_Match=first["ETag"]).status_code == 200
    publish_files(3)
    assert owner.get(f"{FILES}?limit=5", If_None_Match=first["ETag"]).status_code == 200


def test_304_is_only_for_those_who_may_still_read(program, owner):
    tag = owner.get(f"{FILES}?limit=5")["ETag"]
    assert error(program.get(f"{FILES}?limit=5", If_None_Match=tag)) == (403, "no_grant")


def test_a_long_answer_leaves_a_receipt_of_whom_it_showed(owner):
    owner.get(f"{FILES}?format=arrow&file_no.lt=JK0003").getvalue()
    asked = events(kind="exchange.QuestionAsked")[0]
    assert asked.data["signed"]["document"]["reads"][0]["rule"] == "rows"
    assert events(kind="exchange.ExportFinished")[0].data["rows"] == 3


def receipt_of(program, number):
    answer = program.get(f"receipts/{number}")
    return check_proof(json.loads(answer.content), keys=[one.pem for one in public_keys()]).document


@pytest.mark.parametrize("asked", ["limit=2", "format=arrow", "format=csv&columns=file_no"])
def test_a_program_is_told_its_receipt_and_fetches_it(owner, asked):
    answer = owner.get(f"{FILES}?{asked}")
    body = answer.getvalue()
    told = receipt_of(owner, answer["Huicheng-Receipt"])
    assert (told["name"], told["purpose"]) == ("发放系统", PURPOSE)
    assert asked.startswith("limit") or told["sent"]["sha256"] == hashlib.sha256(body).hexdigest()


def test_a_question_a_failure_and_no_other_answer_name_a_receipt(owner):
    asked = json.dumps({"sql": "SELECT name FROM raw.health_files"})
    assert len(owner.post("question", asked)["Huicheng-Receipt"]) == 36
    failing = owner.post(
        "question", json.dumps({"sql": "SELECT CAST(name AS INT) AS n FROM raw.health_files"})
    )
    assert receipt_of(owner, failing["Huicheng-Receipt"])["reads"][0]["rule"] == "everyone"
    assert "Huicheng-Receipt" not in owner.get("resources")


def test_a_receipt_is_for_the_reader_and_the_provider_of_the_table(program, owner):
    granted()
    number = program.get(f"{FILES}?limit=2")["Huicheng-Receipt"]
    for one in (program, owner):
        assert receipt_of(one, number)["department"] == "minzheng"
    for stranger in (Program("gongan"), Program("")):
        assert error(stranger.get(f"receipts/{number}")) == (404, "no_such_reading")


@pytest.mark.parametrize("number", ["x", "00000000-0000-4000-8000-000000000000", "%00"])
def test_a_receipt_that_is_none_is_not_found(owner, number):
    assert error(owner.get(f"receipts/{number}")) == (404, "no_such_reading")


def test_an_event_that_is_no_reading_has_no_receipt(owner):
    one = next(one for one in events() if one.kind != "exchange.QuestionAsked")
    assert error(owner.get(f"receipts/{one.id}")) == (404, "no_such_reading")


def test_a_right_that_ends_midway_leaves_the_stream_without_its_end(program, monkeypatch):
    from huicheng.exchange import sending
    from huicheng.exchange.granting.models import GrantRow

    granted()
    monkeypatch.setattr(sending, "LOOKED_AT_EVERY", 0)
    pieces = iter(program.get(f"{FILES}?format=arrow").streaming_content)
    got = next(pieces)
    GrantRow.objects.update(revoked_at="2026-01-01T00:00:00Z")
    with pytest.raises(sending.RightEnded):
        got += b"".join(pieces)
    with pytest.raises(pa.ArrowInvalid):
        pa.ipc.open_stream(got).read_all()
    assert events(kind="exchange.AccessRefused")[0].data["reason"] == "发送途中授权结束"


def test_long_answers_count_against_the_quota_before_they_leave(program):
    granted(Terms(per_minute=100, rows_per_day=10))
    assert error(program.get(f"{FILES}?format=arrow")) == (429, "quota_exceeded")
    assert int(program.get(f"{FILES}?format=arrow")["Retry-After"]) > 0
    assert program.get(f"{FILES}?limit=5").status_code == 200


def test_the_schema_tells_what_is_masked(program):
    granted()
    shown = {one["name"]: one["shown"] for one in told(program.get("resources/health_files"))["columns"]}
    assert shown == {"name": "plain", "id_number": "masked", "phone": "masked", "updated_on": "plain"}


def test_the_list_tells_what_may_be_read_and_the_grants(program):
    grant = granted()
    found = told(program.get("resources"))
    assert "health_files" in {one["code"] for one in found["resources"]}
    assert found["grants"][0] | {"expires": ""} == {
        "id": grant.id, "resource": "health_files", "purpose": PURPOSE, "columns": list(grant.columns),
        "case_required": False, "aggregate_only": False, "expires": "",
    }  # fmt: skip


def test_the_list_goes_on_after_its_last_code(owner):
    first = told(owner.get("resources?limit=1"))
    assert told(owner.get(f"resources?limit=1&after={first['after']}"))["resources"] != first["resources"]


def test_a_question_in_sql_passes_the_same_policy(owner, program):
    body = json.dumps({"sql": "SELECT sex, count(*) AS n FROM raw.health_files GROUP BY sex ORDER BY sex"})
    assert told(owner.post("question", body))["rows"] == [{"sex": "1", "n": 6}, {"sex": "2", "n": 6}]
    assert error(program.post("question", body)) == (403, "no_grant")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[]", "bad_parameter"), ("{", "bad_parameter"), ('{"sql": 3}', "bad_parameter"),
        ('{"sql": "SELECT 1; SELECT 2"}', "question_not_answered"),
        ('{"sql": "DROP TABLE x"}', "question_not_answered"),
        ('{"sql": "SELECT nothing FROM raw.health_files"}', "question_not_answered"),
        ('{"sql": "SELECT * FROM read_csv(\'/etc/passwd\')"}', "question_not_answered"),
        ('{"sql": "SELECT 1", "limit": true}', "bad_parameter"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_told_so(owner, body, expected):
    assert error(owner.post("question", body)) == (400, expected)
