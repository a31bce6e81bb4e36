"""From a path to an opened source, whatever the format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from huicheng.exchange.reading.delimited import open_delimited
from huicheng.exchange.reading.excel import open_workbook, refuse_bomb
from huicheng.exchange.reading.lines import open_lines
from huicheng.exchange.reading.parquet import open_parquet
from huicheng.exchange.reading.source import Source, form_of
from huicheng.exchange.refusals import EmptySource


def glance(path: Path, *, sheet: str | None, fits: Callable[[tuple[str, ...]], object]) -> None:
    """Refuse early, before a copy is made: what is no file of its format, and a header that does not fit."""
    _refuse_nothing(path, path.name)
    if form_of(path, path.name) == "excel":
        refuse_bomb(path, path.name)  # its header is only known once all of it is parsed
    else:
        fits(open_source(path, sheet=sheet).header)


def _refuse_nothing(path: Path, name: str) -> None:
    if not path.is_file():
        raise EmptySource(name, _("文件不存在"), do=_("请检查路径"))
    if path.stat().st_size == 0:
        raise EmptySource(name, _("是空文件"), do=_("请检查导出是否成功"))


def open_source(path: Path, *, name: str = "", form: str = "", sheet: str | None = None) -> Source:
    """``name`` is what the file was called where it came from; errors speak of it."""
    name = name or path.name
    _refuse_nothing(path, name)
    form = form or form_of(path, name)
    if form == "excel":
        return open_workbook(path, name, sheet)
    readers = {"csv": open_delimited, "tsv": open_delimited, "jsonl": open_lines}
    return readers.get(form, open_parquet)(path, name, form)
