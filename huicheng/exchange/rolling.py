"""Rolling back 回退: the table as it was before its newest delivery, as a new version that readers see whole."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from huicheng.exchange.ageing import age_rows
from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.declarations import Resource
from huicheng.exchange.delivering import admit
from huicheng.exchange.events import DeliveryRolledBack
from huicheng.exchange.landing import one_at_a_time
from huicheng.exchange.models import Delivery
from huicheng.exchange.receipts import Receipt, receipt_of
from huicheng.exchange.refusals import RollbackRefused
from huicheng.exchange.turns import undo_mark_of, undone_in_lake
from huicheng.ground.api import JobView, Progress, act, current_actor, publish, submit
from huicheng.lake import api as lake


@dataclass(frozen=True)
class Rollback:
    """What a roll-back would do: undo ``receipt``, so that the table has ``after`` rows again."""

    receipt: Receipt
    rows: int
    after: int


def rollback_of(resource: str) -> Rollback:
    """Of the newest delivery that stands; raises why it cannot be undone."""
    spec = find(resource)
    row = _newest(spec)
    return Rollback(receipt_of(row), lake.rows(spec.table), _rows_before(row, spec))


def roll_back(resource: str) -> JobView:
    """Undo the newest delivery of a resource, as a job; the one before it may be undone after that."""
    spec = find(resource)
    admit(spec, current_actor())
    row = _newest(spec)
    _rows_before(row, spec)
    return submit("exchange.rollback", key=row.id, delivery=row.id)


def run(progress: Progress, delivery: str) -> dict[str, object]:
    row = Delivery.objects.get(id=delivery)
    spec = find(row.resource)
    admit(spec, current_actor())
    with one_at_a_time(row.resource):
        row.refresh_from_db()
        if row.state == Delivery.ACCEPTED:
            progress.step(_("回退"))
            _restore(row, spec)
            _age(spec)
            _undo(row, spec)
    return {"delivery": row.id, "state": row.state, "receipt": row.id}


def _newest(spec: Resource) -> Delivery:
    row = Delivery.objects.filter(resource=spec.code, state=Delivery.ACCEPTED).order_by("-at", "-id").first()
    if row is None:
        raise RollbackRefused(_("“%(title)s”没有生效的交付可以回退。") % {"title": spec.title})
    return row


def _rows_before(row: Delivery, spec: Resource) -> int:
    """How many rows the version before had, where every file of it is still there."""
    if row.base is None:
        raise RollbackRefused(
            _("“%(title)s”最新的交付 %(id)s 之前没有可以恢复的版本。") % {"title": spec.title, "id": row.id}
        )
    try:
        whole = all(map(_there, lake.files(spec.table, row.base)))
    except (lake.NoSuchTable, lake.NoSuchVersion):
        whole = False
    if not whole:
        raise RollbackRefused(
            _(
                "“%(title)s”在交付 %(id)s 之前的版本已不完整（过了 30 天，或有行被依法删除），不能恢复。请重新交付。"
            )
            % {"title": spec.title, "id": row.id}
        )
    return row.before or 0


def _there(path: str) -> bool:
    return Path(path).is_file()


def _restore(row: Delivery, spec: Resource) -> None:
    """Make a version that holds the old rows again; a run after a kill finds it made."""
    if undone_in_lake(row, spec):
        return
    if row.id != _newest(spec).id:
        raise RollbackRefused(
            _("“%(title)s”刚有更新的交付，没有回退 %(id)s。") % {"title": spec.title, "id": row.id}
        )
    _rows_before(row, spec)
    old = lake.read(spec.table, version=row.base)
    lake.write(spec.table, old, mode="replace", txn=(undo_mark_of(row), row.turn or 0))


def _age(spec: Resource) -> None:
    """Rows whose days ended since then do not come back; what stands in the way of that is told by the next sweep."""
    with contextlib.suppress(lake.LakeBusy, ValueError):
        age_rows(spec)


@act
def _undo(row: Delivery, spec: Resource) -> None:
    row.state = Delivery.ROLLED_BACK
    row.reason = _("%(who)s 已回退到这次交付之前的版本。") % {"who": current_actor().name}
    row.save(update_fields=["state", "reason"])
    publish(
        DeliveryRolledBack(
            subject=f"delivery:{row.id}", resource=row.resource, delivery=row.id,
            version=lake.version(spec.table), rows=lake.rows(spec.table),
        )
    )  # fmt: skip
