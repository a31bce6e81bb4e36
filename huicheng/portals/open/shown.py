"""Resources and rows as the pages show them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange import api as exchange
from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import department, in_chinese, said
from huicheng.portals.look.api import Chart, number, place
from huicheng.portals.open import catalogue, drawing, pictures, tables

Row = dict[str, Any]
LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/deed.zh-hans",
    "MIT": "https://opensource.org/license/mit",
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "EUPL-1.2": "https://interoperable-europe.ec.europa.eu/collection/eupl/eupl-text-eupl-12",
}


# Where to find what a source's words name; "owner/name" alone is a repository of GitHub.
SOURCES = {
    "PM2.5 Data of Five Chinese Cities": "https://archive.ics.uci.edu/dataset/394/pm2+5+data+of+five+chinese+cities",
    "UCI Parking Birmingham": "https://archive.ics.uci.edu/dataset/482/parking+birmingham",
    "UCI Bike Sharing": "https://archive.ics.uci.edu/dataset/275/bike+sharing+dataset",
    "BattLeDIM": "https://doi.org/10.5281/zenodo.4017659",
    "JioNLP": "https://github.com/dongrixinyu/JioNLP",
}
REPOSITORY = re.compile(r"(?<![\w/.])[A-Za-z0-9][\w-]*/[A-Za-z][\w.-]+")


def source_url(source: str) -> str:
    for words, address in SOURCES.items():
        if words in source:
            return address
    found = REPOSITORY.search(source)
    return f"https://github.com/{found[0]}" if found else ""


def kinds() -> dict[str, str]:
    return {
        "text": _("文字"), "number": _("数字"), "integer": _("整数"), "boolean": _("是否"), "date": _("日期"),
        "datetime": _("时间"), "money": _("金额"), "division": _("区划代码"), "code": _("代码"),
        "person_id": _("公民身份号码"), "person_name": _("人名"), "credit_code": _("统一社会信用代码"),
        "firm_name": _("企业名"), "address": _("地址"), "phone": _("电话"),
    }  # fmt: skip


def rhythms() -> dict[str, str]:
    return {
        "realtime": _("实时"), "daily": _("每日"), "weekly": _("每周"), "monthly": _("每月"), "yearly": _("每年"),
    }  # fmt: skip


def sight(resource: Resource, field: Field) -> str:
    """How a column of what is open on a condition is shown to who was granted it."""
    if field.name not in exchange.for_society(resource):
        return _("不提供")
    return _("脱敏") if field.sensitivity == "personal" else _("原样")


def signs() -> list[tuple[str, str]]:
    return [
        ("", _("等于")), ("has", _("含有")), ("gt", _("大于")), ("gte", _("不小于")), ("lt", _("小于")),
        ("lte", _("不大于")),
    ]  # fmt: skip


def entry(resource: Resource) -> dict[str, Any]:
    facts = tables.facts(resource)
    return {"resource": resource, "rows": facts.rows, "updated": facts.updated}


def offer(resource: Resource) -> dict[str, Any]:
    """What may be had on application: rows or sums, which columns, and by when it is answered."""
    given = exchange.for_society(resource)
    masked = [f for f in resource.fields if f.name in given and f.sensitivity == "personal"]
    return {
        "sums": resource.about_people,
        "smallest": exchange.granting_rule("smallest_group"),
        "answer_days": exchange.granting_rule("answer_days"),
        "masked": [said(f.title) for f in masked],
        "withheld": [said(f.title) for f in resource.fields if f.name not in given],
    }


def aside(resource: Resource) -> dict[str, Any]:
    return {
        "facts": tables.facts(resource),
        "openness": catalogue.openness(resource.openness),
        "filled": tables.filled(resource),
        "forms": [{"key": key, "title": form.title} for key, form in _forms(resource)],
        "rhythm": rhythms().get(resource.update, resource.update),
        "licence_url": LICENCES.get(resource.licence, ""),
        "source_url": source_url(resource.source),
        "citation": citation(resource),
    }


def _forms(resource: Resource) -> list[tuple[str, tables.Form]]:
    known = catalogue.formats(resource)
    return [(key, form) for key, form in tables.FORMS.items() if form.title in known]


def citation(resource: Resource) -> str:
    facts = tables.facts(resource)
    year = facts.updated.year if facts.updated else date.today().year
    owner = department(resource.owner).name if in_chinese() else department(resource.owner).english
    given = {"owner": owner, "year": year, "title": said(resource.title)}
    words = _("%(owner)s（%(year)s）：%(title)s。") % given
    source = _("来源：%(source)s。") % {"source": said(resource.source)} if resource.source else ""
    return (
        words
        + source
        + (_("许可：%(licence)s。") % {"licence": said(resource.licence)} if resource.licence else "")
    )


def picture(resource: Resource, *, show: str = "", city: str = "") -> Chart | None:
    """``show`` and ``city`` must be among what ``choices`` offers."""
    return _picture(resource, show, city, tables.facts(resource), get_language() or "")


def choices(resource: Resource, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the picture may show instead: another figure, another city; what is not offered is not chosen."""
    figures = {one.name: drawing.plain(said(one.title)) for one in pictures.choices(resource)}
    drawn = pictures.plan(resource)
    cities = tables.cities(resource, tables.facts(resource)) if "city" in drawn.splits else ()
    named = {name: drawing.called(name) for name in cities} if len(cities) > 1 else {}
    show, city = asked.get("show", ""), asked.get("city", "")
    return {
        "figures": figures,
        "cities": named,
        "show": show if show in figures else "",
        "city": city if city in named else "",
        "own": settings.CITY_NAME,
        "main": drawn.y[0] if drawn.y else "",
    }


@functools.lru_cache(maxsize=256)
def _picture(resource: Resource, show: str, city: str, _facts: tables.Facts, _language: str) -> Chart | None:
    """Drawn once per version and language: half a million rows are not read again for each visitor."""
    plan = pictures.plan(resource, show=show, city=city)
    if plan.kind == "none":
        return None
    return drawing.draw(resource, plan, tables.read(resource, drawing.columns_of(plan)))


def preview(resource: Resource, rows: Sequence[Row]) -> dict[str, Any]:
    heads = [
        {"title": said(field.title), "kind": kinds().get(field.kind, field.kind), "numeric": _numeric(field)}
        for field in resource.fields
    ]
    cells = [[_cell(field, row.get(field.name)) for field in resource.fields] for row in rows]
    return {"shown_fields": heads, "preview": cells}


def sortable(heads: list[dict[str, Any]], resource: Resource, asked: QueryDict) -> None:
    """Give each head the address of the same rows in its order; again, the other way round."""
    now = asked.get("order", "")
    for head, field in zip(heads, resource.fields, strict=True):
        query = asked.copy()
        query["order"] = f"-{field.name}" if now == field.name else field.name
        query.pop("page", None)
        head["href"] = f"?{query.urlencode()}"
        head["sorted"] = {field.name: "ascending", f"-{field.name}": "descending"}.get(now, "")


def _numeric(field: Field) -> bool:
    return field.kind in pictures.NUMBERS


def _cell(field: Field, value: Any) -> dict[str, Any]:
    return {"text": text(field, value), "numeric": _numeric(field), "meaning": meaning(field, value)}


def text(field: Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    # Years, codes and coordinates are not amounts: 2015, not 2,015.
    if isinstance(value, int | float) and pictures.is_amount(field):
        return number(value)
    return str(value)


def meaning(field: Field, value: Any) -> str:
    """What a code says in words: its table's, a department's, a place's, or what the meaning spells out: 1 省 2 市."""
    if value in (None, "") or isinstance(value, float):
        return ""
    if field.codes:
        return said(codes.label(field.codes, str(value)) or "")
    if field.name == "department":
        return drawing.owner(str(value))
    if field.kind == "division":
        return _division(str(value))
    return spelled(said(field.meaning)).get(str(value), "")


def _division(code: str) -> str:
    try:
        return place(codes.division(code))
    except codes.Refused:
        return ""


@functools.lru_cache(maxsize=512)
def spelled(meaning: str) -> dict[str, str]:
    pairs = re.findall(r"(?:^|[\s：:])(\d{1,2}) ([^\d]+?)(?=\s+\d{1,2} |$)", meaning)
    return dict(pairs) if len(pairs) > 1 else {}


def measured(resource: Resource) -> list[dict[str, Any]]:
    found = {one.field: one for one in tables.quality(resource)}
    return [_measured(resource, field, found.get(field.name)) for field in resource.fields]


def _measured(resource: Resource, field: Field, one: tables.Quality | None) -> dict[str, Any]:
    ends = [text(field, value) for value in (one.low, one.high)] if one else []
    return {
        "name": field.name,
        "title": said(field.title),
        "kind": kinds().get(field.kind, field.kind),
        "key": field.name in resource.key,
        "meaning": said(field.meaning),
        "codes": field.codes or "",
        "filled": one.filled if one else None,
        "distinct": one.distinct if one else None,
        "sight": sight(resource, field),
        "range": " – ".join(ends) if all(ends) else "",
    }


def example(resource: Resource) -> str:
    """A field that is worth filtering by, for the API page's examples."""
    return (resource.key or tuple(field.name for field in resource.fields))[-1]
