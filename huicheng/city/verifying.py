"""``huicheng verify``: check a receipt with public keys alone, in this city or far from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huicheng.ground.api import NotAReceipt, Proven, UnknownScheme, check_proof, public_keys

LARGEST = 200 << 20


def verify(file: Path, keys: Sequence[Path]) -> Proven:
    """Raises what is wrong with the receipt by its name; without ``keys``, this city's own are used."""
    pems = [pem for path in keys for pem in _pems(path)] if keys else [one.pem for one in public_keys()]
    return check_proof(_read(file), keys=pems)


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST:
        raise NotAReceipt(_("%(file)s 太大，不像一份回执。") % {"file": path.name})
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise NotAReceipt(_("%(file)s 不是 JSON 文件。") % {"file": path.name}) from None
    if not isinstance(found, dict):
        raise NotAReceipt(_("%(file)s 里没有回执。") % {"file": path.name})
    return found


def _pems(path: Path) -> list[str]:
    """A PEM file, or the list that every city publishes at /.well-known/huicheng-keys.json."""
    try:
        text = path.read_text(encoding="utf-8")
        return [one["pem"] for one in json.loads(text)["keys"]] if text.lstrip().startswith("{") else [text]
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError):
        raise UnknownScheme(_("%(file)s 里没有公钥。") % {"file": path.name}) from None


def lines_of(found: Proven) -> list[tuple[str, str]]:
    """What a receipt that holds says, in a few words."""
    told = found.document
    said = [(_("签名"), f"{found.algorithm} {found.key}"),
            (_("链上位置"), f"{found.seq}（{found.first}–{found.last}）")]  # fmt: skip
    if told.get("kind") == "delivery":
        return [*said, (_("交付"), f"{told['id']} {told['resource']}"), (_("状态"), str(told["state"])),
                (_("行数"), f"{told['rows']:,} / {told['accepted']:,} / {told['refused']:,}"),
                (_("文件校验和"), str(told["sha256"]))]  # fmt: skip
    if told.get("kind") == "reading":
        tables = ", ".join(dict.fromkeys(table for part in told["reads"] for table in part["tables"]))
        return [*said, (_("读取人"), f"{told['department']} {told['name']}"), (_("时间"), str(told["at"])),
                (_("用途"), str(told["purpose"])), (_("数据表"), tables)]  # fmt: skip
    return said
