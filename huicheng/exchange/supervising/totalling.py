"""How much the exchange has done, in a few counts, for whoever watches over its machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Sum

from huicheng.exchange.models import Delivery
from huicheng.exchange.supervising.models import Standing, Use


@dataclass(frozen=True)
class Totals:
    """``questions`` and ``deliveries`` by how they ended; ``ms``, ``quick`` and ``slow`` of the ``timed`` questions."""

    questions: Mapping[str, int]
    rows_out: int
    timed: int
    ms: int
    quick: int
    slow: int
    deliveries: Mapping[str, int]
    rows_accepted: int
    rows_refused: int
    tables: int
    lake_bytes: int


def totals() -> Totals:
    """Read from what is counted already: no table is opened."""
    names = ("reads", "failed", "refused", "rows", "timed", "ms", "quick", "slow")
    used = Use.objects.filter(resource="").aggregate(**{name: Sum(name, default=0) for name in names})
    sums = Delivery.objects.aggregate(taken=Sum("accepted", default=0), back=Sum("refused", default=0))
    ended = dict(Delivery.objects.order_by().values_list("state").annotate(n=Count("pk")))
    stand = Standing.objects.filter(version__isnull=False).aggregate(
        n=Count("pk"), size=Sum("size", default=0)
    )
    questions = {
        "answered": used["reads"] - used["failed"],
        "failed": used["failed"],
        "refused": used["refused"],
    }
    timing = {name: used[name] for name in ("timed", "ms", "quick", "slow")}
    return Totals(
        questions=questions, rows_out=used["rows"], **timing, deliveries=ended,
        rows_accepted=sums["taken"], rows_refused=sums["back"], tables=stand["n"], lake_bytes=stand["size"],
    )  # fmt: skip
