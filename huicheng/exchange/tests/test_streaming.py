"""何静 of 民政局 reads all that was granted, batch by batch, without a web server between."""

import hashlib

import pyarrow as pa
import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.tests.town import HE, PURPOSE, QIAN, granted, publish_files
from huicheng.ground.api import events


@pytest.fixture
def files(db):
    publish_files()


def streamed(actor=HE, purpose=PURPOSE):
    return list(exchange.stream("health_files", actor, purpose=purpose))


def test_all_rows_come_as_the_grant_shows_them(files):
    granted()
    table = pa.Table.from_batches(streamed())
    assert set(table.column_names) == {"name", "id_number", "phone", "updated_on"}
    assert table["id_number"][0].as_py() == "2101**************"
    assert len(table) == 12


def test_the_receipt_is_written_before_the_first_row_and_its_end_after_the_last(files):
    granted()
    coming = exchange.stream("health_files", HE, purpose=PURPOSE)
    assert (
        events(kind="exchange.QuestionAsked")[0].data["signed"]["document"]["reads"][0]["rule"] == "everyone"
    )
    assert not events(kind="exchange.ExportFinished")
    sink = pa.BufferOutputStream()
    first = next(coming)
    with pa.ipc.new_stream(sink, first.schema) as writer:
        for batch in coming:
            writer.write_batch(batch)
    end = events(kind="exchange.ExportFinished")[0].data
    assert (end["rows"], end["sha256"]) == (12, hashlib.sha256(sink.getvalue()).hexdigest())


def test_without_a_grant_nothing_comes(files):
    with pytest.raises(exchange.AccessDenied):
        streamed()
    assert events(kind="exchange.AccessRefused")[0].subject == "resource:health_files"


def test_the_quota_is_taken_before_the_first_row(files):
    granted(exchange.Terms(rows_per_day=10))
    with pytest.raises(exchange.QuotaExceeded):
        streamed()


def test_a_right_that_ends_midway_ends_the_rows(files, monkeypatch):
    from huicheng.exchange import sending
    from huicheng.exchange.granting.models import GrantRow

    granted()
    monkeypatch.setattr(sending, "LOOKED_AT_EVERY", 0)
    coming = exchange.stream("health_files", HE, purpose=PURPOSE)
    next(coming)
    GrantRow.objects.update(revoked_at="2026-01-01T00:00:00Z")
    with pytest.raises(exchange.RightEnded):
        list(coming)
    assert not events(kind="exchange.ExportFinished")


def test_the_owner_reads_its_own_masked(files):
    table = pa.Table.from_batches(streamed(QIAN))
    assert table["name"][3].as_py() == "秘**"


def test_a_resource_nobody_delivered_yet_is_named(db):
    granted()
    with pytest.raises(exchange.NoData):
        streamed()
