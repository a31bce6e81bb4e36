"""``huicheng catalogue``: the catalogue of resources from the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from huicheng.city.speaking import Terminal

out = Terminal(highlight=False)


@click.group()
def catalogue() -> None:
    """The catalogue of resources: the bureaux' form and DCAT out and in, and what is wrong with it."""


@catalogue.command("export")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--owner", help="Only this department's resources (its code).")
def catalogue_export(target: Path, owner: str | None) -> None:
    """Write the catalogue to TARGET: .xlsx, one line an item, as bureaux fill it in; .ttl or .jsonld, as DCAT-AP 3."""
    from huicheng.city.cataloguing import write

    write(out, target, owner)


@catalogue.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--returned", type=click.Path(dir_okay=False, path_type=Path), help="Where what is wrong goes.")
def catalogue_import(source: Path, returned: Path | None) -> None:
    """Bring a filled form, or DCAT-AP 3 (.ttl, .jsonld), in as drafts; what is wrong comes back as a form with reasons."""
    from huicheng.city.cataloguing import bring_in

    sys.exit(bring_in(out, source, returned))


@catalogue.command("check")
def catalogue_check() -> None:
    """Say what is wrong or missing in each published entry."""
    from huicheng.city.cataloguing import check

    sys.exit(check(out))


@catalogue.command("supervise")
@click.option("--department", help="Only this department's warnings (its code).")
@click.option("--limit", default=30, show_default=True, help="How many warnings to list.")
def catalogue_supervise(department: str | None, limit: int) -> None:
    """Show the six numbers, the league of departments and what needs somebody."""
    from huicheng.city.supervising import show

    show(out, department, limit)


@catalogue.command("categories")
def catalogue_categories() -> None:
    """List the classes that a resource may stand in."""
    from huicheng.city.cataloguing import list_categories

    list_categories(out)


commands = (catalogue,)
