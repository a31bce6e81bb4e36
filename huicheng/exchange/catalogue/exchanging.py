"""The whole catalogue out and in: the bureaux' form, each resource by itself, what is wrong given back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from huicheng.exchange.catalogue.entries import LISTED, Entry, entries_of
from huicheng.exchange.catalogue.form import CODE, Filled, Mistake, lines_of, read_form, write_form
from huicheng.exchange.catalogue.life import draft
from huicheng.exchange.catalogue.linked import SYNTAXES, read_linked
from huicheng.exchange.declarations import Field, Resource
from huicheng.exchange.models import EntryVersion, ResourceRow
from huicheng.ground.api import Actor, BadInput

REASON = "退回原因"
# What the form says of a resource and of an item; all else is declared elsewhere and stays as it is.
SAID = (
    "title", "owner", "key", "summary", "category", "share", "openness", "update", "share_condition", "share_basis",
    "share_method", "open_condition", "format_class", "format_type", "related", "contact",
)  # fmt: skip
SAID_OF_ITEM = ("title", "required", "meaning", "codes", "sensitivity")


@dataclass(frozen=True)
class Imported:
    """``returned`` is a workbook of the resources that were not taken, with the reasons; empty if all were.

    ``presumed``: what was taken for granted in those that were.
    """

    drafted: tuple[str, ...]
    unchanged: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    returned: bytes
    presumed: tuple[Mistake, ...] = ()


def export_form(*, owner: str | None = None) -> bytes:
    """Every published entry (of ``owner``) as the bureaux' workbook."""
    rows = ResourceRow.objects.filter(state=ResourceRow.PUBLISHED).order_by("info_code", "code")
    codes = list((rows.filter(owner=owner) if owner else rows).values_list("code", flat=True))
    return write_form(line for start in range(0, len(codes), 500) for entry in entries_of(codes[start : start + 500])
                      for line in lines_of(entry))  # fmt: skip


def import_form(path: Path, actor: Actor, *, progress: Callable[[int], None] | None = None) -> Imported:
    """Bring a filled form in as drafts, one resource at a time; what is already so is left alone.

    A catalogue as linked data, ``.ttl`` or ``.jsonld``, is read the same way.
    """
    read = read_linked if path.suffix.lower() in SYNTAXES else read_form
    drafted, unchanged = list[str](), list[str]()
    mistakes, returned = list[Mistake](), list[dict[str, str]]()
    presumed = list[Mistake]()
    for count, filled in enumerate(read(path), 1):
        found = _take(filled, actor, drafted, unchanged)
        mistakes += found
        presumed += [] if found else filled.presumed
        returned += _given_back(filled, found)
        if progress:
            progress(count)
    book = write_form(returned, more=(REASON,)) if returned else b""
    return Imported(tuple(drafted), tuple(unchanged), tuple(mistakes), book, tuple(presumed))


def _take(filled: Filled, actor: Actor, drafted: list[str], unchanged: list[str]) -> list[Mistake]:
    if filled.spec is None:
        return list(filled.mistakes)
    spec = _settled(filled)
    if _stands(spec):
        unchanged.append(spec.code)
        return []
    try:
        draft(spec, actor)
    except BadInput as problem:
        return [Mistake(filled.first, CODE, str(problem))]
    drafted.append(spec.code)
    return []


def _settled(filled: Filled) -> Resource:
    """The entry it is about: by its own code, else by the provider's entry of the same title, else a new one."""
    spec = filled.spec
    assert spec is not None
    if filled.lines[0].get(CODE):
        return _keeping(spec)
    for rows in (ResourceRow.objects, EntryVersion.objects.order_by("-version")):
        for row in rows.filter(owner=spec.owner, **_titled(rows, spec.title))[:1]:
            code = row.code if isinstance(row, ResourceRow) else row.resource
            return _keeping(replace(spec, code=code))
    taken = set(
        EntryVersion.objects.filter(resource__startswith=spec.code[:50]).values_list("resource", flat=True)
    )
    code, count = spec.code, 1
    while code in taken:
        count += 1
        code = f"{spec.code[:56]}_{count}"
    return replace(spec, code=code)


def _titled(rows: object, title: str) -> dict[str, str]:
    return {"title": title} if rows is ResourceRow.objects else {"spec__title": title}


def _keeping(spec: Resource) -> Resource:
    """The form does not speak of delivery and retention: what is declared of them stays."""
    row = ResourceRow.objects.filter(code=spec.code).first()
    if row is None:
        return spec
    was = Resource.from_dict(row.spec)
    old = {field.name: field for field in was.fields}
    items = tuple(_keeping_item(field, old.get(field.name)) for field in spec.fields)
    return replace(was, **{name: getattr(spec, name) for name in SAID}, fields=items)


def _keeping_item(field: Field, was: Field | None) -> Field:
    if was is None:
        return field
    said = {name: getattr(field, name) for name in SAID_OF_ITEM}
    kind = was.kind if was.letter == field.letter else field.kind
    return replace(was, **said, kind=kind, length=was.length if was.size == field.length else field.length)


def _stands(spec: Resource) -> bool:
    row = ResourceRow.objects.filter(code=spec.code).first()
    return row is not None and Resource.from_dict(row.spec) == spec


def _given_back(filled: Filled, found: list[Mistake]) -> list[dict[str, str]]:
    if not found:
        return []
    reasons = "；".join(_("第 %(row)d 行“%(column)s”：%(message)s") % vars(one) for one in found)
    return [dict(line) | ({REASON: reasons} if place == 0 else {}) for place, line in enumerate(filled.lines)]


def entries(*, owner: str | None = None, listed: bool = False) -> list[Entry]:
    """Every published entry, for a harvest."""
    rows = ResourceRow.objects.filter(state=ResourceRow.PUBLISHED)
    rows = rows.filter(owner=owner) if owner else rows
    rows = rows.filter(openness__in=LISTED) if listed else rows
    return entries_of(list(rows.order_by("code").values_list("code", flat=True)))
