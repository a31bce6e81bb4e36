"""`check`: one column of a delivery against the kind its field declares."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from huicheng.codes.checked import Checked
from huicheng.codes.problems import Refused
from huicheng.codes.text import half_width

KINDS = (
    "text",
    "integer",
    "number",
    "date",
    "datetime",
    "boolean",
    "money",
    "person_id",
    "credit_code",
    "phone",
    "person_name",
    "firm_name",
    "address",
    "division",
    "code",
)
# What people and programs write into a cell to say that it is empty.
NOTHING = (
    "N/A",
    "n/a",
    "#N/A",
    "NA",
    "NULL",
    "null",
    "None",
    "none",
    "nan",
    "NaN",
    "\\N",
    "-",
    "--",
    "—",
    "——",
    "/",
    "无",
    "空",
)
YES = {"是", "1", "true", "yes", "y", "t", "有", "真", "√", "1.0"}
NO = {"否", "0", "false", "no", "n", "f", "无", "假", "×", "0.0"}
READABLE_FAULTS = "\ufffd|[\ue000-\uf8ff]|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]|锟斤拷|烫烫烫"


def check(kind: str, column: Any, *, codes: str | None = None) -> Checked:
    """Standard values and problem codes of one column. A null, or a cell that says 'nothing', is no problem here."""
    if kind not in KINDS:
        raise ValueError(f"check() knows no kind {kind!r}; a field may be {', '.join(KINDS)}")
    if _is_dictionary(column):
        return _through_dictionary(kind, column, codes)
    judges = _judges() | {"code": partial(_codes, codes=codes)}
    judged = judges[kind](column if kind in ("text", "boolean", "code") else _emptied(column))
    return Checked(judged.values, _one_type(judged.problems))


def _one_type(problems: Any) -> Any:
    """Batches of one delivery must have one schema, whatever was found in each."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(problems.indices.cast(pa.int8()), problems.dictionary)


def _judges() -> dict[str, Callable[[Any], Checked]]:
    from huicheng.codes.dates import dates
    from huicheng.codes.organisations import credit_codes
    from huicheng.codes.persons import person_ids
    from huicheng.codes.phones import phones

    return {
        "person_id": person_ids,
        "credit_code": credit_codes,
        "date": dates,
        "phone": phones,
        "text": _text,
        "integer": partial(_number, whole=True),
        "number": partial(_number, whole=False),
        "datetime": _datetimes,
        "boolean": _booleans,
        "money": _money,
        "person_name": _person_names,
        "firm_name": _firm_names,
        "address": _addresses,
        "division": _divisions,
    }


def _is_dictionary(column: Any) -> bool:
    import pyarrow as pa

    return pa.types.is_dictionary(column.type)


def _through_dictionary(kind: str, column: Any, codes: str | None) -> Checked:
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks()
    judged = check(kind, column.dictionary, codes=codes)
    return Checked(judged.values.take(column.indices), judged.problems.take(column.indices))


def _emptied(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    from huicheng.codes.columns import as_text

    text = as_text(column)
    nothing = pc.is_in(text, value_set=pa.array(NOTHING))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), text)


def _text(column: Any) -> Checked:
    import numpy as np
    import pyarrow.compute as pc

    from huicheng.codes.columns import Verdicts, as_text

    text = as_text(column)
    verdicts = Verdicts(len(text), "text.unreadable")
    broken = pc.match_substring_regex(text, READABLE_FAULTS).fill_null(False)
    verdicts.accuse("text.unreadable", np.asarray(broken.to_numpy(zero_copy_only=False)))
    return Checked(text, verdicts.column())


def _number(column: Any, *, whole: bool) -> Checked:
    """A block cast when every cell is a plain number; cell by cell when one is not."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text, no_problems, one_by_one

    kind = pa.int64() if whole else pa.float64()
    try:
        values = column.cast(kind)
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        if whole or _finite(values):
            return Checked(values, no_problems(len(values)))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass
    return one_by_one(as_text(column), _integer if whole else _decimal, kind)


def _finite(values: Any) -> bool:
    import pyarrow.compute as pc

    return pc.all(pc.is_finite(values), min_count=0).as_py() is not False


def _decimal(text: str) -> float:
    plain = half_width(text).replace(",", "").replace(" ", "").lstrip("'")
    try:
        value = float(plain)
    except ValueError:
        raise Refused("number.form") from None
    if value in (float("inf"), float("-inf")) or value != value or "_" in plain:
        raise Refused("number.form")
    return value


def _integer(text: str) -> int:
    try:
        plain = half_width(text).replace(",", "").replace(" ", "").lstrip("'")
        value = Decimal(plain)
        if value != value.to_integral_value() or abs(value) >= 2**63 or "_" in plain:
            raise Refused("integer.form")
        return int(value)
    except ArithmeticError:
        raise Refused("integer.form") from None


def _datetimes(column: Any) -> Checked:
    import pyarrow as pa

    from huicheng.codes.columns import as_text, no_problems, one_by_one
    from huicheng.codes.dates import read_datetime

    stamp = pa.timestamp("us")
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return Checked(column.cast(stamp), no_problems(len(column)))
    return one_by_one(as_text(column), read_datetime, stamp)


def _booleans(column: Any) -> Checked:
    import pyarrow as pa

    from huicheng.codes.columns import as_text, no_problems, one_by_one

    if pa.types.is_boolean(column.type):
        return Checked(column, no_problems(len(column)))
    return one_by_one(as_text(column), _boolean, pa.bool_())


def _boolean(text: str) -> bool:
    word = half_width(text).strip().lower()
    if word in YES or word in NO:
        return word in YES
    raise Refused("boolean.form")


def _money(column: Any) -> Checked:
    """Yuan, exact to the fen."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text, one_by_one

    return one_by_one(as_text(column), _yuan, pa.decimal128(20, 2))


def _yuan(text: str) -> Decimal | tuple[Decimal, str]:
    from huicheng.codes.money import read_money

    money = read_money(text)
    if abs(money.yuan) >= 10**18:
        raise Refused("money.form")
    return money.yuan if money.currency == "CNY" else (money.yuan, "money.foreign")


def _person_names(column: Any) -> Checked:
    from huicheng.codes.name_columns import person_names

    return person_names(column)


def _firm_names(column: Any) -> Checked:
    import pyarrow as pa

    from huicheng.codes.columns import as_text, one_by_one
    from huicheng.codes.names import firm_name

    return one_by_one(as_text(column), firm_name, pa.string())


def _addresses(column: Any) -> Checked:
    from huicheng.codes.address_columns import judge_addresses

    return judge_addresses(column)


def _divisions(column: Any) -> Checked:
    import pyarrow as pa

    from huicheng.codes.columns import as_text, one_by_one

    return one_by_one(as_text(column), _division, pa.string())


def _division(text: str) -> str | tuple[str, str]:
    from huicheng.codes.divisions import find, present_day

    name = half_width(text)
    try:
        now = present_day(name)
    except Refused as refusal:
        # 和平区 is many places; in this city's files it is this city's.
        if refusal.code != "division.ambiguous" or not find(name, within="210100"):
            raise
        now = present_day(name, within="210100")
    same = now.code.startswith(name.rstrip("0") or name) if name.isdigit() else name in (now.name, now.short)
    return now.code if same else (now.code, "division.former")


def _codes(column: Any, codes: str | None) -> Checked:
    import pyarrow as pa

    from huicheng.codes.code_tables import table
    from huicheng.codes.columns import as_text, one_by_one

    if codes is None:
        return _text(column)
    return one_by_one(as_text(_emptied(column)), table(codes).code, pa.string())
