"""A column of personal names: two to four plain characters are a name as they stand, the odd ones are read one by one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.codes.checked import Checked
from huicheng.codes.columns import as_text, matrix, no_problems, one_by_one
from huicheng.codes.names import person_name
from huicheng.codes.text import traditional_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Every invented name (names.INVENTED) and every sign of spoilt text (names.UNREADABLE) has one of these, or one
# character twice at its beginning.
DOUBTFUL = "测试无不未暂空没丰某姓匿本上户儿弃锟烫"


def person_names(column: Any) -> Checked:
    column = as_text(column)
    fine = plain_names(column)
    if fine.all():
        return Checked(column, no_problems(len(column)))
    rows = pa.array(np.flatnonzero(~fine))
    judged = one_by_one(column.take(rows), person_name, pa.string())
    values = pc.replace_with_mask(column, pa.array(~fine), judged.values)
    which = np.full(len(column), -1, np.int32)
    indices = judged.problems.indices
    which[~fine] = indices.fill_null(-1).to_numpy(zero_copy_only=False)
    problems = pa.DictionaryArray.from_arrays(pa.array(which, mask=which < 0), judged.problems.dictionary)
    return Checked(values, problems)


def plain_names(column: Any) -> NDArray[np.bool_]:
    """Rows that need no reading; a null needs none either."""
    fine = column.is_null().to_numpy(zero_copy_only=False).copy()
    for width in (6, 9, 12):
        rows, grid = matrix(column, width)
        letters = grid.reshape(len(rows), width // 3, 3).astype(np.uint32)
        # Three bytes each: 1110xxxx 10xxxxxx 10xxxxxx.
        codes = ((letters[:, :, 0] & 15) << 12) | ((letters[:, :, 1] & 63) << 6) | (letters[:, :, 2] & 63)
        whole = (letters[:, :, 0] >= 0xE3) & (letters[:, :, 0] <= 0xE9) & _plain()[codes]
        fine[rows] = whole.all(axis=1) & (codes[:, 0] != codes[:, 1])
    return fine


@cache
def _plain() -> NDArray[np.bool_]:
    plain = np.zeros(0x10000, bool)
    plain[0x3400:0xA000] = True
    plain[[code for code in traditional_map() if code < 0x10000]] = False
    plain[[ord(letter) for letter in DOUBTFUL]] = False
    return plain
