"""The delivery's job: check every row, commit the good ones, write the receipt. Twice is the same as once."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pyarrow as pa
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import UnknownResource
from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.checking import Plan, check, plan_of
from huicheng.exchange.codetables.translating import dictionaries, note_translations
from huicheng.exchange.declarations import Resource
from huicheng.exchange.delivering import OPENED, fail, overtaken
from huicheng.exchange.drifting import compare, noted
from huicheng.exchange.emptying import emptied
from huicheng.exchange.events import DeliveryReceived, DeliverySetAside
from huicheng.exchange.evidence.receipts import sign_delivery
from huicheng.exchange.holding import Drastic, announce, drastic, hold
from huicheng.exchange.keys import SeenKeys
from huicheng.exchange.landing import kept_as, kept_at, one_at_a_time, work_folder
from huicheng.exchange.matching import lacking
from huicheng.exchange.mended import mended
from huicheng.exchange.models import Delivery
from huicheng.exchange.outputs import Outputs
from huicheng.exchange.pouring import pour
from huicheng.exchange.reading.opening import open_source
from huicheng.exchange.reading.source import Source
from huicheng.exchange.refusals import (
    BrokenFile,
    DeliveryBroken,
    DoesNotFit,
    EmptySource,
    NothingAccepted,
    SourceRefused,
)
from huicheng.exchange.turns import in_lake, mark_of, take_turn
from huicheng.ground.api import JobLost, Progress, act, note_fault, publish
from huicheng.lake import api as lake


class Sieve:
    """The accepted rows as a stream, refused ones and issues written on the way."""

    def __init__(self, plan: Plan, source: Source, outputs: Outputs) -> None:
        self.plan, self.source, self.outputs = plan, source, outputs
        self.accepted = self.refused = self.flagged = 0
        self.translated: Counter[str] = Counter()
        self.fits: dict[str, tuple[int, int]] = {}

    @property
    def rows(self) -> int:
        return self.accepted + self.refused

    @property
    def types(self) -> dict[str, str]:
        """Of the columns, where the source says them."""
        return dict(self.source.options.get("types", {}))

    def batches(
        self, tell: Callable[[int, int], None], *, before: int | None, drifted: Callable[[], bool]
    ) -> Iterator[pa.RecordBatch]:
        """``before``: how many rows the table has, where losing most of them, or a field, must be confirmed first."""
        seen = SeenKeys()
        for chunk in self.source.chunks():
            verdict = check(self.plan, chunk, seen)
            self.outputs.add(verdict.issues, verdict.refused)
            self.accepted += len(verdict.accepted)
            self.refused += len(verdict.refused)
            self.flagged += verdict.flagged
            self.translated.update(verdict.translated)
            self._count(verdict.fits)
            tell(chunk.done, self.source.total)
            if len(verdict.accepted):
                yield verdict.accepted
        breaking = drifted() and before is not None
        if not breaking:
            self._refuse_nothing()
        if before is None:
            return
        emptied_fields = emptied(self.plan.resource, self.plan.without)
        lost = {"rows": self.rows, "accepted": self.accepted}
        if breaking or emptied_fields or drastic(self.plan.resource, before=before, **lost):
            raise Drastic(emptied_fields)

    def _count(self, fits: dict[str, tuple[int, int]]) -> None:
        for name, (filled, misfits) in fits.items():
            had, bad = self.fits.get(name, (0, 0))
            self.fits[name] = (had + filled, bad + misfits)

    def _refuse_nothing(self) -> None:
        """An export gone wrong must not empty a table."""
        if not self.rows:
            raise EmptySource(self.source.name, _("只有表头，没有数据行"), do=_("请检查导出是否成功"), row=1)
        if not self.accepted:
            raise NothingAccepted(
                self.source.name, _("全部 %(rows)s 行都被退回，资源保持原样") % {"rows": f"{self.rows:,}"},
                do=_("请看退回文件中的原因，多半是列对应错了"), row=1,
            )  # fmt: skip


def run(progress: Progress, delivery: str) -> dict[str, object]:
    row = Delivery.objects.get(id=delivery)
    spec = find(row.resource, retired=True)
    with one_at_a_time(row.resource):
        row.refresh_from_db()
        if row.state == Delivery.WORKING:
            _refuse_retired(row)
            if overtaken(row, spec):
                _set_aside(row)
            else:
                _take(row, spec, progress)
    facts = {"state": row.state, "accepted": row.accepted, "refused": row.refused}
    return {"delivery": row.id, "receipt": row.id, **facts}


def _refuse_retired(row: Delivery) -> None:
    try:
        find(row.resource)
    except UnknownResource as gone:
        fail(row, gone)
        raise


def _take(row: Delivery, spec: Resource, progress: Progress) -> None:
    start = time.monotonic()
    folder = work_folder(row.id)
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted run left
    sieve = None
    try:
        source = _reopened(row, spec)
        local = dictionaries(spec, row.options.get("codes", {}))
        plan = plan_of(spec, row.header, row.mapping, delivery=row.id, received=row.at, local=local)
        delimiter = source.options.get("delimiter", ",")
        sieve = Sieve(plan, source, Outputs(folder, header=row.header, form=row.source, delimiter=delimiter))
        if _lacks(row, spec):
            _note_drift(row, sieve)
            hold(row)
            return
        take_turn(row, spec)
        version = _commit(row, sieve, progress)
    except Drastic as found:
        assert sieve is not None
        _note(row, sieve)
        hold(row, emptied=found.emptied)
        return
    except SourceRefused as refusal:
        _keep_outputs(row, sieve)
        fail(row, refusal)
        raise
    except (JobLost, lake.LakeBusy, OperationalError):  # may go better when the job is tried again
        raise
    except Exception as fault:
        if in_lake(row, spec):  # the rows stand: the next try writes their receipt
            raise
        broken = _worded(row, spec, fault)
        _keep_outputs(row, sieve)
        fail(row, broken)
        raise broken from None
    row.seconds = round(time.monotonic() - start, 3)
    _finish(row, sieve, version)


def _lacks(row: Delivery, spec: Resource) -> bool:
    """A column that every row needs is gone: without somebody's word for another one there is nothing to read."""
    return not row.confirmed_by and bool(lacking(spec, row.mapping))


def _note_drift(row: Delivery, sieve: Sieve) -> bool:
    """Whether something breaks; on the row that its next act saves."""
    found = compare(row, sieve.plan.resource, types=sieve.types, fits=sieve.fits)
    row.options = {**row.options, "drift": found.as_dict()} if found.changes else row.options
    return found.breaking


def _worded(row: Delivery, spec: Resource, fault: Exception) -> SourceRefused:
    """In words that hold no value of any row."""
    if isinstance(fault, lake.SchemaClash):
        what = _("“%(title)s”现有数据的字段类型与目录不一致，什么都没有写入") % {"title": spec.title}
        return DoesNotFit(row.file, what, do=_("请联系数据局核对目录中的字段类型，再重新交付"))
    told = note_fault(fault, what=f"delivery {row.id} failed")
    what = _("平台内部出错（%(told)s），什么都没有写入") % {"told": told}
    return DeliveryBroken(row.file, what, do=_("请稍后重新交付；再次失败请把括号中的编号告诉数据局"))


def _reopened(row: Delivery, spec: Resource) -> Source:
    if opened := OPENED.pop(row.id, None):
        return opened
    form = "parquet" if row.source == "sql" else row.source
    path = kept_at(row.landing)
    if path is None or not path.is_file():
        raise BrokenFile(row.file, _("收到的原件已不在"), do=_("请重新交付"))
    opened = open_source(path, name=row.file, form=form, sheet=row.options.get("sheet"))
    return opened if row.source == "sql" else mended(opened, spec)


def _commit(row: Delivery, sieve: Sieve, progress: Progress) -> int:
    spec, label = sieve.plan.resource, _("核对并入湖")
    done = in_lake(row, spec)
    before = None if done or row.confirmed_by else row.before
    batches = sieve.batches(
        lambda at, total: progress.step(label, done=at, total=total), before=before,
        drifted=lambda: _note_drift(row, sieve),
    )  # fmt: skip
    if done:
        for _batch in batches:  # committed before the kill: only the outputs have to be made again
            pass
        return lake.version(spec.table)
    txn = (mark_of(row), row.turn or 0)

    def write(stream: pa.RecordBatchReader) -> int:
        if spec.mode == "upsert":
            kept = [one.name for one in sieve.plan.without]
            return lake.upsert(spec.table, stream, keys=spec.key, kept=kept, txn=txn)
        return lake.write(spec.table, stream, mode="append" if spec.mode == "append" else "replace", txn=txn)

    return pour(batches, sieve.plan.schema, write)


def _keep_outputs(row: Delivery, sieve: Sieve | None) -> None:
    """A refused delivery still tells row by row what was wrong, as far as it was read."""
    if sieve is None:
        return
    row.issues_file, row.refused_file = map(kept_as, sieve.outputs.finish())
    row.rows, row.refused, row.flagged = sieve.rows, sieve.rows, 0
    row.save(update_fields=["issues_file", "refused_file", "rows", "refused", "flagged"])


def _note(row: Delivery, sieve: Sieve) -> None:
    """What was read, on the row that its next act saves."""
    row.issues_file, row.refused_file = map(kept_as, sieve.outputs.finish())
    row.rows, row.accepted = sieve.rows, sieve.accepted
    row.refused, row.flagged = sieve.refused, sieve.flagged
    noted(row, types=sieve.types, fits=sieve.fits)


@act
def _finish(row: Delivery, sieve: Sieve, version: int) -> None:
    _note(row, sieve)
    row.version, row.state, row.finished_at = version, Delivery.ACCEPTED, timezone.now()
    row.save()
    if versions := row.options.get("codes"):
        note_translations(row.id, sieve.plan.resource, versions, sieve.translated)
    sign_delivery(row)
    announce(row)
    publish(
        DeliveryReceived(
            subject=f"delivery:{row.id}", resource=row.resource, delivery=row.id, sha256=row.sha256, rows=row.rows,
            accepted=row.accepted, refused=row.refused, flagged=row.flagged, version=version,
        )
    )  # fmt: skip


@act
def _set_aside(row: Delivery) -> None:
    row.state, row.finished_at = Delivery.SUPERSEDED, timezone.now()
    row.reason = _("中断或等待期间已有更新的交付生效，这一份没有写入。仍要用它，请再交付一次。")
    row.save(update_fields=["state", "reason", "finished_at"])
    publish(DeliverySetAside(subject=f"delivery:{row.id}", resource=row.resource, delivery=row.id))
