"""The accepted rows of a delivery as Parquet files, the same bytes whenever they are cut."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from huicheng.exchange.declarations import Resource
from huicheng.exchange.landing import sha256_of, sync_folder
from huicheng.exchange.models import Delivery
from huicheng.exchange.nodes.models import Outgoing
from huicheng.ground.api import home
from huicheng.lake import api as lake

BATCH_ROWS = 200_000
GROUP = 65_536
RECEIVED, THINNED = "huicheng.received", "huicheng.erased"
ROWS = Path(__file__).with_name("rows.sql")


@dataclass(frozen=True)
class Piece:
    """One file of a delivery, ``part`` of ``parts``."""

    path: Path
    sha256: str
    size: int
    rows: int
    part: int
    parts: int


def outbox() -> Path:
    path = home() / "outbox"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def name_of(resource: str, seq: int) -> str:
    return f"{resource}-{seq:06d}"


def cut(row: Delivery, spec: Resource, *, node: str, batch_rows: int) -> list[Piece]:
    """A replacement stays whole, for half of it would take the place of all; the others go in parts."""
    limit = row.accepted if spec.mode == "replace" else batch_rows
    parts = max(1, -(-row.accepted // limit))
    pieces = []
    for part, rows in enumerate(_parts(_rows(row, spec), limit), 1):
        marks = _marks(row, node, f"{part}/{parts}")
        pieces.append(_piece(outbox() / f"{row.id}-{part}.draft", rows, marks, part, parts))
    return pieces


def cut_again(row: Delivery, spec: Resource, *, node: str, part: int, parts: int) -> Path:
    """Only this part, for a file that was damaged; whether the bytes are the same the caller must see."""
    limit = row.accepted if spec.mode == "replace" else _limit(row)
    for number, rows in enumerate(_parts(_rows(row, spec), limit), 1):
        marks = _marks(row, node, f"{number}/{parts}")
        piece = _piece(outbox() / f"{row.id}-{number}.again", rows, marks, number, parts)
        if number == part:
            return piece.path
        piece.path.unlink()
    raise FileNotFoundError(f"{row.id} has no part {part}")


def _marks(row: Delivery, node: str, part: str) -> dict[str, str]:
    """When it was received tells the centre which of its erasures came later."""
    return {
        "huicheng.node": node, "huicheng.delivery": row.id, "huicheng.part": part, RECEIVED: row.at.isoformat()
    }  # fmt: skip


def received_of(path: Path) -> datetime | None:
    """When the rows of a batch were delivered at their node; None where it does not say so in our words."""
    try:
        said = (pq.read_schema(path).metadata or {}).get(RECEIVED.encode(), b"")
        moment = datetime.fromisoformat(said.decode())
    except (OSError, ValueError, pa.ArrowException):
        return None
    return moment if moment.tzinfo else None


def thin_out(path: Path, keep: Callable[[pa.Table], pa.Table]) -> bool:
    """Rewrite a batch without some of its rows and mark it so; whether there were any. One that is unreadable goes."""
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException):
        path.unlink(missing_ok=True)
        return True
    kept = keep(table)
    if len(kept) == len(table):
        return False
    marks = {**(table.schema.metadata or {}), THINNED.encode(): b"1"}
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("wb") as file:
        pq.write_table(kept.replace_schema_metadata(marks), file, compression="zstd", row_group_size=GROUP)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync_folder(path.parent)
    return True


def rows_in(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def is_thinned(path: Path) -> bool:
    try:
        return THINNED.encode() in (pq.read_schema(path).metadata or {})
    except (OSError, pa.ArrowException):
        return False


def _limit(row: Delivery) -> int:
    """How many rows a batch had, from the first of this delivery."""
    first = next(one for one in Outgoing.objects.filter(delivery=row.id) if one.manifest["part"] == 1)
    return int(first.manifest["rows"])


def _rows(row: Delivery, spec: Resource) -> Iterator[pa.RecordBatch]:
    """Of the version that the delivery made, in the order of its file; what was appended stands in every later one."""
    version = None if spec.mode == "append" else _still_kept(spec, row.version)
    columns = {one.name: f'"{one.name}"' for one in spec.fields}
    mount = lake.Mount(
        columns={**columns, "_row": '"_row"'}, where=f"_delivery = {lake.literal(row.id)}", version=version
    )
    names = ", ".join(f'"{one.name}"' for one in spec.fields)
    sql = ROWS.read_text(encoding="utf-8").replace("-- columns --", names).replace("a_table", spec.table)
    yield from lake.stream(sql, mounts={spec.table: mount})


def _still_kept(spec: Resource, version: int | None) -> int | None:
    """An erasure leaves the newest version alone; what stands there of the delivery is what may be told."""
    try:
        lake.files(spec.table, version)
    except lake.NoSuchVersion:
        return None
    return version


def _parts(batches: Iterator[pa.RecordBatch], limit: int) -> Iterator[Iterator[pa.RecordBatch]]:
    """The stream in stretches of ``limit`` rows; each is to be used up before the next."""
    empty = next(batches)
    left: list[pa.RecordBatch] = []

    def stretch() -> Iterator[pa.RecordBatch]:
        room = limit
        yield empty
        while room:
            batch = left.pop() if left else next(batches, None)
            if batch is None:
                return
            if len(batch) > room:
                left.append(batch.slice(room))
                batch = batch.slice(0, room)
            room -= len(batch)
            yield batch

    while left or (batch := next((one for one in batches if len(one)), None)) is not None:
        if not left:
            left.append(batch)
        yield stretch()


def _piece(
    path: Path, batches: Iterator[pa.RecordBatch], marks: dict[str, str], part: int, parts: int
) -> Piece:
    first = next(batches)
    schema = first.schema.with_metadata(marks)
    rows = 0
    with path.open("wb") as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for group in _groups(batches, first.schema):
                rows += len(group)
                writer.write_table(group.replace_schema_metadata(marks), row_group_size=GROUP)
        file.flush()
        os.fsync(file.fileno())
    return Piece(path, sha256_of(path), path.stat().st_size, rows, part, parts)


def _groups(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Of one size, however the engine's batches came: so that the same rows are the same bytes."""
    kept: list[pa.RecordBatch] = []
    for batch in batches:
        kept.append(batch)
        while sum(map(len, kept)) >= GROUP:
            whole = pa.Table.from_batches(kept, schema=schema)
            yield whole.slice(0, GROUP).combine_chunks()
            kept = whole.slice(GROUP).combine_chunks().to_batches()
    if sum(map(len, kept)):
        yield pa.Table.from_batches(kept, schema=schema).combine_chunks()


def settle(piece: Piece, name: str) -> None:
    os.replace(piece.path, outbox() / name)
    sync_folder(outbox())
