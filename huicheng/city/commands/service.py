"""``huicheng service``: a department's HTTP services behind the gateway."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from huicheng.city.speaking import Terminal

out = Terminal(highlight=False)
err = Terminal(stderr=True, highlight=False)
STATES = {"closed": "正常", "open": "已断开", "half-open": "待试探", "paused": "已暂停"}


@click.group()
def service() -> None:
    """Departments' HTTP services: publish, try, watch, pause and withdraw them."""


def _described(command: Any) -> Any:
    """What publishing and trying have in common."""
    for option in reversed(
        (
            click.option("--items", help="Items of the entry that the answer has, comma between."),
            click.option("--shape", type=click.Choice(["object", "list", "rows"]), default="object",
                         show_default=True, help="One object, a list of them, or such a list under rows."),
            click.option("--schema", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                         help="A JSON Schema of the answer, instead of items."),
            click.option("--timeout", default=10.0, show_default=True, help="Seconds."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


def _schema(code: str, items: str | None, shape: str, schema: Path | None) -> Any:
    from huicheng.exchange import api as exchange

    if schema:
        try:
            return json.loads(schema.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            raise exchange.ServiceUnfit("应答结构文件读不懂，应是一份 JSON Schema。") from None
    names = [one.strip() for one in (items or "").split(",") if one.strip()]
    return exchange.schema_of(exchange.resource(code), names, shape) if names else None


@service.command()
@click.argument("resource")
@click.argument("url")
@click.option("--method", "methods", multiple=True, default=("GET",), show_default=True)
@_described
@click.option("--per-minute", default=60, show_default=True, help="Calls of one department a minute.")
@click.option("--on-mismatch", type=click.Choice(["refuse", "note"]), default="refuse", show_default=True,
              help="An answer that does not fit: kept back, or passed on with a remark.")  # fmt: skip
def publish(resource: str, url: str, methods: tuple[str, ...], timeout: float, per_minute: int,
            on_mismatch: str, **schema: Any) -> None:  # fmt: skip
    """Publish the service at URL behind the catalogue entry RESOURCE, or change how it is published."""
    from huicheng.exchange import api as exchange

    one = exchange.publish_service(
        resource, base_url=url, methods=methods, timeout=timeout, per_minute=per_minute,
        answer_schema=_schema(resource, **schema), on_mismatch=on_mismatch,
    )  # fmt: skip
    out.print(f"[green]✓[/green] 接口已发布：/api/v1/services/{one.code}/")


@service.command("try")
@click.argument("resource")
@click.argument("url")
@click.option("--path", default="", help="Below URL, with its query: people/7?year=2026")
@_described
def try_(resource: str, url: str, path: str, timeout: float, **schema: Any) -> None:
    """Call the service at URL once, as the gateway would, and publish nothing."""
    from huicheng.exchange import api as exchange

    found = exchange.try_service(
        resource, base_url=url, path=path, timeout=timeout, answer_schema=_schema(resource, **schema)
    )
    if found.problem:
        err.print("[red]✗[/red]", escape(found.problem))
    else:
        out.print(f"[green]✓[/green] 应答 {found.status}，{found.ms} 毫秒，{found.size:,} 字节")
    click.echo(found.body[:1000])
    sys.exit(1 if found.problem else 0)


@service.command("list")
def show_all() -> None:
    """List services: where they are, how their circuit stands, how often and how fast they answer."""
    from huicheng.exchange import api as exchange

    table = Table("接口", "提供方", "地址", "状态", "近 30 天", "没有答成", "一半快于", "95% 快于")
    for one in exchange.services():
        use = exchange.use_of_service(one.code)
        state = STATES.get(one.circuit, one.circuit)
        paces = ("—" if ms is None else f"{ms:,} ms" for ms in (use.middle, use.slow))
        table.add_row(
            one.code, one.owner, escape(one.base_url), state, f"{use.calls:,}", f"{use.failures:,}", *paces
        )
    out.print(table)


@service.command()
@click.argument("resource")
@click.option("--limit", default=20, show_default=True)
def calls(resource: str, limit: int) -> None:
    """List the latest calls of one service and how each ended."""
    from django.utils.timezone import localtime

    from huicheng.exchange import api as exchange

    exchange.service(resource)
    table = Table("时间", "部门", "谁", "用途", "方法", "应答", "结果", "毫秒")
    for one in exchange.calls_of(resource, limit=limit):
        ended = one.outcome if not one.unfit else f"{one.outcome} ({one.unfit})"
        who = (one.department, escape(one.actor_name), escape(one.purpose))
        answer = (one.method, str(one.status or "—"), ended, f"{one.ms:,}")
        table.add_row(f"{localtime(one.at):%m-%d %H:%M:%S}", *who, *answer)
    out.print(table)


@service.command()
@click.argument("resource")
def pause(resource: str) -> None:
    """Let nobody call it until it is resumed; whoever tries is told."""
    from huicheng.exchange.api import pause_service

    pause_service(resource)
    out.print(f"[green]✓[/green] 接口 {resource} 已暂停")


@service.command()
@click.argument("resource")
def resume(resource: str) -> None:
    """Let it be called again; its circuit begins anew."""
    from huicheng.exchange.api import resume_service

    resume_service(resource)
    out.print(f"[green]✓[/green] 接口 {resource} 已恢复")


@service.command()
@click.argument("resource")
def retire(resource: str) -> None:
    """Withdraw it; the catalogue entry stays, and its past calls stay in the audit."""
    from huicheng.exchange.api import withdraw_service

    withdraw_service(resource)
    out.print(f"[green]✓[/green] 接口 {resource} 已撤下")


commands = (service,)
