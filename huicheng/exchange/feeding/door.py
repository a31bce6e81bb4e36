"""Feeds 定时取数: declared, run, listed and removed.

The mark is kept with the receipt of the delivery that it belongs to, so both stand or neither does: a run that was
killed is asked again from the mark of the last delivery that was accepted, and one that was rolled back is no longer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import UnknownResource
from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.databases import address_of, safe_name
from huicheng.exchange.delivering import Ask, admit, deliver_asked
from huicheng.exchange.feeding import asking
from huicheng.exchange.feeding.events import (
    FeedDeclared,
    FeedFailed,
    FeedRan,
    FeedRemoved,
    FeedStopped,
    FeedTakenOver,
)
from huicheng.exchange.feeding.models import Feed
from huicheng.exchange.feeding.trying import DatabaseNotAllowed, FeedTrial, anywhere, try_feed, within_reach
from huicheng.exchange.landing import one_at_a_time
from huicheng.exchange.models import Delivery
from huicheng.exchange.receipts import NeedsConfirmation
from huicheng.exchange.refusals import EmptySource, NotYours
from huicheng.exchange.stopping import why_stopped
from huicheng.ground.api import (
    Actor,
    BadInput,
    NoLongerThere,
    act,
    as_of_now,
    current_actor,
    events,
    lock,
    note_fault,
    postpone,
    publish,
    submit,
    unlock,
)

__all__ = [
    "DatabaseNotAllowed", "FeedDeclared", "FeedFailed", "FeedHasStopped", "FeedRan", "FeedRefused", "FeedRemoved",
    "FeedRun", "FeedStopped", "FeedTakenOver", "FeedTrial", "FeedView", "NoSuchFeed", "declare_feed", "feed", "feeds",
    "remove_feed", "run_feed", "runs_of_feed", "take_over_feed", "try_feed",
]  # fmt: skip
LEAST, MOST = 10, 7 * 24 * 3600
SEALED = "feed addresses"


class FeedRefused(BadInput):
    """A feed that could lose or repeat rows, or that nobody could run."""


class FeedHasStopped(BadInput):
    """Who declared it may no longer deliver; ``reason`` names why. Somebody of the department has to take it over."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("定时取数已停下：%(why)s。请本部门的交付人员接手后再运行。") % {"why": why_stopped(reason)}
        )
        self.reason = reason


class NoSuchFeed(BadInput, LookupError):
    """There is no feed of this number, or it is another department's."""


@dataclass(frozen=True)
class FeedView:
    """``mark``: how far it is; ``held``: the delivery that waits for somebody, before which nothing more is asked.

    ``stopped``: why it runs no more until somebody of the department takes it over.
    """

    id: str
    resource: str
    department: str
    name: str
    query: str
    watermark: str
    key: str
    every: int
    lag: int
    mark: tuple[str, ...]
    held: str
    rows: int
    failures: int
    error: str
    stopped: str
    ran_at: datetime | None
    next_at: datetime


def declare_feed(
    resource: str, address: str, *, query: str, watermark: str, key: str, every: int = 3600, lag: int = 0
) -> FeedView:
    """Ask ``query`` (a table or a SELECT) at ``address`` every so many seconds for what is new.

    ``lag``: how long after its watermark a row may still be committed; so much is asked again each time.
    """
    spec, actor = find(resource), current_actor()
    admit(spec, actor)
    if not anywhere(actor):
        within_reach(address)
    if spec.mode not in ("upsert", "append") or (spec.mode == "upsert" and not spec.key):
        raise FeedRefused(_("“%(title)s”每次整表替换，不能增量取数。") % {"title": spec.title})
    if lag and spec.mode == "append":
        raise FeedRefused(_("只追加的资源不能回看：回看的行会重复。请用按主键更新的资源，或不设回看。"))
    if not LEAST <= every <= MOST or not 0 <= lag <= MOST:
        raise FeedRefused(_("间隔应在 %(least)s 秒到 7 天之间，回看不超过 7 天。") % {"least": LEAST})
    for name in (watermark, key):
        if not asking.COLUMN.fullmatch(name):
            raise FeedRefused(_("列名 %(name)s 写得不对。") % {"name": name[:60]})
    asking.question(address, query, watermark=watermark, key=key, mark=[], lag=0)
    return _declare(
        resource,
        address,
        query=query,
        watermark=watermark,
        key=key,
        every=every,
        lag=lag,
        department=spec.owner,
    )


@act
def _declare(resource: str, address: str, **how: Any) -> FeedView:
    row = Feed.objects.create(
        id=f"F{timezone.localtime():%Y%m%d}-{secrets.token_hex(4)}", resource=resource,
        actor=current_actor().as_dict(), name=safe_name(address), address=lock(SEALED, address),
        next_at=timezone.now(), anywhere=anywhere(current_actor()), **how,
    )  # fmt: skip
    _line_up(row)
    publish(FeedDeclared(subject=f"feed:{row.id}", resource=resource, every=row.every))
    return _view(row)


def _line_up(row: Feed) -> None:
    job = submit("feeding.run", key=f"{row.id}@{row.next_at.isoformat()}", feed=row.id)
    postpone(job.id, until=row.next_at)


def _seen(actor: Actor) -> Any:
    rows = Feed.objects.filter(active=True)
    if actor.kind == "system" or (actor.department == "shuju" and actor.may("steward")):
        return rows
    return rows.filter(department=actor.department or "")


def feeds(actor: Actor) -> list[FeedView]:
    """One's department's; the data bureau's stewards see all."""
    return [_view(row) for row in _seen(actor)]


def feed(number: str, actor: Actor) -> FeedView:
    return _view(_found(number, actor))


@dataclass(frozen=True)
class FeedRun:
    """One run as the audit has it: the delivery it became, if any, or why it took nothing."""

    at: datetime
    delivery: str
    rows: int
    reason: str


def runs_of_feed(number: str, actor: Actor, *, limit: int = 30) -> list[FeedRun]:
    """The newest first."""
    found = events(subject=f"feed:{_found(number, actor).id}", limit=2 * limit)
    kinds = (FeedRan.kind(), FeedFailed.kind())
    return [
        FeedRun(one.at, one.data.get("delivery", ""), one.data.get("rows", 0), one.data.get("reason", ""))
        for one in found
        if one.kind in kinds
    ][:limit]


def _found(feed: str, actor: Actor) -> Feed:
    row: Feed | None = _seen(actor).filter(id=feed[:40]).first()
    if row is None:
        raise NoSuchFeed(_("没有编号为 %(id)s 的定时取数。") % {"id": feed[:40]})
    return row


@act
def remove_feed(feed: str) -> None:
    row = _found(feed, current_actor())
    admit(find(row.resource, retired=True), current_actor())
    Feed.objects.filter(id=row.id).update(active=False, address=b"")
    publish(FeedRemoved(subject=f"feed:{row.id}", resource=row.resource))


def take_over_feed(feed: str) -> FeedView:
    """Deliver in one's own name from now on: by somebody who may deliver for the feed's department."""
    actor = current_actor()
    row = _found(feed, actor)
    if row.department != actor.department:
        raise NotYours(_("只有本部门的交付人员可以接手这个定时取数。"))
    admit(find(row.resource), actor)
    return _take_over(row, actor)


@act
def _take_over(row: Feed, actor: Actor) -> FeedView:
    row.actor, row.stopped, row.next_at = actor.as_dict(), "", timezone.now()
    row.save(update_fields=["actor", "stopped", "next_at"])
    _line_up(row)
    publish(FeedTakenOver(subject=f"feed:{row.id}", resource=row.resource, department=row.department))
    return _view(row)


def _own(row: Feed, *states: str) -> Delivery | None:
    """The newest of the feed's deliveries in these states."""
    rows = Delivery.objects.filter(resource=row.resource, state__in=states, options__feed=row.id)
    return rows.order_by("-at", "-id").first()


def _mark(row: Feed) -> list[str]:
    last = _own(row, Delivery.ACCEPTED)
    return list(last.options.get("mark", [])) if last else []


def _view(row: Feed) -> FeedView:
    held = _own(row, Delivery.HELD)
    facts = {
        name: getattr(row, name) for name in FeedView.__dataclass_fields__ if name not in ("mark", "held")
    }
    return FeedView(**facts, mark=tuple(_mark(row)), held=held.id if held else "")


def run_feed(feed: str) -> FeedView:
    """Ask now, whatever its next time is; what went wrong is raised, and stands with the feed."""
    row = _found(feed, current_actor())
    problem = run(row.id)
    if problem:
        raise problem
    return _view(Feed.objects.get(id=row.id))


def run(feed: str, *, only_due: bool = False) -> BadInput | None:
    """One run, one at a time; the problem it met, if any.

    ``only_due``: nothing where somebody ran it meanwhile, for that run lined up the only successor there may be.
    """
    with one_at_a_time(f"feed.{feed}"):
        row = Feed.objects.filter(id=feed, active=True).first()
        if row is None or (only_due and row.next_at > timezone.now()) or _own(row, Delivery.HELD):
            return None  # what waits for somebody goes first, or the mark would leap over it
        if working := _own(row, Delivery.WORKING):  # a run that was killed: its own job ends it
            submit("exchange.deliver", key=working.id, delivery=working.id)
            return None
        actor = _standing(row)
        if actor is None:
            return FeedHasStopped(row.stopped)
        try:
            receipt = deliver_asked(_ask(row), actor)
        except EmptySource:
            _ran(row, "", 0)
        except NeedsConfirmation as held:
            _ran(row, held.receipt.id, 0)
        except BadInput as problem:
            _went_wrong(row, str(problem), type(problem).__name__)
            return problem
        except Exception as fault:
            told = note_fault(fault, what=f"feed {row.id} failed")
            _went_wrong(row, told, type(fault).__name__)
            raise
        else:
            _ran(row, receipt.id, receipt.accepted)
    return None


def _standing(row: Feed) -> Actor | None:
    """In whose name it delivers, if he may still do so; asked before a word goes to the database."""
    if row.stopped:
        return None
    try:
        actor = as_of_now(Actor.from_dict(row.actor))
        admit(find(row.resource), actor)
        return actor
    except NoLongerThere as gone:
        _stop(row, gone.reason)
    except (NotYours, UnknownResource) as problem:
        _stop(row, type(problem).__name__)
    return None


@act
def _stop(row: Feed, reason: str) -> None:
    row.stopped = reason
    row.save(update_fields=["stopped"])
    publish(
        FeedStopped(subject=f"feed:{row.id}", resource=row.resource, department=row.department, reason=reason)
    )


def _ask(row: Feed) -> Ask:
    address, mark = unlock(SEALED, bytes(row.address)), _mark(row)
    if not row.anywhere:
        address = within_reach(address)
    how = {"watermark": row.watermark, "key": row.key}
    query = asking.question(address, row.query, mark=mark, lag=row.lag, watermark=row.watermark, key=row.key)

    def noting(draft: Path) -> dict[str, Any]:
        found = asking.mark_in(draft, file=address_of(address).name, **how)
        return {"feed": row.id, "mark": found or mark}

    return Ask(find(row.resource), address, None, None, query, None, noting)


@act
def _ran(row: Feed, delivery: str, rows: int) -> None:
    row.rows, row.failures, row.error = row.rows + rows, 0, ""
    _again(row)
    publish(FeedRan(subject=f"feed:{row.id}", resource=row.resource, delivery=delivery, rows=rows))


@act
def _went_wrong(row: Feed, told: str, reason: str) -> None:
    row.failures, row.error = row.failures + 1, told[:500]
    _again(row)
    publish(FeedFailed(subject=f"feed:{row.id}", resource=row.resource, reason=reason, failures=row.failures))


def _again(row: Feed) -> None:
    row.ran_at = timezone.now()
    row.next_at = row.ran_at + timedelta(seconds=row.every)
    # Who stopped it or took it over while it ran is not undone.
    row.save(update_fields=["rows", "failures", "error", "ran_at", "next_at"])
    _line_up(row)
