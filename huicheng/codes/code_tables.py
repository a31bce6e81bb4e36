"""Code tables kept as files: a standard's number and year on the first line, a code and its names on each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from huicheng.codes.files import TABLES, rows
from huicheng.codes.problems import Refused
from huicheng.codes.text import half_width, without_blanks


@dataclass(frozen=True)
class CodeTable:
    name: str
    source: str
    names: dict[str, str]
    aliases: dict[str, str] = field(repr=False)

    def code(self, text: str) -> str:
        """The code for a code, a name or an alias as people write them: 男, 男性, 1, 01, M."""
        plain = without_blanks(half_width(text))
        found = self.aliases.get(plain) or self.aliases.get(plain.lstrip("0"))
        if found is None:
            raise Refused("code.unknown")
        return found

    def label(self, code: str) -> str:
        return self.names.get(code, code)


@cache
def table(name: str) -> CodeTable:
    """A table by its file name: sex, ethnicity, marital, relation, …"""
    path = TABLES / f"{name}.csv"
    if not name.isidentifier() or not path.exists():
        raise KeyError(f"no code table named {name!r}; there are {', '.join(table_names())}")
    source = path.read_text("utf-8").partition("\n")[0].lstrip("# ")
    names: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for row in rows(path):
        names[row["code"]] = row["name"]
        for word in (row["code"], row["code"].lstrip("0"), row["name"], *row["aliases"].split()):
            aliases.setdefault(word, row["code"])
    aliases.pop("", None)
    return CodeTable(name, source, names, aliases)


@cache
def table_names() -> tuple[str, ...]:
    """Files whose every row is a code with aliases; the others in the folder are read by their own module."""
    return tuple(
        sorted(
            path.stem
            for path in TABLES.glob("*.csv")
            if "\ncode,name,aliases\n" in path.read_text("utf-8")[:400]
        )
    )


def label(name: str | None, code: str) -> str | None:
    """The name of a code, None where the table or the code is unknown."""
    return table(name).names.get(code) if name in table_names() else None


def code_labels(name: str, column: Any) -> Any:
    """The names of a column of codes."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    words = table(name)
    labels = [words.label(code) for code in encoded.dictionary.to_pylist()]
    return pa.array(labels, pa.string()).take(encoded.indices)
