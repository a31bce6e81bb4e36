"""From the header of a file to a mapping that can be used: what was said, remembered, or plain from the names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.catalogue import resources
from huicheng.exchange.declarations import Field, Resource
from huicheng.exchange.models import MappingProfile
from huicheng.exchange.refusals import MissingColumns, WrongMapping
from huicheng.ground.api import Event, act, current_actor, publish

PERSONAL = ("person_id", "phone", "date", "datetime")
NUMBERED = re.compile(r"(.+)\((\d+)\)")
NOISE = re.compile(r"[\s_\-—·.:：*＊()（）\[\]【】/\\]+")


@dataclass(frozen=True, kw_only=True)
class MappingRemembered(Event):
    resource: str
    columns: int


def plain(name: str) -> str:
    """A name without its punctuation, width and case."""
    wide = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
    return NOISE.sub("", name.translate(wide)).lower()


def names_of(one: Field) -> tuple[str, ...]:
    return (one.title, one.name, *one.synonyms)


def signature(header: Sequence[str]) -> str:
    """The same for the same set of columns, in any order."""
    return hashlib.sha256("\x1f".join(sorted(map(plain, header))).encode()).hexdigest()


def by_names(resource: Resource, header: Sequence[str], *, without: Iterable[str] = ()) -> dict[str, str]:
    """Columns whose name is a field's title, name or synonym; a title counts before a synonym of another.

    A name that heads two columns matches neither: nobody but the sender knows which of them is meant.
    """
    free = {key: columns[0] for key, columns in headed(header, without).items() if len(columns) == 1}
    mapping: dict[str, str] = {}
    for rank in range(2):
        for one in resource.fields:
            names = names_of(one)[:2] if rank == 0 else one.synonyms
            found = next((free[key] for name in names if (key := plain(name)) in free), None)
            if found and one.name not in mapping.values():
                mapping[found] = one.name
                free = {key: column for key, column in free.items() if column != found}
    return mapping


def headed(header: Sequence[str], without: Iterable[str] = ()) -> dict[str, list[str]]:
    """The columns under each plain name; 坐落(1) and 坐落(2) are both headed 坐落."""
    left_out, found = set(without), dict[str, list[str]]()
    for column in header:
        if column not in left_out:
            found.setdefault(plain(_unnumbered(column, header)), []).append(column)
    return found


def _unnumbered(column: str, header: Sequence[str]) -> str:
    numbered = NUMBERED.fullmatch(column)
    if numbered and {f"{numbered[1]}(1)", f"{numbered[1]}(2)"} <= set(header):
        return numbered[1]
    return column


def repeated(
    resource: Resource, header: Sequence[str], *, without: Iterable[str] = ()
) -> dict[str, list[str]]:
    """The fields whose name heads more than one column."""
    twice = {key: columns for key, columns in headed(header, without).items() if len(columns) > 1}
    named = {
        key: one.name for one in resource.fields for name in names_of(one) if (key := plain(name)) in twice
    }
    return {named[key]: columns for key, columns in twice.items() if key in named}


def remembered(resource: Resource, header: Sequence[str]) -> dict[str, str]:
    row = MappingProfile.objects.filter(resource=resource.code, signature=signature(header)).first()
    if row is None:
        return {}
    known = {one.name for one in resource.fields}
    return {c: f for c, f in row.mapping.items() if c in header and f in known}


def settle_mapping(
    resource: Resource, header: Sequence[str], mapping: Mapping[str, str] | None, *, file: str,
    excused: Callable[[dict[str, str]], frozenset[str]] = lambda found: frozenset(),
) -> dict[str, str]:  # fmt: skip
    """The mapping to use, complete for what is required but for the ``excused``, or the error that says what is missing."""
    found = chosen(resource, header, mapping, file=file)
    _refuse_repeated(resource, header, found, mapping or {}, file=file)
    if lacking(resource, found):
        refuse_lacking(resource, header, found, file=file, excused=excused(found))
    if not found:
        raise WrongMapping(
            file, _("没有一列对应到“%(title)s”的字段") % {"title": resource.title},
            do=_("请确认文件交给了对的资源，或用列对应说明哪一列是什么"), row=0,
        )  # fmt: skip
    return found


def lacking(resource: Resource, found: Mapping[str, str]) -> list[Field]:
    """The fields that every row must have and no column feeds."""
    needed = {one.name for one in resource.fields if one.required} | set(resource.key)
    return [one for one in resource.fields if one.name in needed - set(found.values())]


def refuse_lacking(
    resource: Resource, header: Sequence[str], found: Mapping[str, str], *, file: str,
    excused: Iterable[str] = (),
) -> None:  # fmt: skip
    missing = [one for one in lacking(resource, found) if one.name not in set(excused)]
    if missing:
        titles = "、".join(one.title for one in missing)
        unused = [place for place, column in enumerate(header) if column not in found]
        raise MissingColumns(
            file, _("缺少必填的列：%(titles)s；文件中未用到的列：%(unused)s") % {
                "titles": titles, "unused": columns_told(header, unused) or _("无"),
            }, do=_mend(header), row=0, column=missing[0].title,
        )  # fmt: skip


def chosen(
    resource: Resource, header: Sequence[str], mapping: Mapping[str, str] | None, *, file: str
) -> dict[str, str]:
    """What was said, over what was remembered or is plain from the names; an empty field leaves its column out."""
    said = spoken(resource, mapping or {})
    check_mapping(resource, header, said, file=file)
    own = remembered(resource, header) or by_names(resource, header, without=said)
    kept = {column: name for column, name in own.items() if column not in said and name not in said.values()}
    return {column: name for column in header if (name := {**kept, **said}.get(column))}


def spoken(resource: Resource, mapping: Mapping[str, str]) -> dict[str, str]:
    """Fields by their names, where they may have been called by their titles."""
    names = {one.title: one.name for one in resource.fields} | {one.name: one.name for one in resource.fields}
    return {column: names.get(name.strip(), name.strip()) for column, name in mapping.items()}


def _refuse_repeated(
    resource: Resource, header: Sequence[str], found: Mapping[str, str], said: Mapping[str, str], *, file: str
) -> None:
    if remembered(resource, header):
        return
    for name, columns in repeated(resource, header, without=said).items():
        if name not in found.values():
            title = next(one.title for one in resource.fields if one.name == name)
            raise WrongMapping(
                file, _("有 %(count)s 列都叫“%(title)s”的列名：%(columns)s") % {
                    "count": len(columns), "title": title, "columns": "、".join(columns),
                }, do=_("请用列对应说明用哪一列，例如 --map %(example)s") % {"example": f"'{columns[0]}={name}'"}, row=0,
            )  # fmt: skip


def _mend(header: Sequence[str]) -> str:
    return _headless_hint(header) or _("请补上这些列，或用列对应说明哪一列是它（huicheng deliver --preview）")


def _headless_hint(header: Sequence[str]) -> str:
    return _("文件似乎没有表头行，第一行就是数据：请在第一行写上列名再交付") if headless(header) else ""


def _columns_or_hint(header: Sequence[str]) -> str:
    every = columns_told(header, range(len(header)))
    return _headless_hint(header) or _("文件的列是：%(header)s") % {"header": every}


def headless(header: Sequence[str]) -> bool:
    """Whether what stands for a header may be a row of data: a value among its cells, or no name that anybody knows."""
    cells = pa.array([cell for cell in header if len(cell) > 5], pa.string())
    values = any(codes.check(kind, cells).values.null_count < len(cells) for kind in PERSONAL)
    return values or not any(plain(cell) in _known_names() for cell in header)


def _known_names() -> frozenset[str]:
    """What any resource calls its fields."""
    return frozenset(plain(name) for spec in resources() for one in spec.fields for name in names_of(one))


def columns_told(header: Sequence[str], places: Iterable[int]) -> str:
    """Columns in words that may be kept: by their names where the first row is a header, else by place and length.

    The first row of a file without a header is data, and a message is read by others than the one who has the file.
    """
    known = _known_names()
    # One known word may stand in a row of data by chance; two hardly do.
    named = not headless(header) and sum(plain(cell) in known for cell in header) >= 2
    shown = [
        header[place] if plain(header[place]) in known or (named and _is_name(header[place]))
        else _("第 %(place)s 列（%(size)s 个字）") % {"place": place + 1, "size": len(header[place])}
        for place in places
    ]  # fmt: skip
    return "、".join(shown)


def _is_name(cell: str) -> bool:
    return len(cell) <= 20 and not re.search(r"[0-9]{4}", cell)


def check_mapping(
    resource: Resource, header: Sequence[str], mapping: Mapping[str, str], *, file: str
) -> None:
    known = {one.name for one in resource.fields}
    twice = [name for name in mapping.values() if name and list(mapping.values()).count(name) > 1]
    for column, name in mapping.items():
        if name and (name not in known or name in twice):
            problem = _("字段“%(field)s”被对应了两次") if name in known else _("资源没有字段“%(field)s”")
            raise WrongMapping(
                file, problem % {"field": name[:60]}, do=_("可用的字段是：%(fields)s") % {"fields": "、".join(sorted(known))},
                row=0,
            )  # fmt: skip
        if column not in header:
            raise WrongMapping(
                file, _("没有列对应里给字段“%(field)s”写的那一列") % {"field": name or _("（不用）")},
                do=_columns_or_hint(header), row=0,
            )  # fmt: skip


@act
def remember_mapping(resource: str, header: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Use this mapping whenever a file with the same columns is delivered."""
    spec = find(resource)
    mapping = {column: name for column, name in spoken(spec, mapping).items() if name}
    check_mapping(spec, header, mapping, file=spec.title)
    MappingProfile.objects.update_or_create(
        resource=spec.code, signature=signature(header),
        defaults={"header": list(header), "mapping": dict(mapping), "actor": current_actor().id},
    )  # fmt: skip
    publish(MappingRemembered(subject=f"resource:{spec.code}", resource=spec.code, columns=len(mapping)))
