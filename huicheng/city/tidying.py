"""Erasing and sweeping, as the terminal shows them."""

import csv
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import click
from rich.console import Console
from rich.markup import escape

from huicheng.city.backup import BACKUP_DAYS, kept_aside, sweep_aside
from huicheng.city.showing import bar
from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground.api import BadInput


def erase(
    out: Console, resource: str, keys: tuple[str, ...], file: TextIO | None, *, dry_run: bool, yes: bool
) -> int:
    """Count, ask, erase, derive anew; the exit code is 1 where no row was found."""
    wanted = [*_spelled(keys), *_listed(file)]
    with bar(out, "查找") as _shown:
        found = exchange.erase(resource, wanted, dry_run=True)
    title = escape(exchange.resource(resource, retired=True).title)
    told = f"“{title}”中符合的行 {found.rows:,}，留有文件的交付 {found.deliveries:,}"
    if dry_run:
        out.print(f"{told}。这是试运行，什么都没有删除。")
        return 0
    out.print(f"{told}。这些行、全部旧版本、原件与退回文件都将删除，不能恢复；由它们得出的基础库会重算。")
    if not yes and not click.confirm("确定删除吗？", default=False):
        raise BadInput("没有确认，什么都没有删除。")
    with bar(out, "删除") as shown:
        done = exchange.erase(resource, wanted, tell=shown.step)
    out.print(f"[green]✓[/green] 已删除 {done.rows:,} 行，清除 {done.deliveries:,} 次交付的文件")
    _derive_anew(out)
    _say_waiting(out, done.waiting)
    if aside := kept_aside():
        out.print(
            f"[yellow]![/yellow] backups/ 下有 {len(aside)} 份旧城市或升级前备份，仍含删除前的数据；"
            f"恢复它们时会重新删除，满 {BACKUP_DAYS} 天自动清除"
        )
    return 0 if done.rows or done.deliveries else 1


def _spelled(keys: Iterable[str]) -> list[dict[str, str]]:
    wrong = [key for key in keys if not all("=" in part for part in key.split(","))]
    if wrong:
        raise BadInput(f"--key 要写成 字段=值，例如 --key person_no=123；认不出 {len(wrong)} 个")
    pairs = ([part.split("=", 1) for part in key.split(",")] for key in keys)
    return [{name.strip(): value for name, value in one} for one in pairs]


def _listed(file: TextIO | None) -> list[dict[str, str]]:
    """Keys in a file stay out of the shell's memory; a row that is too short or too long is named by its line."""
    if file is None:
        return []
    reader = csv.DictReader(file)
    rows = []
    for row in reader:
        if None in row or None in row.values():
            raise BadInput(
                f"{escape(file.name)} 第 {reader.line_num} 行的列数与表头不一致。请改正后重试，什么都没有删除。"
            )
        rows.append(dict(row))
    return rows


def _derive_anew(out: Console) -> None:
    with bar(out, "重新融合") as shown:
        jobs = fusion.forget(progress=shown)
    if jobs:
        out.print("[green]✓[/green] 基础库已由剩下的来源重算，旧版本已清除")


def _say_waiting(out: Console, tables: Iterable[str]) -> None:
    for table in tables:
        out.print(
            f"[yellow]![/yellow] {table} 的旧版本正被读取，下一次清理（每天一次，或 huicheng sweep）时删除"
        )


def sweep(out: Console, *, dry_run: bool) -> int:
    """Sweep here and now; the exit code is 1 where something could not be swept."""
    with bar(out, "清理") as shown:
        done = exchange.sweep(
            dry_run=dry_run, tell=lambda label, at, total: shown.step(label, done=at, total=total)
        )
        lines = [*_lines(done, sweep_aside(dry_run=dry_run))]
    verb = "将" if dry_run else "已"
    for line in lines or ["没有要清理的"]:
        out.print(f"{verb}{line}" if lines else line)
    if not dry_run:
        _derive_anew(out)
    for table, problem in done.problems.items():
        out.print(f"[yellow]![/yellow] {table}：{escape(problem)}")
    return 1 if done.problems else 0


def _lines(done: exchange.Swept, aside: int) -> Iterable[str]:
    told: Mapping[str, int] = {
        "删除过期原件": done.landings, "删除退回文件夹": done.folders, "删除旧版本文件": done.versions,
        "删除一年没有人问的统计版": done.editions, "删除中断留下的临时文件夹": done.scratch, "判定中断的交付失败": done.stuck,
        "删除满期的旧城市与升级前备份": aside,
    }  # fmt: skip
    yield from (f"{what} {count:,}" for what, count in told.items() if count)
    yield from (f"补做“{code}”的删除，{rows:,} 行" for code, rows in done.erased.items())
    yield from (f"按留存期限删除“{code}” {rows:,} 行" for code, rows in done.aged.items())
    yield from (f"合并 {table} 的 {files:,} 个小文件" for table, files in done.compacted.items())


def after_restore(out: Console, facts: Mapping[str, Any]) -> None:
    """A backup may be older than an erasure; what the restore made the sources forget, the registers forget too."""
    forgotten = facts["forgotten"]
    if forgotten:
        rows = sum(forgotten.values())
        out.print(f"[green]✓[/green] 已对恢复的数据重新执行 {len(forgotten)} 个资源的删除，共 {rows:,} 行")
        _derive_anew(out)
    if not facts["registers"]:
        out.print("备份之后若有过删除，请带上原城市的 audit/erasures.log 再恢复一次：--force --erasures 文件")
