"""Held deliveries 待确认: a replacement that would lose most rows waits until somebody has looked at the numbers."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.declarations import Resource
from huicheng.exchange.delivering import admit
from huicheng.exchange.events import DeliveryConfirmed, DeliveryHeld, DeliveryWithdrawn
from huicheng.exchange.models import Delivery
from huicheng.exchange.receipts import NoSuchReceipt
from huicheng.exchange.refusals import NotHeld
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
    if emptied:
        row.reason = _("“%(fields)s”原来有数据，这份文件里没有对应的列，替换后会变成空的。") % {
            "fields": "、".join(emptied)
        }
    row.save()
    publish(
        DeliveryHeld(
            subject=f"delivery:{row.id}", resource=row.resource, delivery=row.id, rows=row.rows, accepted=row.accepted,
            refused=row.refused, before=row.before or 0,
        )
    )  # fmt: skip


def confirm(receipt_id: str) -> JobView:
    """Take a held delivery all the same; its job reads it again from what was landed."""
    row = _held(receipt_id)
    return _confirm(row)


@act
def _confirm(row: Delivery) -> JobView:
    _move(row, Delivery.WORKING, confirmed_by=current_actor().id, reason="")
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
