import json
import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange import delivering, erasing
from huicheng.exchange.erasures import pending
from huicheng.exchange.landing import kept_at
from huicheng.exchange.models import Delivery
from huicheng.ground.api import ANONYMOUS, Actor, acting_as, events, home, run_waiting, system_actor
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db(transaction=True)
WANG = "210102199001011234"
ROWS = f"个人编号\t姓名\t证件号码\n1\t王芳\t{WANG}\n2\t李强\t210102199202022345\n3\t\t{WANG}\n"
TABLE = "raw.insurance_members"


@pytest.fixture(autouse=True)
def _the_platform_at_work():
    exchange.sync_declared()
    with acting_as(system_actor("test")):
        yield


def deliver(tmp_path, text=ROWS):
    path = tmp_path / "a.tsv"
    path.write_text(text)
    return exchange.deliver("insurance_members", path)


def erase(number="1", **options):
    return exchange.erase("insurance_members", [{"person_no": number}], **options)


def names():
    return sorted(lake.read(TABLE).read_all()["name"].to_pylist())


def holding(words):
    """Files of the home in which these words stand, as bytes or as values, and rows of the database."""
    found = [
        path
        for path in home().rglob("*")
        if path.is_file()
        and (
            words.encode() in path.read_bytes()
            or (path.suffix == ".parquet" and words in str(pq.read_table(path).to_pylist()))
        )
    ]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [table for row in cursor.fetchall() if words in str(row)]
    return found


def test_an_erased_person_is_in_no_table_version_log_file_or_row_of_the_database(tmp_path):
    deliver(tmp_path)
    deliver(tmp_path, ROWS + "4\t赵敏\t\n")
    assert len(holding(WANG)) >= 4
    assert erase() == exchange.Erased(rows=1, deliveries=2)
    assert holding(WANG) == holding("王芳") == []
    assert names() == ["李强", "赵敏"]


def test_the_event_counts_and_names_nobody(tmp_path):
    deliver(tmp_path)
    erase()
    told = events(kind="exchange.RowsErased")[0]
    assert (told.data["rows"], told.data["version"]) == (1, 1)
    assert "王芳" not in str(told)


def test_the_register_names_nobody_and_knows_the_row_again(tmp_path):
    deliver(tmp_path)
    erase()
    line = json.loads(exchange.erasures_file().read_text())
    assert line["columns"] == ["person_no"]
    assert all(len(one) == 64 for one in line["hashes"])


def test_erasing_nobody_still_forgets_who_stood_in_older_files(tmp_path):
    deliver(tmp_path)
    deliver(tmp_path, ROWS.replace(f"1\t王芳\t{WANG}\n", "").replace(WANG, ""))
    assert holding("王芳")
    assert erase().rows == 0
    assert holding("王芳") == []


def test_a_rehearsed_erasure_counts_and_removes_nothing(tmp_path):
    deliver(tmp_path)
    assert erase(dry_run=True) == exchange.Erased(rows=1, deliveries=1)
    assert names() == ["李强", "王芳"]
    assert not exchange.erasures()


def test_a_key_is_found_however_it_is_written(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("公民身份号码,姓名,户籍地址\n21010219900307002x,王芳,沈阳市和平区南京街1号\n")
    exchange.deliver("police_households", path)
    assert exchange.erase("police_households", [{"id_number": " 21010219900307002X "}]).rows == 1


def test_a_date_in_a_key_is_found_however_it_is_written(tmp_path):
    fields = (exchange.Field("site", "点", "text"), exchange.Field("day", "日", "date"))
    exchange.declare(
        exchange.Resource(
            code="t_days", title="日", owner="shuju", key=("site", "day"), fields=fields, erasure="试"
        )
    )
    path = tmp_path / "a.csv"
    path.write_text("点,日\nA,2020-01-05\nA,2020-01-06\n")
    exchange.deliver("t_days", path)
    assert exchange.erase("t_days", [{"site": "A", "day": "2020/1/5"}]).rows == 1
    assert lake.rows("raw.t_days") == 1


def test_a_stranger_and_another_department_erase_nothing(tmp_path):
    deliver(tmp_path)
    police = Actor(id="p", name="民警", kind="official", department="gongan", duties=frozenset({"deliver"}))
    for actor in (ANONYMOUS, police):
        with acting_as(actor), pytest.raises(exchange.ErasureRefused):
            erase()
    assert "王芳" in names()


@pytest.mark.parametrize("key", [{"name": "王芳"}, {}, {"person_no": " "}], ids=str)
def test_erasing_without_the_whole_key_is_refused(tmp_path, key):
    with pytest.raises(exchange.ErasureRefused, match="person_no"):
        exchange.erase("insurance_members", [key])


def test_what_the_platform_computes_is_erased_at_its_source():
    with pytest.raises(exchange.ErasureRefused, match="来源"):
        exchange.erase("base.people", [{"base_id": "P1"}])


def left_behind(tmp_path, monkeypatch, text=ROWS):
    """A delivery whose process is killed once its file has landed."""

    def killed(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(delivering, "run_inline", killed)
    with pytest.raises(KeyboardInterrupt):
        deliver(tmp_path, text)


def test_a_delivery_under_way_brings_back_nobody(tmp_path, monkeypatch):
    deliver(tmp_path, "个人编号\t姓名\n9\t孙丽\n")
    with monkeypatch.context() as patched:
        left_behind(tmp_path, patched)
    erase()
    assert holding("王芳")  # the file that is still to be taken
    run_waiting()
    assert names() == ["李强"]
    assert holding("王芳") == []


def test_what_landed_late_while_somebody_read_is_left_to_the_sweep_and_not_forgotten(tmp_path, monkeypatch):
    deliver(tmp_path, "个人编号\t姓名\n9\t孙丽\n")
    with monkeypatch.context() as patched:
        left_behind(tmp_path, patched)
    erase()
    monkeypatch.setattr(erasing, "WAIT", 0.1)
    reading = lake.read(TABLE)
    run_waiting()
    assert len(pending()) == 1
    assert reading.read_all().num_rows == 1
    exchange.sweep()
    assert pending() == []
    assert holding("王芳") == []


def test_a_delivery_after_the_erasure_is_its_owners_word(tmp_path):
    deliver(tmp_path)
    erase()
    deliver(tmp_path, ROWS + "4\t赵敏\t\n")
    exchange.sweep()
    assert "王芳" in names()


def test_a_lake_put_back_from_a_backup_forgets_again_at_the_next_sweep(tmp_path):
    deliver(tmp_path)
    shutil.copytree(home() / "lake", tmp_path / "backup")
    erase()
    shutil.rmtree(home() / "lake")
    shutil.copytree(tmp_path / "backup", home() / "lake")
    assert holding("王芳")
    assert exchange.sweep().erased == {"insurance_members": 1}
    assert holding("王芳") == []
    assert exchange.sweep().erased == {}


def test_files_put_back_from_a_backup_are_forgotten_with_the_lake(tmp_path):
    deliver(tmp_path)
    row = Delivery.objects.get()
    landing = kept_at(row.landing)
    shutil.copy(landing, tmp_path / "landing")
    erase()
    shutil.copy(tmp_path / "landing", landing)
    Delivery.objects.update(landing=row.landing)
    shutil.rmtree(home() / "lake" / ".erased")
    exchange.sweep()
    assert holding("王芳") == []


def test_an_erasure_that_a_reader_holds_up_is_finished_by_the_sweep(tmp_path):
    deliver(tmp_path)
    reading = lake.read(TABLE)
    assert erase(wait=0.1).waiting == (TABLE,)
    assert "王芳" not in names()
    assert len(pending()) == 1
    assert reading.read_all().num_rows == 2
    exchange.sweep()
    assert pending() == []
    assert holding("王芳") == []


def test_a_line_cut_short_by_a_crash_is_no_erasure_and_spoils_none(tmp_path):
    deliver(tmp_path)
    erase("1")
    with exchange.erasures_file().open("a") as register:
        register.write('{"id": "half')
    erase("2")
    assert len(exchange.erasures()) == 2


def test_a_register_kept_elsewhere_is_taken_in_once(tmp_path):
    deliver(tmp_path)
    erase()
    shutil.move(exchange.erasures_file(), tmp_path / "kept")
    assert exchange.carry_over(tmp_path / "kept") == 1
    assert exchange.carry_over(tmp_path / "kept") == 0


def test_an_erasure_long_past_lets_newer_rows_be(tmp_path):
    deliver(tmp_path)
    erase()
    shutil.rmtree(home() / "lake" / ".erased")
    deliver(tmp_path, ROWS + "5\t钱进\t\n")
    exchange.sweep()
    assert names() == ["李强", "王芳", "钱进"]


def test_refused_rows_go_with_the_person(tmp_path):
    receipt = deliver(tmp_path)
    assert Path(receipt.refused_file).exists()
    erase()
    assert not Path(receipt.refused_file).exists()
    assert exchange.issues(receipt.id) == []


def test_a_retired_resource_is_erased_like_any_other(tmp_path):
    deliver(tmp_path)
    exchange.retire("insurance_members", system_actor("test"), why="停用")
    assert erase(dry_run=True).rows == 1
    assert erase() == exchange.Erased(rows=1, deliveries=1)
    assert holding("王芳") == []


def test_an_erasure_cut_short_is_completed_after_the_resource_was_retired(tmp_path):
    deliver(tmp_path)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lake, "remove_rows", lambda *_given, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase()
    exchange.retire("insurance_members", system_actor("test"), why="停用")
    assert exchange.forget_pending()["insurance_members"].rows == 1
    assert not pending()


def test_a_delivery_that_was_stuck_during_an_erasure_is_emptied_when_it_is_called_failed(tmp_path):
    deliver(tmp_path)
    Delivery.objects.update(state=Delivery.WORKING, at=timezone.now() - timedelta(days=8))
    erase()
    assert holding("王芳")
    exchange.sweep()
    assert holding("王芳") == []


def test_a_delivery_that_breaks_unexpectedly_ends_as_failed_and_names_nobody(tmp_path, caplog):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lake, "write", lambda *_given, **_named: int("王芳"))
        with pytest.raises(exchange.SourceRefused, match="ValueError #"):
            deliver(tmp_path)
    receipt = Delivery.objects.get()
    assert receipt.state == Delivery.FAILED
    assert "王芳" not in receipt.reason + caplog.text


def test_a_field_that_changed_its_type_is_refused_in_clear_words(tmp_path):
    path = tmp_path / "a.csv"
    for kind, value in (("integer", "1980"), ("text", "王芳")):
        field = exchange.Field("year", "年", kind)
        exchange.declare(
            exchange.Resource(code="t_years", title="年份", owner="shuju", fields=(field,), mode="append")
        )
        path.write_text(f"年\n{value}\n")
        if kind == "integer":
            exchange.deliver("t_years", path)
    with pytest.raises(exchange.SourceRefused, match="字段类型"):
        exchange.deliver("t_years", path)
    assert Delivery.objects.filter(state=Delivery.FAILED).exists()
