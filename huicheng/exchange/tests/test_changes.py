"""Changes since a cursor: what the policy hides has not changed."""

import base64
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.subscribing import differences
from huicheng.exchange.tests.town import HE, PURPOSE, SUN, granted
from huicheng.ground.api import act, deliver_news, events, home, seal, system_actor
from huicheng.ground.api import publish as tell
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db(transaction=True)
ME = exchange.Asking(system_actor("test"), "试")
MINZHENG = exchange.Asking(replace(HE), PURPOSE)
FILES = {"JK1": ("甲", "13800000001"), "JK2": ("乙", "13800000002"), "JK3": ("丙", "13800000003")}


def publish(files, **others):
    spec = exchange.resource("health_files")
    usual = {"id_number": "210102196003070046", "sex": "1", **others}
    rows = [
        {f.name: None for f in spec.fields} | usual | {"file_no": no, "name": name, "phone": phone}
        for no, (name, phone) in files.items()
    ]  # fmt: skip
    kinds = {"date": pa.date32()}
    shape = pa.schema([(f.name, kinds.get(f.kind, pa.string())) for f in spec.fields])
    rows = [{name: row[name] for name in shape.names} for row in rows]
    exchange.publish_table("health_files", pa.Table.from_pylist(rows, schema=shape))


@pytest.fixture
def files(db):
    publish(FILES)


def since(cursor="", asking=ME, **options):
    return exchange.changes_since("health_files", asking, since=cursor, **options)


def whats(found, column="name"):
    return sorted((row["_change"], row[column]) for row in found.rows.to_pylist())


def test_nothing_has_changed_since_now(files):
    found = since(since().cursor)
    assert (found.rows.num_rows, found.more) == (0, False)


def test_rows_that_came_went_and_changed_are_told_once(files):
    cursor = since().cursor
    publish({"JK1": FILES["JK1"], "JK2": ("乙二", "13800000002"), "JK4": ("丁", "13800000004")})
    found = since(cursor)
    assert whats(found) == [("delete", "丙"), ("insert", "丁"), ("update", "乙二")]
    assert since(found.cursor).rows.num_rows == 0


def test_versions_in_between_are_one_change(files):
    cursor = since().cursor
    for name in ("x", "y", "乙三"):
        publish({**FILES, "JK2": (name, "13800000002")})
    assert whats(since(cursor)) == [("update", "乙三")]


def test_from_the_beginning_every_row_is_an_insert_and_pages_neither_lose_nor_repeat(files):
    seen, cursor, more = [], "beginning", True
    while more:
        found = since(cursor, limit=2)
        seen += [row["_id"] for row in found.rows.to_pylist()]
        cursor, more = found.cursor, found.more
        publish({**FILES, "JK9": ("新", "1")})  # what comes meanwhile is told afterwards
        more = more and len(seen) < 3
    assert len(set(seen)) == len(seen) == 3
    assert whats(since(cursor)) == [("insert", "新")]


def test_a_change_of_a_column_that_is_not_granted_is_invisible(files):
    granted()
    cursor = since(asking=MINZHENG).cursor
    publish(FILES, sex="2")
    assert since(cursor, MINZHENG).rows.num_rows == 0


def test_a_change_behind_the_mask_is_invisible(files):
    granted()
    cursor = since(asking=MINZHENG).cursor
    publish(FILES, id_number="210102197712310046")  # the mask shows 2101**************
    assert since(cursor, MINZHENG).rows.num_rows == 0


def test_a_key_that_is_not_granted_stays_hidden_and_the_row_is_known_again(files):
    granted()
    first = since("beginning", MINZHENG)
    assert "file_no" not in first.rows.column_names
    ids = {row["name"]: row["_id"] for row in first.rows.to_pylist()}
    publish({**FILES, "JK2": ("乙二", "13800000002")})
    ((_what, name),) = whats(since(first.cursor, MINZHENG))
    assert since(first.cursor, MINZHENG).rows["_id"][0].as_py() == ids["乙"]
    assert name == "乙二"


def test_a_row_that_enters_the_filter_is_an_insert_and_one_that_leaves_it_a_delete(files):
    granted(filter=(exchange.Condition("sex", "=", "1"),))
    cursor = since(asking=MINZHENG).cursor
    publish(FILES, sex="2")
    gone = since(cursor, MINZHENG)
    assert {what for what, _name in whats(gone)} == {"delete"}
    publish(FILES, sex="1")
    assert {what for what, _name in whats(since(gone.cursor, MINZHENG))} == {"insert"}


def test_without_a_grant_there_is_nothing_to_follow(files):
    with pytest.raises(exchange.AccessDenied):
        since(asking=MINZHENG)
    assert events(kind="exchange.AccessRefused")


def test_a_cursor_is_of_no_use_under_another_sight_or_altered(files):
    granted()
    cursor = since(asking=MINZHENG).cursor
    with pytest.raises(exchange.BadChangesCursor, match="另一项"):
        since(cursor)
    data = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    data[-2] ^= 1
    with pytest.raises(exchange.BadChangesCursor, match="不是本平台"):
        since(base64.urlsafe_b64encode(bytes(data)).decode().rstrip("="), MINZHENG)


def test_reading_changes_is_a_reading_with_a_receipt_and_whose_rows_they_were(files):
    granted()
    cursor = since(asking=MINZHENG).cursor
    publish({**FILES, "JK2": ("乙二", "13800000002")})
    before = len(events(kind="exchange.QuestionAsked"))
    since(cursor, MINZHENG)
    told = events(kind="exchange.QuestionAsked")
    assert len(told) == before + 1
    part = told[0].data["signed"]["document"]["reads"][0]
    assert (part["rows"], part["rule"], bool(part["set"])) == (1, "rows", True)


def test_a_version_that_is_no_longer_kept_says_so(files):
    cursor = since().cursor
    publish({**FILES, "JK2": ("乙二", "1")})
    lake.clean("raw.health_files", keep_days=0)
    with pytest.raises(exchange.ChangesExpired):
        since(cursor)


def test_a_table_without_a_key_cannot_be_followed(tmp_path):
    spec = exchange.Resource(
        code="lamps", title="路灯", owner="shuju", fields=(exchange.Field("watts", "功率", "integer"),)
    )
    exchange.declare(spec, by_pack=False)
    path = tmp_path / "lamps.csv"
    path.write_text("功率\n1\n2\n")
    exchange.deliver("lamps", path, actor=ME.actor)
    with pytest.raises(exchange.CannotFollow):
        exchange.changes_since("lamps", ME)


def test_what_two_grants_show_of_a_row_cannot_be_put_together(files):
    granted(columns=("name",), plain=("name",))
    granted(columns=("phone",), plain=("phone",), purpose="另一个用途")
    other = exchange.Asking(HE, "另一个用途")
    ids = [set(since("beginning", one).rows["_id"].to_pylist()) for one in (MINZHENG, other)]
    assert len(ids[0]) == len(ids[1]) == 3
    assert not ids[0] & ids[1]


def test_where_rows_are_only_added_each_is_told_once_though_none_has_a_key(tmp_path):
    spec = exchange.Resource(
        code="lamps",
        title="路灯",
        owner="shuju",
        mode="append",
        fields=(exchange.Field("watts", "功率", "integer"),),
    )
    exchange.declare(spec, by_pack=False)
    path = tmp_path / "lamps.csv"
    path.write_text("功率\n1\n1\n")
    exchange.deliver("lamps", path, actor=ME.actor)
    cursor = exchange.changes_since("lamps", ME).cursor
    path.write_text("功率\n1\n2\n")
    exchange.deliver("lamps", path, actor=ME.actor)
    found = exchange.changes_since("lamps", ME, since=cursor)
    assert whats(found, "watts") == [("insert", 1), ("insert", 2)]


def kept():
    return sorted((home() / "changes").glob("*/*.parquet"))


def many(count):
    publish({f"JK{n:06d}": (f"人{n}", "1") for n in range(count)})


def test_a_long_difference_is_found_once_and_read_by_the_page(files):
    many(5_000)
    found = since("beginning", limit=1000)
    [path] = kept()
    made = path.stat().st_ino
    seen = set(found.rows["_id"].to_pylist())
    while found.more:
        found = since(found.cursor, limit=1000)
        seen |= set(found.rows["_id"].to_pylist())
    assert len(seen) == 5_000
    assert path.stat().st_ino == made


def test_a_page_reads_the_row_groups_it_lies_in_and_no_others(files):
    many(6_100)
    cursor = since("beginning", limit=4_100).cursor
    [path] = kept()
    whole = path.read_bytes()
    path.write_bytes(
        b"PAR1" + bytes(len(whole) // 4) + whole[len(whole) // 4 + 4 :]
    )  # the first group is gone
    assert since(cursor, limit=2_000).rows.num_rows == 2_000


def test_a_page_of_a_difference_that_is_made_anew_reads_no_more_than_itself(files, monkeypatch):
    many(5_000)
    cursor = since("beginning", limit=4_000).cursor
    kept()[0].unlink()
    read, pages = differences._page, []
    monkeypatch.setattr(differences, "_page", lambda *how: pages.append(read(*how)) or pages[-1])
    assert since(cursor, limit=500).rows.num_rows == 500
    assert [one.num_rows for one in pages] == [500]


def test_a_difference_that_fits_into_its_page_is_not_kept(files):
    assert since("beginning").rows.num_rows == 3
    assert not kept()


def test_a_difference_lies_in_a_file_of_its_own_for_each_grant(files):
    granted()
    for asking in (ME, MINZHENG):
        since("beginning", asking, limit=2)
    first, second = kept()
    assert first.read_bytes() != second.read_bytes()
    assert first.parent.stat().st_mode & 0o077 == 0


def test_kept_differences_go_with_the_grant(files):
    grant = granted()
    cursor = since("beginning", MINZHENG, limit=2).cursor
    exchange.revoke_grant(grant.id, SUN, reason="用途结束")
    with pytest.raises(exchange.GrantRevoked):
        since(cursor, MINZHENG, limit=2)
    seal()
    deliver_news()
    assert not kept()


def test_somebody_elses_revocation_waits_for_what_is_being_made(files, monkeypatch):
    changes, another = lake.changes, Thread(target=differences.forget, args=("health_files",))

    def revoked_meanwhile(*what, **how):
        yield from changes(*what, **how)
        another.start()
        another.join(0.3)

    monkeypatch.setattr(lake, "changes", revoked_meanwhile)
    assert since("beginning", limit=2).rows.num_rows == 2
    another.join()
    assert not list((home() / "changes" / "health_files").iterdir())


def test_kept_differences_go_with_erased_rows(files):
    cursor = since("beginning", limit=2).cursor
    publish({"JK1": FILES["JK1"]})
    lake.forget("raw.health_files", wait=5)  # as an erasure does before it says so
    with pytest.raises(exchange.ChangesExpired):
        since(cursor, limit=2)
    act(tell)(exchange.RowsErased(resource="health_files", rows=2, rule="试"))
    seal()
    deliver_news()
    assert not kept()


def test_kept_differences_that_nobody_reads_go(files, monkeypatch):
    since("beginning", limit=2)
    monkeypatch.setattr(differences, "IDLE", -differences.IDLE)
    assert differences.tidy() == 1
    assert not kept()


def test_a_comparison_that_takes_too_long_is_cut_by_name_and_leaves_its_line(files, monkeypatch):
    granted()
    many(2_000)
    monkeypatch.setattr(differences, "LONGEST", 0.0)
    with pytest.raises(exchange.ChangesTooLong, match="已停止"):
        since("beginning", MINZHENG)
    assert events(kind="exchange.QuestionAsked")[0].data["signed"]["document"]["reads"][0]["rule"] == "failed"
    assert not list((home() / "changes").glob("*/.*"))


def test_what_the_engine_says_of_a_damaged_file_stays_here(files):
    for path in lake.files("raw.health_files"):
        Path(path).write_bytes(b"PAR1 no more rows PAR1")
    with pytest.raises(exchange.ChangesFailed) as refused:
        since("beginning")
    assert "parquet" not in str(refused.value).lower()
