"""目录动态监管, as the terminal shows it."""

from rich.console import Console
from rich.table import Table

from huicheng.exchange import api as exchange
from huicheng.ground.api import bureau, department
from huicheng.portals.look.api import size

PARTS = ("delivered", "on_time", "sound", "filled", "shared")


def show(out: Console, owner: str | None, limit: int) -> None:
    if owner:
        department(owner)
    found = exchange.supervise(department=owner)
    _six(out, found.six)
    _league(out, found)
    _warnings(out, found, limit)


def _six(out: Console, six: exchange.Six) -> None:
    table = Table("范围", "数据量", "行数", title="六数", title_justify="left")
    table.add_row("全部", size(six.total_bytes), f"{six.total_rows:,}")
    table.add_row("已共享", size(six.shared_bytes), f"{six.shared_rows:,}")
    table.add_row("已开放", size(six.open_bytes), f"{six.open_rows:,}")
    out.print(table)


def _league(out: Console, found: exchange.Supervision) -> None:
    heads = ("名次", "部门", "目录", "有数据", "按时", "合格", "编目完整", "共享", "90 天读取", "得分")
    table = Table(*heads, title="部门榜", title_justify="left")
    for at, one in enumerate(found.league, 1):
        parts = (f"{one.parts[name]:.0%}" for name in PARTS)
        table.add_row(
            str(at), bureau(one.owner), f"{one.entries:,}", *parts, f"{one.reads:,}", f"{one.mark:.1f}"
        )
    out.print(table)


def _warnings(out: Console, found: exchange.Supervision, limit: int) -> None:
    if not found.warnings:
        out.print("[green]✓[/green] 没有要处理的预警")
        return
    table = Table("预警", "部门", "资源", "怎么办", title="要处理的", title_justify="left")
    for one in found.warnings[:limit]:
        concern = exchange.CONCERNS[one.concern]
        table.add_row(concern.title, bureau(one.owner), f"{one.title}（{one.resource}）", concern.do)
    out.print(table)
    if len(found.warnings) > limit:
        out.print(f"……另有 {len(found.warnings) - limit:,} 条，用 --limit 看更多")
