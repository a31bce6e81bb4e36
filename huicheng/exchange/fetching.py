"""Run by itself, in a process of its own: one query to a department's server, its rows as an Arrow stream.

A driver waits for a server as long as the server likes, and libpq takes passwords from wherever its user keeps some.
So whoever asks gives this process a clean environment and ends it when its time is over. It knows nothing of the
platform: what it is told comes in as JSON, an error goes out as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

FETCH = 20_000
LATE = "57014"
PROGRAM = Path(__file__)


@contextmanager
def started() -> Iterator[subprocess.Popen[bytes]]:
    """Nothing that lies about on this machine lets it in anywhere: no home, no password file, no variable of a driver."""
    nowhere = "/nonexistent"
    kept = {
        name: os.environ[name]
        for name in ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE")
        if name in os.environ
    }
    closed = {"HOME": nowhere, "PGPASSFILE": os.devnull, "PGSERVICEFILE": os.devnull, "PGSYSCONFDIR": nowhere}
    with subprocess.Popen(
        [sys.executable, "-I", str(PROGRAM)], env={**kept, **closed}, cwd="/", stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as child:  # fmt: skip
        try:
            yield child
        finally:
            child.kill()


class Unreachable(Exception):
    """The server did not answer, or did not let us in."""


def postgres(told: dict[str, Any], sink: Any) -> None:
    import adbc_driver_postgresql.dbapi as adbc

    try:
        base = adbc.connect(told["url"])
    except (adbc.Error, ValueError, OSError) as error:
        raise Unreachable(str(error)) from None
    with base, base.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        cursor.execute(f"SET statement_timeout = '{int(told['patience'])}s'")
        base.commit()
        cursor.execute(told["query"])
        reader = cursor.fetch_record_batch()
        with pa.ipc.new_stream(sink, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)


def mysql(told: dict[str, Any], sink: Any) -> None:
    import pymysql
    from pymysql.cursors import SSCursor

    try:
        base = pymysql.connect(
            **told["server"], charset="utf8mb4", cursorclass=SSCursor, read_default_file=None
        )
    except (pymysql.Error, ValueError, OSError) as error:
        raise Unreachable(str(error)) from None
    with base, base.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute(told["query"])
        names = [column[0] for column in cursor.description or ()]
        shape = pa.schema(
            [(str(place), pa.string()) for place in range(len(names))], {"names": json.dumps(names)}
        )
        with pa.ipc.new_stream(sink, shape) as stream:
            while rows := cursor.fetchmany(FETCH):
                columns = [pa.array(map(cell, one), pa.string()) for one in zip(*rows, strict=True)]
                stream.write_batch(pa.RecordBatch.from_arrays(columns, schema=shape))


def cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def main() -> int:
    told = json.loads(sys.stdin.readline())
    try:
        {"postgres": postgres, "mysql": mysql}[told["dialect"]](told, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except Exception as error:
        kind = "unreachable" if isinstance(error, Unreachable) else "refused"
        late = getattr(error, "sqlstate", None) == LATE or "statement timeout" in str(error)
        late = late or isinstance(error.__context__, TimeoutError)
        print(json.dumps({"kind": "late" if late else kind, "words": str(error)[:2000]}), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
