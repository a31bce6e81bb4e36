"""Held deliveries 待确认: what would lose most rows, or a field, waits until somebody has looked at the difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.declarations import Resource
from huicheng.exchange.delivering import admit
from huicheng.exchange.drifting import broken_fields, drift_of
from huicheng.exchange.events import DeliveryConfirmed, DeliveryHeld, DeliveryWithdrawn, SchemaDrifted
from huicheng.exchange.landing import kept_at
from huicheng.exchange.matching import check_mapping, refuse_lacking, remember_mapping, spoken
from huicheng.exchange.models import Delivery
from huicheng.exchange.receipts import NoSuchReceipt
from huicheng.exchange.refusals import BrokenFile, NotHeld
from huicheng.ground.api import JobView, act, current_actor, publish, submit


class Drastic(Exception):
    """Thrown out of the stream of rows before the lake commits them."""

    def __init__(self, emptied: Sequence[str] = ()) -> None:
        super().__init__()
        self.emptied = emptied


def drastic(spec: Resource, *, rows: int, accepted: int, before: int) -> bool:
    """Most rows refused, or fewer than half of the rows that the table has now. Only a replacement loses any."""
    return spec.mode == "replace" and ((rows - accepted) * 2 > rows or accepted * 2 < before)


@act
def hold(row: Delivery, *, emptied: Sequence[str] = ()) -> None:
    """Nothing was taken; the number of the turn is given back, for the table may be another when it is confirmed."""
    row.state, row.turn, row.base = Delivery.HELD, None, None
    row.reason = _reason(row, emptied)
    row.save()
    announce(row)
    publish(
        DeliveryHeld(
            subject=f"delivery:{row.id}", resource=row.resource, delivery=row.id, rows=row.rows, accepted=row.accepted,
            refused=row.refused, before=row.before or 0,
        )
    )  # fmt: skip


def _reason(row: Delivery, emptied: Sequence[str]) -> str:
    said = []
    if emptied:
        told = _("“%(fields)s”原来有数据，这份文件里没有对应的列，替换后会变成空的。")
        said.append(told % {"fields": "、".join(emptied)})
    drift = drift_of(row)
    if drift and drift.breaking:
        fields = "、".join(broken_fields(drift, find(row.resource, retired=True)))
        said.append(
            _("与上一次交付相比，写入“%(fields)s”的列没有了、改了名，或值不再合用。") % {"fields": fields}
        )
    return "".join(said)


def announce(row: Delivery) -> None:
    """Inside the act that ends a delivery or holds it."""
    if (drift := drift_of(row)) is None:
        return
    counts: Any = Counter(one.what for one in drift.changes)
    publish(
        SchemaDrifted(
            subject=f"delivery:{row.id}", resource=row.resource, delivery=row.id, since=drift.since,
            breaking=drift.breaking, **counts,
        )
    )  # fmt: skip


def confirm(receipt_id: str, *, mapping: Mapping[str, str] | None = None) -> JobView:
    """Take a held delivery all the same; its job reads it again from what was landed.

    ``mapping`` says which column feeds a field whose own is gone; it is remembered for files of the same header.
    """
    row = _held(receipt_id)
    _still_there(row)
    spec = find(row.resource, retired=True)
    said = {column: name for column, name in spoken(spec, mapping or {}).items() if name}
    kept = {column: name for column, name in row.mapping.items() if column not in said}
    whole = {**kept, **said}
    check_mapping(spec, row.header, whole, file=row.file)
    refuse_lacking(spec, row.header, whole, file=row.file)
    return _confirm(row, whole, remember=bool(said))


def _still_there(row: Delivery) -> None:
    """Its file goes when somebody of the resource is erased, and after its days."""
    path = kept_at(row.landing)
    if path is None or not path.is_file():
        raise BrokenFile(row.file, _("收到的原件已不在"), do=_("请放弃这份交付，再重新交付"))


@act
def _confirm(row: Delivery, mapping: dict[str, str], *, remember: bool) -> JobView:
    _move(row, Delivery.WORKING, confirmed_by=current_actor().id, reason="", mapping=mapping)
    if remember:
        remember_mapping(row.resource, row.header, mapping)
    publish(DeliveryConfirmed(subject=f"delivery:{row.id}", resource=row.resource, delivery=row.id))
    return submit("exchange.deliver", key=row.id, delivery=row.id)


@act
def withdraw(receipt_id: str) -> None:
    """Give a held delivery up; the table stays as it is."""
    row = _held(receipt_id)
    _move(row, Delivery.WITHDRAWN, reason=_("交付人放弃了这次交付。"), finished_at=timezone.now())
    publish(DeliveryWithdrawn(subject=f"delivery:{row.id}", resource=row.resource, delivery=row.id))


def _held(receipt_id: str) -> Delivery:
    row = Delivery.objects.filter(id=receipt_id).first()
    if row is None:
        raise NoSuchReceipt(_("没有编号为 %(id)s 的回执。") % {"id": receipt_id[:60]})
    admit(find(row.resource, retired=True), current_actor())
    if row.state != Delivery.HELD:
        raise _not_held(row)
    return row


def _move(row: Delivery, state: str, **values: object) -> None:
    """Two people may press at once: one of them wins, the other is told."""
    if not Delivery.objects.filter(id=row.id, state=Delivery.HELD).update(state=state, **values):
        raise _not_held(row)


def _not_held(row: Delivery) -> NotHeld:
    return NotHeld(_("%(file)s：这份交付（%(id)s）没有在等待确认。") % {"file": row.file, "id": row.id})
