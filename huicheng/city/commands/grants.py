"""``huicheng grants``: who may read whose data, from the terminal."""

from datetime import timedelta
from typing import Any

import click
from rich.table import Column, Table

from huicheng.city.speaking import Terminal

out = Terminal(highlight=False)
STATES = {
    "live": "[green]有效[/green]",
    "coming": "未开始",
    "expired": "[yellow]已到期[/yellow]",
    "revoked": "[red]已撤销[/red]",
}


@click.group()
def grants() -> None:
    """Grants between departments: list them, look at one, revoke one."""


@grants.command("list")
@click.option("--department", help="Only what this department may use or has granted (its code).")
@click.option("--live", is_flag=True, help="Only those that open something now.")
def list_grants(department: str | None, live: bool) -> None:
    """List grants, newest first."""
    from django.utils.timezone import localtime

    from huicheng.exchange import api as exchange
    from huicheng.ground import api as ground

    codes = [ground.department(department).code] if department else [one.code for one in ground.departments()]
    found = {one.id: one for code in codes for one in (*exchange.grants_of(code), *exchange.grants_by(code))}
    table = Table(
        Column("授权", no_wrap=True),
        "资源",
        "使用方",
        "提供方",
        "用途",
        "状态",
        Column("使用至", no_wrap=True),
    )
    for one in sorted(found.values(), key=lambda one: one.starts, reverse=True):
        if one.state == "live" or not live:
            ends = f"{localtime(one.expires - timedelta(seconds=1)):%Y-%m-%d}"
            using = ground.bureau(one.department) if one.department else one.behalf or one.account_name
            giving = ground.bureau(one.owner)
            table.add_row(one.id, one.resource, using, giving, one.purpose, STATES[one.state], ends)
    out.print(table if table.row_count else "没有授权。")


@grants.command("show")
@click.argument("grant")
def show_grant(grant: str) -> None:
    """Show what a grant opens, and how much of it is used."""
    from huicheng.exchange import api as exchange

    one = exchange.grant(grant)
    used = exchange.used_of(one)
    lines: dict[str, Any] = {
        "状态": STATES[one.state], "资源": one.resource, "用途": one.purpose, "依据": one.basis or "—",
        "信息项": "、".join(one.columns), "不脱敏": "、".join(one.plain) or "—",
        "行范围": "；".join(f"{c.field} {c.op} {c.value}" for c in one.filter) or "全部行",
        "用法": f"只做统计，一组至少 {one.smallest_group} 个" if one.aggregate_only else "可看记录",
        "今天": f"{used.rows:,} / {one.rows_per_day:,} 行", "这一分钟": f"{used.questions} / {one.per_minute} 次",
    }  # fmt: skip
    table = Table(show_header=False)
    for name, words in lines.items():
        table.add_row(name, str(words))
    out.print(table)


@grants.command("revoke")
@click.argument("grant")
@click.option("--reason", required=True, help="Why; the department that uses it reads this.")
def revoke(grant: str, reason: str) -> None:
    """Take a grant back: from this moment it opens nothing."""
    from huicheng.exchange import api as exchange
    from huicheng.ground.api import current_actor

    one = exchange.revoke_grant(grant, current_actor(), reason=reason)
    out.print(f"[green]✓[/green] 授权 {one.id} 已撤销")


commands = (grants,)
