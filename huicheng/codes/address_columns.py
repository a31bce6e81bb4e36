"""A column of addresses: equal texts are read once, and the parts come back as a table."""

from __future__ import annotations

from typing import Any

from huicheng.codes.address_parts import Address
from huicheng.codes.addresses import HOME, parse_address

COLUMNS = (*Address._fields, "key", "loose_key")
# Small enough that the parsed tuples die young and the collector never walks them all.
AT_ONCE = 8192


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

    found = [parse_address(text, home=home) for text in texts]
    parts: list[Any] = list(zip(*found, strict=True)) or [()] * len(Address._fields)
    keys = [address.key for address in found]
    parts += [keys, [key[len(address.division) :] for key, address in zip(keys, found, strict=True)]]
    return pa.table({name: _column(name, values) for name, values in zip(COLUMNS, parts, strict=True)})


def _column(name: str, values: Any) -> Any:
    import pyarrow as pa

    if name == "confidence":
        return pa.array(values, pa.float32())
    if name == "conflict":
        return pa.array(values, pa.bool_())
    return pa.array([value or None for value in values], pa.string())


def address_keys(column: Any, *, home: str = HOME) -> Any:
    """Only the key of each address, null where it has none."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    keys = [parse_address(text, home=home).key or None for text in encoded.dictionary.to_pylist()]
    return pa.array(keys, pa.string()).take(encoded.indices)
