"""Names and values as SQL text."""

from __future__ import annotations


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """For the filters and masks of a ``Mount``, and for paths of files."""
    return "'" + value.replace("'", "''") + "'"
