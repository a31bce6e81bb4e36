"""Delivering and fusing, as the terminal shows them."""

import sys
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huicheng.city.showing import bar
from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground.api import BadInput, department, run_inline

SHOWN_ISSUES = SHOWN_KINDS = 20
OUTCOMES = {"refused": "退回", "flagged": "提示"}


def deliver(out: Console, resource: str, source: str, **options: Any) -> int:
    """Deliver, or preview; the exit code is 0 when at least one row was accepted."""
    mapping = _pairs(options["pairs"])
    given = {"sheet": options["sheet"], "query": options["query"]}
    if options["preview"]:
        return _preview(out, resource, source, mapping, given)
    try:
        with bar(out, "交付") as shown:
            receipt = exchange.deliver(resource, source, mapping=mapping, progress=shown, **given)
    except exchange.NeedsConfirmation as asked:
        if not options["yes"]:
            _show_issues(out, asked.receipt)
            raise BadInput(f"{asked}再运行一次同样的命令并加上 --yes，就会替换。") from asked
        receipt = _confirmed(out, asked.receipt)
    if options["remember"]:
        _remember(out, resource, source, mapping, given)
    _show(out, receipt)
    return 0 if receipt.accepted or not receipt.rows else 1


def _confirmed(out: Console, held: exchange.Receipt) -> exchange.Receipt:
    with bar(out, "交付") as shown:
        run_inline(exchange.confirm(held.id), watcher=shown.watch)
    receipt = exchange.receipt(held.id)
    if receipt.state != "accepted":
        raise BadInput(receipt.reason)
    return receipt


def roll_back(out: Console, resource: str, *, yes: bool) -> int:
    """Say what would be undone, ask, and undo it."""
    found = exchange.rollback_of(resource)
    title, told = exchange.resource(resource).title, found.receipt
    out.print(
        f"{title}：现有 {found.rows:,} 行，最新的交付是 {told.id}（{told.at:%Y-%m-%d %H:%M} UTC）。"
        f"回退到它之前的版本，就是 {found.after:,} 行。"
    )
    if not yes and not _agreed():
        raise BadInput("没有回退。确实要回退，请加上 --yes。")
    with bar(out, f"回退 {title}") as shown:
        run_inline(exchange.roll_back(resource), watcher=shown.watch)
    out.print(f"[green]✓[/green] {title} 已回退到 {told.id} 之前的版本")
    return 0


def _agreed() -> bool:
    """Only somebody at a keyboard is asked; a script says --yes."""
    return sys.stdin.isatty() and click.confirm("回退吗？")


def _pairs(given: tuple[str, ...]) -> dict[str, str] | None:
    wrong = [pair for pair in given if "=" not in pair]
    if wrong:
        raise BadInput(f"--map 要写成 列=字段，例如 --map 身份证号=id_number；认不出：{'、'.join(wrong)}")
    return dict(pair.split("=", 1) for pair in given) or None


def _proposal(resource: str, place: str, given: dict[str, Any]) -> Any:
    return exchange.propose_mapping(resource, place, **given)


def _preview(
    out: Console, resource: str, place: str, mapping: dict[str, str] | None, given: dict[str, Any]
) -> int:
    proposal = _proposal(resource, place, given)
    table = Table("文件列", "字段", "把握", "理由", title="列对应")
    for match in proposal.matches:
        table.add_row(escape(match.column), match.field or "—", f"{match.confidence:.0%}", match.reason)
    out.print(table)
    preview = exchange.preview(resource, place, mapping=mapping or proposal.mapping, **given)
    out.print(f"试读 {preview.rows:,} 行：可接收 {preview.accepted:,}，将退回 {preview.refused:,}")
    _show_tried(out, preview.issues)
    return 0


def _remember(
    out: Console, resource: str, place: str, mapping: dict[str, str] | None, given: dict[str, Any]
) -> None:
    proposal = _proposal(resource, place, given)
    exchange.remember_mapping(resource, proposal.header, mapping or proposal.mapping)
    out.print("[green]✓[/green] 已记住这种表头的列对应")


def _show(out: Console, receipt: exchange.Receipt) -> None:
    out.print(
        f"[green]✓[/green] {receipt.resource} 回执 {receipt.id}：{receipt.rows:,} 行，接收 {receipt.accepted:,}，"
        f"退回 {receipt.refused:,}，提示 {receipt.flagged:,}"
    )
    _show_issues(out, receipt)
    if receipt.refused_file:
        out.print(f"退回的行（含退回原因）：{receipt.refused_file}")
    if receipt.issues_file:
        out.print(f"逐行问题清单：{receipt.issues_file}")


def _show_issues(out: Console, receipt: exchange.Receipt) -> None:
    """Each kind with its exact count and the rows to look at; values stay in the files."""
    kinds = exchange.issue_kinds(receipt.id, limit=SHOWN_KINDS)
    if not kinds:
        return
    titles = {one.name: one.title for one in exchange.resource(receipt.resource, retired=True).fields}
    table = Table("字段", "问题", "处理", "行数", "例如第几行")
    for kind in kinds:
        rows = "、".join(f"{one.row:,}" for one in kind.examples)
        words = (titles.get(kind.field, kind.field), kind.reason, OUTCOMES.get(kind.outcome, kind.outcome))
        table.add_row(*map(escape, words), f"{kind.count:,}", rows)
    out.print(table)


def _show_tried(out: Console, issues: list[exchange.Issue]) -> None:
    if not issues:
        return
    table = Table("行", "字段", "问题", "处理")
    for issue in issues[:SHOWN_ISSUES]:
        words = (issue.field, issue.reason, OUTCOMES.get(issue.outcome, issue.outcome))
        table.add_row(str(issue.row), *map(escape, words))
    out.print(table)


def list_resources(out: Console) -> None:
    table = Table("代码", "名称", "部门", "方式", "行数")
    for one in exchange.resources():
        rows = exchange.statistics(one.code).rows
        table.add_row(one.code, one.title, department(one.owner).short, one.mode, f"{rows:,}")
    out.print(table)


def fuse(out: Console, only: tuple[str, ...]) -> None:
    kinds = only or ("people", "firms", "houses")
    with bar(out, "融合") as shown:
        run = fusion.fuse(kinds=kinds, progress=shown)
    table = Table("库", "来源行", "基准记录", "用时")
    for kind, figures in run.figures.items():
        table.add_row(
            kind, f"{figures['rows']:,}", f"{figures['entities']:,}", f"{figures['seconds']:.1f} 秒"
        )
    out.print(table)
