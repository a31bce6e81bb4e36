"""A folder of files in, links, records, quality and a report out. No server, no database: the same kernel."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as text_files
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huicheng.exchange.api import Texts, read_texts
from huicheng.fusion import records
from huicheng.fusion.addresses import read_addresses
from huicheng.fusion.firms.comparing import FIRMS
from huicheng.fusion.firms.rows import read_rows as read_firms
from huicheng.fusion.houses.comparing import HOUSES
from huicheng.fusion.houses.rows import read_rows as read_houses
from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.linking.linking import RULES, Links, link
from huicheng.fusion.outside.mapping import Columns, MappingRefused, columns_of, speaks_of_our_own
from huicheng.fusion.outside.outcome import Outcome
from huicheng.fusion.outside.quality import measured
from huicheng.fusion.outside.reporting import report
from huicheng.fusion.outside.rows import HAN, design_of, read_rows
from huicheng.fusion.people.comparing import PEOPLE
from huicheng.fusion.people.rows import read_rows as read_people
from huicheng.fusion.register import settle
from huicheng.fusion.sources import Source
from huicheng.fusion.standardising import Standard, place, standardise
from huicheng.fusion.standards import READERS

DESIGNS = {"people": (PEOPLE, read_people), "firms": (FIRMS, read_firms), "houses": (HOUSES, read_houses)}
ENDINGS = (
    ".csv",
    ".tsv",
    ".txt",
    ".parquet",
    ".jsonl",
    ".ndjson",
    ".xlsx",
    ".csv.gz",
    ".tsv.gz",
    ".jsonl.gz",
)
OUTPUTS = ("links.parquet", "records.parquet", "quality.parquet", "refused.csv", "report.html")
Tell = Callable[[str, int, int], None]


@dataclass
class Piece:
    """One file, read: its columns as text under the roles they play."""

    stem: str
    columns: Columns
    texts: Texts

    @property
    def size(self) -> int:
        return self.texts.table.num_rows

    @property
    def number(self) -> Ints:
        """Rows from 0, as programs count them."""
        return self.texts.rows - 1

    def text(self, column: str) -> Any:
        return self.texts.table[column].combine_chunks() if column else pa.nulls(self.size, pa.string())


def fuse_folder(
    kind: str,
    source: Path,
    target: Path,
    *,
    mapping: Mapping[str, Mapping[str, Any]] | None = None,
    tell: Tell | None = None,
) -> Outcome:
    """Link every row of the files in ``source`` and write OUTPUTS to ``target``; what stood there is replaced whole.

    ``mapping``: file stem or ``*`` → role → column (see outside.mapping); without it headers are guessed. Raises
    MappingRefused, and SourceRefused for a file that cannot be read.
    """
    began = time.monotonic()
    tell = tell or (lambda stage, done, total: None)
    pieces = _read(source, target, mapping, tell)
    tell(_("比对"), 0, 1)
    own = speaks_of_our_own(kind, [one.columns for one in pieces]) and _is_chinese(pieces)
    rows_found, links = _own(kind, pieces) if own else _general(kind, pieces)
    keys = _keys(pieces)
    names = _base_ids(kind, pieces, keys, links.entity)
    outcome = Outcome(
        kind,
        "own" if own else "general",
        sum(one.size for one in pieces),
        len(names),
        sum(len(one.texts.bad) for one in pieces),
        0.0,
        links.figures,
    )
    tell(_("写出"), 0, 1)
    table = pa.table({"base_id": names, **rows_found(names, links), "rows": _sizes(links.entity, len(names))})
    quality = measured(kind if own else "", [(one.stem, one.columns, one.texts.table) for one in pieces])
    outcome.seconds = round(time.monotonic() - began, 2)
    _write(target, {
        "links.parquet": _links(pieces, keys, links, names),
        "records.parquet": table,
        "quality.parquet": quality,
        "refused.csv": _refused(pieces),
        "report.html": report(outcome, quality, np.bincount(links.entity[links.entity >= 0])),
    })  # fmt: skip
    return outcome


def _read(
    source: Path, target: Path, mapping: Mapping[str, Mapping[str, Any]] | None, tell: Tell
) -> list[Piece]:
    if not source.is_dir():
        raise MappingRefused(
            _("%(folder)s 不是文件夹。--from 请写放着数据文件的文件夹。") % {"folder": source}
        )
    paths = sorted(path for path in source.iterdir() if path.is_file() and path.name.endswith(ENDINGS))
    if not paths:
        raise MappingRefused(
            _("%(folder)s 里没有数据文件（%(endings)s）。") % {"folder": source, "endings": " ".join(ENDINGS)}
        )
    if source.resolve() == target.resolve():
        raise MappingRefused(_("--from 和 --out 是同一个文件夹。结果请写到另一个文件夹。"))
    stems = [path.name.split(".")[0] for path in paths]
    if twice := next((stem for stem in stems if stems.count(stem) > 1), ""):
        raise MappingRefused(_("有两个文件都叫 %(stem)s。请改名，结果里才分得清。") % {"stem": twice})
    pieces = []
    for place_, (stem, path) in enumerate(zip(stems, paths, strict=True)):
        tell(_("读取 %(file)s") % {"file": path.name}, place_, len(paths))
        texts = read_texts(path)
        pieces.append(Piece(stem, columns_of(stem, texts.table.column_names, mapping), texts))
    return pieces


def _is_chinese(pieces: Sequence[Piece]) -> bool:
    """Whether names are mostly written in Han characters, or there are none and addresses are."""
    seen = han = 0
    for one in pieces:
        for role in ("name", "address"):
            if role in one.columns.roles:
                column = one.text(one.columns.roles[role]).slice(0, 10_000).drop_null()
                seen += len(column)
                han += pc.sum(pc.match_substring_regex(column, HAN.pattern)).as_py() or 0
                break
    return seen > 0 and han * 2 > seen


# --- the two ways to compare --------------------------------------------------------------------------------------

Records = Callable[[Any, Links], dict[str, Any]]


def _own(kind: str, pieces: Sequence[Piece]) -> tuple[Records, Links]:
    by_stem = {one.stem: one for one in pieces}
    origins = [
        Source(one.stem, kind, one.stem, one.columns.roles, one.columns.as_of, one.columns.key)
        for one in pieces
    ]
    standard = standardise(kind, lambda source: _delivered(by_stem[source.resource]), among=origins)
    place([standard], read_addresses)
    design, read = DESIGNS[kind]
    links = link(read(standard), design)
    return lambda names, found: _survivors(standard, found, names), links


def _delivered(one: Piece) -> pa.Table:
    table = one.texts.table
    return table.append_column("_row", pa.array(one.number)).append_column(
        "_delivery", pa.repeat(pa.scalar(one.stem), one.size)
    )


def _survivors(standard: Standard, links: Links, names: Any) -> dict[str, Any]:
    """As in the registers: sound before unsound, fresh before old."""
    entity, codes = links.entity.copy(), links.codes.copy()
    serial = pa.array([f"{number:013d}" for number in range(len(names))])
    register = settle(standard, links, serial, records.fields_of(standard), records.trust_of(standard, links))
    links.entity, links.codes = entity, codes
    return {name: register.pick(name) for name in READERS[standard.kind] if name in register.values}


def _general(kind: str, pieces: Sequence[Piece]) -> tuple[Records, Links]:
    natures: dict[str, str] = {}
    for one in pieces:
        natures |= one.columns.natures
    columns = {
        role: pa.concat_arrays([one.text(one.columns.roles.get(role, "")) for one in pieces])
        for role in natures
    }
    links = link(read_rows(columns, natures), design_of(kind, natures))
    return lambda names, found: {
        role: _commonest(column, found.entity, len(names)) for role, column in columns.items()
    }, links


def _commonest(column: Any, entity: Ints, count: int) -> Any:
    """Of each entity the value that most of its rows bear; of equals the longer, then the first in the alphabet."""
    trimmed = pc.utf8_trim_whitespace(column)
    known = pc.and_(pc.is_valid(trimmed), pc.not_equal(trimmed, ""))
    at = np.flatnonzero(known.fill_null(False).to_numpy(zero_copy_only=False) & (entity >= 0))
    counted = (
        pa.table({"entity": entity[at], "value": trimmed.take(pa.array(at))})
        .group_by(["entity", "value"])
        .aggregate([([], "count_all")])
    )
    counted = counted.append_column("length", pc.utf8_length(counted["value"]))
    order = [
        ("entity", "ascending"),
        ("count_all", "descending"),
        ("length", "descending"),
        ("value", "ascending"),
    ]
    counted = counted.sort_by(order)
    owner = counted["entity"].to_numpy()
    first = np.r_[True, owner[1:] != owner[:-1]][: len(owner)]
    place_ = np.full(count, -1)
    place_[owner[first]] = np.flatnonzero(first)
    return counted["value"].combine_chunks().take(pa.array(place_, mask=place_ < 0))


# --- what is written ----------------------------------------------------------------------------------------------


def _base_ids(kind: str, pieces: Sequence[Piece], keys: Sequence[str], entity: Ints) -> Any:
    """Named by the first row of each, so that the same files give the same ids."""
    count = int(entity.max(initial=-1)) + 1
    known: Flags = entity >= 0
    first = np.full(count, len(entity))
    np.minimum.at(first, entity[known], np.flatnonzero(known))
    stem = np.repeat([one.stem for one in pieces], [one.size for one in pieces])
    return pa.array(
        [
            kind[0].upper() + hashlib.blake2s(f"{stem[at]}\0{keys[at]}".encode(), digest_size=8).hexdigest()
            for at in first.tolist()
        ],
        pa.string(),
    )


def _keys(pieces: Sequence[Piece]) -> list[str]:
    """Each row's own key, or where it stands in its file."""
    found: list[str] = []
    for one in pieces:
        numbers = pa.array(one.number).cast(pa.string())
        given = pc.utf8_trim_whitespace(one.text(one.columns.key)) if one.columns.key else numbers
        found += pc.coalesce(given, numbers).to_pylist()
    return found


def _sizes(entity: Ints, count: int) -> Any:
    return pa.array(np.bincount(entity[entity >= 0], minlength=count))


def _links(pieces: Sequence[Piece], keys: Sequence[str], links: Links, names: Any) -> pa.Table:
    stems = pa.array([one.stem for one in pieces], pa.string())
    place_ = np.repeat(np.arange(len(pieces)), [one.size for one in pieces])
    rule = pa.array(RULES).take(pa.array(links.rule))
    return pa.table(
        {
            "source": stems.take(pa.array(place_)),
            "row": pa.array(keys, pa.string()),
            "base_id": names.take(pa.array(links.entity, mask=links.entity < 0)),
            "rule": rule,
            "score": pa.array(np.round(links.score.astype(np.float64), 4)),
        }
    )


def _refused(pieces: Sequence[Piece]) -> pa.Table:
    bad = [(one.stem, row.row - 1, row.reason, row.detail) for one in pieces for row in one.texts.bad]
    columns = list(zip(*bad, strict=True)) if bad else [(), (), (), ()]
    types = (pa.string(), pa.int64(), pa.string(), pa.string())
    names = ("source", "row", "reason", "detail")
    return pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})


def _write(target: Path, made: Mapping[str, pa.Table | str]) -> None:
    """All of it, or what stood there before: written beside, then moved; links last, for they name the rest."""
    target.mkdir(parents=True, exist_ok=True)
    draft = target / f".draft-{os.getpid()}"
    for left in target.glob(".draft-*"):
        shutil.rmtree(left, ignore_errors=True)
    draft.mkdir()
    for name, what in made.items():
        if isinstance(what, str):
            (draft / name).write_text(what, encoding="utf-8")
        elif name.endswith(".csv"):
            text_files.write_csv(what, draft / name)
        else:
            pq.write_table(what, draft / name, compression="zstd")
    for name in reversed(OUTPUTS):
        os.replace(draft / name, target / name)
    draft.rmdir()
