"""How long something took and how much memory, beside its limit."""

from __future__ import annotations

import contextlib
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

SECONDS = 4.0
RATIOS: dict[str, dict[int, float]] = defaultdict(dict)


def best(work: Callable[[], object], *, times: int) -> float:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


@contextlib.contextmanager
def memory(process: int | str = "self") -> Iterator[Callable[[], float]]:
    """The most memory that a process held since here, in MB; where the kernel cannot begin anew, since its start."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{process}/clear_refs").write_text("5")
    yield lambda: most_memory(process)


def most_memory(process: int | str) -> float:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def told(what: str, rows: int, ours: float, limit: float, most: float) -> None:
    RATIOS[what][rows] = limit / ours
    print(
        f"{rows:>11,} rows  {what:<40} {rows / ours:>12,.0f} rows/s, limit {rows / limit:>12,.0f} rows/s, "
        f"ratio {limit / ours:.2f}, peak {most:,.0f} MB", flush=True,
    )  # fmt: skip


def told_points(what: str, rows: int, clients: int, took: list[float], *limits: float) -> float:
    each = len(took) / SECONDS
    cut = statistics.quantiles(took, n=100) if len(took) > 1 else took * 99
    ratios = ", ".join(f"{each / limit:.2f}" for limit in limits)
    for number, limit in enumerate(limits):
        RATIOS[f"points {what}, {clients} clients, limit {number + 1}"][rows] = each / limit
    print(
        f"{rows:>11,} rows  points {what:<34} {clients:>3} clients {each:>8,.1f}/s, p50 {cut[49] * 1000:,.0f} ms, "
        f"p99 {cut[98] * 1000:,.0f} ms" + (f", ratio {ratios}" if ratios else ""), flush=True,
    )  # fmt: skip
    return each


def summed_up(sizes: list[int]) -> None:
    """Each ratio, and how it grows with the rows."""
    print("\nratio" + " " * 59 + "".join(f"{rows:>13,}" for rows in sizes))
    for what, found in RATIOS.items():
        print(
            f"{what:<64}" + "".join(f"{found[rows]:>13.2f}" if rows in found else " " * 13 for rows in sizes)
        )
