"""The node's outbox 发件箱: what was published and delivered here, numbered, chained and signed, until the centre has it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import approve, draft, resource, submit
from huicheng.exchange.declarations import Resource
from huicheng.exchange.erasing import without_erased
from huicheng.exchange.erasures import erasures
from huicheng.exchange.landing import one_at_a_time, sha256_of, sync_folder
from huicheng.exchange.models import Delivery, ResourceRow
from huicheng.exchange.nodes import cutting
from huicheng.exchange.nodes.chain import GENESIS, Manifest, manifest_of, schema_of
from huicheng.exchange.nodes.events import BatchAcknowledged, BatchesRenewed, DeliveryCut, ResourceOffered
from huicheng.exchange.nodes.joining import centre
from huicheng.exchange.nodes.models import Centre, Cut, Outgoing, Published, Stream
from huicheng.exchange.nodes.problems import DamagedBatch, NotInYourSlice
from huicheng.ground.api import act, canonical, publish, sign, system_actor
from huicheng.lake import api as lake

LOCK = ".outbox"


@dataclass(frozen=True)
class Waiting:
    """What the node still has to send; ``uncut`` deliveries wait for their entry to be published."""

    batches: int
    bytes: int
    uncut: int
    oldest: datetime | None


def offer(spec: Resource, *, stays: bool = False) -> None:
    """Publish a resource in this node's own catalogue and tell the centre of it; ``stays``: its rows never leave."""
    parent = centre()
    if spec.owner != parent.department:
        raise NotInYourSlice(
            _("“%(title)s”的提供方是 %(owner)s，本节点属于 %(ours)s。")
            % {"title": spec.title, "owner": spec.owner, "ours": parent.department}
        )
    _publish_here(spec)
    stays = stays or stays_below(spec)
    with one_at_a_time(LOCK):
        known = Published.objects.filter(resource=spec.code).first()
        if known and known.spec == spec.as_dict() and known.stays == stays and not known.problem:
            return
        _offer(parent, spec, stays)


def stays_below(spec: Resource) -> bool:
    """Whether its rows lie at nodes below, which do not give them away, and nowhere here."""
    return Stream.objects.filter(resource=spec.code, stays=True).exists() and not lake.exists(spec.table)


def _publish_here(spec: Resource) -> None:
    """The node is the authority of its own slice; the same mistakes are caught here as at the centre."""
    row = ResourceRow.objects.filter(code=spec.code, state=ResourceRow.PUBLISHED).first()
    if row and (row.declared or Resource.from_dict(row.spec) == spec):
        return
    hand = system_actor("node")
    with transaction.atomic():
        draft(spec, hand)
        submit(spec.code, hand)
        approve(spec.code, hand)


@act
def _offer(parent: Centre, spec: Resource, stays: bool) -> None:
    body = canonical(_plain(spec.as_dict()))
    seq = _next(spec.code)
    path = cutting.outbox() / cutting.name_of(spec.code, seq)
    _write(path, body)
    manifest = Manifest(
        parent.node, spec.code, seq, "entry", schema_of(spec), hashlib.sha256(body).hexdigest(), len(body), 0,
        _head(spec.code), stays=stays,
    )  # fmt: skip
    _add(manifest)
    Published.objects.update_or_create(
        resource=spec.code,
        defaults={"spec": spec.as_dict(), "stays": stays, "state": "offered", "problem": ""},
    )
    publish(ResourceOffered(subject=f"resource:{spec.code}", resource=spec.code, stays=stays))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _write(path: Path, body: bytes) -> None:
    draft_of = path.with_suffix(".draft")
    with draft_of.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft_of, path)
    sync_folder(path.parent)


def _next(code: str) -> int:
    return (Outgoing.objects.filter(resource=code).aggregate(most=Max("seq"))["most"] or 0) + 1


def _head(code: str) -> str:
    last = Outgoing.objects.filter(resource=code).order_by("-seq").first()
    return last.hash if last else GENESIS


def _add(manifest: Manifest) -> Outgoing:
    return Outgoing.objects.create(
        resource=manifest.resource, seq=manifest.seq, hash=manifest.hash, manifest=manifest.as_dict(),
        signature=sign(manifest.bytes).value, delivery=manifest.delivery, size=manifest.size,
    )  # fmt: skip


def uncut() -> list[Delivery]:
    """Deliveries that took effect here and do not lie in the outbox, in the order in which they did."""
    codes = [one.resource for one in Published.objects.filter(stays=False, state="published")]
    return _uncut(codes)


def _uncut(codes: list[str]) -> list[Delivery]:
    cuts = set(Cut.objects.values_list("delivery", flat=True))
    rows = Delivery.objects.filter(resource__in=codes, state=Delivery.ACCEPTED).order_by("finished_at", "id")
    return [row for row in rows if row.id not in cuts]


def cut_new(*, batch_rows: int = cutting.BATCH_ROWS) -> int:
    """Put every delivery's rows into the outbox; returns how many batches came. A kill leaves none or all of a delivery's."""
    parent, made = centre(), 0
    with one_at_a_time(LOCK):
        for row in uncut():
            made += _cut(parent, row, batch_rows)
    return made


def _cut(parent: Centre, row: Delivery, batch_rows: int) -> int:
    spec = resource(row.resource)
    _sweep_drafts()
    try:
        pieces = cutting.cut(row, spec, node=parent.node, batch_rows=batch_rows)
        first = _next(row.resource)
        for place, piece in enumerate(pieces):
            cutting.settle(piece, cutting.name_of(row.resource, first + place))
    except OSError:
        _sweep_drafts()
        raise
    _enter(parent, row, spec, pieces, first)
    return len(pieces)


def _sweep_drafts() -> None:
    """What a kill or a full disk left half-written is in no chain yet."""
    for path in cutting.outbox().iterdir():
        if path.suffix in (".draft", ".again"):
            path.unlink(missing_ok=True)


@act
def _enter(parent: Centre, row: Delivery, spec: Resource, pieces: list[cutting.Piece], first: int) -> None:
    head = _head(row.resource)
    for place, piece in enumerate(pieces):
        manifest = Manifest(
            parent.node, row.resource, first + place, "rows", schema_of(spec), piece.sha256, piece.size,
            piece.rows, head, delivery=row.id, part=piece.part, parts=piece.parts,
        )  # fmt: skip
        _add(manifest)
        head = manifest.hash
    Cut.objects.create(delivery=row.id, batches=len(pieces))
    rows = sum(piece.rows for piece in pieces)
    publish(
        DeliveryCut(
            subject=f"delivery:{row.id}",
            resource=row.resource,
            delivery=row.id,
            batches=len(pieces),
            rows=rows,
        )
    )


def file_of(batch: Outgoing) -> Path:
    """The batch's file, whole; a damaged one is made again where the same bytes come out."""
    path = cutting.outbox() / cutting.name_of(batch.resource, batch.seq)
    manifest = manifest_of(batch.manifest)
    if path.exists() and path.stat().st_size == manifest.size and sha256_of(path) == manifest.sha256:
        return path
    again = _again(batch, manifest)
    if again is None or sha256_of(again) != manifest.sha256:
        raise DamagedBatch(
            _("发件箱里“%(resource)s”第 %(seq)s 批的文件坏了，也无法重新切出同样的内容。")
            % {"resource": batch.resource, "seq": batch.seq},
            do=_("请从备份恢复 outbox/ 文件夹，或联系数据局用新的加入码重新加入。"),
        )
    os.replace(again, path)
    sync_folder(path.parent)
    return path


def forget(code: str) -> int:
    """Rows were erased: what waits to be sent holds them no longer. Its manifests follow when it is sent."""
    spec, gone = resource(code, retired=True), 0
    with one_at_a_time(LOCK):
        _sweep_drafts()
        for batch in unsent():
            if batch.resource == code and batch.delivery:
                gone += _thinned(batch, spec)
    return gone


def _thinned(batch: Outgoing, spec: Resource) -> bool:
    path = cutting.outbox() / cutting.name_of(batch.resource, batch.seq)
    row = Delivery.objects.filter(id=batch.delivery).first()
    since = row.at if row else batch.cut_at
    later = [one for one in erasures(spec.code) if one.moment >= since]
    return path.exists() and cutting.thin_out(path, lambda table: without_erased(spec, table, later))


def renewed(batch: Outgoing) -> bool:
    """Whether an erasure left it other bytes than its manifest says; the centre lacks it, so it may be signed anew.

    So are all behind it: each names the one before, and none of them was ever announced.
    """
    path = cutting.outbox() / cutting.name_of(batch.resource, batch.seq)
    if not path.exists() or sha256_of(path) == batch.manifest["sha256"] or not cutting.is_thinned(path):
        return False
    with one_at_a_time(LOCK):
        _sign_anew(batch)
    batch.refresh_from_db()
    return True


@act
def _sign_anew(first: Outgoing) -> None:
    before = Outgoing.objects.filter(resource=first.resource, seq=first.seq - 1).first()
    head, rows = (
        before.hash if before else GENESIS,
        [one for one in unsent() if one.resource == first.resource],
    )
    behind = [one for one in rows if one.seq >= first.seq]
    for row in behind:
        manifest = replace(_as_it_lies(row), previous=head)
        row.manifest, row.hash, row.size = manifest.as_dict(), manifest.hash, manifest.size
        row.signature = sign(manifest.bytes).value
        row.save()
        head = manifest.hash
    publish(
        BatchesRenewed(subject=f"resource:{first.resource}", resource=first.resource, batches=len(behind))
    )


def _as_it_lies(row: Outgoing) -> Manifest:
    manifest, path = manifest_of(row.manifest), cutting.outbox() / cutting.name_of(row.resource, row.seq)
    if not path.exists() or not cutting.is_thinned(path):
        return manifest
    rows = cutting.rows_in(path)
    return replace(manifest, sha256=sha256_of(path), size=path.stat().st_size, rows=rows)


def _again(batch: Outgoing, manifest: Manifest) -> Path | None:
    if manifest.kind == "entry":
        path = cutting.outbox() / f"{cutting.name_of(batch.resource, batch.seq)}.again"
        offered = Published.objects.get(resource=batch.resource)
        path.write_bytes(canonical(_plain(offered.spec)))
        return path
    row = Delivery.objects.filter(id=batch.delivery).first()
    if row is None:
        return None
    return cutting.cut_again(
        row, resource(row.resource), node=manifest.node, part=manifest.part, parts=manifest.parts
    )


def unsent() -> list[Outgoing]:
    return list(Outgoing.objects.filter(sent_at__isnull=True).order_by("resource", "seq"))


@act
def acknowledge(batch: Outgoing, receipt: Mapping[str, Any]) -> None:
    """Keep the centre's receipt, whose signature holds; the file may go."""
    document = receipt["document"]
    batch.receipt, batch.outcome, batch.sent_at = dict(receipt), str(document["outcome"])[:12], timezone.now()
    batch.save()
    if batch.manifest["kind"] == "entry":
        _entry_became(batch.resource, batch.outcome, str(document["reason"]))
    publish(
        BatchAcknowledged(
            subject=f"resource:{batch.resource}", resource=batch.resource, seq=batch.seq, outcome=batch.outcome,
            receipt=dict(receipt),
        )
    )  # fmt: skip


def _entry_became(code: str, state: str, reason: str) -> None:
    problem = reason if state == "refused" else ""
    Published.objects.filter(resource=code).update(state=state, problem=problem)


def let_go(batch: Outgoing) -> None:
    (cutting.outbox() / cutting.name_of(batch.resource, batch.seq)).unlink(missing_ok=True)


def learn(entries: Mapping[str, Any]) -> None:
    """Where the centre's reviewer is with our entries."""
    for row in Published.objects.all():
        said = entries.get(row.resource)
        open_entry = Outgoing.objects.filter(
            resource=row.resource, sent_at__isnull=True, delivery=""
        ).exists()
        if not isinstance(said, Mapping) or open_entry:
            continue
        state, note = str(said.get("state", ""))[:12], str(said.get("note", ""))[:2000]
        problem = (
            row.problem
            if state == "refused" and not note
            else note
            if state in ("returned", "refused")
            else ""
        )
        if (row.state, row.problem) != (state, problem):
            Published.objects.filter(resource=row.resource).update(state=state, problem=problem)


def waiting() -> Waiting:
    rows = Outgoing.objects.filter(sent_at__isnull=True)
    left = _uncut([one.resource for one in Published.objects.filter(stays=False)])
    times = [one for one in (rows.order_by("id").values_list("cut_at", flat=True).first(),
                             left[0].finished_at if left else None) if one]  # fmt: skip
    size = rows.aggregate(size=Sum("size"))["size"] or 0
    return Waiting(rows.count(), size, len(left), min(times, default=None))
