"""What the columns of a folder's files are: said by a mapping file, or guessed from their headers.

    {"*": {"name": "姓名", "id_number": "证件号码", "key": "档案号"},
     "visits": {"given_name": "first", "place": {"column": "suburb", "as": "words"}}}

``*`` speaks of every file, a file's stem of that one. ``key`` names rows in the answer; ``as_of`` dates them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huicheng.fusion.outside.comparing import NATURES
from huicheng.fusion.standards import READERS
from huicheng.ground.api import BadInput

EVERY = "*"
ASIDE = ("key", "as_of")


@dataclass(frozen=True)
class Role:
    """What a column may be. ``heads``: how files call it."""

    nature: str
    heads: tuple[str, ...] = ()


def _roles() -> dict[str, Role]:
    with (Path(__file__).parent / "roles.csv").open(encoding="utf-8") as file:
        lines = csv.DictReader(line for line in file if not line.startswith("#"))
        return {one["role"]: Role(one["nature"], tuple(one["heads"].split())) for one in lines}


ROLES: Mapping[str, Role] = _roles()


class MappingRefused(BadInput):
    """The mapping names what is not there, or nothing that could be compared."""


@dataclass(frozen=True)
class Columns:
    """Of one file. ``roles``: role → the file's column; ``natures``: role → how it is compared."""

    roles: dict[str, str]
    natures: dict[str, str]
    key: str = ""
    as_of: str = ""
    guessed: bool = field(default=False, compare=False)


def read_mapping(path: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingRefused(
            _("读不了映射文件 %(file)s：%(why)s。请检查路径。") % {"file": path, "why": error.strerror}
        ) from None
    except ValueError as error:
        raise MappingRefused(
            _("映射文件 %(file)s 不是 JSON：%(why)s。请改正后再运行。") % {"file": path.name, "why": error}
        ) from None
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise MappingRefused(
            _('映射文件 %(file)s 应写成 {"*": {"name": "姓名"}}：文件名（或 *）→ 含义 → 列名。')
            % {"file": path.name}
        )
    return found


def columns_of(stem: str, header: Sequence[str], mapping: Mapping[str, Mapping[str, Any]] | None) -> Columns:
    """Raises MappingRefused where the mapping names a column that the file does not have, or an unknown nature."""
    if mapping is None:
        return _guessed(stem, header)
    wished = {**mapping.get(EVERY, {}), **mapping.get(stem, {})}
    own, roles, natures = mapping.get(stem, {}), dict[str, str](), dict[str, str]()
    for role, told in wished.items():
        column, nature = (
            (told.get("column", role), told.get("as", "")) if isinstance(told, dict) else (told, "")
        )
        if column not in header:
            if role not in own:
                continue  # what is said of every file need not be in each
            raise MappingRefused(
                _(
                    "映射把 %(file)s 的“%(column)s”列当作 %(role)s，但文件里没有这一列。文件的列有：%(header)s。"
                )
                % {"file": stem, "column": column, "role": role, "header": "、".join(header)}
            )
        roles[role] = column
        natures[role] = _nature(stem, role, nature)
    return _settled(stem, header, roles, natures)


def _nature(stem: str, role: str, asked: str) -> str:
    known = ROLES[role].nature if role in ROLES else ""
    if role in ASIDE or (asked or known) in NATURES:
        return asked or known
    if asked:
        raise MappingRefused(
            _("映射里 %(file)s 的 %(role)s 写成 as=%(nature)s，只能是：%(natures)s。")
            % {"file": stem, "role": role, "nature": asked, "natures": "、".join(NATURES)}
        )
    raise MappingRefused(
        _(
            "映射里 %(file)s 的 %(role)s 不是已知的含义。请改用：%(known)s；"
            '或者写明怎样比较，例如 {"column": "列名", "as": "words"}（%(natures)s）。'
        )
        % {"file": stem, "role": role, "known": "、".join(ROLES), "natures": "、".join(NATURES)}
    )


def _guessed(stem: str, header: Sequence[str]) -> Columns:
    roles: dict[str, str] = {}
    for column in header:
        said = _plain(column)
        role = next((name for name, one in ROLES.items() if said in (_plain(name), *one.heads)), None)
        if role is not None:
            roles.setdefault(role, column)
    return _settled(stem, header, roles, {role: ROLES[role].nature for role in roles}, guessed=True)


def _plain(head: str) -> str:
    return "".join(one for one in head.lower() if one.isalnum())


def _settled(
    stem: str, header: Sequence[str], roles: dict[str, str], natures: dict[str, str], *, guessed: bool = False
) -> Columns:
    aside = {name: roles.pop(name, "") for name in ASIDE}
    natures = {role: nature for role, nature in natures.items() if role in roles}
    if len(roles) < 2:
        raise MappingRefused(
            _(
                "%(file)s 里能拿来比对的列不到两列（找到：%(found)s；文件的列有：%(header)s）。"
                '请用 --mapping 说明每列是什么，例如 {"%(file)s": {"name": "姓名", "birth_date": "出生日期"}}。'
            )
            % {"file": stem, "found": "、".join(roles.values()) or "—", "header": "、".join(header)}
        )
    return Columns(roles, natures, aside["key"], aside["as_of"], guessed)


def speaks_of_our_own(kind: str, columns: Sequence[Columns]) -> bool:
    """Whether every role is one that the city's own registers know."""
    return all(set(one.roles) <= set(READERS[kind]) for one in columns)
