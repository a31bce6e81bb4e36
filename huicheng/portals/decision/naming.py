"""What columns and codes of an answer are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange import api as exchange
from huicheng.exchange.api import Answer, Field
from huicheng.ground.api import bureau, in_chinese, said
from huicheng.portals.look.api import Column

Namer = Callable[[Any], Any]
YEARS = ("year", "birth_year", "built_year", "period")


def answer_words() -> dict[str, str]:
    """What an answer calls its own columns, those that no field of a table is called."""
    return {
        "name": _("名称"), "value": _("值"), "previous": _("上年"), "target": _("目标"), "period": _("年份"), "year": _("年份"),
        "month": _("月份"), "day": _("日期"), "days": _("天数"), "pm25": "PM2.5", "station": _("点位"),
        "worst_hour": _("最高小时"), "key": _("标识"), "at": _("时间"), "grade": _("级别"), "message": _("说明"),
        "iaqi": _("分指数"), "stations": _("点位数"), "points": _("各年"), "birth_year": _("出生年"), "age_band": _("年龄段"),
        "residents": _("人数"), "firms": _("户数"), "houses": _("套数"), "decade": _("建成年代"),
        "filled_share": _("已填（%）"), "valid_share": _("有效（%）"), "consistent_share": _("与基准意思相同（%）"),
        "hours": _("有效小时"), "within_100": _("优良"), "capital_yuan": _("注册资金（元）"),
    }  # fmt: skip


def _fields(found: Answer) -> dict[str, Field]:
    """The fields of the tables that were read, by name; the first table wins."""
    known: dict[str, Field] = {}
    for table in found.tables:
        known = {field.name: field for field in exchange.resource(table, retired=True).fields} | known
    return known


def titles(found: Answer) -> dict[str, str]:
    """Titles for the answer's columns, from the fields of the tables it read."""
    known = answer_words() | {name: said(field.title) for name, field in _fields(found).items()}
    return {name: known.get(name, name) for name in found.table.column_names}


def columns(found: Answer) -> list[Column]:
    """Words that no catalogue knows, such as names of firms, are marked as the Chinese they are."""
    named, coded = titles(found), namers(found)
    kinds: dict[str, Any] = {
        name: "text" if name in coded else _kind(found, name) for name in found.table.column_names
    }
    return [
        Column(name=name, title=named[name], kind=kind, data=kind == "text") for name, kind in kinds.items()
    ]


def _kind(found: Answer, name: str) -> Any:
    shape = str(found.table.schema.field(name).type)
    if name in YEARS:
        return "text"
    if shape.startswith(("int", "uint", "float", "double", "decimal")):
        return "number"
    return "moment" if shape.startswith("timestamp") else "day" if shape.startswith("date") else "text"


def namers(found: Answer) -> dict[str, Namer]:
    """How to say the values of each column that holds codes or declared words."""
    own: dict[str, Namer] = {
        "department": department_name, "resource": resource_title, "sources": departments_of, "age_band": unknown_or,
        "decade": decade_name, "station": said, "kind": said, "use": said, "status": said, "industry": said,
    }  # fmt: skip
    fields = _fields(found)
    by_kind = {name: namer for name, field in fields.items() if (namer := _namer_of(field))}
    return {name: namer for name, namer in (own | by_kind).items() if name in found.table.column_names}


def _namer_of(field: Field) -> Namer | None:
    if field.kind == "division":
        return place_name
    return (lambda code: label(field.codes, code)) if field.codes else None


def name_rows(found: Answer, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with names where codes stood; a field of a resource is called by its title."""
    known = namers(found)
    return [
        row | _field_title(row) | {name: _named(namer, row[name]) for name, namer in known.items()}
        for row in rows
    ]


def _named(namer: Namer, value: Any) -> Any:
    return namer(value) if value is not None or namer in (unknown_or, decade_name) else None


def _field_title(row: Mapping[str, Any]) -> dict[str, Any]:
    if not {"resource", "field"} <= row.keys():
        return {}
    try:
        return {"field": said(exchange.resource(row["resource"], retired=True).field(row["field"]).title)}
    except (exchange.UnknownResource, StopIteration):
        return {}


def place_name(code: str) -> str:
    """The place's own name, short: the column beside it says where it lies."""
    try:
        found = codes.division(code)
    except codes.Refused:
        return code
    return found.name if in_chinese() else codes.english_name(found)


def label(table: str | None, code: Any) -> str:
    """男, not 男性 and not 1: pages have little room."""
    if table == "sex":
        return {"1": _("男"), "2": _("女")}.get(str(code), _("未知"))
    return said(codes.label(table, str(code)) or code)


def decade_name(year: int | None) -> str:
    return _("未知") if year is None else _("%(year)s 年代") % {"year": year}


def unknown_or(value: Any) -> Any:
    return _("未知") if value is None else value


def department_name(code: str) -> str:
    return bureau(code)


def resource_title(code: str) -> str:
    try:
        return said(exchange.resource(code, retired=True).title)
    except exchange.UnknownResource:
        return code


def departments_of(sources: list[str]) -> str:
    """The departments that told something of the row, each once."""
    owners: dict[str, None] = {}
    for code in sources:
        try:
            owners[bureau(exchange.resource(code, retired=True).owner)] = None
        except exchange.UnknownResource:
            owners[code] = None
    return ("、" if in_chinese() else ", ").join(owners)
