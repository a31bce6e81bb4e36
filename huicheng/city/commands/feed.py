"""``huicheng feed``: databases asked again and again for what is new."""

from __future__ import annotations

import click
from django.utils.timezone import localtime
from rich.markup import escape
from rich.table import Table

from huicheng.city.speaking import Terminal

out = Terminal(highlight=False)


@click.group()
def feed() -> None:
    """Databases that are asked for new rows by a watermark, each at its interval."""


@feed.command("add")
@click.argument("resource")
@click.argument("address")
@click.option("--query", required=True, help="A table's name, or one SELECT.")
@click.option(
    "--watermark", required=True, help="The column that grows with each change: a moment or a number."
)
@click.option("--key", required=True, help="The column that tells rows of one watermark apart.")
@click.option("--every", default=3600, show_default=True, help="Seconds between runs.")
@click.option(
    "--lag", default=0, show_default=True, help="How late a row may be committed: asked again each time."
)
def add(resource: str, address: str, query: str, watermark: str, key: str, every: int, lag: int) -> None:
    """Fill RESOURCE from the database at ADDRESS; its password is kept sealed."""
    from huicheng.exchange.api import declare_feed

    found = declare_feed(resource, address, query=query, watermark=watermark, key=key, every=every, lag=lag)
    out.print(f"[green]✓[/green] 定时取数 {found.id} 已声明，每 {found.every} 秒一次")


@feed.command("try")
@click.argument("resource")
@click.argument("address")
@click.option("--query", required=True, help="A table's name, or one SELECT.")
@click.option("--watermark", required=True)
@click.option("--key", required=True)
def try_(resource: str, address: str, query: str, watermark: str, key: str) -> None:
    """Ask the database once, as a run would, and deliver nothing."""
    from huicheng.exchange.api import try_feed

    found = try_feed(resource, address, query=query, watermark=watermark, key=key)
    seen = found.preview
    out.print(
        f"[green]✓[/green] 连上了：试取 {seen.rows:,} 行，可接受 {seen.accepted:,} 行，将退回 {seen.refused:,} 行"
    )
    for column, name in seen.mapping.items():
        out.print(f"  {column} → {name}", markup=False)
    for one in seen.issues[:10]:
        out.print(f"  {one.row} {one.field} {one.reason}", markup=False)
    out.print(f"水位会到 {' / '.join(found.mark)}", markup=False)


@feed.command("runs")
@click.argument("feed_id")
@click.option("--limit", default=30, show_default=True)
def runs(feed_id: str, limit: int) -> None:
    """List the runs of a feed: the delivery each became, or why it took nothing."""
    from huicheng.exchange.api import runs_of_feed
    from huicheng.ground.api import current_actor

    table = Table("时间", "行数", "回执", "说明")
    for one in runs_of_feed(feed_id, current_actor(), limit=limit):
        table.add_row(f"{localtime(one.at):%m-%d %H:%M:%S}", f"{one.rows:,}", one.delivery, one.reason)
    out.print(table)


@feed.command("list")
def show() -> None:
    """List feeds, how far they are, and what went wrong."""
    from huicheng.exchange.api import feeds, why_stopped
    from huicheng.ground.api import current_actor

    table = Table("编号", "资源", "来源", "水位", "最近运行", "下次运行", "行数", "失败", "说明")
    for one in feeds(current_actor()):
        ran = f"{localtime(one.ran_at):%m-%d %H:%M:%S}" if one.ran_at else ""
        moments = (ran, f"{localtime(one.next_at):%m-%d %H:%M:%S}")
        why = escape(f"已停下：{why_stopped(one.stopped)}" if one.stopped else one.error or one.held)
        mark = escape(" / ".join(one.mark))
        table.add_row(
            one.id, one.resource, escape(one.name), mark, *moments, f"{one.rows:,}", f"{one.failures}", why
        )
    out.print(table)


@feed.command("run")
@click.argument("feed_id")
def run(feed_id: str) -> None:
    """Ask now."""
    from huicheng.exchange.api import run_feed

    found = run_feed(feed_id)
    if found.held:
        out.print(f"交付 {found.held} 在等确认，确认或放弃之前不再取数")
        return
    out.print(f"[green]✓[/green] 定时取数 {found.id} 已运行，累计 {found.rows:,} 行")


@feed.command("remove")
@click.argument("feed_id")
def remove(feed_id: str) -> None:
    """Ask no more; what it gave stays."""
    from huicheng.exchange.api import remove_feed

    remove_feed(feed_id)
    out.print(f"[green]✓[/green] 定时取数 {feed_id} 已停止，地址和密码已删除")


commands = (feed,)
