"""Long answers on their way to a program, piece by piece; a right that ends ends them too, in the open."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from huicheng.exchange.asking import AccessRefused, NoData, admit, columns_for, leaves_a_trace, take
from huicheng.exchange.catalogue import resource
from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.hashing import Sent, counted
from huicheng.exchange.evidence.reading import Admitted, mounts_of, pinned, read_ahead
from huicheng.exchange.evidence.receipts import finish_export, note
from huicheng.exchange.pieces import Batches
from huicheng.exchange.policy import decide
from huicheng.exchange.refusals import AccessDenied
from huicheng.ground.api import Actor, act, acting_as, publish
from huicheng.lake import api as lake

Told = Callable[[int, str], None]
# How long a right may have ended before a stream that it began is cut.
LOOKED_AT_EVERY = 1.0


class RightEnded(AccessDenied):
    """The grant ended while its rows were on their way; what was sent so far is not whole."""


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Which part of a table is sent; ``where`` and ``order`` are the platform's own SQL, values are in ``params``."""

    columns: tuple[str, ...]
    where: str = ""
    order: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None

    def sql(self, table: str) -> str:
        shown = ", ".join(f'"{name}"' for name in self.columns)
        return f"SELECT {shown} {self._of(table)}" + (f" ORDER BY {self.order}" if self.order else "")

    def count(self, table: str) -> str:
        return f"SELECT count(*) AS n {self._of(table)}"

    def _of(self, table: str) -> str:
        return f"FROM {table}" + (f" WHERE {self.where}" if self.where else "")


@dataclass(frozen=True)
class Asking:
    """Who asks, what for, and for which case."""

    actor: Actor
    purpose: str
    case: str = ""


def send(
    spec: Resource, asking: Asking, *, portion: Portion, write: Callable[[Batches], Iterator[bytes]]
) -> Iterator[bytes]:
    """A long answer as ``write`` writes it; its receipt names whose rows they are before the first one leaves."""
    batches, tell = _opened(spec, asking, portion)
    return Sent(write, batches).counted(tell) if tell else write(batches)


def stream(code: str, actor: Actor, *, purpose: str, case: str = "") -> Iterator[pa.RecordBatch]:
    """All rows of a resource as the actor may see them, batch by batch in bounded memory; the first is empty.

    The receipt is written before the first one, and ``ExportFinished`` after the last, with the hash of them all.
    """
    spec, asking = resource(code), Asking(actor, purpose, case)
    portion = Portion(columns=columns_for(spec, actor, purpose, case))
    batches, tell = _opened(spec, asking, portion)
    return counted(batches, tell) if tell else batches


def _opened(spec: Resource, asking: Asking, portion: Portion) -> tuple[Batches, Told | None]:
    """The rows, and what is to be told of them at their end; what is open to everybody is not told of."""
    sql = portion.sql(spec.table)
    at = {} if portion.version is None else {spec.table: portion.version}
    admitted = admit(sql, asking.actor, asking.purpose, asking.case, at)
    if not lake.exists(spec.table):
        raise NoData(_("这份数据还没有交付：%(what)s") % {"what": spec.title})
    if not leaves_a_trace(asking.actor, admitted):
        return lake.stream(sql, portion.params, mounts=mounts_of(admitted)), None
    read = read_ahead(sql, portion.where, portion.params, admitted[spec.table])
    if admitted[spec.table].decision.grant:
        asked = lake.ask(portion.count(spec.table), portion.params, mounts=pinned(admitted, read.versions))
        take(asking.actor, asking.purpose, admitted, rows=asked.table["n"][0].as_py())
    reading = note(asking.actor, asking.purpose, [read])
    batches = lake.stream(sql, portion.params, mounts=pinned(admitted, read.versions))
    tell = partial(_finish, asking.actor, reading)
    return _while_allowed(batches, asking, admitted[spec.table]), tell


def _finish(actor: Actor, reading: str, rows: int, sha256: str) -> None:
    finish_export(actor, reading, rows=rows, sha256=sha256)


def _while_allowed(batches: Batches, asking: Asking, admitted: Admitted) -> Batches:
    looked = time.monotonic()
    for batch in batches:
        if time.monotonic() - looked >= LOOKED_AT_EVERY:
            _look_again(asking, admitted)
            looked = time.monotonic()
        yield batch


def _look_again(asking: Asking, admitted: Admitted) -> None:
    now = decide(admitted.spec, asking.actor, asking.purpose, case=asking.case)
    if (now.columns, now.where) != (admitted.decision.columns, admitted.decision.where):
        _tell_ended(asking, admitted.spec.table)
        raise RightEnded(_("发送途中授权已结束或变更，已发出的部分不完整。"))


@act
def _tell_ended(asking: Asking, table: str) -> None:
    subject, reason = f"resource:{table.removeprefix('raw.')}"[:120], "发送途中授权结束"
    with acting_as(asking.actor):
        publish(AccessRefused(subject=subject, purpose=asking.purpose[:200], tables=(table,), reason=reason))
