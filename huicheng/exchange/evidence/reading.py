"""Reading with evidence: the answer and, found on the same versions, whose rows stand behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.hashing import digest
from huicheng.exchange.evidence.members import made_root
from huicheng.exchange.evidence.models import SetKey, SubjectSet, Traced
from huicheng.exchange.evidence.sets import SMALL, Keys, file_set, packed, sql_key
from huicheng.exchange.evidence.tracing import HIDDEN, Trace, columns_named, trace
from huicheng.exchange.evidence.trees import Untraceable
from huicheng.exchange.policy import Decision, mount_of
from huicheng.lake import api as lake

# rows: exactly those of the answer. cells: those in cells too small to hide in. everyone: all in the tables.
Rule = Literal["rows", "cells", "everyone", "failed"]
# A kind of field by which somebody can be told.
TELLING = ("person_id", "credit_code", "person_name", "firm_name", "phone", "address")
OWN = ("_delivery", "_row")


@dataclass(frozen=True)
class Admitted:
    """A table that the question may read, and why."""

    spec: Resource
    decision: Decision


@dataclass(frozen=True)
class Read:
    """One question as the receipt has it; ``keys`` are those it disclosed, ``known`` their set if it is kept already.

    ``node`` is where it was answered, and with whose salt its keys are made.
    """

    question: str
    text: str
    admitted: Mapping[str, Admitted]
    versions: Mapping[str, int]
    rule: Rule
    keys: Keys
    rows: int | None = None
    answer: str = ""
    known: str = ""
    ms: int = 0
    node: str = ""


def read(
    sql: Path | str, params: Mapping[str, Any] | None, admitted: Mapping[str, Admitted], limit: int | None
) -> tuple[lake.Answer, Read]:
    """Ask, with the subjects carried beside the rows where that can be."""
    if _of_editions(admitted):
        return _only_figures(sql, admitted, lake.ask(sql, params, mounts=mounts_of(admitted), limit=limit))
    text = text_of(sql)
    plan = _plan(text, admitted)
    if plan and plan.carrying:
        try:
            return _carried(sql, plan, params, admitted, limit)
        except lake.QuestionTooLong:
            raise
        except lake.QuestionFailed:
            plan = None  # the added columns do not fit into this question
    answer = lake.ask(sql, params, mounts=mounts_of(admitted), limit=limit)
    return answer, _looked_up(sql, answer, params, admitted, plan)


def read_again(
    sql: Path | str, params: Mapping[str, Any] | None, admitted: Mapping[str, Admitted],
    recalled: Callable[..., lake.Answer],
) -> tuple[lake.Answer, Read]:  # fmt: skip
    """The same for an answer that is remembered: its subjects are asked for beside it, and remembered too."""
    answer = recalled(sql, params, mounts_of(admitted))
    if _of_editions(admitted):
        return _only_figures(sql, admitted, answer)
    return answer, _looked_up(sql, answer, params, admitted, _plan(text_of(sql), admitted))


def _of_editions(admitted: Mapping[str, Admitted]) -> bool:
    return any(one.decision.edition for one in admitted.values())


def _only_figures(
    sql: Path | str, admitted: Mapping[str, Admitted], answer: lake.Answer
) -> tuple[lake.Answer, Read]:
    """Sums over groups that are all large enough to hide in disclose nobody."""
    return answer, _read(sql, answer, admitted, "cells", np.empty(0, np.uint64))


def read_ahead(sql: str, where: str, params: Mapping[str, Any] | None, one: Admitted) -> Read:
    """Rows of one table that will be sent in pieces: whose they are, known before the first one leaves the house.

    ``where`` is the question's own condition; without one it is everybody in the table.
    """
    table = one.spec.table
    pin = one.decision.version
    versions = {table: lake.version(table) if pin is None else pin}
    probes = (f"{_everybody(table, one.spec)} WHERE {where}",) if where and _naming(one.spec) else ()
    plan = Trace("", probes) if where else None
    found = _looked_up(sql, lake.Answer(pa.table({}), sql, versions, 0), params, {table: one}, plan)
    return replace(found, rows=None, answer="", rule="rows" if where else found.rule)


def subject_columns(spec: Resource, salted: str = "") -> dict[str, str]:
    """Hidden columns with a keyed hash of whom each row is about, for what reads a table in its own way."""
    return {name: sql_key(expression, salted) for name, expression in _subjects(spec).items()}


def read_of_changes(sql: str, found: pa.Table, shown: pa.Table, one: Admitted, version: int) -> Read:
    """A reading of what changed up to ``version``: it discloses those whose rows changed, and no others."""
    answer = lake.Answer(shown, sql, {one.spec.table: version}, 0)
    return _read(sql, answer, {one.spec.table: one}, "rows", _keys(found))


def rows_disclosed(one: Read) -> int:
    """The answer's rows; or how many its receipt says it tells of, where one row of it holds many of the table's."""
    known = SubjectSet.objects.filter(sha256=one.known).first() if one.known else None
    people = known.count if known else len(one.keys)
    most = max((len(each.spec.subjects) for each in one.admitted.values()), default=1)
    return max(one.rows or 0, -(-people // max(1, most)))


def failed(sql: Path | str, admitted: Mapping[str, Admitted]) -> Read:
    """Asked, and not answered."""
    name = sql.name if isinstance(sql, Path) else ""
    return Read(name, text_of(sql), admitted, {}, "failed", np.empty(0, np.uint64))


def failed_at(sql: Path | str, admitted: Mapping[str, Admitted]) -> Read:
    """Asked, and broken off while rows were read: that it broke off may tell of any of them."""
    versions = {table: lake.version(table) for table in admitted}
    found = _looked_up(sql, lake.Answer(pa.table({}), text_of(sql), versions, 0), None, admitted, None)
    return replace(found, rows=None, answer="")


def text_of(sql: Path | str) -> str:
    return sql.read_text(encoding="utf-8") if isinstance(sql, Path) else sql


def mounts_of(admitted: Mapping[str, Admitted]) -> dict[str, lake.Mount]:
    return {table: mount_of(one.spec, one.decision) for table, one in admitted.items()}


def pinned(admitted: Mapping[str, Admitted], versions: Mapping[str, int]) -> dict[str, lake.Mount]:
    return {t: replace(mount, version=versions[t]) for t, mount in mounts_of(admitted).items()}


def _carrying(admitted: Mapping[str, Admitted], versions: Mapping[str, int]) -> dict[str, lake.Mount]:
    """The same sight of the tables, with a keyed hash of whom each row is about in a column beside."""
    mounts = {t: mount_of(one.spec, replace(one.decision, edition=None)) for t, one in admitted.items()}
    for table, one in admitted.items():
        shown = {**mounts[table].columns, **{n: sql_key(e) for n, e in _subjects(one.spec).items()}}
        pin = versions.get(table, mounts[table].version)
        mounts[table] = replace(mounts[table], columns=shown, version=pin)
    return mounts


def _naming(spec: Resource) -> tuple[str, ...]:
    """What is open to everybody is read by nobody in particular."""
    return () if spec.open else spec.subjects


def _subjects(spec: Resource) -> dict[str, str]:
    found = {f"{HIDDEN}{place}": f'"{name}"' for place, name in enumerate(_naming(spec))}
    if found and not spec.code.startswith("base.") and set(OWN) <= set(lake.schema(spec.table).names):
        # A row that says no number is still somebody's: its place in the delivery says whose, through the links.
        row = f"'{spec.code}#' || \"_delivery\" || '#' || \"_row\""
        found[f"{HIDDEN}0"] = f"coalesce(nullif(trim(CAST({found[f'{HIDDEN}0']} AS VARCHAR)), ''), {row})"
    return found


def _plan(text: str, admitted: Mapping[str, Admitted]) -> Trace | None:
    named = ((table, len(_naming(one.spec))) for table, one in admitted.items())
    hidden = tuple(sorted(pair for pair in named if pair[1]))
    if not hidden:
        return Trace("", ())
    try:
        return trace(text, hidden, _telling(admitted))
    except (Untraceable, KeyError, TypeError, AttributeError, IndexError):
        return None


def _telling(admitted: Mapping[str, Admitted]) -> frozenset[str]:
    specs = [one.spec for one in admitted.values() if _naming(one.spec)]
    fields = [f for spec in specs for f in spec.fields if f.sensitivity == "personal" or f.kind in TELLING]
    names = {f.name for f in fields}.union(*(_naming(spec) + spec.key for spec in specs))
    return frozenset(name.lower() for name in names)


def read_of_record(sql: Path, answer: lake.Answer, admitted: Admitted) -> Read:
    return _read(sql, answer, {admitted.spec.table: admitted}, "rows", np.empty(0, np.uint64))


def _carried(
    sql: Path | str, plan: Trace, params: Mapping[str, Any] | None, admitted: Mapping[str, Admitted],
    limit: int | None,
) -> tuple[lake.Answer, Read]:  # fmt: skip
    found = lake.ask(plan.carrying, params, mounts=_carrying(admitted, {}), limit=limit)
    # By place: a join may answer two columns of one name.
    shown = [at for at, name in enumerate(found.table.column_names) if not name.startswith(HIDDEN)]
    answer = replace(found, table=found.table.select(shown), sql=text_of(sql))
    keys = [_keys(found.table)]
    keys += [_probed(probe, answer.tables, params, admitted) for probe in plan.probes]
    return answer, _read(sql, answer, admitted, "rows", _joined(keys))


def _looked_up(
    sql: Path | str, answer: lake.Answer, params: Mapping[str, Any] | None, admitted: Mapping[str, Admitted],
    plan: Trace | None,
) -> Read:  # fmt: skip
    probes = None if plan is None else plan.probes + ((plan.carrying,) if plan.carrying else ())
    rule: Rule = "everyone" if probes is None else "rows" if plan and plan.carrying else "cells"
    if probes is not None and not probes:
        return _read(sql, answer, admitted, rule, np.empty(0, np.uint64))
    source = _source(probes, answer.tables, params, admitted)
    if traced := Traced.objects.filter(source=source).first():
        return replace(
            _read(sql, answer, admitted, rule, np.empty(0, np.uint64)), known=traced.subjects_id or ""
        )
    try:
        keys = _asked(probes, answer.tables, params, admitted)
    except lake.QuestionFailed:
        rule, keys = "everyone", _asked(None, answer.tables, params, admitted)
    known = keep_set(keys) if len(keys) else ""
    Traced.objects.get_or_create(source=source, defaults={"subjects_id": known or None})
    return replace(_read(sql, answer, admitted, rule, keys), known=known)


def _read(
    sql: Path | str, answer: lake.Answer, admitted: Mapping[str, Admitted], rule: Rule, keys: Keys
) -> Read:
    name = sql.name if isinstance(sql, Path) else ""
    rows, seen = answer.table.num_rows, digest(answer.table)
    return Read(name, text_of(sql), admitted, answer.tables, rule, keys, rows, seen)


def _asked(
    probes: tuple[str, ...] | None, versions: Mapping[str, int], params: Mapping[str, Any] | None,
    admitted: Mapping[str, Admitted],
) -> Keys:  # fmt: skip
    if probes is None:
        probes = tuple(_everybody(table, one.spec) for table, one in admitted.items() if _naming(one.spec))
    return _joined([_probed(probe, versions, params, admitted) for probe in probes])


def _everybody(table: str, spec: Resource) -> str:
    columns = ", ".join(f'"{name}"' for name in _subjects(spec))
    return f"SELECT DISTINCT {columns} FROM {table}"


def _probed(
    probe: str,
    versions: Mapping[str, int],
    params: Mapping[str, Any] | None,
    admitted: Mapping[str, Admitted],
) -> Keys:
    named = set(lake.tables_in(probe))
    mounts = {t: mount for t, mount in _carrying(admitted, versions).items() if t in named}
    return _keys(lake.ask(probe, params, mounts=mounts).table)


def _keys(table: pa.Table) -> Keys:
    """Every subject in the hidden columns, those in lists too."""
    found = [np.empty(0, np.uint64)]
    for name in table.column_names:
        if name.startswith(HIDDEN):
            column = table[name].combine_chunks()
            values = column.flatten() if pa.types.is_list(column.type) else column
            found.append(values.drop_null().to_numpy(zero_copy_only=False).astype(np.uint64))
    return _joined(found)


def _joined(keys: list[Keys]) -> Keys:
    return np.unique(np.concatenate(keys)) if keys else np.empty(0, np.uint64)


def _source(
    probes: tuple[str, ...] | None, versions: Mapping[str, int], params: Mapping[str, Any] | None,
    admitted: Mapping[str, Admitted],
) -> str:  # fmt: skip
    """What was asked of which files, under which sight of them, today."""
    sight = {t: [dict(m.columns), m.where] for t, m in sorted(mounts_of(admitted).items())}
    files = {table: lake.files(table, version) for table, version in sorted(versions.items())}
    naming = {table: list(_naming(one.spec)) for table, one in sorted(admitted.items())}
    whole = [probes, sight, files, naming, dict(params or {}), str(timezone.localdate())]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


def keep_set(keys: Keys) -> str:
    """The set under the hash of its content, for good when this returns; the same set is kept once."""
    sha256 = lay_set(keys)
    if SubjectSet.objects.filter(sha256=sha256).exists():
        return sha256
    root = made_root(sha256, keys)
    with transaction.atomic():
        keep_rows(sha256, keys, root)
    return sha256


def lay_set(keys: Keys) -> str:
    """What the set is called; a large one is in its file for good when this returns."""
    data = packed(keys)
    sha256 = hashlib.sha256(data).hexdigest()
    return file_set(data) if len(keys) > SMALL else sha256


def keep_rows(sha256: str, keys: Keys, root: str) -> None:
    """What the database knows of a set that was laid down, in the caller's transaction."""
    filed = len(keys) > SMALL
    facts = {"count": len(keys), "filed": filed, "root": root}
    kept, new = SubjectSet.objects.get_or_create(sha256=sha256, defaults=facts)
    if new and not filed:
        SetKey.objects.bulk_create(SetKey(subjects=kept, key=signed_64(int(key))) for key in keys)


def signed_64(key: int) -> int:
    """Databases have no unsigned numbers."""
    return key - (1 << 64) if key >> 63 else key


def seen_columns(one: Read, table: str) -> tuple[list[str], list[str]]:
    """Which of a table's columns the question could see, plain and masked."""
    named, shows = columns_named(one.text), one.admitted[table].decision.columns
    seen = [name for name in shows if named is None or name.lower() in named]
    return [n for n in seen if shows[n] == "plain"], [n for n in seen if shows[n] == "masked"]
