"""From delivered text to standard columns, through the kernels of codes; every distinct text is judged once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.codes import api as codes

MARITAL = {"结婚登记": "已婚", "离婚登记": "离异"}
NOTHING = pa.array(["无", "不详", "未知", "/", "-", "--", "---", "—", "n/a", "N/A", "na", "NA", "null", "NULL", "Null",
                    "none", "None", "NONE"])  # fmt: skip


def flat(column: Any) -> Any:
    """One contiguous array."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column


def text(column: Any) -> Any:
    column = flat(column)
    column = column if column.type == pa.string() else column.cast(pa.string())
    column = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(pc.binary_length(column), 0), pa.scalar(None, pa.string()), column)


def said(column: Any) -> Any:
    """Text, without the words that say nothing."""
    column = text(column)
    return pc.if_else(pc.is_in(column, NOTHING), pa.scalar(None, pa.string()), column)


def each(read: Callable[[str], Any], kind: Any = None) -> Callable[[Any], Any]:
    """A column reader of a reader of one text; what it refuses is null."""

    def column_reader(column: Any) -> Any:
        encoded = text(column).dictionary_encode()
        values = [_try(read, one) for one in encoded.dictionary.to_pylist()]
        return pa.array(values, kind or pa.string()).take(encoded.indices)

    return column_reader


def _try(read: Callable[[str], Any], one: str) -> Any:
    try:
        return read(one)
    except (codes.Refused, ValueError, ArithmeticError):
        return None


def dates(column: Any) -> Any:
    column = flat(column)
    return column if column.type == pa.date32() else codes.dates(column).values


def number(kind: Any) -> Callable[[Any], Any]:
    def column_reader(column: Any) -> Any:
        column = flat(column)
        if column.type == pa.string():
            return each(float, pa.float64())(column).cast(kind, safe=False)
        return column.cast(kind, safe=False)

    return column_reader


def yuan(column: Any) -> Any:
    """Sums kept in fen by the exchange, or still as the register writes them."""
    column = flat(column)
    if pa.types.is_integer(column.type):
        return pc.divide(column.cast(pa.float64()), 100.0)
    return each(lambda one: float(codes.read_money(one).yuan or Decimal(0)), pa.float64())(column)


def years(column: Any) -> Any:
    column = number(pa.int64())(column)
    good = pc.and_(pc.greater(column, 1800), pc.less(column, 2101))
    return pc.if_else(good, column, pa.scalar(None, pa.int64()))


def house_codes(column: Any) -> Any:
    column = text(column)
    return pc.if_else(pc.match_substring_regex(column, "^[0-9]{8,18}$"), column, pa.scalar(None, pa.string()))


def taxpayers(column: Any) -> Any:
    """Only whole credit codes are values of the register; old numbers still link (see firms)."""
    return codes.credit_codes(column).values


def _label(table: str) -> Callable[[str], str]:
    def read(one: str) -> str:
        words = codes.table(table)
        return words.label(words.code(one))

    return read


def _known(table: str) -> Callable[[str], str]:
    """The department's own word, where the code table knows it: 户主 is not to be called 本人."""

    def read(one: str) -> str:
        codes.table(table).code(one)
        return one

    return read


def worded(column: Any) -> Any:
    """A number in a column of words is a row that has slipped."""
    column = said(column)
    slipped = pc.match_substring_regex(column, r"^[0-9.,]+$")
    return pc.if_else(slipped, pa.scalar(None, pa.string()), column)


READERS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "people": {
        "id_number": lambda column: codes.person_ids(column).values,
        "name": lambda column: codes.check("person_name", column).values,
        "sex": each(lambda one: codes.table("sex").code(one)),
        "birth_date": dates,
        "ethnicity": each(_label("ethnicity")),
        "household_no": text,
        "relation": each(_known("relation")),
        "address": text,
        "phone": lambda column: codes.phones(column).values,
        "marital": each(MARITAL.get),
        "status": worded,
        "employer_code": lambda column: codes.credit_codes(column).values,
        "employer_name": said,
        "school": said,
        "grade": said,
        "blood_type": said,
        "partner_name": lambda column: codes.check("person_name", column).values,
    },
    "firms": {
        "credit_code": taxpayers,
        "name": lambda column: codes.check("firm_name", column).values,
        "registered_on": dates,
        "kind": each(_label("firm_kind")),
        "capital_yuan": yuan,
        "scope": text,
        "address": text,
        "legal_person": lambda column: codes.check("person_name", column).values,
        "legal_person_id": lambda column: codes.person_ids(column).values,
        "phone": lambda column: codes.phones(column).values,
        "status": each(_label("firm_status")),
        "industry": worded,
        "members": number(pa.int64()),
    },
    "houses": {
        "house_code": house_codes,
        "address": text,
        "area": number(pa.float64()),
        "use": worded,
        "built_year": years,
        "owner_name": text,
        "owner_id": lambda column: codes.person_ids(column).values,
        "lng": number(pa.float64()),
        "lat": number(pa.float64()),
        "residents": number(pa.int64()),
    },
}


def clipped_days(column: Any) -> Any:
    """Days since 1970 as integers; far past and future are typing errors."""
    days = column.cast(pa.int32()).fill_null(-(1 << 30)).to_numpy(zero_copy_only=False)
    return np.where((days > -43_830) & (days < 47_482), days, -(1 << 30))
