"""Keys of departments' programs from the terminal."""

from __future__ import annotations

from datetime import timedelta

import click
from rich.table import Table

from huicheng.city.speaking import Terminal

STATES = {"prepared": "等部门接受", "live": "有效", "expired": "已过期", "revoked": "已吊销"}
out = Terminal(highlight=False)


@click.group()
def key() -> None:
    """Keys of departments' programs."""


@key.command("new")
@click.argument("name")
@click.option("--department", required=True, help="Its code; see huicheng departments.")
@click.option(
    "--duty",
    "duties",
    multiple=True,
    type=click.Choice(["deliver", "read", "decide"]),
    help="Repeat for more.",
)
@click.option("--days", default=90, show_default=True)
def key_new(name: str, department: str, duties: tuple[str, ...], days: int) -> None:
    """Make a key for the program NAME; it is shown once. One of another department is only prepared: that accepts it."""
    from django.utils import timezone

    from huicheng.ground.api import current_actor
    from huicheng.identity.api import keeps_keys, make_key, prepare_key

    expires = timezone.now() + timedelta(days=days)
    if not keeps_keys(current_actor(), department):
        prepared = prepare_key(name, of=department, duties=duties, expires=expires)
        out.print(
            f"[green]✓[/green] 密钥 {prepared.id} 已拟好，{days} 天内有效；由 {department} 在工作台“接口”页接受后生成"
        )
        return
    made = make_key(name, of=department, duties=duties, expires=expires)
    out.print(
        f"[green]✓[/green] 密钥 {made.key.id} 已开设，{days} 天内有效。下面这一行只显示这一次，请妥善保管："
    )
    click.echo(made.token)


@key.command("list")
@click.option("--department", help="Only this department's keys.")
def key_list(department: str | None) -> None:
    """List keys: whose, until when, last used."""
    from django.utils.timezone import localtime

    from huicheng.identity.api import api_keys

    table = Table("密钥编号", "名称", "部门", "可做的事", "状态", "有效期至", "上次使用")
    for one in api_keys(department):
        used = f"{localtime(one.last_used):%Y-%m-%d %H:%M}" if one.last_used else "—"
        until = f"{localtime(one.expires):%Y-%m-%d}"
        duties = ", ".join(one.duties) or one.scope
        table.add_row(one.id, one.name, one.department, duties, STATES[one.state], until, used)
    out.print(table)


@key.command("revoke")
@click.argument("number")
def key_revoke(number: str) -> None:
    """End the key NUMBER now."""
    from huicheng.identity.api import revoke_key

    one = revoke_key(number)
    out.print(f"[green]✓[/green] 密钥 {one.id}（{one.name}）已吊销，从现在起什么也打不开")


commands = (key,)
