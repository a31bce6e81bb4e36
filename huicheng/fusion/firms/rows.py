"""Standard firm rows as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.codes import api as codes
from huicheng.fusion.firms.mending import pack, stands, values
from huicheng.fusion.linking.contradicting import worn_out
from huicheng.fusion.linking.design import Rows
from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.linking.words import read_words
from huicheng.fusion.people.rows import phone_numbers
from huicheng.fusion.standardising import Standard
from huicheng.fusion.standards import each


def organisations(raw: Any, standing: Any) -> tuple[Ints, Ints]:
    """The nine characters of the organisation where the number stands, and where it only claims them.

    A whole credit code carries them in places 9–17, a taxpayer's old number in 7–15."""
    tidy = pc.ascii_upper(pc.replace_substring_regex(raw, r"[\s\-]", ""))
    length = pc.binary_length(tidy).fill_null(0).to_numpy(zero_copy_only=False)
    nine = pc.if_else(
        pa.array(length == 15),
        pc.utf8_slice_codeunits(tidy, 6, 15),
        pc.if_else(
            pa.array(length == 18), pc.utf8_slice_codeunits(tidy, 8, 17), pa.scalar(None, pa.string())
        ),
    )
    fits = (
        pc.match_substring_regex(nine, "^[0-9A-Z]{8}[0-9X]$").fill_null(False).to_numpy(zero_copy_only=False)
    )
    digits = np.zeros((len(nine), 9), np.int64)
    rows = np.flatnonzero(fits)
    joined = "".join(nine.take(pa.array(rows)).to_pylist()).encode()
    digits[rows] = values(np.frombuffer(joined, np.uint8)).reshape(-1, 9)
    whole = standing.is_valid().to_numpy(zero_copy_only=False) | ((length == 15) & stands(digits))
    packed = np.where(fits & (digits.sum(axis=1) > 0), pack(digits), 0)
    return np.where(whole, packed, 0), np.where(whole, 0, packed)


def read_rows(standard: Standard) -> Rows:
    code, claimed = organisations(standard.raw["credit_code"], standard.column("credit_code"))
    places = standard.places
    assert places is not None
    leaders, leader = read_words(standard.column("legal_person"))
    columns: dict[str, Any] = {
        "leader": leader,
        "leader_sound": leaders.sound_key[leader],
        "phone": phone_numbers(standard.column("phone")),
        "founded": founded(standard.column("registered_on")),
        "claim": claimed,
        "district": places.district,
        "community": places.community,
        "site": places.site,
        "flat": places.flat,
        **_name_keys(standard.column("name")),
    }
    code = np.where(worn_out(code, columns["name_key"], columns["site"]), 0, code)
    return Rows(code, columns, claimed, {"leaders": leaders})


def founded(column: Any) -> Ints:
    """Days, all above zero, 0 for null."""
    days = column.cast(pa.int32()).cast(pa.int64()).to_numpy(zero_copy_only=False)
    known: Flags = column.is_valid().to_numpy(zero_copy_only=False)
    return np.where(known, np.nan_to_num(days).astype(np.int64) + 100_000, 0)


def _name_keys(name: Any) -> dict[str, Any]:
    split = each(lambda one: "\t".join(_pieces(one)))(name)
    parts = pc.split_pattern(split, "\t")
    keys: dict[str, Any] = {}
    for place, word in enumerate(("brand", "core", "branch")):
        words, number = read_words(_filled(pc.list_element(parts, place)))
        keys[word] = words.text_key[number]
        if word == "brand":
            keys["brand_sound"] = words.sound_key[number]
    words, number = read_words(name)
    return keys | {"name_key": words.text_key[number]}


def _pieces(name: str) -> tuple[str, str, str]:
    firm = codes.split_firm_name(name)
    return firm.brand, firm.brand + firm.trade, firm.branch


def _filled(column: Any) -> Any:
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
