"""A catalogue entry's road 目录全生命周期: draft → review → published → retired, every version kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue.editing import Problem, problems
from huicheng.exchange.catalogue.entries import (
    ResourceRetired,
    UnknownResource,
    next_version,
    put_in_place,
    resource,
)
from huicheng.exchange.catalogue.searching import forget
from huicheng.exchange.declarations import Resource
from huicheng.exchange.models import EntryVersion, ResourceRow
from huicheng.exchange.refusals import NotYours
from huicheng.ground.api import Actor, BadInput, Event, act, acting_as, publish

CODE = re.compile(r"[a-z][a-z0-9_]{2,59}")
BUREAU = "shuju"


class WrongCode(BadInput):
    """A code that cannot name a table."""


class NoSuchDraft(BadInput):
    """Nothing of this entry is in the state that the step needs."""


class EntryHeldBack(BadInput):
    """The entry has problems that must be mended first."""

    def __init__(self, title: str, found: list[Problem]) -> None:
        self.problems = tuple(found)
        lines = "；".join(f"{one.column}：{one.message}" for one in found)
        super().__init__(_("“%(title)s”还不能提交：%(lines)s") % {"title": title, "lines": lines})


class OwnReview(BadInput):
    """Whoever wrote a version may not be the one who passes it."""


class DeclaredInCode(BadInput):
    """A pack declares this entry; it changes with the pack."""


@dataclass(frozen=True, kw_only=True)
class EntryMoved(Event):
    """A version took a step; ``state`` is where it stands now."""

    version: int
    state: str
    owner: str
    note: str = ""


@dataclass(frozen=True)
class Version:
    """One version of an entry, with who wrote it and what the reviewer said."""

    spec: Resource
    number: int
    state: str
    author: str
    reviewer: str
    note: str
    at: Any


@dataclass(frozen=True)
class Change:
    """What differs between two versions. A ``breaking`` change can stop those who read or deliver."""

    what: str
    field: str
    before: str
    after: str
    breaking: bool


def _as(actor: Actor, step: Callable[[], None]) -> None:
    with acting_as(actor):
        act(step)()


def may_edit(actor: Actor, owner: str) -> bool:
    """Whether he may write entries of this department: its own officials who deliver, and the data bureau."""
    bureau = actor.department == BUREAU and actor.may("steward")
    own = actor.department == owner and (actor.may("deliver") or actor.may("steward"))
    return actor.kind == "system" or (actor.serves_department and (bureau or own))


def may_review(actor: Actor) -> bool:
    """Whether he may pass or return what others wrote."""
    bureau = actor.department == BUREAU and actor.may("steward")
    return actor.kind == "system" or (actor.kind == "official" and bureau)


def _may_write(actor: Actor, owner: str) -> None:
    if not may_edit(actor, owner):
        raise NotYours(
            _("编目是提供方或数据局的职责，%(who)s 不能改 %(owner)s 的目录。")
            % {"who": actor.name, "owner": owner}
        )


def _may_review(actor: Actor) -> None:
    if not may_review(actor):
        raise NotYours(_("审核目录是数据局的职责。"))


def draft(spec: Resource, actor: Actor) -> Version:
    """Save a draft; an unfinished version of the same entry is written over, a published one never is."""
    _may_write(actor, spec.owner)
    if not CODE.fullmatch(spec.code):
        raise WrongCode(
            _("代码“%(code)s”不能用：以小写字母开头，只含小写字母、数字和下划线，3 到 60 个字符。")
            % {"code": spec.code}
        )
    _refuse_takeover(spec, actor)
    _as(actor, lambda: _save(spec, actor))
    return _open_version(spec.code)


def _refuse_takeover(spec: Resource, actor: Actor) -> None:
    row = ResourceRow.objects.filter(code=spec.code).first()
    if row and row.declared:
        raise DeclaredInCode(_("“%(title)s”由应用包声明，请改应用包。") % {"title": row.title})
    if row:
        _may_write(actor, row.owner)
    started = _unfinished(spec.code)
    if started:
        _may_write(actor, started.owner)


def _unfinished(code: str, *, locked: bool = False) -> EntryVersion | None:
    """``locked``, inside an act: nobody else takes a step with it until the act is over."""
    states = (EntryVersion.DRAFT, EntryVersion.REVIEW, EntryVersion.RETURNED)
    rows = EntryVersion.objects.select_for_update() if locked else EntryVersion.objects.all()
    return rows.filter(resource=code, state__in=states).order_by("-version").first()


def _save(spec: Resource, actor: Actor) -> None:
    row = _unfinished(spec.code, locked=True)
    if row and row.state == EntryVersion.REVIEW:
        raise NoSuchDraft(_("“%(title)s”正在审核，先撤回或等审核意见。") % {"title": spec.title})
    row = row or EntryVersion(resource=spec.code, version=next_version(spec.code))
    row.state, row.owner, row.spec, row.reviewer = EntryVersion.DRAFT, spec.owner, spec.as_dict(), ""
    row.author, row.author_name = actor.id, actor.name
    try:
        row.save(force_insert=row.pk is None)  # never over a version that somebody else has just made
    except IntegrityError:
        raise NoSuchDraft(_("“%(code)s”刚刚被别人处理了，请刷新后再看。") % {"code": spec.code}) from None
    _tell(spec.code, row.version, EntryVersion.DRAFT, spec.owner)


def _tell(code: str, number: int, state: str, owner: str, note: str = "") -> None:
    publish(EntryMoved(subject=f"resource:{code}", version=number, state=state, owner=owner, note=note))


def _open_version(code: str) -> Version:
    row = _unfinished(code)
    if row is None:
        raise NoSuchDraft(_("“%(code)s”没有草稿。") % {"code": code})
    return _version(row)


def _version(row: EntryVersion) -> Version:
    spec = Resource.from_dict(row.spec)
    return Version(
        spec, row.version, row.state, row.author_name or row.author, row.reviewer, row.note, row.at
    )


def submit(code: str, actor: Actor) -> Version:
    """Hand a draft to the reviewer; severe problems hold it back, each named with its column."""

    def step() -> None:
        row = _in_state(code, EntryVersion.DRAFT, EntryVersion.RETURNED)
        _may_write(actor, row.owner)
        _hold_back(row)
        _move(row, EntryVersion.REVIEW)

    _as(actor, step)
    return _open_version(code)


def _hold_back(row: EntryVersion) -> None:
    spec = Resource.from_dict(row.spec)
    beside = list(
        ResourceRow.objects.filter(owner=row.owner).exclude(code=row.resource).values_list("title", flat=True)
    )
    severe = [one for one in problems(spec, neighbours=beside) if one.severe]
    if severe:
        raise EntryHeldBack(spec.title, severe)


def _in_state(code: str, *states: str) -> EntryVersion:
    """Asked inside the act that takes the step, so that what was read is what is moved."""
    row = _unfinished(code, locked=True)
    if row is None or row.state not in states:
        raise NoSuchDraft(_("“%(code)s”没有可以走这一步的版本。") % {"code": code})
    return row


def _move(row: EntryVersion, state: str, *, note: str = "", reviewer: str = "") -> None:
    """The state is asked again in the update, so that two reviewers cannot both decide."""
    moved = EntryVersion.objects.filter(pk=row.pk, state=row.state).update(
        state=state, note=note or row.note, reviewer=reviewer
    )
    if not moved:
        raise NoSuchDraft(_("“%(code)s”刚刚被别人处理了，请刷新后再看。") % {"code": row.resource})
    _tell(row.resource, row.version, state, row.owner, note)


def take_back(code: str, actor: Actor) -> Version:
    """Take a version back from the reviewer."""

    def step() -> None:
        row = _in_state(code, EntryVersion.REVIEW)
        _may_write(actor, row.owner)
        _move(row, EntryVersion.DRAFT)

    _as(actor, step)
    return _open_version(code)


def return_entry(code: str, actor: Actor, *, note: str) -> Version:
    """Send a version back to its author with the reviewer's words."""
    _may_review(actor)
    if not note.strip():
        raise BadInput(_("退回要写明哪里要改。"))

    def step() -> None:
        row = _in_state(code, EntryVersion.REVIEW)
        _move(row, EntryVersion.RETURNED, note=note.strip()[:500], reviewer=actor.name)

    _as(actor, step)
    return _open_version(code)


def approve(code: str, actor: Actor, *, note: str = "") -> Resource:
    """Publish the version under review; its author may not be the one who passes it."""
    _may_review(actor)

    def step() -> None:
        row = _in_state(code, EntryVersion.REVIEW)
        if row.author == actor.id and actor.kind != "system":
            raise OwnReview(_("这一版是您自己写的，请由另一位同事审核。"))
        _move(row, EntryVersion.PUBLISHED, note=note.strip()[:500], reviewer=actor.name)
        put_in_place(Resource.from_dict(row.spec), row.version)

    _as(actor, step)
    return resource(code)


def retire(code: str, actor: Actor, *, why: str) -> None:
    """Take an entry out of the catalogue; its versions and receipts stay, its rows go when their time is over."""
    spec = resource(code)
    _may_write(actor, spec.owner)
    if not why.strip():
        raise BadInput(_("停用要写明原因。"))

    def step() -> None:
        row = ResourceRow.objects.select_for_update().get(code=spec.code)
        if row.state == ResourceRow.RETIRED:
            raise ResourceRetired(_("“%(title)s”已经停用。") % {"title": row.title})
        row.state, row.retired_because = ResourceRow.RETIRED, why.strip()[:300]
        row.save(update_fields=["state", "retired_because", "updated_at"])
        forget([spec.code])
        _tell(spec.code, row.version, ResourceRow.RETIRED, spec.owner, why.strip()[:300])

    _as(actor, step)


def versions(code: str) -> list[Version]:
    """Every version of an entry, the newest first."""
    found = [_version(row) for row in EntryVersion.objects.filter(resource=code)]
    if not found:
        raise UnknownResource(_("目录里没有“%(code)s”。") % {"code": code})
    return found


def unfinished(
    *, owner: str | None = None, state: str | None = None, text: str = "", limit: int | None = None,
    offset: int = 0,
) -> list[Version]:  # fmt: skip
    """Drafts and versions under review, the newest first, for the desk of who writes and who decides."""
    rows = _unfinished_rows(owner, state, text).order_by("-at", "-pk")
    return [_version(row) for row in rows[offset : None if limit is None else offset + limit]]


def count_unfinished(*, owner: str | None = None, text: str = "") -> dict[str, int]:
    """How many versions stand in each state before publishing."""
    rows = _unfinished_rows(owner, None, text).order_by().values_list("state")
    return dict(rows.annotate(n=Count("pk")))


def _unfinished_rows(owner: str | None, state: str | None, text: str) -> QuerySet[EntryVersion]:
    rows = EntryVersion.objects.exclude(state=EntryVersion.PUBLISHED)
    rows = rows.filter(owner=owner) if owner else rows
    rows = rows.filter(Q(resource__icontains=text) | Q(spec__title__icontains=text)) if text else rows
    return rows.filter(state=state) if state else rows


def draft_of(code: str) -> Version | None:
    """The unfinished version of an entry, if there is one."""
    row = _unfinished(code)
    return _version(row) if row else None


def wrote_it(actor: Actor, code: str) -> bool:
    """Whether the version under review is his own, which another has to pass."""
    row = _unfinished(code)
    return row is not None and row.author == actor.id


def changes(before: Resource, after: Resource) -> list[Change]:
    """What a reader or deliverer would notice: items added, dropped, renamed, retyped, and duties that changed."""
    old, new = {f.name: f for f in before.fields}, {f.name: f for f in after.fields}
    found = [Change("dropped", name, old[name].title, "", True) for name in old if name not in new]
    for name, field in new.items():
        was = old.get(name)
        if was is None:
            found.append(Change("added", name, "", field.title, field.required))
            continue
        found += _item_changes(name, was, field)
    return found + _entry_changes(before, after)


def _item_changes(name: str, was: Any, now: Any) -> list[Change]:
    sides = (
        ("kind", True),
        ("required", now.required),
        ("codes", True),
        ("sensitivity", True),
        ("title", False),
    )
    return [
        Change(side, name, str(getattr(was, side)), str(getattr(now, side)), breaking)
        for side, breaking in sides
        if getattr(was, side) != getattr(now, side)
    ]


def _entry_changes(before: Resource, after: Resource) -> list[Change]:
    sides = (
        ("key", True),
        ("mode", True),
        ("share", True),
        ("openness", True),
        ("owner", True),
        ("update", False),
    )
    return [
        Change(side, "", str(getattr(before, side)), str(getattr(after, side)), breaking)
        for side, breaking in sides
        if getattr(before, side) != getattr(after, side)
    ]
