"""So many clients for so long, each asking for one row after another over a connection that stays open.

python hammer.py '{"port": 8000, "clients": 16, "seconds": 4, "paths": ["/engine?id={id}"], "headers": [{}], "rows": 1000}'

Prints how long each answer took, in seconds, as JSON. An answer other than 200 with a row in it ends the run.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = await reader.readexactly(int(length.split(b":")[1]))
    if not head.startswith(b"HTTP/1.1 200") or b"row " not in body:
        raise RuntimeError((head + body).decode(errors="replace"))
    return body


async def client(told: dict[str, Any], number: int, until: float, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", told["port"])
    headers = told["headers"][number % len(told["headers"])]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    place = number * 7919
    while (started := time.perf_counter()) < until:
        place = (place * 1103515245 + 12345 + number) % 2**31
        path = told["path"].format(id=3 + place % (told["rows"] - 3))
        await ask(reader, writer, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode())
        took.append(time.perf_counter() - started)
    writer.close()


async def main(told: dict[str, Any]) -> None:
    took: list[float] = []
    until = time.perf_counter() + told["seconds"]
    await asyncio.gather(*(client(told, number, until, took) for number in range(told["clients"])))
    print(json.dumps(took))


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
