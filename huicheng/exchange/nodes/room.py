"""A full disk is said to be one, in whatever way the parts below stumbled over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError
from django.utils.translation import gettext as _

from huicheng.exchange.nodes.problems import NodeProblem, NoRoom
from huicheng.ground.api import home

ERRNOS = {28, 27, 122}  # ENOSPC, EFBIG, EDQUOT
LITTLE = 1 << 20


def no_room(where: str) -> NoRoom:
    return NoRoom(
        _("%(where)s的磁盘满了，什么都没有丢：没写完的部分已去掉。") % {"where": where},
        do=_("请腾出空间；之后会自动从断点继续。"),
    )


def is_full(error: Exception) -> bool:
    """Some libraries say nothing of the disk; then the disk itself is asked."""
    if isinstance(error, OSError) and error.errno in ERRNOS:
        return True
    if isinstance(error, OperationalError) and "full" in str(error):
        return True
    return shutil.disk_usage(home()).free < LITTLE


@contextmanager
def room_at(where: str) -> Iterator[None]:
    try:
        yield
    except NodeProblem:
        raise
    except Exception as error:
        if is_full(error):
            raise no_room(where) from error
        raise


@contextmanager
def room_here() -> Iterator[None]:
    """For what this node writes on its own disk."""
    with room_at(_("本节点")):
        yield
