"""``huicheng verify``: check a receipt with public keys alone, in this city or far from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huicheng.ground.api import BadInput, NotAReceipt, Proven, UnknownScheme, check_proof, public_keys

LARGEST = 200 << 20


class AnotherFile(BadInput):
    """The file is not the one that the receipt is of."""


class NoFileInIt(BadInput):
    """The receipt names no file: nothing was handed out, or not all of it."""


def verify(file: Path, keys: Sequence[Path]) -> Proven:
    """Raises what is wrong with the receipt by its name; without ``keys``, this city's own are used."""
    pems = [pem for path in keys for pem in _pems(path)] if keys else [one.pem for one in public_keys()]
    return check_proof(_read(file), keys=pems)


def check_file(found: Proven, file: Path) -> None:
    """Whether this is the very file that the receipt says was delivered, or was handed out."""
    told = _hashes(found.document)
    if not told:
        raise NoFileInIt(_("回执里没有文件的校验和：这次读取没有发完，或没有给出文件。"))
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    if sha256 not in told:
        raise AnotherFile(
            _("%(file)s 不是回执所记的那一份：它的 SHA-256 是 %(sha256)s，回执记的是 %(told)s。")
            % {"file": file.name, "sha256": sha256, "told": "、".join(told)}
        )


def _hashes(document: Mapping[str, Any]) -> list[str]:
    """Of a delivery its file's; of a reading that of all that was sent, else of the answers (a table's as an Arrow stream)."""
    if document.get("kind") == "delivery":
        return [document["sha256"]] if document["sha256"] else []
    if sent := document.get("sent"):
        return [sent["sha256"]]
    return [part["answer"] for part in document.get("reads", ()) if part["answer"]]


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
        said += [(_("读取人"), f"{told['department']} {told['name']}"), (_("时间"), str(told["at"])),
                 (_("用途"), str(told["purpose"])), (_("数据表"), tables)]  # fmt: skip
        return [*said, *_sent(told), *((_("其中有此人"), one) for one in dict.fromkeys(found.members))]
    return said


def _sent(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    if sent := told.get("sent"):
        return [(_("给出的行数"), f"{sent['rows']:,}"), (_("文件校验和"), str(sent["sha256"]))]
    return []
