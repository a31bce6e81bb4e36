"""What breaks between a node and its centre, and that nothing is lost nor counted twice; figures are printed."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_line import Line, bad_line
from tests.conftest import ROOT, City
from tests.two_homes import RESOURCE, Pair, agreed, ask, two_homes, write_visits

pytestmark = [pytest.mark.shared_home, pytest.mark.slow]
DISK = "48m"


def mounted(place: Path) -> bool:
    """A disk of its own, small enough to fill."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, bool]]:
    """A folder for two homes, each on a small disk where the machine lets us mount one."""
    folder = tmp_path_factory.mktemp("homes")
    disks = [folder / name for name in ("centre", "node")]
    for one in disks:
        one.mkdir()
    small = all([mounted(one) for one in disks])
    yield folder, small
    for one in disks:
        subprocess.run(["umount", "-l", str(one)], capture_output=True, check=False)


@pytest.fixture(scope="module")
def homes(place: tuple[Path, bool]) -> Iterator[tuple[Pair, Line]]:
    with two_homes(place[0]) as pair, bad_line(pair.centre.port) as line:
        line.bad = 0
        pair.join(line.address)
        pair.publish(place[0])
        yield pair, line


def outboxed(pair: Pair, tmp_path: Path, rows: int, *, first: int, batch_rows: int = 5000) -> None:
    file = write_visits(tmp_path / "visits.csv", rows, first=first)
    pair.node.run("node", "deliver", RESOURCE, str(file), "--batch-rows", str(batch_rows))


def told(what: str, pair: Pair, began: float) -> None:
    found = agreed(pair, audited=False)
    assert found.rows == found.accepted
    print(f"\n{what}: {found.rows:,} rows and {found.receipts} receipts at both ends, nothing lost, nothing twice; "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip


def go_on(pair: Pair) -> None:
    pair.node.run("node", "run", "--once")


def refused(pair: Pair, words: str, *, env: dict[str, str] | None = None) -> str:
    """One pass that cannot go through, and says why in words."""
    node = City(pair.node.home, env=env or {})
    done = node.run("node", "run", "--once", check=False)
    assert done.returncode == 1, done.stdout
    text = done.stderr.replace("\n", "")
    assert words in text, done.stderr
    return text


def test_a_line_that_breaks_all_the_time(homes, tmp_path):
    pair, line = homes
    began = time.monotonic()
    outboxed(pair, tmp_path, 20_000, first=0, batch_rows=2000)
    line.bad = 50
    pair.run_node()
    pair.wait(lambda: not ask(pair.node, "select 1 from nodes_outgoing where sent_at is null"), seconds=600)
    pair.kill("node")
    line.bad = 0
    assert sum(line.met.values()) >= 8
    met = ", ".join(f"{count} × {name}" for name, count in sorted(line.met.items()))
    told(f"network, {line.whole} connections whole, {met}", pair, began)


def test_a_clock_that_jumped(homes, tmp_path):
    pair, _line = homes
    began = time.monotonic()
    outboxed(pair, tmp_path, 5000, first=100_000)
    for off in (7200, -7200):
        text = refused(pair, "秒", env={"PYTHONPATH": str(ROOT / "tests" / "skewed"), "SKEW": str(off)})
        assert "节点的时钟是" in text
        assert "上级的时钟是" in text
    go_on(pair)
    told("clock two hours ahead, then behind", pair, began)


def test_a_broken_key(homes, tmp_path):
    pair, _line = homes
    began = time.monotonic()
    outboxed(pair, tmp_path, 5000, first=200_000)
    path = pair.node.home / "keys" / "signing-0001.pem"
    key = path.read_bytes()
    path.write_bytes(key[: len(key) // 2])
    refused(pair, "密钥读不出来")
    path.unlink()
    refused(pair, "不是加入时的那一把")
    path.write_bytes(key)
    go_on(pair)
    told("key cut in half, then lost and another made", pair, began)


def test_files_written_by_half(homes, tmp_path):
    pair, _line = homes
    began = time.monotonic()
    outboxed(pair, tmp_path, 15_000, first=300_000)
    waiting = ask(
        pair.node, "select resource, seq, hash from nodes_outgoing where sent_at is null order by seq"
    )
    files = [pair.node.home / "outbox" / f"{resource}-{seq:06d}" for resource, seq, _hash in waiting]
    whole = files[2].read_bytes()
    files[0].write_bytes(files[0].read_bytes()[:1000])
    files[1].unlink()
    (pair.node.home / "outbox" / "D1-1.draft").write_bytes(b"half of a file that a kill left")
    # The centre's copy of the third: half of it came, and the disk made something else of it.
    resource, seq, mark = waiting[2]
    inbox = next((pair.centre.home / "inbox").glob("N*"))
    (inbox / f"{resource}-{seq:06d}-{mark[:16]}.part").write_bytes(whole[:500] + bytes(100))
    refused(pair, "校验和却与清单不符")
    go_on(pair)
    told("two files of the outbox damaged, one copy at the centre altered", pair, began)


@contextlib.contextmanager
def filled(disk: Path, *, leave: int) -> Iterator[None]:
    """A file that takes all of the disk but so many bytes."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(bytes(1 << 16))
            file.flush()
    size = filler.stat().st_size
    with filler.open("r+b") as file:
        file.truncate(max(0, size - leave))
    try:
        yield
    finally:
        filler.unlink()


@pytest.mark.parametrize("leave", [0, 200_000])
def test_a_full_disk_at_the_centre(homes, place, tmp_path, leave):
    if not place[1]:
        pytest.skip("no disk can be mounted here")
    pair, _line = homes
    began = time.monotonic()
    outboxed(pair, tmp_path, 5000, first=400_000 + leave)
    with filled(pair.centre.home, leave=leave):
        refused(pair, "磁盘满了")
    go_on(pair)
    told(f"centre's disk full but for {leave:,} bytes", pair, began)


def test_a_full_disk_at_the_node(homes, place, tmp_path):
    if not place[1]:
        pytest.skip("no disk can be mounted here")
    pair, _line = homes
    began = time.monotonic()
    file = write_visits(tmp_path / "visits.csv", 20_000, first=900_000)
    words = ("node", "deliver", RESOURCE, str(file))
    with filled(pair.node.home, leave=300_000):
        done = pair.node.run(*words, check=False)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "磁盘满了" in done.stderr.replace("\n", "")
    pair.node.run(*words)
    go_on(pair)
    told("node's disk full while it delivers", pair, began)


def test_after_all_that_both_chains_of_events_hold(homes):
    assert agreed(homes[0]).rows
