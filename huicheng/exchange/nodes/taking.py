"""A whole batch becomes a delivery or a catalogue entry, and a signed receipt; twice is the same as once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import (
    DeclaredInCode,
    EntryHeldBack,
    UnknownResource,
    WrongCode,
    approve,
    draft,
    resource,
    submit,
    take_back,
    unfinished,
)
from huicheng.exchange.catalogue.entries import PersonalFieldOpen
from huicheng.exchange.catalogue.life import NoSuchDraft
from huicheng.exchange.declarations import Resource
from huicheng.exchange.delivering import deliver
from huicheng.exchange.erasing import erase_again
from huicheng.exchange.models import Delivery
from huicheng.exchange.nodes import inbox
from huicheng.exchange.nodes.chain import Manifest, manifest_of, schema_of
from huicheng.exchange.nodes.cutting import received_of
from huicheng.exchange.nodes.events import BatchTaken
from huicheng.exchange.nodes.models import Batch, Node, Stream
from huicheng.exchange.nodes.problems import (
    AwaitingReview,
    CentreFault,
    NotInYourSlice,
    TamperedBatch,
)
from huicheng.exchange.nodes.room import is_full, no_room
from huicheng.exchange.receipts import NeedsConfirmation
from huicheng.exchange.refusals import DeliveryBroken, NotYours, SourceRefused
from huicheng.ground.api import Actor, act, acting_as, publish, signed, system_actor
from huicheng.lake import api as lake


@dataclass(frozen=True)
class Outcome:
    """``kind``: accepted, held (somebody at the centre is asked first), refused, published, or review."""

    kind: str
    delivery: str = ""
    rows: int = 0
    accepted: int = 0
    refused: int = 0
    version: int | None = None
    reason: str = ""


def actor_of(node: Node) -> Actor:
    """A node may deliver for its department and nothing else."""
    return Actor(
        id=f"node:{node.id}", name=node.title, kind="machine", department=node.department, duties=frozenset({"deliver"})
    )  # fmt: skip


def take(node: Node, name: str, seq: int) -> dict[str, Any]:
    """Verify, deliver and acknowledge; the receipt."""
    batch = inbox.announced(node, name, seq)
    manifest = manifest_of(batch.manifest)
    with inbox.one_at_a_time(node, manifest):
        batch.refresh_from_db()
        if batch.state == Batch.TAKEN:
            return batch.receipt
        path = inbox.whole(node, manifest)
        with acting_as(actor_of(node)):
            if manifest.kind == "entry":
                _enter(node, batch, manifest, path)
            else:
                outcome = _delivered(manifest, node, path)
                if outcome.delivery:
                    erase_again(outcome.delivery, since=_since(batch, path))
                _acknowledge(node, batch, manifest, outcome)
        inbox.let_go(node, manifest)
    return batch.receipt


def _since(batch: Batch, path: Path) -> datetime:
    """A batch that waited, here or at its node, brings back nobody who was erased while it did."""
    return min(batch.announced_at, received_of(path) or batch.announced_at)


def _delivered(manifest: Manifest, node: Node, path: Path) -> Outcome:
    _may_deliver(manifest, node)
    reason = ""
    try:
        if _there(manifest) is None:
            deliver(manifest.resource, path, actor=actor_of(node))
    except NeedsConfirmation:
        pass
    except DeliveryBroken as fault:
        raise (no_room(_("上级")) if is_full(fault) else CentreFault(str(fault))) from fault
    except SourceRefused as refusal:
        reason = str(refusal)
    except (NotYours, UnknownResource) as refusal:
        raise NotInYourSlice(str(refusal)) from refusal
    except lake.LakeBusy as busy:
        raise CentreFault(_("上级的湖正忙。")) from busy
    row = _there(manifest)
    return _outcome_of(row) if row else Outcome("refused", reason=reason)


def _may_deliver(manifest: Manifest, node: Node) -> None:
    try:
        spec = resource(manifest.resource)
    except UnknownResource as unknown:
        raise AwaitingReview(
            _("“%(resource)s”的目录还没有通过审核。") % {"resource": manifest.resource},
            do=_("数据局审核发布之后会自动继续。"),
        ) from unknown
    if spec.owner != node.department:
        raise NotInYourSlice(_("“%(title)s”不归这个节点的部门。") % {"title": spec.title})
    if Stream.objects.filter(node=node, resource=manifest.resource, stays=True).exists():
        raise NotInYourSlice(_("“%(title)s”约定数据不出节点，不接收它的行。") % {"title": spec.title})


def _there(manifest: Manifest) -> Delivery | None:
    """The delivery of these bytes that ended: no two batches have the same, so it is this one's."""
    ended = Delivery.objects.filter(resource=manifest.resource, sha256=manifest.sha256).exclude(
        state=Delivery.WORKING
    )
    return next(
        (row for row in ended.order_by("-at") if row.options.get("refusal") != DeliveryBroken.__name__), None
    )


def _outcome_of(row: Delivery) -> Outcome:
    kinds = {Delivery.HELD: "held", Delivery.FAILED: "refused", Delivery.SUPERSEDED: "refused",
             Delivery.WITHDRAWN: "refused"}  # fmt: skip
    return Outcome(
        kinds.get(row.state, "accepted"), row.id, row.rows, row.accepted, row.refused, row.version, row.reason
    )


@transaction.atomic
def _enter(node: Node, batch: Batch, manifest: Manifest, path: Path) -> None:
    """Entry and receipt at once: a kill leaves neither."""
    _acknowledge(node, batch, manifest, _entered(node, manifest, path))


def _entered(node: Node, manifest: Manifest, path: Path) -> Outcome:
    """The entry takes the catalogue's own road; only a trusted node's is published without a reviewer."""
    spec = _spec(manifest, path)
    if spec.owner != node.department:
        return Outcome("refused", reason=_("“%(title)s”不归这个节点的部门。") % {"title": spec.title})
    actor = actor_of(node)
    try:
        if _stands(spec):
            return Outcome("published")
        if any(one.spec.code == spec.code for one in unfinished(owner=node.department, state="review")):
            take_back(spec.code, actor)  # the node has mended it meanwhile
        draft(spec, actor)
        submit(spec.code, actor)
        if not node.trusted:
            return Outcome("review", reason=_("目录已提交，等数据局审核发布。"))
        approve(spec.code, system_actor("nodes"))
    except DeclaredInCode:
        return Outcome("published", reason=_("目录由应用包声明，以上级的为准。"))
    except (EntryHeldBack, WrongCode, NotYours, NoSuchDraft) as refusal:
        return Outcome("refused", reason=str(refusal))
    except PersonalFieldOpen:
        return Outcome("refused", reason=_("含个人信息的资源不能向社会开放。"))
    return Outcome("published")


def _stands(spec: Resource) -> bool:
    try:
        return resource(spec.code) == spec
    except UnknownResource:
        return False


def _spec(manifest: Manifest, path: Path) -> Resource:
    try:
        spec = Resource.from_dict(json.loads(path.read_bytes()))
    except (ValueError, TypeError, KeyError) as error:
        raise TamperedBatch(_("目录条目读不出来。")) from error
    if spec.code != manifest.resource or schema_of(spec) != manifest.schema:
        raise TamperedBatch(_("目录条目与清单不符。"))
    return spec


@act
def _acknowledge(node: Node, batch: Batch, manifest: Manifest, outcome: Outcome) -> None:
    batch.state, batch.outcome, batch.delivery = Batch.TAKEN, outcome.kind, outcome.delivery
    batch.taken_at = timezone.now()
    batch.receipt = signed(_document(manifest, outcome, batch.taken_at))
    batch.save()
    stays = {"stays": manifest.stays} if manifest.kind == "entry" else {}
    Stream.objects.update_or_create(
        node=node, resource=manifest.resource, defaults={"seq": manifest.seq, "hash": manifest.hash, **stays}
    )
    publish(
        BatchTaken(
            subject=f"node:{node.id}", resource=manifest.resource, seq=manifest.seq, outcome=outcome.kind,
            delivery=outcome.delivery, signed=batch.receipt,
        )
    )  # fmt: skip


def _document(manifest: Manifest, outcome: Outcome, at: Any) -> dict[str, Any]:
    return {
        "kind": "batch", "node": manifest.node, "resource": manifest.resource, "seq": manifest.seq,
        "batch": manifest.hash, "sha256": manifest.sha256, "previous": manifest.previous, "outcome": outcome.kind,
        "delivery": outcome.delivery, "rows": outcome.rows, "accepted": outcome.accepted, "refused": outcome.refused,
        "version": outcome.version, "reason": outcome.reason, "at": at.isoformat(), "sets": [],
    }  # fmt: skip
