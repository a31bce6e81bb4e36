"""The centre's inbox 收件: a batch is announced, its bytes come from an offset, and then it is taken, once."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huicheng.exchange.landing import alone, sha256_of, sync_folder
from huicheng.exchange.nodes.chain import GENESIS, MOST_BYTES, Manifest, check_signed, manifest_of
from huicheng.exchange.nodes.models import Batch, Node, Stream
from huicheng.exchange.nodes.problems import (
    BatchTooLarge,
    InboxBusy,
    MalformedRequest,
    MissingBatch,
    NotInYourSlice,
    ReorderedBatch,
    ReplayedBatch,
    TamperedBatch,
    WrongOffset,
)
from huicheng.exchange.nodes.room import is_full, no_room
from huicheng.ground.api import home

SPARE = 16 << 20
ABANDONED = timedelta(days=30)
NAME = re.compile(r"(?P<resource>.+)-(?P<seq>\d{6,})-(?P<hash>[0-9a-f]{16})\.(part|parquet)")


def announce(node: Node, manifest: Manifest, signature: str) -> dict[str, Any]:
    """What the centre has of this batch: its receipt, or how many bytes."""
    if manifest.node != node.id:
        raise TamperedBatch(
            _("批次清单写的是节点 %(other)s，不是发送它的节点。") % {"other": manifest.node[:20]}
        )
    check_signed(manifest, signature, node.pem)
    taken = Batch.objects.filter(
        node=node, resource=manifest.resource, seq=manifest.seq, state=Batch.TAKEN
    ).first()
    if taken is not None:
        return _taken_before(taken, manifest)
    _follows(node, manifest)
    _fits(manifest)
    _drop_replaced(node, manifest)
    Batch.objects.update_or_create(
        node=node, resource=manifest.resource, seq=manifest.seq,
        defaults={"hash": manifest.hash, "sha256": manifest.sha256, "manifest": manifest.as_dict(),
                  "signature": signature},
    )  # fmt: skip
    return {"state": "receiving", "offset": held(node, manifest)}


def _drop_replaced(node: Node, manifest: Manifest) -> None:
    """The node erased rows of it and signed it anew: what came of the former one is not to stay here."""
    before = Batch.objects.filter(node=node, resource=manifest.resource, seq=manifest.seq).first()
    if before is not None and before.hash != manifest.hash:
        let_go(node, manifest_of(before.manifest))


def _taken_before(batch: Batch, manifest: Manifest) -> dict[str, Any]:
    """The node missed our receipt: here it is again. Anything else under this number is no resend."""
    if batch.hash == manifest.hash:
        return {"state": "taken", "receipt": batch.receipt}
    raise ReplayedBatch(
        _("“%(resource)s”第 %(seq)s 批早已收下，这次的内容不同。") % _named(manifest),
        do=_("节点的发件箱像是从旧备份恢复的；请联系数据局，用新的加入码重新加入。"),
    )


def _named(manifest: Manifest) -> dict[str, Any]:
    return {"resource": manifest.resource, "seq": f"{manifest.seq:,}"}


def tip(node: Node, resource: str) -> tuple[int, str]:
    row = Stream.objects.filter(node=node, resource=resource).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def _follows(node: Node, manifest: Manifest) -> None:
    seq, head = tip(node, manifest.resource)
    if manifest.seq > seq + 1:
        raise MissingBatch(
            _("“%(resource)s”来了第 %(seq)s 批，可上级只收到第 %(last)s 批，中间缺了。")
            % {**_named(manifest), "last": f"{seq:,}"},
            do=_("请按顺序从第 %(next)s 批发起。") % {"next": f"{seq + 1:,}"}, expected=seq + 1,
        )  # fmt: skip
    if manifest.previous != head:
        raise ReorderedBatch(
            _("“%(resource)s”第 %(seq)s 批接的不是上级收到的最后一批：顺序乱了，或前面的批次被换过。")
            % _named(manifest),
            do=_("请联系数据局核对两边的回执。"),
        )
    if Batch.objects.filter(node=node, sha256=manifest.sha256, state=Batch.TAKEN).exists():
        raise ReplayedBatch(
            _("“%(resource)s”第 %(seq)s 批的内容以前已作为另一批收下。") % _named(manifest),
            do=_("请不要把同一批重新编号发送。"),
        )
    if manifest.kind == "rows" and seq == 0:
        raise NotInYourSlice(
            _("“%(resource)s”还没有由这个节点发布。") % _named(manifest),
            do=_("请先运行 huicheng node publish。"),
        )


def _fits(manifest: Manifest) -> None:
    if manifest.size > MOST_BYTES:
        raise BatchTooLarge(
            _("“%(resource)s”第 %(seq)s 批超过 %(most)s GB。")
            % {**_named(manifest), "most": MOST_BYTES >> 30},
            do=_("请用更小的 --batch-rows 切分。"),
        )
    if shutil.disk_usage(_folder_of(manifest.node)).free < manifest.size + SPARE:
        raise no_room(_("上级"))


def _folder_of(node: str) -> Path:
    path = home() / "inbox" / node
    path.mkdir(parents=True, exist_ok=True)
    return path


def part_of(node: Node, manifest: Manifest) -> Path:
    return _folder_of(node.id) / f"{manifest.resource}-{manifest.seq:06d}-{manifest.hash[:16]}.part"


def whole_of(node: Node, manifest: Manifest) -> Path:
    return _folder_of(node.id) / f"{manifest.resource}-{manifest.seq:06d}-{manifest.hash[:16]}.parquet"


def held(node: Node, manifest: Manifest) -> int:
    if whole_of(node, manifest).exists():
        return manifest.size
    path = part_of(node, manifest)
    return path.stat().st_size if path.exists() else 0


def receive(node: Node, manifest: Manifest, *, offset: int, data: bytes) -> int:
    """Add bytes where our copy ends; returns where it ends now. Durable when this returns."""
    with one_at_a_time(node, manifest):
        have = held(node, manifest)
        if offset != have:
            raise WrongOffset(
                _("上级已有 %(have)s 字节，收到的却从 %(offset)s 开始。") % {"have": f"{have:,}", "offset": f"{offset:,}"},
                offset=have,
            )  # fmt: skip
        if have + len(data) > manifest.size:
            raise TamperedBatch(_("收到的字节比清单所写的 %(size)s 还多。") % {"size": f"{manifest.size:,}"})
        _append(part_of(node, manifest), have, data)
        return have + len(data)


def _append(path: Path, have: int, data: bytes) -> None:
    new = not path.exists()
    try:
        with path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if new:
            sync_folder(path.parent)
    except OSError as error:
        _cut_back(path, have)
        if is_full(error):
            raise no_room(_("上级")) from error
        raise


def _cut_back(path: Path, size: int) -> None:
    if path.exists():
        os.truncate(path, size)


def whole(node: Node, manifest: Manifest) -> Path:
    """All bytes are here and are those that were signed; else they are thrown away, to come again."""
    path, part = whole_of(node, manifest), part_of(node, manifest)
    if path.exists():
        return path
    have = held(node, manifest)
    if have < manifest.size:
        raise WrongOffset(_("这一批还没有收全。"), offset=have)
    if sha256_of(part) != manifest.sha256:
        part.unlink()
        raise TamperedBatch(
            _("“%(resource)s”第 %(seq)s 批收全了，校验和却与清单不符。") % _named(manifest),
            do=_("将从头再收一次。"),
        )
    os.replace(part, path)
    sync_folder(path.parent)
    return path


@contextmanager
def one_at_a_time(node: Node, manifest: Manifest) -> Iterator[None]:
    """Refused rather than waited for: the node asks again."""
    with alone(_lock_of(node.id, manifest.resource), wait=False) as mine:
        if not mine:
            raise InboxBusy(_("上级正在处理这一批。"), do=_("稍后会自动再问。"))
        yield


def _lock_of(node: str, resource: str) -> Path:
    return _folder_of(node) / f".{hashlib.sha256(resource.encode()).hexdigest()[:24]}.lock"


def announced(node: Node, resource: str, seq: int) -> Batch:
    row = Batch.objects.filter(node=node, resource=resource, seq=seq).first()
    if row is None:
        raise MalformedRequest(_("这一批没有预告过。"), do=_("请先发送批次清单。"))
    return row


def let_go(node: Node, manifest: Manifest) -> None:
    """What was taken lies in the landings now."""
    for path in (whole_of(node, manifest), part_of(node, manifest)):
        path.unlink(missing_ok=True)


def tidy() -> int:
    """Bytes that nobody goes on sending, and what a kill left of batches that were taken."""
    return _drop(path for path in _files() if _abandoned(path) or _was_taken(path))


def forget(resource: str) -> int:
    """Rows were erased: what waits here of the resource goes, and its node sends it anew."""
    gone = 0
    for path in _files(resource):
        with alone(_lock_of(path.parent.name, resource)):
            gone += _drop([path])
    return gone


def _files(resource: str = "") -> list[Path]:
    found = ((path, NAME.fullmatch(path.name)) for path in (home() / "inbox").glob("*/*"))
    return [path for path, named in found if named and resource in ("", named["resource"])]


def _abandoned(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > ABANDONED.total_seconds()


def _was_taken(path: Path) -> bool:
    named = NAME.fullmatch(path.name)
    taken = Batch.objects.filter(node=path.parent.name, state=Batch.TAKEN)
    return (
        named is not None
        and taken.filter(resource=named["resource"], hash__startswith=named["hash"]).exists()
    )


def _drop(paths: Iterable[Path]) -> int:
    gone = 0
    for path in paths:
        path.unlink(missing_ok=True)
        gone += 1
    return gone
