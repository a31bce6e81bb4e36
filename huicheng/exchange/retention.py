"""Retention 留存 and erasure 删除: nothing is kept longer than its resource says."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.catalogue import resources
from huicheng.exchange.declarations import Resource
from huicheng.exchange.landing import kept_at, landings, work_folder
from huicheng.exchange.models import Delivery
from huicheng.ground.api import BadInput, Event, act, current_actor, publish
from huicheng.lake import api as lake

# Refused rows and landings hold what departments must mend or may ask for again, not what the city works with.
REFUSED_DAYS = 180
LANDING_DAYS = 30
DRAFT_SECONDS = 24 * 3600


class ErasureRefused(BadInput):
    """The resource does not say how its rows are erased, the key is not whole, or the actor may not."""


@dataclass(frozen=True, kw_only=True)
class RowsErased(Event):
    """Counted, never named: the event must not keep what was to be forgotten."""

    resource: str
    rows: int
    rule: str


@dataclass(frozen=True, kw_only=True)
class OldFilesSwept(Event):
    landings: int
    folders: int
    versions: int


@dataclass(frozen=True)
class Swept:
    landings: int
    folders: int
    versions: int


def sweep() -> Swept:
    """Remove landings, refused rows and table versions past their days, and drafts that nobody will finish."""
    landed = folders = 0
    kept_landings: set[str] = set()
    for spec in resources():
        gone, kept = _sweep_deliveries(spec)
        landed, folders = landed + gone[0], folders + gone[1]
        kept_landings |= kept
    landed += _sweep_unclaimed(kept_landings)
    versions = sum(done.expired + done.orphans for done in lake.purge(keep_days=30).values())
    swept = Swept(landed, folders, versions)
    if landed or folders or versions:
        _tell(swept)
    return swept


def _sweep_deliveries(spec: Resource) -> tuple[tuple[int, int], set[str]]:
    now, kept = timezone.now(), set()
    landed = folders = 0
    for row in Delivery.objects.filter(resource=spec.code).exclude(state=Delivery.WORKING).iterator():
        age, before = (now - row.at).days, (row.landing, row.issues_file, row.refused_file)
        if age > min(LANDING_DAYS, spec.retention_days):
            landed += bool(row.landing)
            row.landing = ""
        if age > min(REFUSED_DAYS, spec.retention_days) and (row.issues_file or row.refused_file):
            shutil.rmtree(work_folder(row.id), ignore_errors=True)
            row.issues_file = row.refused_file = ""
            folders += 1
        if before != (row.landing, row.issues_file, row.refused_file):
            row.save(update_fields=["landing", "issues_file", "refused_file"])
        kept.add(Path(row.landing).name)
    working = Delivery.objects.filter(resource=spec.code, state=Delivery.WORKING)
    return (landed, folders), kept | {
        Path(stored).name for stored in working.values_list("landing", flat=True)
    }


def _sweep_unclaimed(kept: set[str]) -> int:
    """Landings, named by their content, that no delivery names any more; young ones may belong to a delivery that is just beginning."""
    gone = 0
    for path in landings().rglob("*"):
        old = path.is_file() and time.time() - path.stat().st_mtime > DRAFT_SECONDS
        if old and path.name not in kept:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


@act
def _tell(swept: Swept) -> None:
    publish(OldFilesSwept(landings=swept.landings, folders=swept.folders, versions=swept.versions))


def erase(resource: str, keys: Sequence[Mapping[str, str]]) -> int:
    """Forget the rows with these keys: in the table, its older versions, and every file that delivered them."""
    spec = find(resource)
    _admit(spec, keys)
    rows = lake.erase(spec.table, keys=[dict(key) for key in keys]) if lake.exists(spec.table) else 0
    _forget_deliveries(spec, rows)
    return rows


@act
def _forget_deliveries(spec: Resource, rows: int) -> None:
    for row in Delivery.objects.filter(resource=spec.code).exclude(state=Delivery.WORKING):
        _forget_files(row)
    publish(
        RowsErased(subject=f"resource:{spec.code}", resource=spec.code, rows=rows, rule=spec.erasure[:200])
    )


def _admit(spec: Resource, keys: Sequence[Mapping[str, str]]) -> None:
    actor = current_actor()
    own = actor.department == spec.owner and actor.may("deliver")
    steward = actor.department == "shuju" and actor.may("steward")
    if actor.kind != "system" and not (actor.kind == "official" and (own or steward)):
        raise ErasureRefused(_("您不能删除“%(title)s”的数据。") % {"title": spec.title})
    if not spec.erasure:
        raise ErasureRefused(_("“%(title)s”没有规定如何删除，请先在目录里写明。") % {"title": spec.title})
    names = {one.name for one in spec.fields}
    wanted = set(spec.key) or names
    for key in keys:
        if not key or not set(key) <= names or (spec.key and set(key) != wanted):
            raise ErasureRefused(
                _("要删除的行须用主键指明：%(key)s。") % {"key": "、".join(spec.key or sorted(names))}
            )
    if not keys:
        raise ErasureRefused(_("没有指明要删除哪些行。"))


def _forget_files(row: Delivery) -> None:
    shutil.rmtree(work_folder(row.id), ignore_errors=True)
    landing = kept_at(row.landing)
    name = Path(row.landing).name
    shared = Delivery.objects.filter(landing__endswith=name).exclude(id=row.id).exclude(resource=row.resource)
    if landing and not shared.exists():
        with contextlib.suppress(OSError):
            landing.unlink()
    row.landing = row.issues_file = row.refused_file = ""
    row.save(update_fields=["landing", "issues_file", "refused_file"])
