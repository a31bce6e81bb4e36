"""Standard people rows as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.fusion.linking.contradicting import worn_out
from huicheng.fusion.linking.design import Rows
from huicheng.fusion.linking.keys import Ints
from huicheng.fusion.linking.mending import claim
from huicheng.fusion.linking.words import people_per_word, read_words
from huicheng.fusion.standardising import Standard


def numbers(column: Any) -> Ints:
    """Text of digits as integers; 0 for null."""
    return np.asarray(column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False))


def first17(column: Any) -> Ints:
    return numbers(pc.utf8_slice_codeunits(column, 0, 17))


def claims(raw: Any, standing: Ints) -> Ints:
    """Eighteen places that fail their check, as delivered."""
    tidy = pc.ascii_upper(pc.replace_substring_regex(raw, r"[\s\-]", ""))
    whole = pc.and_(pc.match_substring_regex(tidy, "^[0-9]{17}[0-9X]$"), pa.array(standing == 0)).fill_null(
        False
    )
    tidy = pc.if_else(whole, tidy, pa.scalar(None, pa.string()))
    check = pc.if_else(
        pc.equal(pc.utf8_slice_codeunits(tidy, 17, 18), "X"), "10", pc.utf8_slice_codeunits(tidy, 17, 18)
    )
    number = first17(tidy)
    return np.where(number != 0, claim(number, numbers(check)), 0)


def phone_numbers(column: Any) -> Ints:
    return numbers(pc.utf8_slice_codeunits(pc.replace_substring(column, "-", ""), 0, 15))


def day_numbers(column: Any) -> Ints:
    """Dates as yyyymmdd."""
    text = pc.replace_substring(column.cast(pa.string()), "-", "")
    return numbers(pc.if_else(pc.equal(pc.binary_length(text), 8), text, pa.scalar(None, pa.string())))


def read_rows(standard: Standard) -> Rows:
    code = first17(standard.column("id_number"))
    claimed = claims(standard.raw["id_number"], code)
    words, number = read_words(pc.replace_substring(standard.column("name"), "·", ""))
    family = np.array([source.family_phone for source in standard.origins] or [False])
    places = standard.places
    assert places is not None
    columns: dict[str, Any] = {
        "name": number,
        "name_key": words.text_key[number],
        "sound_key": words.sound_key[number],
        "head_key": words.head_key[number],
        "birth": day_numbers(standard.column("birth_date")),
        "sex": numbers(standard.column("sex")).astype(np.int8),
        "phone": phone_numbers(standard.column("phone")),
        "family": family[standard.source],
        "claim": claimed,
        "district": places.district,
        "community": places.community,
        "site": places.site,
        "flat": places.flat,
    }
    code = np.where(worn_out(code, columns["name"], columns["birth"]), 0, code)
    bearers = people_per_word(number, code, len(words.texts))
    _, sound = np.unique(words.sound_key, return_inverse=True)
    by_sound = np.bincount(sound, weights=bearers)[sound].astype(np.int64)
    return Rows(code, columns, claimed, {"names": words, "bearers": bearers, "sound_bearers": by_sound})
