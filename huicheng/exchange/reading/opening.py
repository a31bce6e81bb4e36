"""From a path to an opened source, whatever the format."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange.reading.delimited import open_delimited
from huicheng.exchange.reading.excel import open_workbook, refuse_bomb
from huicheng.exchange.reading.lines import open_lines
from huicheng.exchange.reading.parquet import open_parquet
from huicheng.exchange.reading.source import Source, form_of
from huicheng.exchange.refusals import EmptySource, NoFile


def glance(path: Path, *, sheet: str | None, fits: Callable[[Source], object]) -> None:
    """Refuse early, before a copy is made: what is no file of its format, and a header that does not fit."""
    _refuse_nothing(path, path.name or str(path))
    if form_of(path, path.name) == "excel":
        refuse_bomb(path, path.name)  # its header is only known once all of it is parsed
    else:
        fits(open_source(path, sheet=sheet))


NO_FILES: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, gettext_noop("是文件夹，不是文件")),
    (stat.S_ISFIFO, gettext_noop("是管道，不是文件")),
    (stat.S_ISCHR, gettext_noop("是设备，不是文件")),
    (stat.S_ISBLK, gettext_noop("是设备，不是文件")),
    (stat.S_ISSOCK, gettext_noop("是套接字，不是文件")),
)


def _refuse_nothing(path: Path, name: str) -> None:
    """Before anything is opened: a pipe would never end, nor would /dev/zero."""
    facts = _facts(path, name)
    for is_one, what in NO_FILES:
        if is_one(facts.st_mode):
            raise NoFile(name, _(what), do=_("请交付其中的一个文件，或先把内容存成文件"))
    if not os.access(path, os.R_OK):
        raise NoFile(name, _("没有读取权限"), do=_("请检查文件的权限"))
    if facts.st_size == 0:
        raise EmptySource(name, _("是空文件"), do=_("请检查导出是否成功"))


def _facts(path: Path, name: str) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise EmptySource(name, _("文件不存在"), do=_("请检查路径")) from None
    except OSError as error:
        why = _("打不开（%(why)s）") % {"why": error.strerror}
        raise NoFile(name, why, do=_("请检查路径和权限")) from None


def open_source(path: Path, *, name: str = "", form: str = "", sheet: str | None = None) -> Source:
    """``name`` is what the file was called where it came from; errors speak of it."""
    name = name or path.name or str(path)
    _refuse_nothing(path, name)
    form = form or form_of(path, name)
    if form == "excel":
        return open_workbook(path, name, sheet)
    readers = {"csv": open_delimited, "tsv": open_delimited, "jsonl": open_lines}
    return readers.get(form, open_parquet)(path, name, form)
