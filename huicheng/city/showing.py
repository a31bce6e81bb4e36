"""A job's progress in the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from huicheng.city.speaking import spoken
from huicheng.ground import api as ground


class Stepped(Protocol):
    label: str
    done: int
    total: int | None


class Bar:
    """Shows what ``step`` tells it: usable as a sandbox's progress and as a job's watcher."""

    def __init__(self, bars: Progress, title: str) -> None:
        self._bars, self._title = bars, spoken(title)
        self._task = bars.add_task(self._title, total=None)

    def step(self, label: str, *, done: int = 0, total: int | None = None) -> None:
        self._bars.update(
            self._task, description=f"{self._title} · {spoken(label)}", completed=done, total=total
        )

    def watch(self, progress: ground.Progress) -> None:
        self.step(progress.label, done=progress.done, total=progress.total)


@contextmanager
def bar(out: Console, title: str) -> Iterator[Bar]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=out, transient=True) as bars:
        yield Bar(bars, title)
