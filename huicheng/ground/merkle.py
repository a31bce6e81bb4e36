"""A tree of hashes (RFC 6962): that one event stands in a sealed batch, shown without the others."""

import hashlib
from collections.abc import Sequence
from typing import Any

Path = list[list[str]]
# So many leaves of a set lie side by side under one value of its tree.
GROUP = 16


def _leaf(value: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(value)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(values: list[str]) -> str:
    level = [_leaf(value) for value in values]
    while len(level) > 1:
        level = _above(level)
    return level[0].hex()


def _above(level: list[bytes]) -> list[bytes]:
    # One that is left over goes up as it is.
    pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + level[len(pairs) * 2 :]


def path(values: list[str], place: int) -> Path:
    """The neighbours on the way up, each with the side it stands on."""
    level, steps = [_leaf(value) for value in values], []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            steps.append(["left" if beside < place else "right", level[beside].hex()])
        level, place = _above(level), place // 2
    return steps


def climb(value: str, steps: Path) -> str:
    """The root that this value and these neighbours lead to."""
    found = _leaf(value)
    for side, beside in steps:
        other = bytes.fromhex(beside)
        if side not in ("left", "right"):
            raise ValueError(f"{side} is no side")
        found = _node(other, found) if side == "left" else _node(found, other)
    return found.hex()


def member_leaf(key: int, blind: bytes) -> bytes:
    """One member of a set as its tree has it: ``blind`` is drawn for this place alone, so it says nothing of the key."""
    return hashlib.sha256(b"\x03" + blind + key.to_bytes(8, "big")).digest()


def set_root(leaves: Sequence[bytes]) -> str:
    return root(grouped(leaves))


def set_place(leaves: Sequence[bytes], place: int) -> dict[str, Any]:
    """The way from one leaf to the root: the leaves beside it, and the neighbours above."""
    first = place - place % GROUP
    group = [leaf.hex() for leaf in leaves[first : first + GROUP]]
    return {"place": place - first, "group": group, "path": path(grouped(leaves), place // GROUP)}


def grouped(leaves: Sequence[bytes]) -> list[str]:
    """The values over which a set's tree is built."""
    return [
        hashlib.sha256(b"\x02" + b"".join(leaves[at : at + GROUP])).hexdigest()
        for at in range(0, len(leaves), GROUP)
    ]
