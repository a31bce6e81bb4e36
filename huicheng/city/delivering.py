"""Delivering and fusing, as the terminal shows them."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from huicheng.city.showing import bar
from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground.api import BadInput, department

SHOWN_ISSUES = 20


def deliver(out: Console, resource: str, source: str, **options: Any) -> int:
    """Deliver, or preview; the exit code is 0 when at least one row was accepted."""
    mapping = _pairs(options["pairs"])
    place: Path | str = source
    given = {"sheet": options["sheet"], "query": options["query"]}
    if options["preview"]:
        return _preview(out, resource, place, mapping, given)
    with bar(out, f"交付 {exchange.resource(resource).title}") as shown:
        receipt = exchange.deliver(resource, place, mapping=mapping, progress=shown, **given)
    if options["remember"]:
        _remember(out, resource, place, mapping, given)
    _show(out, receipt)
    return 0 if receipt.accepted or not receipt.rows else 1


def _pairs(given: tuple[str, ...]) -> dict[str, str] | None:
    wrong = [pair for pair in given if "=" not in pair]
    if wrong:
        raise BadInput(f"--map 要写成 列=字段，例如 --map 身份证号=id_number；认不出：{'、'.join(wrong)}")
    return dict(pair.split("=", 1) for pair in given) or None


def _proposal(resource: str, place: Path | str, given: dict[str, Any]) -> Any:
    return exchange.propose_mapping(resource, place, **given)


def _preview(
    out: Console, resource: str, place: Path | str, mapping: dict[str, str] | None, given: dict[str, Any]
) -> int:
    proposal = _proposal(resource, place, given)
    table = Table("文件列", "字段", "把握", "理由", title="列对应")
    for match in proposal.matches:
        table.add_row(match.column, match.field or "—", f"{match.confidence:.0%}", match.reason)
    out.print(table)
    preview = exchange.preview(resource, place, mapping=mapping or proposal.mapping, **given)
    out.print(f"试读 {preview.rows:,} 行：可接收 {preview.accepted:,}，将退回 {preview.refused:,}")
    _show_issues(out, preview.issues)
    return 0


def _remember(
    out: Console, resource: str, place: Path | str, mapping: dict[str, str] | None, given: dict[str, Any]
) -> None:
    proposal = _proposal(resource, place, given)
    exchange.remember_mapping(resource, proposal.header, mapping or proposal.mapping)
    out.print("[green]✓[/green] 已记住这种表头的列对应")


def _show(out: Console, receipt: exchange.Receipt) -> None:
    out.print(
        f"[green]✓[/green] {receipt.resource} 回执 {receipt.id}：{receipt.rows:,} 行，接收 {receipt.accepted:,}，"
        f"退回 {receipt.refused:,}，提示 {receipt.flagged:,}"
    )
    _show_issues(out, exchange.issues(receipt.id, limit=SHOWN_ISSUES))
    if receipt.refused_file:
        out.print(f"退回的行（含退回原因）：{receipt.refused_file}")
    if receipt.issues_file:
        out.print(f"逐行问题清单：{receipt.issues_file}")


def _show_issues(out: Console, issues: list[exchange.Issue]) -> None:
    if not issues:
        return
    table = Table("行", "字段", "值", "问题", "处理")
    for issue in issues[:SHOWN_ISSUES]:
        table.add_row(str(issue.row), issue.field, issue.value[:40], issue.reason, issue.outcome)
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
