"""Back-up and restore: database, lake, landings and keys, consistent with one another.

Order makes it consistent without stopping the city. Anchors first: they may not promise events that the
copied database lacks. Then the database; then the lake, whose tables may be newer than the database but
never older, and a delivery that the database does not know yet is repeated as a no-op. In the lake, logs
before data files: every file that a copied log names was written before that log, and none is removed meanwhile.
The register of erasures last: whoever is still in a copied table, because the erasure came in between, is in it.
"""

import contextlib
import fcntl
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from huicheng import __version__
from huicheng.city.building import prepare
from huicheng.city.presence import LOCK, alone, in_pieces, undo_left
from huicheng.city.undoing import Journal
from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, home, scratch, seal, sweep_scratch, verify_audit

FORMAT = 1
# What can be made again, or belongs to a running process.
LAST, MEASURES = "last-backup", "metrics"
LEFT_OUT = {"scratch", "static", "backups", "audit", LOCK, LAST, MEASURES}
# What a restore or an upgrade put aside by itself; what was written elsewhere by hand is its writer's to keep.
OURS = ("replaced-*", "before-upgrade-*.tar")
BACKUP_DAYS = 30
EMPTIED = Path(__file__).with_name("emptied.sql")


class BackupRefused(BadInput):
    """The backup cannot be read, or there is a city in the way."""


def back_up(target: Path) -> dict[str, Any]:
    """Write the backup; ``target`` appears whole or not at all."""
    seal()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BackupRefused(f"不能写到 {target}：{error.strerror}。请换一个位置。") from None
    _sweep_drafts(target)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    sums: dict[str, str] = {}
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            tarfile.open(fileobj=file, mode="w") as tar,
            exchange.held_still(),
        ):
            for name, path in _parts(target):
                try:
                    sums[name] = _put(tar, name, path)
                except FileNotFoundError:
                    continue  # a draft or a swept file that went while we walked; tables keep theirs till we are done
            facts = _facts(sums)
            _put_bytes(tar, "manifest.json", json.dumps(facts, indent=1).encode())
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    _remember(facts["at"])
    return {"files": len(sums), "bytes": target.stat().st_size}


def _remember(at: str) -> None:
    """When the last one was made, for whoever watches; it is no part of a backup."""
    note = _note()
    draft = note.with_suffix(".draft")
    draft.write_text(at)
    os.replace(draft, note)


def _note() -> Path:
    return home() / LAST


def last_backup() -> datetime | None:
    """When the last backup of this city was made, if it remembers one."""
    try:
        return datetime.fromisoformat(_note().read_text())
    except (OSError, ValueError):
        return None


def _sweep_drafts(target: Path) -> None:
    """Halves of this backup that a kill left; one that is being written is held by its writer."""
    for draft in target.parent.glob(f".{target.name}.*"):
        with contextlib.suppress(OSError), draft.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()


def _facts(sums: dict[str, str]) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"format": FORMAT, "version": __version__, "at": at, "engine": connection.vendor, "sha256": sums}


def _parts(target: Path) -> Iterator[tuple[str, Path]]:
    with scratch("backup") as folder:
        anchors = home() / "audit" / "anchors.log"
        if anchors.exists():
            shutil.copy(anchors, folder / "anchors.log")
            yield "home/audit/anchors.log", folder / "anchors.log"
        yield _dump(folder)
        for path in _home_files():
            if not _is_backup(path, target):
                yield f"home/{path.relative_to(home())}", path
        if exchange.erasures_file().exists():
            shutil.copy(exchange.erasures_file(), folder / "erasures.log")
            yield "home/audit/erasures.log", folder / "erasures.log"


def _is_backup(path: Path, target: Path) -> bool:
    """This backup while it is written, and earlier ones beside it when they are kept in the home."""
    beside = path.resolve().parent == target.resolve().parent
    return beside and (path.suffix == ".tar" or path.name.startswith(f".{target.name}"))


def _dump(folder: Path) -> tuple[str, Path]:
    if connection.vendor == "sqlite":
        copy = folder / "database.sqlite3"
        source, sink = sqlite3.connect(settings.DATABASES["default"]["NAME"]), sqlite3.connect(copy)
        with source, sink:
            source.backup(sink)
        source.close()
        sink.close()
        return "database.sqlite3", copy
    copy = folder / "database.dump"
    _postgres("pg_dump", "--format=custom", f"--file={copy}")
    return "database.dump", copy


def _postgres(command: str, *options: str) -> None:
    """The server's own tools; the password goes by environment, never on the command line."""
    to = connection.settings_dict
    environment = {**os.environ, "PGPASSWORD": to["PASSWORD"] or ""}
    place = [f"--host={to['HOST']}", f"--port={to['PORT'] or 5432}", f"--username={to['USER']}"]
    _run([command, *place, f"--dbname={to['NAME']}", *options], environment)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, errors="replace")
    except FileNotFoundError:
        raise BackupRefused(
            f"没有找到 {command[0]}，请安装 PostgreSQL 客户端（Debian 包 postgresql-client）"
        ) from None
    if done.returncode:
        raise BackupRefused(
            f"PostgreSQL 的 {command[0]} 没有成功，什么都没有改动：{_reason(done.stderr)}。排除原因后再试一次。"
        )


def _reason(told: str) -> str:
    """The first line that names an error; the rest follows from it."""
    lines = [line.strip() for line in told.splitlines() if line.strip()] or ["—"]
    return next((line for line in lines if "error:" in line.lower()), lines[-1])


def _home_files() -> Iterator[Path]:
    database = str(settings.DATABASES["default"]["NAME"])
    entries = [
        p for p in sorted(home().iterdir()) if p.name not in LEFT_OUT and not str(p).startswith(database)
    ]
    files = [f for e in entries for f in ([e] if e.is_file() else sorted(e.rglob("*"))) if f.is_file()]
    yield from sorted(files, key=lambda f: "_delta_log" not in f.parts)


def _put(tar: tarfile.TarFile, name: str, path: Path) -> str:
    """Add a file as it is now; one that grows meanwhile is cut at the size first seen."""
    with path.open("rb") as file:
        info = tarfile.TarInfo(name)
        facts = os.fstat(file.fileno())
        info.size, info.mode, info.mtime = facts.st_size, 0o600, int(facts.st_mtime)
        tee = _Summed(file)
        tar.addfile(info, tee)  # type: ignore[arg-type]
        return tee.sum.hexdigest()


def _put_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


class _Summed:
    """Reads through and sums what was read."""

    def __init__(self, file: io.BufferedReader) -> None:
        self.file, self.sum = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sum.update(data)
        return data


def restore(source: Path, *, force: bool = False, erasures: Path | None = None) -> dict[str, Any]:
    """Check everything first, then put it in place; an existing city is never overwritten, and never a running one.

    What was erased after the backup was made is erased again: from ``erasures``, the register as it was last, and
    from that of the city that was here.
    """
    sweep_scratch()
    with scratch("restore") as folder:
        facts = _unpack(source, folder)
        with alone():
            undo_left()
            registers = _registers(folder, erasures)
            there = _in_the_way(force)
            script = _script(folder)
            aside = home() / "backups" / f"replaced-{datetime.now():%Y%m%d-%H%M%S}"
            # A server's database is filled at once or not at all, and cannot be given back afterwards.
            journal = _journal(aside, there) if script is None else None
            with in_pieces(journal) as placing:
                _fill_database(script)
                _clear_the_way(there, aside)
                placing()
                _place(folder)
                woken = _wake(registers) if journal else None
            woken = woken or _wake(registers)
    return {"files": len(facts["sha256"]), "at": facts["at"], "registers": len(registers), **woken}


def _journal(aside: Path, there: list[Path]) -> Journal:
    names = sorted({path.name for path in [*there, *home().glob("keys")]})
    return Journal(str(aside.relative_to(home())), tuple(names))


def _wake(registers: list[Path]) -> dict[str, Any]:
    """The city that was put in place, brought up to this version; it must tell its own past without a gap."""
    carried = sum(exchange.carry_over(register) for register in registers)
    prepare()
    report = verify_audit()
    if report.problem:
        raise BackupRefused(f"备份里的审计链不完整：{report.problem}")
    forgotten = exchange.forget_pending()
    return {"carried": carried, "forgotten": {code: one.rows for code, one in forgotten.items()}}


def _registers(folder: Path, given: Path | None) -> list[Path]:
    """Copies: the city that is here is about to be moved."""
    if given is not None and not exchange.is_register(given):
        raise BackupRefused(f"{given.name} 不是删除名册（audit/erasures.log）。什么都没有改动。")
    found = [path for path in (given, exchange.erasures_file()) if path and path.exists()]
    copies = [folder / f"erasures-{number}.log" for number in range(len(found))]
    for path, copy in zip(found, copies, strict=True):
        shutil.copy(path, copy)
    return copies


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source) as tar:
            tar.extractall(folder, filter="data")
        facts: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
        if facts["format"] != FORMAT:
            raise BackupRefused(f"备份的格式是 {facts['format']}，这一版只认得 {FORMAT}，请用相应的版本恢复")
        facts["sha256"].items()
    except (tarfile.TarError, OSError, KeyError, AttributeError, TypeError, ValueError, EOFError) as error:
        raise BackupRefused(f"{source.name} 不是完整的备份文件：{error}。什么都没有改动。") from None
    if facts["engine"] != connection.vendor:
        raise BackupRefused(
            f"备份来自 {facts['engine']}，当前数据库是 {connection.vendor}，请设置 DATABASE_URL"
        )
    for name, promised in facts["sha256"].items():
        path = folder / name
        if not path.is_file() or _sum_of(path) != promised:
            raise BackupRefused(f"备份中的 {name} 缺失或已损坏，什么都没有改动，请换一份备份")
    return facts


def _sum_of(path: Path) -> str:
    """Read in blocks: a file may be larger than the memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in_the_way(force: bool) -> list[Path]:
    """What would be moved aside; refused where that is a city and nobody said so."""
    there = [p for p in home().iterdir() if p.name not in ("scratch", "static", "backups", "keys", LOCK)]
    lived_in = any(p.name == "lake" for p in there) or _has_events()
    if lived_in and not force:
        raise BackupRefused(f"{home()} 里已有一座城市。用空的 HUICHENG_HOME，或加 --force 把它移到一旁。")
    return there


def _clear_the_way(there: list[Path], aside: Path) -> None:
    aside.mkdir(parents=True)
    connections.close_all()
    for path in [*there, *home().glob("keys")]:
        with contextlib.suppress(
            FileNotFoundError
        ):  # the database's own files beside it, gone with its last connection
            os.replace(path, aside / path.name)


def kept_aside() -> list[Path]:
    """Cities and backups that a restore or an upgrade put aside here: they hold what was erased since."""
    return sorted(path for pattern in OURS for path in (home() / "backups").glob(pattern))


def sweep_aside(*, dry_run: bool = False) -> int:
    """Remove those older than their days; returns how many."""
    old = [path for path in kept_aside() if time.time() - path.stat().st_mtime > BACKUP_DAYS * 86400]
    for path in old if not dry_run else ():
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return len(old)


def _has_events() -> bool:
    if "ground_event" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ground_event")
        return bool(cursor.fetchone()[0])


def _place(folder: Path) -> None:
    for path in (folder / "home").iterdir():
        os.replace(path, home() / path.name)
    (home() / "keys").chmod(0o700)
    if (folder / "database.sqlite3").exists():
        os.replace(folder / "database.sqlite3", settings.DATABASES["default"]["NAME"])


def _script(folder: Path) -> Path | None:
    """The dump as commands: pg_restore itself removes only what the dump knows, and a newer city has more."""
    dump, script = folder / "database.dump", folder / "database.sql"
    if not dump.exists():
        return None
    _run(["pg_restore", "--clean", "--if-exists", "--no-owner", f"--file={script}", str(dump)])
    return script


def _fill_database(script: Path | None) -> None:
    """All or nothing, and before any file moves: where the server refuses, the city is what it was."""
    if script is None:
        return
    connections.close_all()
    files = (f"--file={EMPTIED}", f"--file={script}")
    _postgres(
        "psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--single-transaction", *files
    )  # fmt: skip


def upgrade(target: Path | None) -> Path:
    """Back up, then migrate and bring declarations in; the audit chain must hold afterwards."""
    target = target or home() / "backups" / f"before-upgrade-{datetime.now():%Y%m%d-%H%M%S}.tar"
    back_up(target)
    prepare()
    report = verify_audit()
    if report.problem:
        raise BackupRefused(f"升级后审计链不完整：{report.problem}。升级前的备份在 {target}")
    return target
