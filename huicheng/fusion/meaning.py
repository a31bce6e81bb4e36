"""What values mean, as numbers: two ways of writing one place, one name or one state have one key, and 0 is compared
with nothing. The page that shows a resident who says otherwise asks here too, one value at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huicheng.codes import api as codes
from huicheng.fusion.firms.rows import organisations
from huicheng.fusion.sources import SOURCES
from huicheng.fusion.standardising import Standard
from huicheng.fusion.standards import each
from huicheng.fusion.surviving import text_of

PEOPLES_NAMES = {"name", "partner_name", "legal_person"}
FIRMS_NAMES = {"employer_name", "owner_name"}
# Words of the tax service alone: a firm that does not file its taxes may stand or be struck off.
ANY_STATE = {"停业", "非正常户"}


def fact_of(resource: str, name: str) -> str:
    """What this resource's value tells: 户籍地址 is another fact than 现住址, though both are called address."""
    return next((one.fact(name) for one in SOURCES if one.resource == resource), name)


def column_of(resource: str, name: str) -> str:
    """What the resource itself calls the register's field."""
    return next((one.fields.get(name, name) for one in SOURCES if one.resource == resource), name)


def meaning(kind: str, name: str, value: str) -> str:
    """One text for all ways of writing the same; empty where nothing can be held against it."""
    return _reader(kind, name)(value) if value else ""


def keys(standard: Standard, name: str, values: Any) -> NDArray[Any]:
    """``meaning`` of a column, as numbers."""
    places = standard.places
    if name == "address" and places is not None:
        return places.site if standard.kind == "firms" else places.flat
    if name == "credit_code":
        return organisations(standard.raw["credit_code"], values)[0]
    if name in ("owner_id", "id_number"):
        return _numbered(values)
    return _numbered(each(partial(_or_nothing, _reader(standard.kind, name)))(text_of(values)))


def _numbered(values: Any) -> NDArray[Any]:
    encoded = values.dictionary_encode()
    return np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64) + 1


def _or_nothing(read: Callable[[str], str], value: str) -> str | None:
    return read(value) or None


def _reader(kind: str, name: str) -> Callable[[str], str]:
    if name == "address":
        return lambda value: codes.address_key(value) or value
    if name in FIRMS_NAMES or (kind, name) == ("firms", "name"):
        return _firm
    if name in PEOPLES_NAMES:
        return _person
    if kind == "firms" and name == "status":
        return lambda value: "" if value in ANY_STATE else value
    if name in ("area", "capital_yuan"):
        return _rounded
    return str


def _person(value: str) -> str:
    """A rare character and the common one that stands for it where a keyboard lacks it are one name."""
    try:
        return codes.common_form(codes.person_name(value))
    except codes.Refused:
        return value


def _firm(value: str) -> str:
    try:
        return codes.firm_name(value).replace("有限责任公司", "有限公司")
    except codes.Refused:
        return value


def _rounded(value: str) -> str:
    """Surveyors write centimetres that tax forms round away."""
    try:
        return f"{float(value):.0f}"
    except ValueError:
        return value
