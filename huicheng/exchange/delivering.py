"""Deliver 交付: land the bytes, then one job that makes them a version of the table, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.codetables.translating import in_force
from huicheng.exchange.databases import drafted_query, is_address, safe_name
from huicheng.exchange.declarations import Resource
from huicheng.exchange.drifting import fed_before
from huicheng.exchange.events import DeliveryFailed
from huicheng.exchange.evidence.receipts import sign_delivery
from huicheng.exchange.landing import Landed, kept_as, land, one_at_a_time, settle, sha256_of, suffix_of
from huicheng.exchange.matching import settle_mapping
from huicheng.exchange.mended import mended
from huicheng.exchange.models import Delivery
from huicheng.exchange.reading.opening import glance, open_source
from huicheng.exchange.reading.source import Source, form_of
from huicheng.exchange.receipts import NeedsConfirmation, Receipt, receipt_of
from huicheng.exchange.refusals import (
    EmptySource,
    NotYours,
    QueryRefused,
    SourceRefused,
    SourceUnreachable,
    retold,
)
from huicheng.ground.api import (
    Actor,
    JobView,
    Progress,
    act,
    acting_as,
    current_actor,
    publish,
    run_inline,
    submit,
)

OPENED: dict[str, Source] = {}


class Stepped(Protocol):
    def step(self, label: str, *, done: int = 0, total: int | None = None) -> None: ...


@dataclass(frozen=True)
class Ask:
    """What the sender said about the delivery."""

    resource: Resource
    source: Path | str
    mapping: Mapping[str, str] | None
    sheet: str | None
    query: str | None
    shown: Stepped | None
    # What the rows of a draft say of it, kept with the receipt: who is asked again and again says how far he is.
    noting: Callable[[Path], dict[str, Any]] | None = None

    @property
    def name(self) -> str:
        return safe_name(self.source) if is_address(self.source) else Path(self.source).name


def deliver(
    resource: str, source: Path | str, *, mapping: Mapping[str, str] | None = None, sheet: str | None = None,
    query: str | None = None, actor: Actor | None = None, progress: Stepped | None = None,
) -> Receipt:  # fmt: skip
    """Take a file or a query's rows into a resource. The same content again is the same receipt.

    Raises what is wrong with the delivery as a whole, after leaving a failed receipt that says so; raises
    NeedsConfirmation where a replacement would lose most rows and nobody has confirmed it yet.
    """
    ask = Ask(find_unquoted(resource), source, mapping, sheet, query, progress)
    return deliver_asked(ask, actor or current_actor())


def deliver_asked(ask: Ask, actor: Actor) -> Receipt:
    with acting_as(actor), _opened_for_job():
        admit(ask.resource, current_actor())
        row, job = _receive(ask)
        if job:
            run_inline(job, watcher=_watcher(ask.shown))
            row.refresh_from_db()
        return ended(row)


def find_unquoted(resource: str) -> Resource:
    """The resource; an address that slipped into its place is not repeated, for it may hold a password."""
    return find(safe_name(resource) if is_address(resource) else resource)


def ended(row: Delivery) -> Receipt:
    """A delivery that another process brought to a bad end is refused here too."""
    if row.state == Delivery.HELD:
        raise NeedsConfirmation(receipt_of(row))
    if row.state in (Delivery.FAILED, Delivery.SUPERSEDED, Delivery.WITHDRAWN):
        raise retold(row.options.get("refusal", ""), row.file, row.reason)
    return receipt_of(row)


@contextmanager
def _opened_for_job() -> Iterator[None]:
    """A workbook is parsed when it is opened: the job of this process need not do it again."""
    before = set(OPENED)
    try:
        yield
    finally:
        for row_id in set(OPENED) - before:
            OPENED.pop(row_id, None)


def _watcher(shown: Stepped | None) -> Any:
    def watch(progress: Progress) -> None:
        if shown:
            shown.step(progress.label, done=progress.done, total=progress.total)

    return watch


def admit(spec: Resource, actor: Actor) -> None:
    if "." in spec.code:  # computed here: not even the system may put a file in its place
        raise NotYours(_("“%(title)s”由平台自己计算，不接收任何交付。") % {"title": spec.title})
    if actor.kind == "system":
        return
    steward = actor.department == "shuju" and actor.may("steward")
    own = actor.department == spec.owner and actor.may("deliver")
    if not actor.serves_department or not (own or steward):
        raise NotYours(
            _("您不能向“%(title)s”交付数据：只有其提供部门的交付人员可以。") % {"title": spec.title}
        )


def _receive(ask: Ask) -> tuple[Delivery, JobView | None]:
    """The delivery's row and its job; or an older row with the same content, which is the answer."""
    try:
        landed, opened, mapping = _fetch(ask) if is_address(ask.source) else _take_in(ask, Path(ask.source))
    except SourceRefused as refusal:
        # Who asks by himself tells of it himself: a receipt each minute that a database is away helps nobody.
        if not (ask.noting and isinstance(refusal, EmptySource | SourceUnreachable | QueryRefused)):
            fail(_new(ask, {}), refusal)
        raise
    facts = _facts(ask, landed, opened, mapping)
    if ask.noting:
        facts["options"] |= ask.noting(landed.path)
    # Between looking for the same content and writing down one's own nobody else may do so: not another process either.
    with one_at_a_time(f"{ask.resource.code}.entry"), transaction.atomic():
        row = _same(ask.resource, facts) or _new(ask, facts)
        job = (
            submit("exchange.deliver", key=row.id, delivery=row.id) if row.state == Delivery.WORKING else None
        )
    OPENED[row.id] = opened
    return row, job


def _teller(ask: Ask) -> Any:
    shown = ask.shown
    return (lambda done, total: shown.step(_("接收文件"), done=done, total=total)) if shown else None


Taken: TypeAlias = tuple[Landed, Source, dict[str, str]]


def _take_in(ask: Ask, path: Path) -> Taken:
    """Refuse what can be refused before it is copied; then read only the copy, which nobody changes."""
    glance(path, sheet=ask.sheet, fits=lambda source: _mapping(ask, mended(source, ask.resource)))
    landed = land(path, suffix=suffix_of(ask.name), tell=_teller(ask))
    opened = open_source(landed.path, name=ask.name, form=form_of(path, ask.name), sheet=ask.sheet)
    opened = mended(opened, ask.resource)
    return landed, opened, _mapping(ask, opened)


def _fetch(ask: Ask) -> Taken:
    """A query's rows stay a draft, which goes again, until it is known that they fit."""
    with drafted_query(str(ask.source), ask.query or "", tell=_teller(ask)) as draft:
        mapping = _mapping(ask, open_source(draft, name=ask.name, form="parquet"))
        landed = settle(draft, sha256_of(draft), ".parquet")
    return landed, open_source(landed.path, name=ask.name, form="parquet"), mapping


def _mapping(ask: Ask, opened: Source) -> dict[str, str]:
    """Where the same table came without a column that it had, the delivery is held with the difference, not refused."""

    def excused(found: dict[str, str]) -> frozenset[str]:
        return fed_before(ask.resource, ask.name, found)

    return settle_mapping(ask.resource, opened.header, ask.mapping, file=ask.name, excused=excused)


def _facts(ask: Ask, landed: Landed, opened: Source, mapping: dict[str, str]) -> dict[str, Any]:
    spec = json.dumps(ask.resource.as_dict(), ensure_ascii=False, sort_keys=True)
    options: dict[str, Any] = {"spec": hashlib.sha256(spec.encode()).hexdigest()[:16], "sheet": ask.sheet}
    if versions := in_force(ask.resource):
        options["codes"] = versions
    form = "sql" if is_address(ask.source) else opened.form
    return {
        "sha256": landed.sha256, "size": landed.size, "landing": kept_as(landed.path), "source": form,
        "header": list(opened.header), "mapping": mapping, "options": options,
    }  # fmt: skip


def _same(spec: Resource, facts: dict[str, Any]) -> Delivery | None:
    """A delivery of the same bytes, read in the same way, that still stands, is under way or waits to be confirmed."""
    rows = Delivery.objects.filter(resource=spec.code).order_by("-at", "-id")
    standing = rows.filter(state=Delivery.ACCEPTED)
    coming = rows.filter(state__in=(Delivery.WORKING, Delivery.HELD))
    if spec.mode != "append":  # an older content delivered again is news: it takes the newer one's place
        newest = standing.first()
        standing = standing.filter(id=newest.id) if newest else standing
    if spec.mode == "replace" and newest:
        coming = coming.filter(at__gt=newest.at)
    alike = [row for found in (standing, coming) for row in found.filter(sha256=facts["sha256"])]
    return next(
        (r for r in alike if r.mapping == facts["mapping"] and _read_as(r.options, facts["options"])), None
    )


def _read_as(kept: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """What was found in it is kept there too, and is no part of how it was read."""
    return all(kept.get(name) == value for name, value in asked.items())


def overtaken(row: Delivery, spec: Resource) -> bool:
    """A replacement that stopped half-way must not undo a newer one that came in meanwhile."""
    newer = Delivery.objects.filter(resource=row.resource, state=Delivery.ACCEPTED, at__gt=row.at)
    return spec.mode == "replace" and newer.exists()


def _new(ask: Ask, facts: dict[str, Any]) -> Delivery:
    actor = current_actor()
    number = f"D{timezone.localtime():%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
    return Delivery.objects.create(
        id=number, resource=ask.resource.code, department=ask.resource.owner, actor=actor.id,
        actor_name=actor.name, file=ask.name[:300], **facts,
    )  # fmt: skip


@act
def fail(row: Delivery, refusal: Exception) -> None:
    """A failed receipt: nothing was taken, and this is why."""
    row.state, row.reason, row.finished_at = Delivery.FAILED, str(refusal), timezone.now()
    row.options = {**row.options, "refusal": type(refusal).__name__}
    row.save(update_fields=["state", "reason", "finished_at", "options"])
    sign_delivery(row)
    publish(
        DeliveryFailed(
            subject=f"delivery:{row.id}",
            resource=row.resource,
            delivery=row.id,
            reason=type(refusal).__name__,
            rows=row.rows,
        )
    )
