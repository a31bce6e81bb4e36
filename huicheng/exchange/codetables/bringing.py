"""A department brings its own codes 本地代码表, each with the national one it stands for, as a file with three columns."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange.catalogue.life import may_edit
from huicheng.exchange.codetables.models import LocalTable
from huicheng.exchange.codetables.translating import DIVISION
from huicheng.exchange.harmless import harmless_cell
from huicheng.exchange.reading.opening import open_source
from huicheng.exchange.refusals import MissingColumns, NotYours
from huicheng.ground.api import Actor, BadInput, Event, act, acting_as, current_actor, department, publish

LOCAL, NAME, NATIONAL = "本地代码", "本地名称", "国家代码"
ALSO = {
    "代码": LOCAL, "local": LOCAL, "local_code": LOCAL, "code": LOCAL, "名称": NAME, "name": NAME, "local_name": NAME,
    "国标代码": NATIONAL, "标准代码": NATIONAL, "national": NATIONAL, "national_code": NATIONAL,
}  # fmt: skip
MOST_LINES, MOST_TOLD = 20_000, 20


@dataclass(frozen=True)
class Line:
    """One local code, what it is called there, and the national code it stands for."""

    local: str
    name: str
    national: str


@dataclass(frozen=True)
class LocalCodes:
    """One version; it holds from ``valid_from`` until the next begins."""

    department: str
    table: str
    version: int
    valid_from: date
    valid_to: date | None
    lines: tuple[Line, ...]
    file: str
    actor_name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LocalCodesBrought(Event):
    department: str
    table: str
    version: int
    codes: int


class UnknownCodeTable(BadInput, LookupError):
    """There is no national table of this name."""


class WrongLocalCodes(BadInput):
    """The file's lines cannot be a mapping: each wrong one is named by its row."""

    def __init__(self, file: str, wrong: Sequence[tuple[int, str]]) -> None:
        self.wrong = tuple(wrong)
        told = "；".join(
            _("第 %(row)s 行：%(what)s") % {"row": row, "what": what} for row, what in wrong[:MOST_TOLD]
        )
        more = len(wrong) - MOST_TOLD
        told += _("；另有 %(n)s 处") % {"n": more} if more > 0 else ""
        super().__init__(_("%(file)s 没有收下：%(told)s。请改好后再上传。") % {"file": file, "told": told})


def code_table_names() -> tuple[str, ...]:
    """The national tables, the divisions among them: these have a history of their own."""
    return tuple(sorted((*codes.table_names(), DIVISION)))


def national(name: str, *, day: date | None = None) -> codes.CodeTable:
    """``day``: as it stood then, for the table that changes; the others are one edition of their standard."""
    if name == DIVISION:
        return codes.division_table(day)
    if name not in codes.table_names():
        raise UnknownCodeTable(_("没有代码表“%(name)s”。") % {"name": name[:60]})
    return codes.table(name)


def bring_codes(
    path: Path, actor: Actor, *, owner: str, table: str, valid_from: date | None = None
) -> LocalCodes:
    """Take a mapping in as the department's next version; the same lines again are the version that stands."""
    department(owner)
    if not may_edit(actor, owner):
        raise NotYours(_("只有本部门和数据局能改本部门的代码表。"))
    lines = _lines(path, national(table))
    text = json.dumps([[one.local, one.name, one.national] for one in lines], ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    newest = LocalTable.objects.filter(department=owner, table=table).order_by("-version").first()
    if newest and newest.sha256 == digest:
        return next(one for one in local_codes(owner, table) if one.version == newest.version)
    start = valid_from or timezone.localdate()
    if newest and start < newest.valid_from:
        raise BadInput(_("启用日期不能早于上一版的 %(day)s。") % {"day": newest.valid_from.isoformat()})
    with acting_as(actor):
        act(_keep)(owner, table, start, json.loads(text), digest, path.name)
    return local_codes(owner, table)[0]


def _keep(owner: str, table: str, start: date, lines: list[list[str]], digest: str, file: str) -> None:
    actor = current_actor()
    rows = LocalTable.objects.filter(department=owner, table=table)
    version = (rows.aggregate(most=Max("version"))["most"] or 0) + 1
    LocalTable.objects.create(
        department=owner, table=table, version=version, valid_from=start, lines=lines, sha256=digest,
        file=file[:200], actor=actor.id, actor_name=actor.name,
    )  # fmt: skip
    publish(
        LocalCodesBrought(
            subject=f"codes:{owner}:{table}", department=owner, table=table, version=version, codes=len(lines)
        )
    )


def _lines(path: Path, table: codes.CodeTable) -> list[Line]:
    source = open_source(path)
    header = [ALSO.get(name.strip().lower(), name.strip()) for name in source.header]
    lost = [name for name in (LOCAL, NATIONAL) if name not in header]
    if lost:
        raise MissingColumns(
            source.name, _("缺少列：%(titles)s") % {"titles": "、".join(lost)},
            do=_("请按三列填写：本地代码、本地名称、国家代码"), row=0,
        )  # fmt: skip
    found: dict[str, Line] = {}
    wrong: list[tuple[int, str]] = []
    for row, cells in _rows(source, header):
        problem = _problem(cells, found, table)
        if problem:
            wrong.append((row, problem))
            continue
        local = cells[LOCAL]
        found[local] = Line(local, cells.get(NAME, ""), table.code(cells[NATIONAL]))
    if len(found) + len(wrong) > MOST_LINES:
        wrong.append((MOST_LINES, _("超过 %(n)s 行") % {"n": MOST_LINES}))
    if wrong or not found:
        raise WrongLocalCodes(source.name, wrong or [(1, _("没有一行代码"))])
    return list(found.values())


def _rows(source: object, header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for chunk in source.chunks():  # type: ignore[attr-defined]
        columns = [column.to_pylist() for column in chunk.columns]
        for row, cells in zip(chunk.rows.tolist(), zip(*columns, strict=True), strict=True):
            said = {name: (cell or "").strip()[:200] for name, cell in zip(header, cells, strict=True)}
            if any(said.values()):
                yield row, said


def _problem(cells: dict[str, str], found: dict[str, Line], table: codes.CodeTable) -> str:
    local, wanted = cells[LOCAL], cells[NATIONAL]
    if not local:
        return _("没有本地代码")
    if local in found:
        return _("本地代码“%(code)s”重复") % {"code": local}
    try:
        table.code(wanted)
    except codes.Refused:
        return _("“%(table)s”里没有国家代码“%(code)s”") % {
            "table": table.source.partition(";")[0],
            "code": wanted,
        }
    return ""


def local_codes(owner: str | None = None, table: str | None = None) -> list[LocalCodes]:
    """Every version, the newest first."""
    rows = LocalTable.objects.order_by("table", "department", "-version")
    rows = rows.filter(department=owner) if owner else rows
    rows = rows.filter(table=table) if table else rows
    made: list[LocalCodes] = []
    for row in rows:
        later = (
            made[-1]
            if made and (made[-1].department, made[-1].table) == (row.department, row.table)
            else None
        )
        made.append(_version(row, later.valid_from if later else None))
    return made


def _version(row: LocalTable, until: date | None) -> LocalCodes:
    return LocalCodes(
        row.department, row.table, row.version, row.valid_from, until, tuple(Line(*one) for one in row.lines),
        row.file, row.actor_name or row.actor, row.at,
    )  # fmt: skip


def codes_csv(table: str, *, owner: str | None = None) -> str:
    """A national table, or a department's mapping to it as it stands, for a spreadsheet."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    known = national(table)
    if owner is None and table == DIVISION:
        writer.writerow(["代码", "名称", "启用", "停用", "现在的代码", "沿革"])
        writer.writerows(
            (one.code, harmless_cell(one.name), one.since or "", one.until or "", one.present, harmless_cell(one.reason))
            for one in codes.division_spans()
        )  # fmt: skip
        return out.getvalue()
    if owner is None:
        writer.writerow(["代码", "名称"])
        writer.writerows((code, harmless_cell(name)) for code, name in known.names.items())
        return out.getvalue()
    writer.writerow([LOCAL, NAME, NATIONAL, "国家名称"])
    for one in next(iter(local_codes(owner, table))).lines:
        cells = (one.local, one.name, one.national, known.label(one.national))
        writer.writerow([harmless_cell(cell) for cell in cells])
    return out.getvalue()
