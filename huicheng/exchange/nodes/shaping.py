"""What a node publishes: a resource from a JSON description, or from the header and first rows of a file."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange.catalogue import UnknownResource, resource
from huicheng.exchange.declarations import Field, Kind, Mode, Resource, Share, Update
from huicheng.exchange.nodes.joining import centre
from huicheng.exchange.reading.opening import open_source
from huicheng.exchange.reading.source import form_of
from huicheng.ground.api import BadInput

SHAPES: tuple[tuple[Kind, str], ...] = (
    ("integer", r"[+-]?(0|[1-9]\d{0,17})"),
    ("number", r"[+-]?(0|[1-9]\d*)(\.\d+)?"),
    ("date", r"\d{4}-\d{2}-\d{2}"),
    ("datetime", r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"),
)
MOST_NAME = 60


class WrongDescription(BadInput):
    """The description of a resource has a part that is missing, unknown, or of another kind."""


def described(code: str, path: Path | None, given: Mapping[str, Any]) -> Resource:
    """The resource to publish; ``given`` are the options that say more than the file."""
    said = {name: value for name, value in given.items() if value}
    if path is None:
        return _known(code, said)
    if path.suffix.lower() == ".json":
        return _built({"owner": centre().department, **_read(path), **said, "code": code})
    fields = [dataclasses.asdict(one) for one in fields_of(path)]
    return _built({"owner": centre().department, "title": code, **said, "code": code, "fields": fields})


def _known(code: str, said: Mapping[str, Any]) -> Resource:
    try:
        return dataclasses.replace(resource(code), **said)
    except UnknownResource as unknown:
        raise WrongDescription(
            _("本节点的目录里没有“%(code)s”：请用 --file 给出描述（.json）或一份有表头的数据文件。")
            % {"code": code}
        ) from unknown


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WrongDescription(_("%(file)s 打不开。") % {"file": path}) from error
    except ValueError as error:
        raise WrongDescription(
            _("%(file)s 不是 JSON：%(why)s") % {"file": path.name, "why": error}
        ) from error
    if not isinstance(data, dict) or not isinstance(data.get("fields"), list):
        raise WrongDescription(_("%(file)s 里要有 fields（信息项的列表）。") % {"file": path.name})
    return data


def _built(data: dict[str, Any]) -> Resource:
    names = {one.name for one in dataclasses.fields(Resource)}
    _refuse_unknown(set(data) - names, _("资源"))
    fields = tuple(_field(one, place) for place, one in enumerate(data["fields"], 1))
    lists = {name: _listed(data.get(name, ()), name) for name in ("key", "related", "mentions")}
    _check_choices(data)
    try:
        return Resource(**{**data, **lists, "fields": fields})
    except TypeError as error:
        raise WrongDescription(_("描述不完整：%(why)s") % {"why": error}) from error


def _refuse_unknown(names: set[str], where: str) -> None:
    if names:
        raise WrongDescription(
            _("%(where)s里有不认识的栏目：%(what)s。")
            % {"where": where, "what": "、".join(sorted(map(str, names)))}
        )


def _listed(value: Any, name: str) -> tuple[str, ...]:
    found = value.split(",") if isinstance(value, str) else value
    if not isinstance(found, Sequence) or not all(isinstance(one, str) for one in found):
        raise WrongDescription(_("%(name)s 要写成名字的列表。") % {"name": name})
    return tuple(one.strip() for one in found if one.strip())


def _field(data: Any, place: int) -> Field:
    where = _("第 %(n)s 个信息项") % {"n": place}
    if not isinstance(data, dict) or not all(
        isinstance(data.get(one), str) for one in ("name", "title", "kind")
    ):
        raise WrongDescription(_("%(where)s要写 name、title 和 kind。") % {"where": where})
    _refuse_unknown(set(data) - {one.name for one in dataclasses.fields(Field)}, where)
    if data["kind"] not in get_args(Kind):
        raise WrongDescription(
            _("%(where)s的 kind 是“%(kind)s”，可以写：%(known)s。")
            % {"where": where, "kind": data["kind"][:40], "known": "、".join(get_args(Kind))}
        )
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", data["name"]):
        raise WrongDescription(
            _("%(where)s的 name“%(name)s”不能用：小写字母开头，只含小写字母、数字和下划线。")
            % {"where": where, "name": data["name"][:60]}
        )
    return Field(**{**data, "synonyms": _listed(data.get("synonyms", ()), "synonyms")})


def _check_choices(data: Mapping[str, Any]) -> None:
    for name, known in (("mode", get_args(Mode)), ("share", get_args(Share)), ("update", get_args(Update))):
        if name in data and data[name] not in known:
            raise WrongDescription(
                _("%(name)s 是“%(value)s”，可以写：%(known)s。")
                % {"name": name, "value": str(data[name])[:40], "known": "、".join(known)}
            )


def fields_of(path: Path) -> list[Field]:
    """One field a column: its name in letters, its kind as all of the first rows have it; nothing is required."""
    source = open_source(path, name=path.name, form=form_of(path, path.name))
    first = next(iter(source.chunks()), None)
    columns: Sequence[pa.Array] = (
        first.columns if first is not None else [pa.array([], pa.string())] * len(source.header)
    )
    taken: dict[str, int] = {}
    return [
        Field(_name(title, taken), title, _kind(column), synonyms=(title,))
        for title, column in zip(source.header, columns, strict=True)
    ]


def _name(title: str, taken: dict[str, int]) -> str:
    letters = "_".join(codes.syllables(title)) if not title.isascii() else title
    name = re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")[: MOST_NAME - 4] or "column"
    name = name if name[0].isalpha() else f"c_{name}"
    taken[name] = taken.get(name, 0) + 1
    return name if taken[name] == 1 else f"{name}_{taken[name]}"


def _kind(column: pa.Array) -> Kind:
    told = pc.drop_null(column)
    told = told.filter(pc.not_equal(told, ""))
    if len(told):
        for kind, shape in SHAPES:
            if pc.all(pc.match_substring_regex(told, f"^{shape}$")).as_py():
                return kind
    return "text"
