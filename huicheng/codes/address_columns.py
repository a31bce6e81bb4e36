"""A column of addresses: equal texts are read once, alike ones by their shape, and the parts come back as a table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from huicheng.codes.address_numbers import Flat
from huicheng.codes.address_parts import Address, key_of
from huicheng.codes.address_shapes import Reader
from huicheng.codes.address_text import tidy_addresses
from huicheng.codes.addresses import HOME, form_of
from huicheng.codes.checked import Checked

COLUMNS = (*Address._fields, "key", "loose_key")
# Small enough that the parsed tuples die young and the collector never walks them all.
AT_ONCE = 8192
reader_of = lru_cache(8)(Reader)


def parse_addresses(column: Any, *, home: str = HOME) -> Any:
    """A table of `Address` fields, `key` and `loose_key`; text columns are null where the part is absent."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    texts = encoded.dictionary
    starts = range(0, max(len(texts), 1), AT_ONCE)
    read = pa.concat_tables(_read(texts.slice(start, AT_ONCE).to_pylist(), home) for start in starts)
    return read.combine_chunks().take(encoded.indices)


def _read(texts: list[str], home: str) -> Any:
    import pyarrow as pa

    reader = reader_of(home)
    found = [reader.address(plain) for plain in tidy_addresses(texts)]
    parts: list[Any] = list(zip(*found, strict=True)) or [()] * len(Address._fields)
    loose = [key_of(address, "") for address in found]
    keys = [address.division + key if key else "" for key, address in zip(loose, found, strict=True)]
    parts += [keys, loose]
    return pa.table({name: _column(name, values) for name, values in zip(COLUMNS, parts, strict=True)})


def _column(name: str, values: Any) -> Any:
    import pyarrow as pa

    if name == "confidence":
        return pa.array(values, pa.float32())
    if name == "conflict":
        return pa.array(values, pa.bool_())
    return _texts(values)


def address_keys(column: Any, *, home: str = HOME) -> Any:
    """Only the key of each address, null where it has none."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    reader = reader_of(home)
    found = [reader.address(plain) for plain in tidy_addresses(encoded.dictionary.to_pylist())]
    keys = [key_of(address, address.division) or None for address in found]
    return pa.array(keys, pa.string()).take(encoded.indices)


def address_parts(column: Any) -> Any:
    """Only what says where: division, street, community, road, number, compound, building, unit, room; null where absent."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    texts = encoded.dictionary
    starts = range(0, max(len(texts), 1), AT_ONCE)
    read = pa.concat_tables(_parts(texts.slice(start, AT_ONCE).to_pylist()) for start in starts)
    return read.combine_chunks().take(encoded.indices)


FRONT = ("division", "street", "community", "road")
DOOR = ("number", "compound", "building", "unit", "room")


def _parts(texts: list[str]) -> Any:
    """Fronts stand in a dictionary; only doors are written out."""
    import pyarrow as pa

    read = [reader_of(HOME).parts(plain) for plain in tidy_addresses(texts)]
    fronts = {id(front): front for front, _ in read}
    place = {key: at for at, key in enumerate(fronts)}
    which = pa.array([place[id(front)] for front, _ in read], pa.int32())
    said = [(front.district, front.low[0], front.low[2], front.road) for front in fronts.values()]
    columns = {name: _texts([one[at] for one in said]).take(which) for at, name in enumerate(FRONT)}
    doors = zip(*(flat for _, flat in read), strict=True) if read else [()] * len(Flat._fields)
    flats = dict(zip(Flat._fields, doors, strict=True))
    return pa.table({**columns, **{name: _texts(flats[name]) for name in DOOR}})


def _texts(values: Iterable[str]) -> Any:
    import pyarrow as pa

    return pa.array([value or None for value in values], pa.string())


def judge_addresses(column: Any) -> Checked:
    """A delivery's column: standard texts and doubts, as `judge_address` finds them one by one."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    reader = reader_of(HOME)
    values: list[str | None] = []
    problems: list[str | None] = []
    for text, plain in zip(texts, tidy_addresses(texts), strict=True):
        refusal = form_of(text)
        value, problem = (None, refusal) if refusal else reader.judge(plain)
        values.append(value)
        problems.append(problem or None)
    spread = pa.array(values, pa.string()).take(encoded.indices)
    return Checked(spread, pa.array(problems, pa.string()).take(encoded.indices).dictionary_encode())
