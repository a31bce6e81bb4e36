"""Delivering and fusing, as the terminal shows them."""

import shlex
import sys
from typing import Any

import click
from django.utils import timezone
from django.utils.timezone import localtime
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huicheng.city.showing import bar
from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, department, run_inline

SHOWN_ISSUES = SHOWN_KINDS = 20
OUTCOMES = {"refused": "退回", "flagged": "提示"}


def deliver(out: Console, resource: str, source: str, **options: Any) -> int:
    """Deliver, or preview; the exit code is 0 when at least one row was accepted."""
    mapping = _pairs(options["pairs"])
    given = {"sheet": options["sheet"], "query": options["query"]}
    if options["preview"]:
        return _preview(out, resource, source, mapping, given, accept=options["accept_proposal"])
    if options["accept_proposal"]:
        mapping = _accepted(_proposal(resource, source, mapping, given), mapping)
    started = timezone.now()
    try:
        with bar(out, "交付") as shown:
            receipt = exchange.deliver(resource, source, mapping=mapping, progress=shown, **given)
    except exchange.NeedsConfirmation as asked:
        if not options["yes"]:
            _show_issues(out, asked.receipt)
            _show_drift(out, asked.receipt)
            raise BadInput(f"{asked}再运行一次同样的命令并加上 --yes，就会替换。") from asked
        receipt = _confirmed(out, asked.receipt)
    if options["remember"]:
        _remember(out, receipt, source, given)
    again = receipt.finished_at is not None and receipt.finished_at < started
    if again:
        out.print(f"这份内容已经交付过，没有任何改变。下面是 {receipt.at:%Y-%m-%d %H:%M} UTC 的回执。")
    _show(out, receipt, mark="·" if again else "[green]✓[/green]")
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
        f"{title}：现有 {found.rows:,} 行，最新的交付是 {told.id}（{localtime(told.at):%Y-%m-%d %H:%M}）。"
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
    return dict(pair.rsplit("=", 1) for pair in given) or None


def _proposal(
    resource: str, place: str, mapping: dict[str, str] | None, given: dict[str, Any]
) -> exchange.Proposal:
    return exchange.propose_mapping(resource, place, mapping=mapping, **given)


def _accepted(proposal: exchange.Proposal, mapping: dict[str, str] | None) -> dict[str, str]:
    return {**(mapping or {}), **proposal.mapping}


def _preview(
    out: Console,
    resource: str,
    place: str,
    mapping: dict[str, str] | None,
    given: dict[str, Any],
    *,
    accept: bool,
) -> int:
    """What a delivery with the same words would do; 1 where it would be refused as a whole."""
    proposal = _proposal(resource, place, mapping, given)
    asked = _accepted(proposal, mapping) if accept else mapping
    refusal: exchange.SourceRefused | None = None
    try:
        preview = exchange.preview(resource, place, mapping=asked, **given)
    except (exchange.MissingColumns, exchange.WrongMapping) as problem:
        if accept or not proposal.guesses:
            _show_matches(
                out, proposal, {m.column for m in proposal.matches if m.certain or (accept and m.field)}
            )
            raise
        refusal = problem
    used = {one.column for one in proposal.matches if one.certain} if refusal else set(preview.mapping)
    _show_matches(out, proposal, used)
    if proposal.guesses and not accept:
        _show_guesses(out, proposal.guesses)
    if refusal:
        out.print(f"[red]✗[/red] 照现在这样交付会被拒收：{escape(str(refusal))}")
        return _try_guesses(out, resource, place, _accepted(proposal, mapping), given)
    out.print(f"试读 {preview.rows:,} 行：可接收 {preview.accepted:,}，将退回 {preview.refused:,}")
    _show_tried(out, preview.issues)
    return 0


def _show_matches(out: Console, proposal: exchange.Proposal, used: set[str]) -> None:
    table = Table("文件列", "字段", "交付时", "把握", "理由", title="列对应")
    for match in proposal.matches:
        fate = "使用" if match.column in used else "只是猜测，不用" if match.field else "不用"
        words = (escape(match.column), match.field or "—", fate, f"{match.confidence:.0%}", match.reason)
        table.add_row(*words)
    out.print(table)


def _show_guesses(out: Console, guesses: dict[str, str]) -> None:
    """One line that can be copied as it is."""
    line = " ".join(f"--map {shlex.quote(f'{column}={field}')}" for column, field in guesses.items())
    out.print("猜测的对应不会自动使用。都要用，请加上 --accept-proposal；只用一些，请从下面挑选：")
    out.print(line, soft_wrap=True, markup=False, highlight=False)


def _try_guesses(
    out: Console, resource: str, place: str, mapping: dict[str, str], given: dict[str, Any]
) -> int:
    try:
        preview = exchange.preview(resource, place, mapping=mapping, **given)
    except (exchange.MissingColumns, exchange.WrongMapping) as problem:
        out.print(f"加上 --accept-proposal 也会被拒收：{escape(str(problem))}")
        return 1
    out.print(
        f"加上 --accept-proposal 后试读 {preview.rows:,} 行：可接收 {preview.accepted:,}，将退回 {preview.refused:,}"
    )
    _show_tried(out, preview.issues)
    return 1


def _remember(out: Console, receipt: exchange.Receipt, place: str, given: dict[str, Any]) -> None:
    """What the receipt says was used, and nothing else."""
    proposal = _proposal(receipt.resource, place, receipt.mapping, given)
    exchange.remember_mapping(receipt.resource, proposal.header, receipt.mapping)
    out.print("[green]✓[/green] 已记住这种表头的列对应")


def _show(out: Console, receipt: exchange.Receipt, *, mark: str) -> None:
    out.print(
        f"{mark} {receipt.resource} 回执 {receipt.id}：{receipt.rows:,} 行，接收 {receipt.accepted:,}，"
        f"退回 {receipt.refused:,}，提示 {receipt.flagged:,}"
    )
    _show_issues(out, receipt)
    _show_drift(out, receipt)
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


def _show_drift(out: Console, receipt: exchange.Receipt) -> None:
    """How its columns differ from the last delivery's, and the line that would take up a renamed one."""
    resource = exchange.resource(receipt.resource, retired=True)
    if not (lines := exchange.drift_lines(receipt.drift, resource)):
        return
    table = Table("字段", "上一次的列", "这一次的列", "变化", "处理", title="列与上一次交付的不同")
    for line in lines:
        words = (line.field or "—", line.was or "—", line.now or "—", line.words)
        table.add_row(*map(escape, words), "要确认" if line.breaking else "不影响")
    out.print(table)
    guesses = {
        line.change.now: line.change.field for line in lines if line.change.what == "lost" and line.now
    }
    if receipt.state == "held":
        pairs = " ".join(f"--map {shlex.quote(f'{column}={field}')}" for column, field in guesses.items())
        out.print(
            f"huicheng confirm {receipt.id} {pairs}".strip(), soft_wrap=True, markup=False, highlight=False
        )
        out.print(f"huicheng withdraw {receipt.id}", soft_wrap=True, markup=False, highlight=False)


def confirm(out: Console, receipt_id: str, pairs: tuple[str, ...]) -> int:
    """Take a held delivery as it is, or with other columns for the fields that lost theirs."""
    with bar(out, "交付") as shown:
        run_inline(exchange.confirm(receipt_id, mapping=_pairs(pairs)), watcher=shown.watch)
    receipt = exchange.receipt(receipt_id)
    if receipt.state != "accepted":
        raise BadInput(receipt.reason)
    _show(out, receipt, mark="[green]✓[/green]")
    return 0


def withdraw(out: Console, receipt_id: str) -> int:
    exchange.withdraw(receipt_id)
    out.print(f"[green]✓[/green] 已放弃交付 {receipt_id}，数据没有改动")
    return 0


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
