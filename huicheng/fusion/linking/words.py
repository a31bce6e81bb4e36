"""Names by character: a word is a few code points, beside them how they sound; bytes would count a Han character thrice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.fusion.linking.keys import Ints, Keys, scramble

WIDTH = 8
HAN = (0x3400, 0xA000)


@cache
def syllables() -> NDArray[np.uint32]:
    """Code point → what it sounds like without its tone; others stand for themselves."""
    from pypinyin import Style, pinyin_dict
    from pypinyin.style import convert

    table = np.arange(1 << 16, dtype=np.uint32) + (1 << 20)
    numbers: dict[str, int] = {}
    for code, readings in pinyin_dict.pinyin_dict.items():
        if HAN[0] <= code < HAN[1]:
            sound = convert(readings.split(",")[0], Style.NORMAL, strict=False)
            table[code] = numbers.setdefault(sound, len(numbers) + 1)
    return table


def sounds_of(points: NDArray[np.uint32]) -> NDArray[np.uint32]:
    low = np.minimum(points, (1 << 16) - 1)
    return np.where(points == 0, 0, np.where(points < 1 << 16, syllables()[low], points))


@dataclass
class Words:
    """Distinct words. Rows point in with `number`, counted from 1; place 0 is the missing word."""

    texts: Any
    points: NDArray[np.uint32]
    sounds: NDArray[np.uint32]
    length: NDArray[np.int64]
    text_key: Keys
    sound_key: Keys
    head_key: Keys


def read_words(column: Any) -> tuple[Words, NDArray[np.int32]]:
    """The distinct words of a column of standard text, and each row's number."""
    encoded = column.dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    encoded = pa.concat_arrays(encoded.chunks) if isinstance(encoded, pa.ChunkedArray) else encoded
    number = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32) + 1
    texts = ["", *encoded.dictionary.to_pylist()]
    longest = max(WIDTH, max(map(len, texts)))
    points = np.array(texts, dtype=f"U{longest}").view(np.uint32).reshape(len(texts), longest)
    sounds = sounds_of(points)
    keys = [
        np.where(points[:, 0] == 0, np.uint64(0), _fold(grid)) for grid in (points, sounds, sounds[:, :1])
    ]
    words = Words(texts, points[:, :WIDTH].copy(), sounds[:, :WIDTH].copy(), (points != 0).sum(axis=1), *keys)
    return words, number


def _fold(grid: NDArray[np.uint32]) -> Keys:
    key = np.zeros(len(grid), np.uint64)
    for place in range(grid.shape[1]):
        letter = grid[:, place].astype(np.uint64)
        key = np.where(letter == 0, key, scramble(key * np.uint64(31) + letter))
    return key | np.uint64(1)


def people_per_word(number: NDArray[Any], code: Ints, count: int) -> Ints:
    """How many different coded entities bear each word: what makes 张伟 weak evidence and 欧阳予倩 strong."""
    borne = (number > 0) & (code != 0)
    order = np.lexsort((code[borne], number[borne]))
    word, who = number[borne][order], code[borne][order]
    first = np.ones(len(word), bool)
    first[1:] = (word[1:] != word[:-1]) | (who[1:] != who[:-1])
    return np.bincount(word[first], minlength=count)
