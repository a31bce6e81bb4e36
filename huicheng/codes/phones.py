"""Telephone numbers: 13 digits of noise in, 11 digits or area-number out."""

from __future__ import annotations

import re
from typing import Any

from huicheng.codes.checked import Checked
from huicheng.codes.problems import Refused
from huicheng.codes.text import half_width

MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([2-8][0-9]{6,7})")
LOCAL = re.compile(r"[2-8][0-9]{7}")
OLD_LOCAL = re.compile(r"[2-8][0-9]{6}")
SERVICE = re.compile(r"(?:[48]00[0-9]{7}|12[0-9]{3}|1[12][0-9]|9[56][0-9]{3,4})")
EXTENSION = re.compile(r"(?:转|ext\.?|[-－—#]转?)\s*([0-9]{1,5})\s*$", re.IGNORECASE)
SEPARATORS = re.compile(r"[^0-9+]+")
INVENTED = re.compile(r"^1?[0-9]?(\d)\1{7,}$|12345678|87654321")
AREA_CODE = "024"


def phone(text: str, *, area_code: str = AREA_CODE) -> str:
    """138-0013 8000 → 13800138000, (024)2325 6677 → 024-23256677; an extension follows as `-801`."""
    value = _read(text, area_code)
    return value[0] if isinstance(value, tuple) else value


def _read(text: str, area_code: str = AREA_CODE) -> str | tuple[str, str]:
    text = half_width(text).strip()
    digits = _bare(text)
    if INVENTED.search(digits):
        raise Refused("phone.invented")
    if found := _plain(digits, area_code):
        return found
    cut = EXTENSION.search(text)
    found = _plain(_bare(text[: cut.start()]), area_code) if cut else None
    if not cut or found is None:
        return _first_of_many(text, area_code)
    number = found[0] if isinstance(found, tuple) else found
    return f"{number}-{cut.group(1)}"


def _first_of_many(text: str, area_code: str) -> str | tuple[str, str]:
    """Two numbers in one cell: the first that is one."""
    for piece in re.split(r"[,，;；/、|]|\s{1,}", text):
        if found := _plain(_bare(piece), area_code):
            return found
    raise Refused("phone.form")


def _bare(text: str) -> str:
    digits = SEPARATORS.sub("", text)
    digits = re.sub(r"^(?:\+86|0086|\+)", "", digits)
    return re.sub(r"^86(?=1[3-9][0-9]{9}$|0)", "", digits).replace("+", "")


def _plain(digits: str, area_code: str) -> str | tuple[str, str] | None:
    if MOBILE.fullmatch(digits):
        return digits
    if digits.startswith("01") and MOBILE.fullmatch(digits[1:]):
        return digits[1:]
    if found := LANDLINE.fullmatch(digits):
        area, number = found.groups()
        return (
            (f"{area}-{number}", "phone.old")
            if area == AREA_CODE and len(number) == 7
            else f"{area}-{number}"
        )
    if LOCAL.fullmatch(digits):
        return f"{area_code}-{digits}"
    if OLD_LOCAL.fullmatch(digits):
        return f"{area_code}-{digits}", "phone.old"
    return digits if SERVICE.fullmatch(digits) else None


def phones(column: Any) -> Checked:
    """Plain mobiles pass as a block; everything else is read one by one, each distinct text once."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from huicheng.codes.columns import as_text, no_problems, one_by_one

    text = as_text(column)
    fine = pc.match_substring_regex(text, r"^1[3-9][0-9]{9}$")
    fishy = pc.match_substring_regex(
        text, r"0{8}|1{8}|2{8}|3{8}|4{8}|5{8}|6{8}|7{8}|8{8}|9{8}|12345678|87654321"
    )
    odd = pc.or_(pc.invert(fine), fishy).fill_null(False)
    rows = np.flatnonzero(odd.to_numpy(zero_copy_only=False))
    if not len(rows):
        return Checked(text, no_problems(len(text)))
    read = one_by_one(text.take(pa.array(rows)), _read, pa.string())
    return spread(text, rows, read)


def spread(text: Any, rows: Any, read: Checked) -> Checked:
    """Put the judged rows back among those that needed no judging."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = np.zeros(len(text), bool)
    mask[rows] = True
    values = pc.replace_with_mask(text, pa.array(mask), read.values)
    marks = np.full(len(text), -1, np.int32)
    marks[rows] = read.problems.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    indices = pa.array(marks, mask=marks < 0)
    return Checked(values, pa.DictionaryArray.from_arrays(indices, read.problems.dictionary))
