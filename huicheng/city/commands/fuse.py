"""``huicheng fuse``: the city's registers, or any folder of files."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from huicheng.city.speaking import Terminal, language

out = Terminal(highlight=False)
KINDS = ("people", "firms", "houses")


@click.command()
@click.argument("kinds", nargs=-1, type=click.Choice(KINDS))
@click.option("--only", multiple=True, type=click.Choice(KINDS), help="The same as naming the kinds.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Link the files of this folder instead: CSV, Parquet, Excel, JSON Lines. No city is needed.",
)
@click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where links, records, quality and the report of that folder go.",
)
@click.option("--mapping", type=click.Path(path_type=Path), metavar="FILE",
              help='JSON that says what the columns are: {"*": {"name": "full_name"}}.')  # fmt: skip
def fuse(
    kinds: tuple[str, ...],
    only: tuple[str, ...],
    source: Path | None,
    target: Path | None,
    mapping: Path | None,
) -> None:
    """Standardise, link and fuse what was delivered into the base registers; or, with --from, a folder of files."""
    wanted = (*kinds, *only)
    if source is None:
        if target or mapping:
            raise click.UsageError("--out and --mapping go with --from.")
        _registers(wanted or KINDS)
        return
    if target is None or len(wanted) != 1:
        raise click.UsageError("A folder needs one kind and --out: huicheng fuse people --from DIR --out DIR")
    _folder(wanted[0], source, target, mapping)


def _registers(kinds: tuple[str, ...]) -> None:
    from huicheng.city.showing import bar
    from huicheng.fusion import api as fusion

    with bar(out, "融合") as shown:
        run = fusion.fuse(kinds=kinds, progress=shown)
    table = Table("库", "来源行", "基准记录", "用时")
    for kind, figures in run.figures.items():
        table.add_row(
            kind, f"{figures['rows']:,}", f"{figures['entities']:,}", f"{figures['seconds']:.1f} 秒"
        )
    out.print(table)


def _folder(kind: str, source: Path, target: Path, mapping: Path | None) -> None:
    from django.utils.translation import override

    from huicheng.city.showing import bar
    from huicheng.fusion import api as fusion

    # Nothing is kept in a city here: the report speaks its reader's language.
    with bar(out, "比对") as shown, override(language()):
        outcome = fusion.fuse_folder(
            kind, source, target,
            mapping=fusion.read_mapping(mapping) if mapping else None,
            tell=lambda stage, done, total: shown.step(stage, done=done, total=total),
        )  # fmt: skip
    out.print(
        f"[green]✓[/green] 来源 {outcome.rows:,} 行，认出 {outcome.entities:,} 个，用时 {outcome.seconds:.1f} 秒"
    )
    if outcome.refused:
        out.print(f"读不了的行：{outcome.refused:,}，见 {target / 'refused.csv'}")
    out.print(f"报告：{target / 'report.html'}")


commands = (fuse,)
