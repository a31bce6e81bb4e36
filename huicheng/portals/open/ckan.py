"""The read side of CKAN's action API v3, so that the clients and harvesters written for it read us too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Entry, Field, Resource
from huicheng.ground.api import BadInput, Department, UnknownDepartment, department
from huicheng.portals.open import asking, catalogue, tables
from huicheng.portals.open.shown import LICENCES

MOST_PACKAGES = 1000
MOST_ROWS = 32_000
DATASTORE = "table"
MEDIA = {"csv": "text/csv", "json": "application/json", "parquet": "application/vnd.apache.parquet",
         "geojson": "application/geo+json"}  # fmt: skip
TYPES = {"integer": "int8", "number": "float8", "money": "numeric", "date": "date", "datetime": "timestamp",
         "boolean": "bool"}  # fmt: skip


class NotFound(Exception):
    """Nothing open has this name; a closed resource is answered in the same words."""


@dataclass(frozen=True)
class Asked:
    """The parameters, from a query string or a JSON body, and the site's own address."""

    given: Mapping[str, Any]
    root: str

    def text(self, name: str, usual: str = "") -> str:
        value = self.given.get(name, usual)
        if not isinstance(value, str):
            raise BadInput(_("%(name)s 应是文字。") % {"name": name})
        return value.replace("\x00", "").strip()

    def needed(self, name: str) -> str:
        return self.text(name) or self._lacks(name)

    @staticmethod
    def _lacks(name: str) -> str:
        raise BadInput(_("缺少参数 %(name)s。") % {"name": name})

    def whole(self, name: str, *, usual: int, most: int) -> int:
        value = self.given.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise BadInput(_("%(name)s 应是整数。") % {"name": name})
        return asking.whole({name: str(value)}, name, usual=usual, most=most)

    def structure(self, name: str) -> Any:
        """A list or object, given as itself or as JSON text."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise BadInput(_("%(name)s 不是 JSON。") % {"name": name}) from None


def package_list(asked: Asked) -> list[str]:
    limit = asked.whole("limit", usual=exchange.count(listed=True), most=10_000_000)
    offset = asked.whole("offset", usual=0, most=10_000_000)
    return [one.spec.code for one in exchange.search(listed=True, limit=limit, offset=offset).entries]


def current_package_list_with_resources(asked: Asked) -> list[dict[str, Any]]:
    limit = asked.whole("limit", usual=MOST_PACKAGES, most=MOST_PACKAGES)
    offset = asked.whole("offset", usual=0, most=10_000_000)
    found = exchange.search(listed=True, limit=limit, offset=offset)
    return [_package(one, asked.root) for one in found.entries]


def package_show(asked: Asked) -> dict[str, Any]:
    return _package(_entry(asked.needed("id")), asked.root)


def _entry(code: str) -> Entry:
    try:
        catalogue.listed(code)
    except catalogue.NoSuchDataset:
        raise NotFound(_("没有这份公开数据。")) from None
    return exchange.entry(code)


def package_search(asked: Asked) -> dict[str, Any]:
    """``q`` as words, ``fq`` as ``organization:gongan groups:201``; ranked as on the portal's own pages."""
    rows = asked.whole("rows", usual=10, most=MOST_PACKAGES)
    start = asked.whole("start", usual=0, most=10_000_000)
    text = asked.text("q")
    found = exchange.search(
        "" if text in ("*:*", "*") else text, listed=True, limit=rows, offset=start, **_filters(asked)
    )
    counts = {"organization": found.facets["owner"], "groups": found.facets["category"]}
    wanted = asked.structure("facet.field") or []
    facets = {name: counts[name] for name in wanted if name in counts}
    return {
        "count": found.total,
        "sort": asked.text("sort") or "score desc",
        "results": [_package(one, asked.root) for one in found.entries],
        "facets": facets,
        "search_facets": {name: _facet(name, values) for name, values in facets.items()},
    }


def _facet(name: str, values: Mapping[str, int]) -> dict[str, Any]:
    items = [{"name": value, "display_name": value, "count": count} for value, count in values.items()]
    return {"title": name, "items": items}


def _filters(asked: Asked) -> dict[str, str]:
    sides = {"organization": "owner", "owner_org": "owner", "groups": "category"}
    found = {}
    for part in asked.text("fq").split():
        name, _colon, value = part.lstrip("+").partition(":")
        if name not in sides:
            raise BadInput(_("fq 里不认识“%(part)s”；可用 organization: 和 groups:。") % {"part": part[:60]})
        found[sides[name]] = value.strip('"')
    return found


def resource_show(asked: Asked) -> dict[str, Any]:
    entry, form = _resource_of(asked.needed("id"))
    return next(one for one in _resources(entry, asked.root) if one["name"] == form)


def _resource_of(name: str) -> tuple[Entry, str]:
    """A resource is named ``<code>:<form>``; a bare code is its table."""
    code, _colon, form = name.partition(":")
    entry = _entry(code)
    catalogue.dataset(code)
    form = form or DATASTORE
    if form not in {one["name"] for one in _resources(entry, "")}:
        raise NotFound(_("没有这份公开数据。"))
    return entry, form


def datastore_search(asked: Asked) -> dict[str, Any]:
    """Rows of a table: ``filters``, ``q``, ``fields``, ``sort``, ``limit`` and ``offset`` as CKAN has them."""
    entry, _form = _resource_of(asked.needed("resource_id") if not asked.text("id") else asked.text("id"))
    spec = entry.spec
    question = asking.Question(
        limit=asked.whole("limit", usual=100, most=MOST_ROWS),
        offset=asked.whole("offset", usual=0, most=asking.FARTHEST),
        conditions=(*_filtered(spec, asked.structure("filters")), *_worded(spec, asked)),
        order=_sorted(spec, asked.text("sort")),
        columns=_columns(spec, asked),
    )
    rows, total = tables.page(spec, question)
    shown = [field for field in spec.fields if not question.columns or field.name in question.columns]
    return {
        "resource_id": asked.text("resource_id") or asked.text("id"),
        "fields": [_field(field) for field in shown],
        "records": rows,
        "total": total,
        "limit": question.limit,
        "offset": question.offset,
        "include_total": True,
        "_links": {"start": _rows_url(spec), "next": _rows_url(spec, question.offset + question.limit)},
    }


def _rows_url(spec: Resource, offset: int = 0) -> str:
    address = reverse("open:ckan", args=["datastore_search"]) + f"?resource_id={spec.code}"
    return f"{address}&offset={offset}" if offset else address


def _field(field: Field) -> dict[str, Any]:
    notes = {"label": field.title, "notes": field.meaning}
    return {"id": field.name, "type": TYPES.get(field.kind, "text"), "info": notes}


def _filtered(spec: Resource, filters: Any) -> Iterator[asking.Condition]:
    if filters is None:
        return
    if not isinstance(filters, dict):
        raise BadInput(_("filters 应是 {字段: 值}。"))
    for name, value in filters.items():
        values = value if isinstance(value, list) else [value]
        if len(values) != 1:
            raise BadInput(
                _("filters 里每个字段写一个值，“%(name)s”有 %(n)d 个。")
                % {"name": str(name)[:40], "n": len(values)}
            )
        yield asking.condition(spec, str(name), "" if values[0] is None else str(values[0]))


def _worded(spec: Resource, asked: Asked) -> Iterator[asking.Condition]:
    """A plain ``q`` may stand in any field of text; ``{"field": words}`` says where."""
    value = asked.given.get("q")
    words = asked.structure("q") if not isinstance(value, str) or value.startswith("{") else value.strip()
    if not words:
        return
    if not isinstance(words, dict):
        yield asking.anywhere(spec, str(words))
        return
    for name, text in words.items():
        yield asking.condition(spec, f"{name}__has", str(text))


def _sorted(spec: Resource, text: str) -> str:
    """The first field of ``a desc, b``; our pages break ties by the key."""
    name, _space, way = text.partition(",")[0].strip().partition(" ")
    if not name:
        return ""
    asking.known(spec, name.strip('"'))
    return ("-" if way.strip().lower().startswith("desc") else "") + name.strip('"')


def _columns(spec: Resource, asked: Asked) -> tuple[str, ...]:
    value = asked.given.get("fields", "")
    names = (
        [str(one) for one in value]
        if isinstance(value, list)
        else [n.strip() for n in asked.text("fields").split(",")]
    )
    return tuple(asking.known(spec, name).name for name in names if name)


def organization_list(asked: Asked) -> list[Any]:
    owners = exchange.search(listed=True, limit=0).facets["owner"]
    if str(asked.given.get("all_fields", "")).lower() in ("true", "1"):
        return [_organization(department(code), count) for code, count in owners.items()]
    return sorted(owners)


def organization_show(asked: Asked) -> dict[str, Any]:
    code = asked.needed("id")
    owners = exchange.search(listed=True, limit=0).facets["owner"]
    try:
        return _organization(department(code), owners.get(code, 0))
    except UnknownDepartment:
        raise NotFound(_("没有这个部门。")) from None


def _organization(one: Department, packages: int = 0) -> dict[str, Any]:
    return {
        "id": one.code, "name": one.code, "title": one.name, "display_name": one.name, "type": "organization",
        "description": one.english, "state": "active", "is_organization": True, "package_count": packages,
    }  # fmt: skip


def group_list(asked: Asked) -> list[str]:
    return sorted(exchange.search(listed=True, limit=0).facets["category"])


def status_show(asked: Asked) -> dict[str, Any]:
    return {
        "site_title": _("%(city)s数据开放目录") % {"city": settings.CITY_NAME}, "site_url": asked.root,
        "ckan_version": "2.10.0", "extensions": ["datastore"], "locale_default": settings.LANGUAGE_CODE,
        "error_emails_to": None, "site_description": "",
    }  # fmt: skip


def site_read(asked: Asked) -> bool:
    return True


def help_show(asked: Asked) -> str:
    name = asked.needed("name")
    if name not in ACTIONS:
        raise NotFound(_("没有这个动作；可用的是 %(known)s。") % {"known": "、".join(ACTIONS)})
    return (ACTIONS[name].__doc__ or name).strip()


def _package(entry: Entry, root: str) -> dict[str, Any]:
    spec, facts = entry.spec, tables.facts(entry.spec)
    bureau = _organization(department(spec.owner))
    files = _resources(entry, root)
    return {
        "id": spec.code, "name": spec.code, "title": spec.title, "notes": spec.summary, "type": "dataset",
        "state": "active", "private": False, "isopen": spec.open, "version": str(entry.version),
        "owner_org": spec.owner, "organization": bureau, "maintainer": bureau["title"], "maintainer_email": None,
        "author": spec.source or bureau["title"], "author_email": None,
        "license_id": spec.licence, "license_title": spec.licence, "license_url": LICENCES.get(spec.licence, ""),
        "url": root + reverse("open:dataset", args=[spec.code]),
        "metadata_created": f"{entry.published_on}T00:00:00" if entry.published_on else None,
        "metadata_modified": facts.updated.isoformat() if facts.updated else None,
        "groups": [{"name": spec.category, "title": spec.category.rpartition("/")[2]}] if spec.category else [],
        "tags": [{"name": f.title, "display_name": f.title, "state": "active"} for f in spec.fields],
        "num_tags": len(spec.fields), "resources": files, "num_resources": len(files),
        "extras": [
            {"key": "identifier", "value": entry.info_code}, {"key": "frequency", "value": spec.update},
            {"key": "openness", "value": spec.openness},
            *([{"key": "condition", "value": spec.open_condition}] if not spec.open else []),
        ],
    }  # fmt: skip


def _resources(entry: Entry, root: str) -> list[dict[str, Any]]:
    spec, facts = entry.spec, tables.facts(entry.spec)
    if not spec.open:
        return []
    forms = [key for key, form in tables.FORMS.items() if form.title in catalogue.formats(spec)]
    made = [
        _file(
            spec,
            facts,
            form,
            root + reverse("open:download", args=[spec.code, form]),
            tables.FORMS[form].title,
        )
        for form in forms
    ]
    rows = root + reverse("open:api-rows", args=[spec.code])
    table = _file(spec, facts, DATASTORE, rows, "API") | {"id": spec.code, "datastore_active": True}
    return [table, *made]


def _file(spec: Resource, facts: tables.Facts, form: str, address: str, title: str) -> dict[str, Any]:
    return {
        "id": f"{spec.code}:{form}", "package_id": spec.code, "name": form, "url": address, "format": title,
        "description": spec.title, "mimetype": MEDIA.get(form, "application/json"), "state": "active",
        "datastore_active": False, "url_type": "upload",
        "last_modified": facts.updated.isoformat() if facts.updated else None,
    }  # fmt: skip


ACTIONS: Mapping[str, Callable[[Asked], Any]] = {
    one.__name__: one
    for one in (
        package_list, package_show, package_search, current_package_list_with_resources, resource_show,
        datastore_search, organization_list, organization_show, group_list, status_show, site_read, help_show,
    )
}  # fmt: skip
