"""A column of addresses: equal texts are read once, and the parts come back as a table."""
from __future__ import annotations

from typing import Any

from huicheng.codes.addresses import HOME, Address, parse_address

COLUMNS = (*Address._fields, "key", "loose_key")


def parse_addresses(column: Any, *, home: str = HOME) -> Any:
    """A table of `Address` fields, `key` and `loose_key`; text columns are null where the part is absent."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    found = [parse_address(text, home=home) for text in encoded.dictionary.to_pylist()]
    parts: list[Any] = list(zip(*found, strict=True)) or [()] * len(Address._fields)
    parts += [[address.key for address in found], [address.loose_key for address in found]]
    arrays = [_column(name, values).take(encoded.indices) for name, values in zip(COLUMNS, parts, strict=True)]
    return pa.table(dict(zip(COLUMNS, arrays, strict=True)))


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
