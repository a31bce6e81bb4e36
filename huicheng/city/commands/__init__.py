"""Commands of rooms, each in a module of its own that says which are its: ``commands = (feed,)``."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import click


def found() -> Iterator[click.Command]:
    """By looking: who adds a module here adds its commands."""
    for module in pkgutil.iter_modules(__path__):
        yield from import_module(f"{__name__}.{module.name}").commands
