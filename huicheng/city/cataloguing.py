"""The catalogue, as the terminal shows it."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from huicheng.city.showing import bar
from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, current_actor, department

SHOWN, LINKED = 20, (".ttl", ".jsonld")


def write(out: Console, target: Path, owner: str | None) -> None:
    if target.suffix.lower() not in (".xlsx", *LINKED):
        raise BadInput(f"{target} 要以 .xlsx、.ttl 或 .jsonld 结尾。")
    if not target.parent.is_dir():
        raise BadInput(f"没有文件夹 {target.parent}。")
    if owner:
        department(owner)
    out.print(f"[green]✓[/green] {target}：{_written(target, owner):,} 个资源")


def _written(target: Path, owner: str | None) -> int:
    if target.suffix.lower() in LINKED:
        from huicheng.portals.open.api import write_linked

        return write_linked(target, owner=owner)
    target.write_bytes(exchange.export_form(owner=owner))
    return len(exchange.resources(owner=owner))


def bring_in(out: Console, source: Path, returned: Path | None) -> int:
    """The exit code is 0 when nothing came back."""
    back = returned or source.with_name(f"{source.stem}-退回.xlsx")
    with bar(out, "导入目录") as shown:
        report = exchange.import_form(
            source, current_actor(), progress=lambda count: shown.step("资源", done=count)
        )
    for one in report.mistakes[:SHOWN]:
        out.print(f"[red]✗[/red] 第 {one.row} 行“{one.column}”：{one.message}")
    if len(report.mistakes) > SHOWN:
        out.print(f"……另有 {len(report.mistakes) - SHOWN:,} 处，都写在退回的表格里")
    for one in report.presumed[:SHOWN]:
        out.print(f"[yellow]![/yellow] 第 {one.row} 行“{one.column}”：{one.message}")
    out.print(f"[green]✓[/green] 新草稿 {len(report.drafted):,}，与目录相同 {len(report.unchanged):,}")
    if not report.returned:
        return 0
    back.write_bytes(report.returned)
    out.print(f"[yellow]退回[/yellow] {back}：改好后再导入这个文件即可")
    return 1


def check(out: Console) -> int:
    """The exit code is 1 where something severe stands in the published catalogue."""
    table = Table("代码", "名称", "完整度", "问题与缺项")
    severe = False
    for spec in exchange.resources():
        found, filled = exchange.problems(spec), exchange.completeness(spec)
        severe = severe or any(one.severe for one in found)
        said = [f"[red]{one.column}：{one.message}[/red]" for one in found] + [
            f"缺 {'、'.join(filled.missing)}"
        ] * bool(filled.missing)
        table.add_row(spec.code, spec.title, f"{filled.score:.0%}", "\n".join(said))
    out.print(table)
    return int(severe)


def list_categories(out: Console) -> None:
    table = Table("代码", "分类", "English", "说明")
    for one in exchange.categories().values():
        table.add_row(one.code, one.title, one.english, one.note)
    out.print(table)
