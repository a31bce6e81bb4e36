"""Tidying: small files joined, old versions and dead writers' files removed, a table dropped."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow.parquet as pq
from deltalake import CommitProperties

from huicheng.ground.api import scratch
from huicheng.lake.holding import gate, held, in_use
from huicheng.lake.tables import CHANGED, facts, files_of, folder, open_table, opened
from huicheng.lake.writing import PARQUET, RETRIES, retried

TARGET_FILE = 128 * 1024 * 1024
SMALL_FILE = TARGET_FILE // 4


@dataclass(frozen=True)
class Cleaned:
    """How many files went: of versions past their days, and of writes that never finished."""

    expired: int
    orphans: int


def scattered(table: str) -> int:
    """How many small files ``compact`` would join."""
    sizes = [os.stat(path).st_size for path in files_of(open_table(table)) if Path(path).exists()]
    small = sum(size < SMALL_FILE for size in sizes)
    return small if small > 1 else 0


def compact(table: str) -> int:
    """Join small files; readers of older versions notice nothing, and the rows stay as old as they were."""

    def once() -> int:
        delta = open_table(table)
        delta.optimize.compact(
            target_size=TARGET_FILE, max_concurrent_tasks=1, writer_properties=PARQUET,
            commit_properties=same_rows(table),
        )  # fmt: skip
        return delta.version()

    with held(table):
        return retried(once)


def same_rows(table: str) -> CommitProperties:
    """For a commit that changes no row: it says since when the rows are what they are."""
    since = str(int(facts(table).at.timestamp() * 1000))
    return CommitProperties(custom_metadata={CHANGED: since}, max_commit_retries=RETRIES)


def clean(table: str, *, keep_days: float = 30, dry_run: bool = False) -> Cleaned:
    """Remove files that only versions older than ``keep_days`` use, and what killed writers left behind.

    What somebody reads at this moment stays, however old.
    """
    with held(table):
        removed = dict(_removed(folder(table) / "_delta_log"))
        oldest = (time.time() - keep_days * 86400) * 1000
        recent = {name for name, at in removed.items() if at > oldest}
        with gate(table, alone=True):
            left = spare(table, recent)
            if not dry_run:
                unlink(left)
    place = folder(table)
    expired = sum(str(path.relative_to(place)) in removed for path in left)
    return Cleaned(expired, len(left) - expired)


def spare(table: str, recent: set[str]) -> list[Path]:
    """Files that neither the newest version, nor a version in use, nor a ``recent`` one needs. Gate closed, lock held."""
    place = folder(table)
    newest = opened(table)
    needed = set(files_of(newest)) | {str(place / name) for name in recent}
    for version in in_use(table) - {newest.version()}:
        needed |= set(files_of(opened(table, version)))
    found = [path for path in place.rglob("*") if path.is_file() and "_delta_log" not in path.parts]
    # The lock is ours, so no writer is at work: what no commit names was left by a dead one.
    drafts = [*(place / "_delta_log").glob("*#*")]
    return [path for path in found if str(path) not in needed] + drafts


def unlink(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _removed(log: Path) -> Iterator[tuple[str, int]]:
    """Files that a commit took out, and when, in milliseconds."""
    for checkpoint in log.glob("*.checkpoint*.parquet"):
        for one in pq.read_table(checkpoint, columns=["remove"]).column("remove").to_pylist():
            if one and one.get("path"):
                yield unquote(one["path"]), int(one.get("deletionTimestamp") or 0)
    for commit in log.glob("*.json"):
        for line in commit.read_text(encoding="utf-8").splitlines():
            one = json.loads(line).get("remove")
            if one:
                yield unquote(one["path"]), int(one.get("deletionTimestamp") or 0)


def delete(table: str) -> None:
    """Forget the table and all its versions."""
    with held(table), scratch("dropped") as grave, gate(table, alone=True):
        place = folder(table)
        if place.exists():
            os.replace(place, grave / "table")
            shutil.rmtree(grave / "table")
