"""Forgetting 随源删除: what was erased at the source leaves the registers too, their past included.

The registers are made anew from what the sources still hold, never mended by hand: a value that came from an
erased row may stand in a household's, a house's or a firm's record as well, and only fusion knows where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.fusion import aliases
from huicheng.fusion.models import Run
from huicheng.fusion.running import KINDS, pin_inputs
from huicheng.fusion.sources import SOURCES
from huicheng.ground.api import BadInput, Progress, run_inline, submit
from huicheng.lake import api as lake

TRIES = 5
WAIT = 60.0


class StillRead(Exception):
    """Not everything could be forgotten now; the job is tried again, and the daily sweep after it."""


class InputsGone(BadInput):
    """A run begun before an erasure may not go on: what it was to read has been forgotten meanwhile."""


@contextmanager
def inputs_held(progress: Progress) -> Iterator[None]:
    """The versions that a run reads stay while it reads them, and a run whose versions are gone ends."""
    if "inputs" not in progress.checkpoint:
        progress.save(inputs=pin_inputs(), began=timezone.now().isoformat())
    with ExitStack() as stack:
        try:
            stack.enter_context(lake.pinned(progress.checkpoint["inputs"]))
        except (lake.NoSuchVersion, lake.NoSuchTable) as gone:
            raise InputsGone(
                _("融合开始后，来源中有行被删除，这一次作废，请重新融合。（%(what)s）") % {"what": gone}
            ) from None
        yield


def forget(progress: Progress, aged: Mapping[str, int] | None = None) -> dict[str, int]:
    """Fuse again where the registers still know what the sources have forgotten, then let go of their older versions."""
    progress.step(_("补做删除"))
    if waiting := [table for told in exchange.forget_pending().values() for table in told.waiting]:
        raise StillRead(", ".join(waiting))
    needed = _needed(aged or {})
    if not needed or not lake.exists("base.people_links"):
        return {"fused": 0, "forgotten": 0}
    fused = 0
    while (run := _derived_after(needed)) is None:
        if fused == TRIES:
            raise StillRead(_("删除之后多次重新融合都没有完成，请查看作业记录。"))
        _fuse(progress)
        fused += 1
    tables = [table for table, version in run.versions.items() if _goes_back(table, version)]
    for number, table in enumerate(tables):
        progress.step(_("删除旧版本"), done=number, total=len(tables))
        lake.forget(table, wait=WAIT)
    aliases.drop_ended()
    return {"fused": fused, "forgotten": len(tables)}


def outstanding() -> bool:
    """Do the registers still know, or does an older version still tell, what a source has forgotten?"""
    needed = _needed({})
    if not needed or not lake.exists("base.people_links"):
        return False
    run = _derived_after(needed)
    return run is None or any(_goes_back(table, version) for table, version in run.versions.items())


def _needed(aged: Mapping[str, int]) -> dict[str, int]:
    """By source table: the version from which on everything that was to be forgotten is."""
    mine = {source.resource: source.table for source in SOURCES}
    told = [(one.resource, exchange.settled(one)) for one in exchange.erasures()]
    told += exchange.aged().items()
    needed: dict[str, int] = {}
    for resource, version in [*told, *aged.items()]:
        if version is not None and resource in mine:
            needed[mine[resource]] = max(version, needed.get(mine[resource], 0))
    return needed


def _derived_after(needed: Mapping[str, int]) -> Run | None:
    """The first whole run that stood on nothing but what was left; its tables and what came after know nothing more."""
    for run in Run.objects.filter(state=Run.DONE).order_by("started_at"):
        if set(KINDS) <= set(run.kinds) and all(
            run.inputs.get(name, at) >= at for name, at in needed.items()
        ):
            return run
    return None


def _fuse(progress: Progress) -> None:
    view = submit("fusion.run", key="all")
    # One that had begun before the erasure may end for want of its inputs: the next one begins after it.
    with suppress(InputsGone):
        run_inline(view, watcher=lambda p: progress.step(p.label, done=p.done, total=p.total))


def _goes_back(table: str, version: int) -> bool:
    """Can a version be read that is older than this one?"""
    return lake.exists(table) and lake.versions(table, limit=None)[-1].number < version
