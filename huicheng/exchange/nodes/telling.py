"""Whom an answer of a node tells of: its reading travels back with the answer, and stands in their own logs here.

The node makes their keys with a salt that the centre gave it for that, so that they mean something to the centre.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from django.utils.translation import gettext as _

from huicheng.exchange.evidence.abroad import keys_for
from huicheng.exchange.evidence.models import Teller
from huicheng.exchange.evidence.reading import Admitted, Read, Rule
from huicheng.exchange.evidence.receipts import note
from huicheng.exchange.evidence.sets import Keys, packed, unpacked
from huicheng.exchange.nodes.problems import MalformedRequest, TamperedBody
from huicheng.ground.api import Actor, AlteredSet

# Room for some fifty thousand people beside an answer's rows in one request.
MOST_SUBJECTS = 300 << 10


@dataclass(frozen=True)
class Told:
    """A reading at a node, as the node tells it."""

    versions: Mapping[str, int]
    rule: Rule
    rows: int
    answer: str
    keys: Keys


def written(read: Read, salted: str) -> tuple[dict[str, Any], bytes]:
    """A reading for the signed answer, and whom it disclosed."""
    keys = keys_for(read, salted)
    data = packed(keys) if len(keys) else b""
    told = {"versions": dict(read.versions), "rule": read.rule, "answer": read.answer}
    return told | {"subjects": hashlib.sha256(data).hexdigest()}, data


def read_in(document: Mapping[str, Any], subjects: bytes) -> Told | None:
    """What an answer tells of its reading; a node that read nothing, or nothing closed, tells none."""
    told = document.get("reading")
    if told is None:
        return None
    try:
        versions = {str(table): int(number) for table, number in told["versions"].items()}
        rule, answer, sha256 = told["rule"], str(told["answer"])[:64], told["subjects"]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise MalformedRequest(_("回答里的读取凭据读不出来。")) from None
    if rule not in get_args(Rule) or hashlib.sha256(subjects).hexdigest() != sha256:
        raise TamperedBody(_("回答牵涉的人员集合与签名不符。"), do=_("请重发。"))
    return Told(versions, rule, count_in(document), answer, _keys(subjects))


def _keys(subjects: bytes) -> Keys:
    if not subjects:
        return np.empty(0, np.uint64)
    try:
        return np.unique(unpacked(subjects))
    except (AlteredSet, ValueError):
        raise TamperedBody(_("回答牵涉的人员集合读不出来。"), do=_("请重发。")) from None


def count_in(document: Mapping[str, Any]) -> int:
    rows = document.get("rows")
    if type(rows) is not int or rows < 0:
        raise MalformedRequest(_("回答没有写明行数。"))
    return rows


def tell(node: str, asked: Mapping[str, Any], told: Told, admitted: Mapping[str, Admitted]) -> str:
    """Into the logs of those it is about, as a reading of whoever asked."""
    Teller.objects.get_or_create(node=node)
    read = Read(
        "", asked["sql"], admitted, told.versions, told.rule, told.keys, told.rows, told.answer, node=node
    )
    return note(Actor.from_dict(dict(asked["actor"])), asked["purpose"], [read])
