"""``ask``: the one way to a table for everyone above."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from django.utils.translation import gettext as _

from huicheng.exchange.aggregating import only_aggregates
from huicheng.exchange.catalogue import UnknownResource, resource
from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.reading import (
    Admitted,
    Read,
    failed,
    failed_at,
    mounts_of,
    read,
    read_again,
    rows_disclosed,
)
from huicheng.exchange.evidence.receipts import note
from huicheng.exchange.figures import is_statistic
from huicheng.exchange.granting.grants import Grant
from huicheng.exchange.granting.quotas import take_quota
from huicheng.exchange.granting.refusals import QuotaExceeded
from huicheng.exchange.looking import Look, held, open_look, recalled
from huicheng.exchange.policy import Bounds, decide, decide_within
from huicheng.exchange.refusals import AccessDenied
from huicheng.ground.api import Actor, BadInput, Event, act, acting_as, publish
from huicheng.lake import api as lake

Answer = lake.Answer
T = TypeVar("T")


class NoData(BadInput):
    """The resource is in the catalogue, but nothing was delivered yet."""


@dataclass(frozen=True, kw_only=True)
class AccessRefused(Event):
    tables: tuple[str, ...]
    reason: str


def ask(
    sql: Path | str,
    actor: Actor,
    *,
    purpose: str,
    params: Mapping[str, Any] | None = None,
    limit: int | None = None,
    case: str = "",
    at: Mapping[str, int] | None = None,
) -> Answer:
    """Answer one SELECT for ``actor``; every table it names passes the policy, or the whole is denied.

    Its receipt is written for good before the answer is handed out. ``case`` is the number of the case it is for,
    where a grant asks for one. ``at`` says which versions of tables are asked, where they are not the newest.
    """
    admitted = admit(sql, actor, purpose, case, at)
    return ask_admitted(sql, actor, purpose, admitted, params=params, limit=limit)


def ask_admitted(
    sql: Path | str, actor: Actor, purpose: str, admitted: Mapping[str, Admitted], *,
    params: Mapping[str, Any] | None = None, limit: int | None = None,
) -> Answer:  # fmt: skip
    if not leaves_a_trace(actor, admitted):
        return _delivered(lambda: lake.ask(sql, params, mounts=mounts_of(admitted), limit=limit))
    with _kept(actor, purpose, sql, admitted) as kept:
        answer, one = _delivered(lambda: read(sql, params, admitted, limit))
        kept.answered(one)
    return answer


def recall(
    sql: Path | str, actor: Actor, *, purpose: str, params: Mapping[str, Any] | None = None, case: str = ""
) -> Answer:
    """``ask`` for a figure that many look at: admitted and noted each time, counted once per state of its tables."""
    admitted = admit(sql, actor, purpose, case)
    if not leaves_a_trace(actor, admitted):
        return _delivered(lambda: recalled(sql, params, mounts_of(admitted)))
    with _kept(actor, purpose, sql, admitted) as kept:
        answer, one = _delivered(lambda: read_again(sql, params, admitted, recalled))
        kept.answered(one)
    return answer


def _delivered(asked: Callable[[], T]) -> T:
    try:
        return asked()
    except lake.NoSuchTable as error:
        raise NoData(_("这份数据还没有交付：%(what)s") % {"what": error}) from None


@contextmanager
def one_look(actor: Actor, *, purpose: str) -> Iterator[None]:
    """What ``actor`` asks inside is one look, noted by one receipt that names every table, however it ends.

    The receipt is written before the look closes: send nothing of it earlier.
    """
    look = Look(actor, purpose)
    try:
        with held(look):
            yield
    finally:
        if look.reads:
            note(actor, purpose, look.reads)


def leaves_a_trace(actor: Actor, admitted: Mapping[str, Admitted]) -> bool:
    """What is open is everybody's; the platform at work is noted by its runs."""
    return actor.kind != "system" and any(not one.spec.open for one in admitted.values())


class _Kept:
    """One question on its way into a receipt."""

    def __init__(self, actor: Actor, purpose: str, admitted: Mapping[str, Admitted]) -> None:
        self.actor, self.purpose, self.admitted = actor, purpose, admitted
        self.reads: list[Read] = []
        self.rows = 0

    def answered(self, one: Read) -> None:
        """Its rows count against the quota; inside a look, whose receipt comes later, at once."""
        rows = rows_disclosed(one)
        if open_look(self.actor):
            take(self.actor, self.purpose, self.admitted, rows=rows)
        else:
            self.rows = rows
        self.reads.append(one)

    def write(self, reads: list[Read], otherwise: Read) -> None:
        """The rows taken and the receipt in one commit; ``otherwise`` is noted where there is no room for the rows."""
        granted = [one.decision.grant for one in self.admitted.values() if one.decision.grant]
        try:
            note(self.actor, self.purpose, reads, beside=lambda: _take_rows(granted, self.rows))
        except QuotaExceeded:
            with _also(lambda: note(self.actor, self.purpose, [otherwise])):
                take(self.actor, self.purpose, self.admitted, rows=self.rows)
            note(self.actor, self.purpose, reads)  # a new day came between


def _take_rows(grants: list[Grant], rows: int) -> None:
    for one in grants:
        take_quota(one, rows=rows)


@contextmanager
def _also(done: Callable[[], object]) -> Iterator[None]:
    """``done`` where what is inside is denied."""
    try:
        yield
    except AccessDenied:
        done()
        raise


@contextmanager
def _kept(actor: Actor, purpose: str, sql: Path | str, admitted: Mapping[str, Admitted]) -> Iterator[_Kept]:
    """A question that comes to nothing leaves its trace too; inside a look it stands in the look's receipt."""
    kept = _Kept(actor, purpose, admitted)
    start = time.perf_counter()
    try:
        yield kept
    except lake.QuestionFailed as error:
        # Whether it fails may say something about anybody in the tables, and the engine's words may quote him.
        if not error.unread:
            kept.reads.append(failed_at(sql, admitted))
        if isinstance(error, lake.QuestionTooLong):
            raise
        raise lake.QuestionFailed(_failure(error), unread=error.unread) from None
    finally:
        ms = max(1, round((time.perf_counter() - start) * 1000))
        nothing = replace(failed(sql, admitted), ms=ms)
        reads = [replace(one, ms=ms) for one in kept.reads] or [nothing]
        if look := open_look(actor):
            look.reads += reads
        else:
            kept.write(reads, nothing)


def _failure(error: lake.QuestionFailed) -> str:
    if error.unread:
        return _("问题里的列名、函数或类型不对，没有读取任何数据。请对照目录检查。")
    return _("计算中有一个值不合用，例如转换成别的类型时失败。出错的内容不予显示；请改用 try_cast 等写法。")


def admit(
    sql: Path | str, actor: Actor, purpose: str, case: str = "", at: Mapping[str, int] | None = None,
    within: Mapping[str, Bounds] | None = None,
) -> dict[str, Admitted]:  # fmt: skip
    """The tables that the question names, each with the decision that lets this actor see it; or none, and why.

    ``within`` is what another city's decision leaves of them: ours leaves no more.
    """
    tables, statistic = lake.tables_in(sql), is_statistic(sql)
    admitted = decided(tables, actor, purpose, case, at, within, statistic=statistic)
    return _admit_granted(sql, actor, purpose, admitted)


def decided(
    tables: Iterable[str], actor: Actor, purpose: str, case: str = "", at: Mapping[str, int] | None = None,
    within: Mapping[str, Bounds] | None = None, *, statistic: bool = False,
) -> dict[str, Admitted]:  # fmt: skip
    """The decision on each of these tables, none of them read; or a refusal, in writing."""
    admitted: dict[str, Admitted] = {}
    for table in tables:
        spec = _resource_of(table, actor)
        decision = (
            decide(spec, actor, purpose, case=case, statistic=statistic)
            if within is None
            else decide_within(spec, actor, purpose, within.get(table, Bounds({})), case=case)
        )
        if not decision.allowed:
            _refuse(actor, purpose, table, decision.reason)
            refusal = decision.refusal or AccessDenied(
                _("不能读取“%(title)s”：%(reason)s。") % {"title": spec.title, "reason": _(decision.reason)}
            )
            refusal.noted = True
            raise refusal
        if at and table in at:
            decision = replace(decision, version=at[table])
        admitted[table] = Admitted(spec, decision)
    return admitted


def _admit_granted(
    sql: Path | str, actor: Actor, purpose: str, admitted: dict[str, Admitted]
) -> dict[str, Admitted]:
    """What each grant asks for besides: room in its quota, and sums only where it is for nothing else."""
    take(actor, purpose, admitted, questions=1)
    for table, one in admitted.items():
        if one.decision.smallest_group:
            with refusing(actor, purpose, table, "授权只用于统计"):
                narrowed = _delivered(partial(only_aggregates, sql, table, one))
            return {**admitted, table: narrowed}  # it stands alone: what is joined to it was refused
    return admitted


@contextmanager
def refusing(actor: Actor, purpose: str, table: str, reason: str) -> Iterator[None]:
    """No refusal without its line in the audit."""
    try:
        yield
    except AccessDenied as refusal:
        _refuse(actor, purpose, table, reason)
        refusal.noted = True
        raise


def take(
    actor: Actor, purpose: str, admitted: Mapping[str, Admitted], *, questions: int = 0, rows: int = 0
) -> None:
    for table, one in admitted.items():
        if one.decision.grant:
            with refusing(actor, purpose, table, "超出授权配额"):
                take_quota(one.decision.grant, questions=questions, rows=rows)


def _resource_of(table: str, actor: Actor) -> Resource:
    try:
        spec = resource(table)
    except UnknownResource:
        spec = None
    if spec is None or spec.table != table:
        _refuse(actor, "", table, "目录里没有这张表")
        refusal = AccessDenied(_("目录里没有表“%(table)s”，因此谁也不能读。") % {"table": table})
        refusal.noted = True
        raise refusal
    return spec


@act
def _publish(actor: Actor, event: Event) -> None:
    with acting_as(actor):
        publish(event)


def _refuse(actor: Actor, purpose: str, table: str, reason: str) -> None:
    subject = f"resource:{table.removeprefix('raw.')}"
    _publish(
        actor,
        AccessRefused(subject=subject[:120], purpose=purpose[:200], tables=(table[:200],), reason=reason),
    )


def columns_for(spec: Resource, actor: Actor, purpose: str, case: str) -> tuple[str, ...]:
    """Every column that the actor may see; all of them where he may see none, and asking is refused with its reason."""
    seen = decide(spec, actor, purpose, case=case).columns
    return tuple(f.name for f in spec.fields if not seen or f.name in seen)


def sample(code: str, actor: Actor, *, purpose: str = "预览", limit: int = 20, case: str = "") -> pa.Table:
    """The first rows of a resource, as the actor may see them."""
    spec = resource(code)
    columns = ", ".join(f'"{name}"' for name in columns_for(spec, actor, purpose, case))
    return ask(f"SELECT {columns} FROM {spec.table}", actor, purpose=purpose, limit=limit, case=case).table
