"""A centre and a node, each a home of its own with its own processes, as two machines have them."""

import contextlib
import csv
import hashlib
import json
import random
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from huicheng.ground.api import canonical, fingerprint, verifies
from tests.conftest import City, kill

CODE = re.compile(r"^[2-9A-Z]{5}(?:-[2-9A-Z]{5}){3}$", re.M)
RESOURCE = "window_visits"
MATTERS = ("低保", "养老", "婚姻", "救助", "殡葬")
ENTRY = {
    "title": "窗口来访登记信息", "summary": "每行是一次窗口来访，含事项、人数与金额", "share": "unconditional", "mode": "append",
    "category": "部门/民政局",
    "fields": [
        {"name": "number", "title": "登记号", "kind": "text", "required": True},
        {"name": "visited", "title": "来访日期", "kind": "date"},
        {"name": "matter", "title": "事项", "kind": "text"},
        {"name": "people", "title": "人数", "kind": "integer"},
        {"name": "amount", "title": "金额", "kind": "number"},
    ],
}  # fmt: skip


@dataclass
class Pair:
    """``address`` is where the node finds the centre, a proxy perhaps."""

    centre: City
    node: City
    log: list[str] = field(default_factory=list)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def serve(self) -> None:
        self.running["centre"] = self.centre.serve()

    def run_node(self, *words: str) -> None:
        self.running["node"] = self.node.start("node", "run", *words)

    def kill(self, which: str) -> None:
        kill(self.running.pop(which), self.centre.home if which == "centre" else None)

    def join(self, address: str, *options: str) -> str:
        self.centre.run("migrate")
        self.serve()
        said = self.centre.run("node", "invite", "minzheng", "--trusted", *options).stdout
        code = CODE.search(said)
        assert code, said
        return self.node.run("node", "join", address, code[0]).stdout

    def publish(self, tmp_path: Path, **more: Any) -> None:
        path = tmp_path / "entry.json"
        path.write_text(json.dumps({**ENTRY, **more}, ensure_ascii=False), encoding="utf-8")
        said = self.node.run("node", "publish", RESOURCE, "--file", str(path)).stdout
        assert "已发布" in said, said

    def stop(self) -> None:
        for which in list(self.running):
            with contextlib.suppress(Exception):
                self.kill(which)

    def sent(self) -> int:
        """Batches of rows whose receipt the node has."""
        sql = "select count(*) from nodes_outgoing where sent_at is not null and delivery <> ''"
        return int(ask(self.node, sql)[0][0])

    def wait(self, until: Callable[[], bool], *, seconds: float = 300) -> None:
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.05)

    def told(self) -> str:
        parts = [(city.home / "test.log") for city in (self.centre, self.node)]
        texts = [path.read_text()[-2500:] for path in parts if path.exists()]
        return "\n---\n".join([*texts, self.node.run("node", "status", check=False).stdout])


@contextmanager
def two_homes(place: Path) -> Iterator[Pair]:
    for name in ("centre", "node"):
        (place / name).mkdir(parents=True, exist_ok=True)
    pair = Pair(City(place / "centre"), City(place / "node"))
    try:
        yield pair
    finally:
        pair.stop()


def ask(city: City, sql: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(city.home / "huicheng.sqlite3", timeout=30)) as db:
        return db.execute(sql).fetchall()


def write_visits(path: Path, rows: int, *, first: int = 0) -> Path:
    """Some lines alike but for their number, some rows with nothing in a field."""
    chance = random.Random(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([one["title"] for one in ENTRY["fields"]])  # type: ignore[index]
        for n in range(first, first + rows):
            day = f"2025-{1 + n % 12:02d}-{1 + n % 28:02d}"
            out.writerow(
                [f"V{n:08d}", day, MATTERS[n % 5], n % 9 or "", f"{chance.randrange(99999) / 100:.2f}"]
            )
    return path


def table(city: City) -> pa.Table:
    names = [one["name"] for one in ENTRY["fields"]]  # type: ignore[index]
    found = DeltaTable(str(city.home / "lake" / "raw" / RESOURCE)).to_pyarrow_table(columns=names)
    return found.sort_by("number").combine_chunks()


def checksum(rows: pa.Table) -> str:

    digest = hashlib.sha256()
    for column in rows.columns:
        text = pc.fill_null(column.cast(pa.string()), "␀").combine_chunks()
        for buffer in pa.array(text.to_pylist(), pa.string()).buffers():
            digest.update(buffer or b"")
    return digest.hexdigest()


@dataclass(frozen=True)
class Found:
    """What both ends have in the end."""

    rows: int
    checksum: str
    receipts: int
    accepted: int


def agreed(pair: Pair, *, audited: bool = True) -> Found:
    """Rows, checksum and receipts of both ends, found to be the same; each receipt's signature checked on its own."""
    here, there = table(pair.node), table(pair.centre)
    assert len(here) == len(there)
    assert checksum(here) == checksum(there)
    sql = "select resource, seq, hash, receipt from {} where {} order by resource, seq"
    kept = ask(pair.node, sql.format("nodes_outgoing", "sent_at is not null"))
    given = ask(pair.centre, sql.format("nodes_batch", "state = 'taken'"))
    assert kept == given
    documents = [json.loads(one[3])["document"] for one in kept]
    assert [one["seq"] for one in documents] == list(range(1, len(documents) + 1))
    keys = {
        one["fingerprint"]: one["pem"]
        for one in json.loads(ask(pair.node, "select keys from nodes_centre")[0][0])
    }
    assert all(fingerprint(pem) == mark for mark, pem in keys.items())
    for one in kept:
        receipt = json.loads(one[3])
        mark = receipt["signature"]
        assert verifies(keys[mark["fingerprint"]], canonical(receipt["document"]), mark["value"])
    for city in (pair.centre, pair.node) if audited else ():
        assert "链条完整" in city.run("audit", "verify").stdout
    assert not ask(pair.node, "select 1 from nodes_outgoing where sent_at is null")
    assert not list((pair.centre.home / "inbox").glob("*/*.part"))
    return Found(len(there), checksum(there), len(kept), sum(one["accepted"] for one in documents))
