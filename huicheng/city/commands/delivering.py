"""``huicheng deliver`` and what may become of a delivery afterwards."""

from __future__ import annotations

import sys
from typing import Any

import click

from huicheng.city.speaking import Terminal

out = Terminal(highlight=False)


@click.command()
@click.argument("resource")
@click.argument("source")
@click.option("--sheet", help="Excel: the sheet's name.")
@click.option("--query", help="Database URL: the SELECT to run.")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="列=字段",
    help="Map a column of the file to a field, by its name or title; COLUMN= leaves the column out. The others match by name.",
)
@click.option("--accept-proposal", is_flag=True, help="Use the guesses that --preview shows, too.")
@click.option("--preview", is_flag=True, help="Show the mapping and what would be refused; deliver nothing.")
@click.option("--remember", is_flag=True, help="Keep this mapping for files with the same header.")
@click.option("--yes", is_flag=True, help="Replace the table even where most of its rows would be lost.")
def deliver(resource: str, source: str, **options: Any) -> None:
    """Deliver SOURCE (a file, or a database URL with --query) to RESOURCE."""
    from huicheng.city.delivering import deliver as run

    sys.exit(run(out, resource, source, **options))


@click.command()
@click.argument("receipt")
@click.option("--map", "pairs", multiple=True, metavar="列=字段", help="Feed a field whose column is gone.")
def confirm(receipt: str, pairs: tuple[str, ...]) -> None:
    """Take the held delivery RECEIPT after all."""
    from huicheng.city.delivering import confirm as run

    sys.exit(run(out, receipt, pairs))


@click.command()
@click.argument("receipt")
def withdraw(receipt: str) -> None:
    """Give the held delivery RECEIPT up; the table stays as it is."""
    from huicheng.city.delivering import withdraw as run

    sys.exit(run(out, receipt))


@click.command()
@click.argument("resource")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def rollback(resource: str, yes: bool) -> None:
    """Undo the newest delivery to RESOURCE: the version before it is read again."""
    from huicheng.city.delivering import roll_back

    sys.exit(roll_back(out, resource, yes=yes))


@click.command()
def resources() -> None:
    """List what departments may deliver and what the platform holds."""
    from huicheng.city.delivering import list_resources

    list_resources(out)


commands = (deliver, confirm, withdraw, rollback, resources)
