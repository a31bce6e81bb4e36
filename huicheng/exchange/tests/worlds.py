"""Two worlds of health files that differ only in what a grant does not show; masks hide the same in both."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange.granting.models import GrantRow, QuotaRow
from huicheng.exchange.tests.town import PURPOSE

SPARING = settings(suppress_health_check=list(HealthCheck), deadline=None)
WORLDS = ("world_a", "world_b")
PERSONAL = ("id_number", "name", "address", "phone", "blood_type")
OTHERS = ("file_no", "sex", "birth_date", "updated_on")
COLUMNS = PERSONAL + OTHERS
GRANTED_ROWS = 4
CANARY = re.compile(r"kanari[^\s\"',]*end")


def value(column: str, place: int, secret: str) -> str:
    """First and last as in the other world, so that a mask shows the same; what it hides is this world's own."""
    return f"kana{place}{column[:1]}-kanari-{secret}-{column}-{place:02d}-end"


def rows_of(shown: frozenset[str], secret: str, strangers: int) -> list[dict[str, str]]:
    """Four rows inside the granted ones, ``strangers`` outside; ``shown`` are the columns seen as they are."""
    rows = []
    for place in range(GRANTED_ROWS + strangers):
        inside = place < GRANTED_ROWS
        words = "same" if inside else secret
        row = {name: value(name, place, words if name in shown and inside else secret) for name in COLUMNS}
        rows.append(row | {"sex": "1" if inside else "2"})
    return rows


def publish(code: str, rows: list[dict[str, str]]) -> None:
    spec = exchange.resource(code)
    layout = pa.schema([(name, pa.string()) for name in (f.name for f in spec.fields)])
    exchange.publish_table(code, pa.Table.from_pylist(rows, schema=layout))


def grant(code: str, columns: tuple[str, ...], plain: tuple[str, ...], *, account: str = "") -> None:
    """To civil affairs, or to the ``account`` of somebody outside government."""
    now = timezone.now()
    GrantRow.objects.filter(resource=code).delete()
    one = GrantRow.objects.create(
        id=f"G{code}", application="A1", resource=code, department="" if account else "minzheng", account=account,
        owner="weijian", purpose=PURPOSE, basis="老年人权益保障法第三十三条",
        columns=list(columns), plain=list(plain), filter=[["sex", "=", "1"]], per_minute=10**6,
        rows_per_day=10**9, starts=now - timedelta(days=1), expires=now + timedelta(days=1),
    )  # fmt: skip
    QuotaRow.objects.bulk_create(QuotaRow(grant=one, span=span) for span in ("minute", "day"))


def declare_worlds(*codes: str, **how: Any) -> None:
    spec = exchange.resource("health_files")
    fields = tuple(replace(f, kind="text" if f.kind == "date" else f.kind) for f in spec.fields)
    for code in codes or WORLDS:
        exchange.declare(replace(spec, code=code, fields=fields, **how), by_pack=False)


class Worlds:
    """A pair of tables for every set of columns that is shown, each made once and asked again under other grants.

    ``how`` they are declared, where it is not as health files are.
    """

    def __init__(self, **how: Any) -> None:
        self.how = how
        self.made: dict[frozenset[str], tuple[str, str]] = {}

    def of(self, shown: frozenset[str]) -> tuple[str, str]:
        if shown not in self.made:
            first, second = (f"{code}_{len(self.made):03d}" for code in WORLDS)
            declare_worlds(first, second, **self.how)
            publish(first, rows_of(shown, "aaaa", 3))
            publish(second, rows_of(shown, "bbbb", 5))
            self.made[shown] = first, second
        return self.made[shown]


def shown_of(sight: tuple[tuple[str, ...], tuple[str, ...]]) -> frozenset[str]:
    """The columns that are seen as they are."""
    seen, plain = sight
    return frozenset(name for name in seen if name in plain or name in OTHERS)


@st.composite
def sights(draw) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which columns are granted, and which of the personal ones plain."""
    seen = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, unique=True))
    plain = draw(st.lists(st.sampled_from(PERSONAL), unique=True))
    return tuple(seen), tuple(name for name in plain if name in seen)
