"""The door of fusion 融合: run it, look at its runs, and link rows of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from huicheng.fusion.events import FusionFinished
from huicheng.fusion.linking.design import Block, Comparison, Design, Rows
from huicheng.fusion.linking.linking import Links, link
from huicheng.fusion.meaning import column_of, fact_of, meaning
from huicheng.fusion.outside.mapping import MappingRefused, read_mapping
from huicheng.fusion.outside.outcome import Outcome
from huicheng.fusion.outside.running import fuse_folder
from huicheng.fusion.sources import AUTHORITY, SOURCES, Authority, Source
from huicheng.ground.api import (
    Actor,
    BadInput,
    acting_as,
    deliver_news,
    jobs,
    run_inline,
    seal,
    submit,
    system_actor,
)

__all__ = ["AUTHORITY", "SOURCES", "Authority", "Block", "Comparison", "Design", "FusionFinished", "FusionRefused", "FusionRun", "Links",
           "MappingRefused", "NoSuchRun", "Outcome", "Rows", "Source",
           "column_of", "fact_of", "forget", "fuse", "fuse_folder", "link", "meaning",
           "read_mapping", "reason_of", "run_of", "runs"]  # fmt: skip

KINDS = ("people", "firms", "houses")


class FusionRefused(BadInput):
    """Whoever asked for a run may not start one."""


class NoSuchRun(LookupError):
    """No fusion run has this id."""


class Steps(Protocol):
    def step(self, label: str, *, done: int = 0, total: int | None = None) -> None: ...


@dataclass(frozen=True)
class FusionRun:
    """``figures`` by kind: rows, entities, seconds, notices of what is wrong, and under ``link`` the waterfall, weights and histogram.

    ``stages``: seconds; ``versions``: of every table published; ``inputs``: of every table read."""

    id: str
    state: str
    kinds: tuple[str, ...]
    figures: dict[str, dict[str, Any]]
    stages: dict[str, float]
    inputs: dict[str, int]
    versions: dict[str, int]
    at: datetime
    finished_at: datetime | None


def fuse(
    *, actor: Actor | None = None, progress: Steps | None = None, kinds: Sequence[str] = KINDS
) -> FusionRun:
    """Run here and now, showing ``progress``; a run left behind by a dead process is taken up where inputs were pinned."""
    wanted = [kind for kind in KINDS if kind in kinds]
    if actor is not None and actor.kind != "system" and not actor.may("steward"):
        raise FusionRefused(_("融合由数据管理员发起；“%(name)s”没有这项职责。") % {"name": actor.name})
    given = {} if len(wanted) == len(KINDS) else {"kinds": wanted}
    watcher = None if progress is None else lambda p: progress.step(p.label, done=p.done, total=p.total)
    with acting_as(actor or system_actor("fusion")):
        # One key for all: two runs at once would give the same new ids to different people.
        while True:
            run = run_of(run_inline(submit("fusion.run", key="all", **given), watcher=watcher).id)
            if set(wanted) <= set(run.kinds):
                return run


def reason_of(kind: str, name: str) -> str:
    """Why the register believes the department it does about a field; empty where nobody is named."""
    return next((line.reason for line in AUTHORITY if (line.kind, line.field) == (kind, name)), "")


def forget(*, progress: Steps | None = None) -> int:
    """Derive anew, here and now, what stands on rows erased since the last run; returns how many jobs that took."""
    from huicheng.fusion.forgetting import outstanding

    seal()
    deliver_news()
    watcher = None if progress is None else lambda p: progress.step(p.label, done=p.done, total=p.total)
    waiting = [one for one in jobs(name="fusion.forget", limit=1000) if one.open]
    if not waiting and outstanding():
        waiting = [submit("fusion.forget", key="now")]
    for one in waiting:
        run_inline(one, watcher=watcher)
    return len(waiting)


def run_of(run_id: str) -> FusionRun:
    from huicheng.fusion.models import Run

    row = Run.objects.filter(id=run_id).first()
    if row is None:
        raise NoSuchRun(f"no fusion run has the id {run_id}")
    return _view(row)


def runs(*, limit: int = 20) -> list[FusionRun]:
    """Finished runs, latest first."""
    from huicheng.fusion.models import Run

    return [_view(row) for row in Run.objects.filter(state=Run.DONE).order_by("-started_at")[:limit]]


def _view(row: Any) -> FusionRun:
    figures = {kind: one for kind, one in row.figures.items() if kind != "stages"}
    return FusionRun(
        row.id,
        row.state,
        tuple(row.kinds),
        figures,
        row.figures.get("stages", {}),
        row.inputs,
        row.versions,
        row.started_at,
        row.finished_at,
    )
