"""Columns of text from outside as numbers, and the design by which such rows are compared."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from huicheng.codes import api as codes
from huicheng.fusion.linking.design import Block, Design, Rows
from huicheng.fusion.outside.comparing import comparison

MOST = 60  # rows that share a key before the key is thought to say nothing
VOWELS = re.compile(r"(?<=.)[aeiouyhw]+")
TWICE = re.compile(r"(.)\1+")
HAN = re.compile("[㐀-鿿]")  # as characters: RE2 reads no escapes


def tidy(nature: str, text: str) -> str:
    """Case, accents and punctuation are no evidence."""
    plain = "".join(
        one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one)
    )
    if nature in ("date", "code"):
        return re.sub(r"[\W_]", "", plain)
    return " ".join(re.sub(r"[\W_]", " ", plain).split())


def sound(text: str) -> str:
    """What is left of a word that was heard: its first letter and its consonants; of Chinese its pinyin."""
    if HAN.search(text):
        return "".join(codes.syllables(text))
    last = text.rsplit(" ", 1)[-1]
    return TWICE.sub(r"\1", VOWELS.sub("", last))


# What else of a value rows may share, where the whole differs by a slip.
PARTS: Mapping[str, tuple[tuple[str, Callable[[str], str]], ...]] = {
    "name": (("sound", sound), ("start", lambda one: one[:3])),
    "words": (("start", lambda one: one[:4]), ("end", lambda one: one.rsplit(" ", 1)[-1])),
    "date": (("year", lambda one: one[:4]), ("day", lambda one: one[4:])),
    "code": (("start", lambda one: one[:3]), ("end", lambda one: one[3:])),
    "flag": (),
}


def read_rows(columns: Mapping[str, Any], natures: Mapping[str, str]) -> Rows:
    """``columns``: text by role, as delivered."""
    size = len(next(iter(columns.values())))
    numbers: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    for name, nature in natures.items():
        values, number = _numbered([tidy(nature, one or "") for one in columns[name].to_pylist()])
        numbers[name], tables[name] = number, values
        bearers = np.bincount(number, minlength=len(values))
        bearers[0] = 0
        tables[f"{name}.bearers"] = bearers
        for part, cut in PARTS[nature]:
            _, cut_number = _numbered([cut(one) for one in values])
            numbers[f"{name}.{part}"] = cut_number[number]
    nothing = np.zeros(size, np.int64)
    return Rows(nothing, numbers, nothing, tables)


def _numbered(texts: list[str]) -> tuple[list[str], Any]:
    """Distinct texts from 1 up in the order they come; 0 is the missing one."""
    encoded = pa.array(["", *texts], pa.string()).dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy()[1:].astype(np.int64)


def design_of(kind: str, natures: Mapping[str, str]) -> Design:
    """Rows are worth comparing that share two things of different columns, or one rare one."""
    keys = {
        name: [name, *(f"{name}.{part}" for part, _ in PARTS[nature])] for name, nature in natures.items()
    }
    telling = {name: found for name, found in keys.items() if natures[name] != "flag"}
    pairs = [
        Block((one, two), MOST)
        for a, b in itertools.combinations(telling, 2)
        for one in telling[a]
        for two in telling[b]
    ]
    return Design(
        kind=kind,
        comparisons=tuple(comparison(name, nature) for name, nature in natures.items()),
        blocks=(*pairs, *(Block((name,), MOST) for name in telling)),
        gather=0.7,
        crowd=MOST,
    )
