"""Retention 留存: nothing is kept longer than its resource says, and the store keeps itself tidy."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange import editions
from huicheng.exchange.ageing import age
from huicheng.exchange.catalogue import resources
from huicheng.exchange.declarations import Resource
from huicheng.exchange.delivering import fail
from huicheng.exchange.erasing import erase_again, forget_pending
from huicheng.exchange.erasures import pending
from huicheng.exchange.landing import landings, one_at_a_time, work_folder
from huicheng.exchange.models import Delivery
from huicheng.exchange.refusals import SourceRefused
from huicheng.ground.api import BadInput, Event, act, current_actor, home, publish, sweep_scratch
from huicheng.lake import api as lake

# Refused rows and landings hold what departments must mend or may ask for again, not what the city works with.
REFUSED_DAYS = 180
LANDING_DAYS = 30
VERSION_DAYS = 30
STUCK_DAYS = 7
DRAFT_SECONDS = 24 * 3600
SMALL_FILES = 8
Tell = Callable[[str, int, int], None]


class SweepRefused(BadInput):
    """Only the platform itself and a data steward sweep."""


@dataclass(frozen=True, kw_only=True)
class OldFilesSwept(Event):
    landings: int
    folders: int
    versions: int
    scratch: int = 0
    compacted: int = 0
    editions: int = 0


@dataclass
class Swept:
    """What went. By resource: ``erased`` anew and ``aged`` rows. By table: ``compacted`` files, ``problems`` in words."""

    landings: int = 0
    folders: int = 0
    versions: int = 0
    scratch: int = 0
    stuck: int = 0
    editions: int = 0
    erased: dict[str, int] = field(default_factory=dict)
    aged: dict[str, int] = field(default_factory=dict)
    compacted: dict[str, int] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@contextmanager
def held_still() -> Iterator[None]:
    """No file of any table is removed while somebody copies the lake; erasures go on and finish afterwards."""
    with lake.pinned({table: lake.version(table) for table in lake.tables()}):
        yield


def sweep(*, dry_run: bool = False, tell: Tell | None = None) -> Swept:
    """Forget what is still to be forgotten, age rows, remove files past their days, join small files, drop old versions.

    ``dry_run`` counts what would go. A table that cannot be swept now is named in ``problems`` and waits for the next time.
    """
    _admit()
    done = Swept()
    specs = resources(retired=True)  # what was taken out of the catalogue grows old all the same
    steps = [*_steps(done, specs, dry_run)]
    for number, (label, step) in enumerate(steps):
        if tell:
            tell(label, number, len(steps))
        step()
    gone = done.landings or done.folders or done.versions or done.scratch or done.compacted or done.editions
    if not dry_run and gone:
        _tell(done)
    return done


def _admit() -> None:
    actor = current_actor()
    steward = actor.kind == "official" and actor.department == "shuju" and actor.may("steward")
    if actor.kind != "system" and not steward:
        raise SweepRefused(_("只有数据管理员可以发起清理。"))


def _steps(done: Swept, specs: list[Resource], dry_run: bool) -> Iterator[tuple[str, Callable[[], None]]]:
    yield _("补做删除"), partial(_forget_again, done, dry_run)
    for spec in specs:
        yield spec.title, partial(_guard, done, spec.table, partial(_age, done, spec, dry_run))
    yield _("清理文件"), partial(_sweep_files, done, specs, dry_run)
    yield _("清理统计版"), partial(_sweep_editions, done, dry_run)
    days = {spec.table: min(VERSION_DAYS, spec.retention_days) for spec in specs}
    for table in lake.tables():
        keep = days.get(table, VERSION_DAYS)
        yield table, partial(_guard, done, table, partial(_tidy, done, table, keep, dry_run))


def _sweep_editions(done: Swept, dry_run: bool) -> None:
    done.editions = editions.sweep(dry_run=dry_run)


def _guard(done: Swept, table: str, step: Callable[[], None]) -> None:
    """One table in the way must not keep the others from being swept."""
    try:
        step()
    except (lake.LakeBusy, lake.NoSuchTable, ValueError) as problem:
        done.problems[table] = str(problem)


def _forget_again(done: Swept, dry_run: bool) -> None:
    """Erasures that a kill cut short, that a reader held up, or that came after the backup this city was made from."""
    if dry_run:
        done.erased = {one.resource: 0 for one in pending()}
        return
    for code, told in forget_pending().items():
        done.erased[code] = told.rows
        done.problems |= {table: _("旧版本正被读取，下次清理再删") for table in told.waiting}


def _age(done: Swept, spec: Resource, dry_run: bool) -> None:
    if gone := age(spec, dry_run=dry_run):
        done.aged[spec.code] = gone


def _sweep_files(done: Swept, specs: list[Resource], dry_run: bool) -> None:
    kept: set[str] = set()
    for spec in specs:
        done.stuck += _fail_stuck(spec, dry_run)
        kept |= _sweep_deliveries(done, spec, dry_run)
    done.landings += _unlink(_unclaimed(kept), dry_run)
    for folder in _orphaned_folders():
        done.folders += 1
        if not dry_run:
            shutil.rmtree(folder, ignore_errors=True)
    done.scratch = sweep_scratch(dry_run=dry_run)


def _fail_stuck(spec: Resource, dry_run: bool) -> int:
    """Deliveries that no job has brought to an end in a week: their sender must know, and their files must not stay."""
    week_ago = timezone.now() - timedelta(days=STUCK_DAYS)
    rows = Delivery.objects.filter(resource=spec.code, state=Delivery.WORKING, at__lt=week_ago)
    if dry_run or not rows.exists():
        return rows.count()
    stuck = []
    with one_at_a_time(spec.code):
        for row in rows:
            fail(row, SourceRefused(row.file, _("中断后一周仍未完成"), do=_("请重新交付")))
            stuck.append(row.id)
    for delivery in stuck:  # an erasure passed its files over while it seemed under way
        erase_again(delivery)
    return len(stuck)


def _sweep_deliveries(done: Swept, spec: Resource, dry_run: bool) -> set[str]:
    """Files of deliveries past their days; returns the landings that are still somebody's."""
    now, kept = timezone.now(), set()
    for row in Delivery.objects.filter(resource=spec.code).exclude(state=Delivery.WORKING).iterator():
        age, before = (now - row.at).days, (row.landing, row.issues_file, row.refused_file)
        if age > min(LANDING_DAYS, spec.retention_days):
            done.landings += bool(row.landing)
            row.landing = ""
        if age > min(REFUSED_DAYS, spec.retention_days) and (row.issues_file or row.refused_file):
            done.folders += 1
            row.issues_file = row.refused_file = ""
            if not dry_run:
                shutil.rmtree(work_folder(row.id), ignore_errors=True)
        if before != (row.landing, row.issues_file, row.refused_file) and not dry_run:
            row.save(update_fields=["landing", "issues_file", "refused_file"])
        kept.add(Path(row.landing).name)
    working = Delivery.objects.filter(resource=spec.code, state=Delivery.WORKING)
    return kept | {Path(stored).name for stored in working.values_list("landing", flat=True)}


def _unclaimed(kept: set[str]) -> Iterator[Path]:
    """Landings, named by their content, that no delivery names any more; young ones may belong to a delivery that is just beginning."""
    for path in landings().rglob("*"):
        old = path.is_file() and time.time() - path.stat().st_mtime > DRAFT_SECONDS
        if old and path.name not in kept:
            yield path


def _unlink(paths: Iterable[Path], dry_run: bool) -> int:
    found = list(paths)
    for path in found if not dry_run else ():
        path.unlink(missing_ok=True)
    return len(found)


def _orphaned_folders() -> list[Path]:
    """What a delivery left whose row is gone, as after a database was put back."""
    found = [path for path in (home() / "deliveries").glob("D*") if path.is_dir()]
    old = [path for path in found if time.time() - path.stat().st_mtime > DRAFT_SECONDS]
    known = set(Delivery.objects.filter(id__in=[path.name for path in old]).values_list("id", flat=True))
    return [path for path in old if path.name not in known]


def _tidy(done: Swept, table: str, keep_days: int, dry_run: bool) -> None:
    small = lake.scattered(table)
    if small >= SMALL_FILES:
        done.compacted[table] = small
        if not dry_run:
            lake.compact(table)
    cleaned = lake.clean(table, keep_days=keep_days, dry_run=dry_run)
    done.versions += cleaned.expired + cleaned.orphans


@act
def _tell(done: Swept) -> None:
    publish(
        OldFilesSwept(
            landings=done.landings, folders=done.folders, versions=done.versions, scratch=done.scratch,
            compacted=sum(done.compacted.values()),
        )
    )  # fmt: skip
