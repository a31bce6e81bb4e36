"""目录动态监管: freshness, use and quality of every entry against what it declares, per department."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from django.db.models import Count, Sum
from django.utils import timezone

from huicheng.exchange.catalogue.entries import CYCLE
from huicheng.exchange.models import Delivery, EntryVersion, ResourceRow
from huicheng.exchange.supervising.models import Day, Standing, Use
from huicheng.ground.api import Event

Concern = Literal["late", "refused", "falling", "waiting", "orphan", "empty", "incomplete"]
ORDER: tuple[Concern, ...] = ("late", "refused", "falling", "waiting", "orphan", "empty", "incomplete")
WINDOW = timedelta(days=90)
LATE = 1.5  # of its cycle, as everywhere in the catalogue
# A resource that missed so many cycles and that nobody read in the window is kept by nobody for nobody.
ORPHAN_CYCLES = 3
MANY_REFUSED, FALLEN = 0.2, 0.05
BARELY_FILLED = 0.6
WAITING_TOO_LONG = timedelta(days=5)
SHARED = {"unconditional": 1.0, "conditional": 0.7, "none": 0.0}


@dataclass(frozen=True, kw_only=True)
class CatalogueSupervised(Event):
    """The day's look at the whole catalogue is done."""

    entries: int
    warnings: int


@dataclass(frozen=True)
class Six:
    """大普查六数: bytes and rows in all, shared, and open, on a condition too; without what the platform makes itself."""

    total_bytes: int
    total_rows: int
    shared_bytes: int
    shared_rows: int
    open_bytes: int
    open_rows: int


class Warned(NamedTuple):
    """One thing that needs somebody; ``value`` is the share, days or cycles it is about."""

    concern: Concern
    resource: str
    title: str
    owner: str
    value: float


@dataclass(frozen=True)
class Place:
    """A department's place in the league; each part 0…1, ``mark`` their weighted sum out of 100."""

    owner: str
    entries: int
    reads: int
    parts: Mapping[str, float]
    mark: float
    before: float | None


@dataclass(frozen=True)
class Supervision:
    six: Six
    before: Six | None
    league: tuple[Place, ...]
    warnings: tuple[Warned, ...]
    entries: int
    items: int
    states: Mapping[str, int]


class Seen(NamedTuple):
    """All that is known of one entry; no table is opened for it. A plain tuple: a city has ten thousand of them."""

    code: str
    title: str
    owner: str
    openness: str
    share: str
    update: str
    items: int
    filled: float
    rows: int
    size: int
    at: datetime | None
    refused: tuple[float, ...]
    reads: int

    @property
    def cycles(self) -> float:
        """How many of its cycles its newest version is old."""
        return (timezone.now() - self.at) / CYCLE[self.update] if self.at else 0.0

    @property
    def late(self) -> bool:
        return self.cycles > LATE

    @property
    def refusal(self) -> float:
        """The share of rows sent back in the newest delivery."""
        return self.refused[-1] if self.refused else 0.0

    @property
    def fallen(self) -> float:
        """By how much more came back than in the deliveries before it."""
        before = self.refused[:-1]
        return self.refused[-1] - sum(before) / len(before) if before else 0.0


# What the mark is made of: part, weight, how one entry does. Weights follow what a reader loses when it fails.
PARTS: tuple[tuple[str, int, Callable[[Seen], float]], ...] = (
    ("delivered", 30, lambda one: float(one.rows > 0)),
    ("on_time", 25, lambda one: float(one.at is not None and not one.late)),
    ("sound", 20, lambda one: 1 - one.refusal if one.rows else 0.0),
    ("filled", 15, lambda one: one.filled),
    ("shared", 10, lambda one: SHARED.get(one.share, 0.0)),
)


def supervise(*, department: str | None = None) -> Supervision:
    """Everything at once from what is counted; with ``department`` the warnings of that one alone."""
    every = list(_gathered())
    delivered = [one for one in every if "." not in one.code]
    month = Day.objects.filter(day__lte=timezone.localdate() - timedelta(days=28)).order_by("-day").first()
    mine = [one for one in every if department is None or one.owner == department]
    return Supervision(
        six=_six(delivered),
        before=Six(**month.six) if month else None,
        league=_league(delivered, month.marks if month else {}),
        warnings=_warnings(mine, department),
        entries=len(every),
        items=sum(one.items for one in every),
        states=_states(),
    )


def _gathered(code: str | None = None) -> Iterator[Seen]:
    """Of every entry; with ``code`` of that one, for which no other's deliveries and readings are counted."""
    rows = ResourceRow.objects.filter(state=ResourceRow.PUBLISHED).order_by("code")
    rows = rows.filter(code=code) if code else rows
    stood = Standing.objects.filter(resource=code) if code else Standing.objects.all()
    standing = {one[0]: one[1:] for one in stood.values_list("resource", "rows", "size", "at")}
    refused, reads = _refusals(code), _reads(code)
    sides = ("code", "title", "owner", "openness", "share", "update", "items", "completeness")
    for one in rows.values_list(*sides):
        stand = standing.get(one[0], (0, 0, None))
        facts: tuple[Any, ...] = (*one, *stand, refused.get(one[0], ()), reads.get(one[0], 0))
        yield Seen(*facts)


def seen_of(code: str) -> Seen | None:
    """What supervision knows of one entry."""
    return next(_gathered(code=code), None)


def _refusals(code: str | None) -> dict[str, tuple[float, ...]]:
    """By resource the share sent back of each delivery in the window, the oldest first."""
    since = timezone.now() - WINDOW
    taken = Delivery.objects.filter(at__gte=since, state=Delivery.ACCEPTED, rows__gt=0).order_by("at", "id")
    taken = taken.filter(resource=code) if code else taken
    found: dict[str, tuple[float, ...]] = defaultdict(tuple)
    for resource, rows, back in taken.values_list("resource", "rows", "refused"):
        found[resource] += (back / rows,)
    return found


def _reads(code: str | None) -> dict[str, int]:
    since = timezone.localdate() - WINDOW
    counted = Use.objects.filter(day__gte=since).exclude(resource="").order_by()
    counted = counted.filter(resource=code) if code else counted
    return dict(counted.values_list("resource").annotate(n=Sum("reads")))


def _six(seen: Iterable[Seen]) -> Six:
    sums = [0] * 6
    for one in seen:
        for place, counts in enumerate((True, one.share != "none", one.openness != "none")):
            if counts:
                sums[2 * place] += one.size
                sums[2 * place + 1] += one.rows
    return Six(*sums)


def _league(seen: Iterable[Seen], before: Mapping[str, float]) -> tuple[Place, ...]:
    owned: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        owned[one.owner].append(one)
    made = [_place(owner, theirs, before.get(owner)) for owner, theirs in owned.items()]
    return tuple(sorted(made, key=lambda one: (-one.mark, one.owner)))


def _place(owner: str, theirs: Sequence[Seen], before: float | None) -> Place:
    parts = {name: sum(map(good, theirs)) / len(theirs) for name, _weight, good in PARTS}
    mark = sum(weight * parts[name] for name, weight, _good in PARTS)
    return Place(owner, len(theirs), sum(one.reads for one in theirs), parts, round(mark, 1), before)


def _warnings(seen: Iterable[Seen], department: str | None) -> tuple[Warned, ...]:
    said = [
        Warned(concern, one.code, one.title, one.owner, round(value, 3))
        for one in seen
        for concern, value in concerns(one)
    ]
    said += _waiting(department)
    return tuple(sorted(said, key=lambda one: (ORDER.index(one.concern), -one.value, one.resource)))


def concerns(one: Seen) -> list[tuple[Concern, float]]:
    """What is to be said of one entry."""
    found: list[tuple[Concern, float]] = []
    if one.at is None:
        # What the platform makes comes with its next run: nobody has to deliver it.
        found += [] if "." in one.code else [("empty", 0.0)]
    elif one.cycles > ORPHAN_CYCLES and not one.reads and one.openness != "unconditional":
        found.append(("orphan", one.cycles))
    elif one.late:
        found.append(("late", one.cycles))
    if one.refusal > MANY_REFUSED:
        found.append(("refused", one.refusal))
    elif one.fallen > FALLEN:
        found.append(("falling", one.fallen))
    if one.filled < BARELY_FILLED:
        found.append(("incomplete", one.filled))
    return found


def _waiting(department: str | None) -> list[Warned]:
    """Versions that the reviewer has had for longer than the working week that is his."""
    now = timezone.now()
    rows = EntryVersion.objects.filter(state=EntryVersion.REVIEW, at__lt=now - WAITING_TOO_LONG)
    rows = rows.filter(owner=department) if department else rows
    return [
        Warned("waiting", row.resource, row.spec["title"], row.owner, (now - row.at) / timedelta(days=1))
        for row in rows
    ]


def _states() -> dict[str, int]:
    unfinished = EntryVersion.objects.exclude(state=EntryVersion.PUBLISHED).order_by().values_list("state")
    standing = ResourceRow.objects.order_by().values_list("state")
    return dict(unfinished.annotate(n=Count("pk"))) | dict(standing.annotate(n=Count("pk")))
