"""Rows a second through a delivery, beside DuckDB copying the same file to Parquet with no check at all.

python bench/delivery.py [rows ...]        default 100000 1000000
"""

import os
import resource
import sys
import time
from pathlib import Path

import duckdb
from django.core.management import call_command
from measuring.home import HOME

from huicheng.exchange.api import Field, Resource, declare, deliver
from huicheng.ground.api import system_actor

KINDS = (
    "text",
    "text",
    "integer",
    "number",
    "date",
    "credit_code",
    "phone",
    "text",
    "integer",
    "date",
    "text",
    "number",
)
MAKE = """COPY (SELECT i AS c0, 'row ' || i AS c1, i % 97 AS c2, i / 7.0 AS c3, DATE '2020-01-01' + (i % 900)::int AS c4,
'91210100117776048G' AS c5, '138' || lpad((i % 100000000)::varchar, 8, '0') AS c6, 'street ' || i % 400 AS c7,
i * 3 AS c8, DATE '2000-01-01' + (i % 7000)::int AS c9, md5(i::varchar) AS c10, i / 3.0 AS c11
FROM range({rows}) t(i)) TO '{path}' (HEADER)"""


def copied(path: Path) -> float:
    """The limit: read the same text, write the same columns, check nothing."""
    started = time.perf_counter()
    engine = duckdb.connect(config={"threads": os.cpu_count() or 2})
    target = path.with_suffix(".parquet")
    engine.execute(f"COPY (FROM read_csv('{path}', all_varchar = true)) TO '{target}' (COMPRESSION zstd)")
    return time.perf_counter() - started


def delivered(path: Path) -> float:
    started = time.perf_counter()
    receipt = deliver("bench_rows", path, actor=system_actor("bench"))
    assert receipt.accepted == receipt.rows, receipt
    return time.perf_counter() - started


def main() -> None:
    call_command("migrate", verbosity=0)
    fields = tuple(Field(f"c{n}", f"c{n}", kind, on_error="flag") for n, kind in enumerate(KINDS))
    declare(Resource(code="bench_rows", title="测速", owner="shuju", fields=fields))
    for rows in [int(word) for word in sys.argv[1:]] or [100_000, 1_000_000]:
        path = HOME / f"rows-{rows}.csv"
        duckdb.execute(MAKE.format(rows=rows, path=path))
        ours, limit = delivered(path), copied(path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{rows:>10,} rows x {len(KINDS)}: delivered {rows / ours:>9,.0f} rows/s, plain COPY {rows / limit:>11,.0f} rows/s, "
            f"ratio {limit / ours:.3f}, peak {peak:,.0f} MB"
        )


if __name__ == "__main__":
    main()
