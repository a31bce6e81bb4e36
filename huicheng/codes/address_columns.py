"""A column of addresses: equal texts are read once, alike ones by their shape, and the parts come back as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from huicheng.codes.address_fronts import Front
from huicheng.codes.address_parts import Address, key_of
from huicheng.codes.address_shapes import FILLED, Reader
from huicheng.codes.address_text import tidy_addresses
from huicheng.codes.addresses import HOME, form_of
from huicheng.codes.checked import Checked

if TYPE_CHECKING:
    from huicheng.codes.address_runs import Page

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

    from huicheng.codes.address_runs import pages
    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    reader = reader_of(HOME)
    read = pa.concat_tables(_parts(page, reader) for page in pages(encoded.dictionary, reader))
    return read.combine_chunks().take(encoded.indices)


FRONT: dict[str, Callable[[Front], str]] = {
    "division": lambda front: front.district,
    "street": lambda front: front.low[0],
    "community": lambda front: front.low[2],
    "road": lambda front: front.road,
}


def _parts(page: Page, reader: Reader) -> Any:
    import pyarrow as pa

    alone = [reader.parts(plain) for plain in page.alone]
    columns = {}
    for name, say in FRONT.items():
        spread = page.spread(say(one.front) for one in page.shared)
        columns[name] = page.with_alone(spread, [say(front) for front, _ in alone])
    for place, name in enumerate(FILLED):
        filled = page.fill([one.columns.parts[place] for one in page.shared])
        columns[name] = page.with_alone(filled, [getattr(flat, name) for _, flat in alone])
    return pa.table({name: _or_null(column) for name, column in columns.items()})


def _or_null(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _texts(values: Iterable[str]) -> Any:
    import pyarrow as pa

    return pa.array([value or None for value in values], pa.string())


def judge_addresses(column: Any) -> Checked:
    """A delivery's column: standard texts and doubts, as `judge_address` finds them one by one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from huicheng.codes.address_runs import pages
    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    reader = reader_of(HOME)
    read = pa.concat_tables(_judged(page, reader) for page in pages(encoded.dictionary, reader))
    refusals = _texts(form_of(text) for text in encoded.dictionary.to_pylist())
    nothing = pa.scalar(None, pa.string())
    values = pc.if_else(pc.is_valid(refusals), nothing, read["value"].combine_chunks())
    problems = pc.coalesce(refusals, read["problem"].combine_chunks())
    return Checked(values.take(encoded.indices), problems.take(encoded.indices).dictionary_encode())


def _judged(page: Page, reader: Reader) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    alone = [reader.judge(plain) for plain in page.alone]
    shared = page.shared
    places = [reader.place(one.front) for one in shared]
    pieces = (
        page.spread(place.before(one.door) for place, one in zip(places, shared, strict=True)),
        page.fill([one.columns.text for one in shared]),
        page.spread(one.front.skipped for one in shared),
        page.fill([one.columns.rest for one in shared]),
    )
    value = page.with_alone(pc.binary_join_element_wise(*pieces, ""), [value for value, _ in alone])
    doubts = page.spread(place.doubt(one.door) for place, one in zip(places, shared, strict=True))
    problem = page.with_alone(doubts, [problem for _, problem in alone])
    return pa.table({"value": value, "problem": _or_null(problem)})
