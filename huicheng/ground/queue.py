"""Jobs 作业: long work whose row is the queue, the progress bar and the way back after a kill."""

import functools
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext

from huicheng.ground.actor import Actor, acting_as, current_actor
from huicheng.ground.errors import BadInput, note_fault
from huicheng.ground.ledger import deliver_news, seal
from huicheng.ground.models import Job

LEASE = timedelta(seconds=60)
ATTEMPTS = 5
Body = Callable[..., dict[str, Any] | None]
Watcher = Callable[["Progress"], None]


class JobFailed(Exception):
    """A job ended without its result; the message is its error."""


class JobLost(Exception):
    """Another worker has taken this job over: stop, it is being done elsewhere."""


class NoSuchJob(LookupError):
    """No job has this id or name."""


@dataclass(frozen=True)
class _Kind:
    name: str
    title: str
    body: Body
    every: timedelta | None


_kinds: dict[str, _Kind] = {}


@dataclass(frozen=True)
class JobView:
    """A job as pages and terminals see it; ``share`` is 0…1, or None while the total is unknown."""

    id: str
    name: str
    title: str
    key: str
    args: dict[str, Any]
    state: str
    label: str
    done: int
    total: int | None
    result: dict[str, Any] | None
    error: str
    attempts: int
    actor: Actor
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def share(self) -> float | None:
        """A job counts its last step, not its whole: one that is done is done, whatever that step said."""
        if self.state == Job.DONE:
            return 1.0
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def open(self) -> bool:
        return self.state in (Job.WAITING, Job.RUNNING)


class Progress:
    """What a running job tells the world, and what it will want to know if it has to start again."""

    def __init__(self, row: Job, watcher: Watcher | None = None) -> None:
        self.job_id = str(row.id)
        self.checkpoint: dict[str, Any] = dict(row.checkpoint)
        self.label, self.done = row.label, 0
        self.total: int | None = None
        self._owner, self._watcher, self._written = row.owner, watcher, 0.0

    def step(self, label: str, *, done: int = 0, total: int | None = None) -> None:
        """Say where the work stands; cheap to call often, written twice a second."""
        changed = label != self.label
        self.label, self.done, self.total = label, done, total
        if self._watcher:
            self._watcher(self)
        # Not inside the caller's transaction: its rollback would also undo the news of where it stood.
        if (changed or time.monotonic() - self._written > 0.5) and not connection.in_atomic_block:
            self._write(label=label[:200], done=done, total=total)

    def save(self, **facts: Any) -> None:
        """Keep facts for a rerun after a kill."""
        self.checkpoint |= facts
        self._write(checkpoint=self.checkpoint)

    def _write(self, **values: Any) -> None:
        self._written = time.monotonic()
        mine = Job.objects.filter(id=self.job_id, owner=self._owner, state=Job.RUNNING)
        if not mine.update(lease_until=timezone.now() + LEASE, **values):
            raise JobLost(f"job {self.job_id} was taken over or cancelled")


def job(name: str, *, title: str, every: timedelta | None = None) -> Callable[[Body], Body]:
    """Register ``body(progress, **args)``. It may be killed anywhere and run again: twice must equal once."""

    def register(body: Body) -> Body:
        _kinds[name] = _Kind(name, title, body, every)
        return body

    return register


def submit(name: str, *, key: str = "", **args: Any) -> JobView:
    """Queue a job; while one with the same key is waiting or running, that one is returned instead."""
    if name not in _kinds:
        raise NoSuchJob(f"no job is called {name!r}; known: {', '.join(sorted(_kinds))}")
    key = key or uuid.uuid4().hex
    open_rows = Job.objects.filter(name=name, key=key, state__in=(Job.WAITING, Job.RUNNING))
    for _ in range(3):
        if row := open_rows.first():
            return _view(row)
        try:
            with transaction.atomic():
                actor = current_actor().as_dict()
                return _view(Job.objects.create(id=uuid.uuid4(), name=name, key=key, args=args, actor=actor))
        except IntegrityError:
            continue  # somebody queued it between our look and our write
    raise JobFailed(f"{name} {key} could not be queued")


def postpone(job_id: str, *, until: datetime) -> None:
    """Nobody takes this job up before then; say so in the transaction that submits it."""
    Job.objects.filter(id=job_id, state=Job.WAITING).update(not_before=until)


def job_view(job_id: str) -> JobView:
    try:
        return _view(Job.objects.get(id=job_id))
    except (Job.DoesNotExist, ValidationError):
        raise NoSuchJob(f"no job has the id {job_id}") from None


def jobs(*, name: str | None = None, state: str | None = None, limit: int = 50) -> list[JobView]:
    rows = Job.objects.order_by("-created_at")
    given = {"name": name, "state": state}
    return [_view(row) for row in rows.filter(**{k: v for k, v in given.items() if v is not None})[:limit]]


def job_counts() -> dict[str, int]:
    """How many jobs stand in each state."""
    return dict(Job.objects.order_by().values_list("state").annotate(n=Count("pk")))


def cancel(job_id: str) -> bool:
    """Stop a job that has not finished; one that runs notices at its next step."""
    open_rows = Job.objects.filter(id=job_id, state__in=(Job.WAITING, Job.RUNNING))
    return bool(open_rows.update(state=Job.CANCELLED, finished_at=timezone.now()))


def _view(row: Job) -> JobView:
    kind = _kinds.get(row.name)
    return JobView(
        id=str(row.id), name=row.name, title=gettext(kind.title) if kind else row.name, key=row.key, args=row.args,
        state=row.state, label=row.label, done=row.done, total=row.total, result=row.result, error=row.error,
        attempts=row.attempts, actor=Actor.from_dict(row.actor), created_at=row.created_at,
        started_at=row.started_at, finished_at=row.finished_at,
    )  # fmt: skip


@functools.cache
def _me(pid: int) -> str:
    return f"{socket.gethostname()}|{pid}|{_born(pid)}"


def _born(pid: int) -> str:
    """When a process of this machine started, so that a reused pid is not taken for the old one."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return ""


def _abandoned(row: Job) -> bool:
    host, pid, born = [*row.owner.split("|"), "", ""][:3]
    if host == socket.gethostname() and pid.isdigit() and Path("/proc/self").exists():
        return _born(int(pid)) != born
    return row.lease_until is None or row.lease_until < timezone.now()


def _claim(row: Job) -> Job | None:
    """Take this row for ourselves, unless somebody else just did."""
    now = timezone.now()
    same = Job.objects.filter(id=row.id, state=row.state, owner=row.owner)
    taken = same.update(
        state=Job.RUNNING, owner=f"{_me(os.getpid())}|{threading.get_ident()}", lease_until=now + LEASE,
        started_at=row.started_at or now, attempts=F("attempts") + 1,
    )  # fmt: skip
    return Job.objects.get(id=row.id) if taken else None


def _next() -> Job | None:
    now = timezone.now()
    ready = Q(state=Job.WAITING) & (Q(not_before__isnull=True) | Q(not_before__lte=now))
    for row in Job.objects.filter(ready | Q(state=Job.RUNNING)).order_by("created_at"):
        if row.name not in _kinds or (row.state == Job.RUNNING and not _abandoned(row)):
            continue
        if claimed := _claim(row):
            return claimed
    return None


def run_waiting(*, limit: int | None = None) -> int:
    """Run what is waiting or was left behind by a dead worker; returns how many ran."""
    ran = 0
    while (limit is None or ran < limit) and (row := _next()):
        _run(row)
        ran += 1
    return ran


def run_inline(view: JobView, *, watcher: Watcher | None = None, wait: float = 3600) -> JobView:
    """Run this job here and now (or wait for whoever has it); raises what it raised."""
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        row = Job.objects.get(id=view.id)
        if row.state not in (Job.WAITING, Job.RUNNING):
            return _view(row)
        if (row.state == Job.WAITING or _abandoned(row)) and (claimed := _claim(row)):
            error = _run(claimed, watcher, patient=False)
            if error:
                raise error
            return job_view(view.id)
        time.sleep(0.2)
    raise JobFailed(f"{view.title} is still running elsewhere after {wait:.0f} s")


def _run(row: Job, watcher: Watcher | None = None, *, patient: bool = True) -> Exception | None:
    """Run a claimed job to its end. ``patient``: a failure that may pass is queued for another try."""
    mine = Job.objects.filter(id=row.id, owner=row.owner, state=Job.RUNNING)
    stop = threading.Event()
    threading.Thread(target=_hold_lease, args=(row, stop), daemon=True).start()
    progress = Progress(row, watcher)
    try:
        with acting_as(Actor.from_dict(row.actor)):
            result = _kinds[row.name].body(progress, **row.args)
        reached = {"label": progress.label[:200], "done": progress.done, "total": progress.total}
        mine.update(state=Job.DONE, result=result, error="", finished_at=timezone.now(), **reached)
    except JobLost as error:
        return error
    except Exception as error:
        _fail(row, error, again=patient and row.attempts < ATTEMPTS and not isinstance(error, BadInput))
        return error
    finally:
        stop.set()
    return None


def _fail(row: Job, error: Exception, *, again: bool) -> None:
    now = timezone.now()
    known = isinstance(error, BadInput)
    text = str(error) if known else note_fault(error, what=f"job {row.name} {row.key} failed")
    values: dict[str, Any] = {"state": Job.FAILED, "finished_at": now}
    if again:
        values = {"state": Job.WAITING, "owner": "", "not_before": now + timedelta(seconds=2**row.attempts)}
    Job.objects.filter(id=row.id, owner=row.owner).update(error=text[:4000], **values)


def _hold_lease(row: Job, stop: threading.Event) -> None:
    """Renew the lease while the body is busy inside one long call."""
    try:
        while not stop.wait(LEASE.total_seconds() / 3):
            Job.objects.filter(id=row.id, owner=row.owner, state=Job.RUNNING).update(
                lease_until=timezone.now() + LEASE
            )
    finally:
        connection.close()


def _due() -> None:
    for kind in _kinds.values():
        if kind.every is None:
            continue
        last = Job.objects.filter(name=kind.name).order_by("-created_at").first()
        if last is None or last.created_at < timezone.now() - kind.every:
            submit(kind.name, key="schedule")


def work(*, once: bool = False, pause: float = 0.5) -> None:
    """The worker: seal, tell the news, run what is due, for ever."""
    while True:
        try:
            busy = seal() + deliver_news()
            _due()
            busy += run_waiting(limit=1)
        except Exception as error:
            if once:
                raise
            note_fault(error, what="the worker stumbled and goes on")
            busy = 0
        close_old_connections()
        if once and not busy:
            return
        if not busy:
            time.sleep(pause)
