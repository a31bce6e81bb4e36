"""Sets of subjects 人员集合: keyed hashes, sorted, small on disk, and asked for one key without being read.

A file is a head (magic, how many leading bits make a bucket, how many keys), a directory of where each bucket
begins, and the keys without the bytes that their bucket already says. One key costs three short reads.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
import struct
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huicheng.ground.api import AlteredSet, home, secret

Keys = NDArray[np.uint64]
HEAD = struct.Struct("<6sBxQ")
MAGIC = b"HCSET1"
SMALL = 64
A_BUCKET = 16


@functools.lru_cache(maxsize=4)
def _salt(place: Path) -> str:
    return secret("subjects").hex()


def salt() -> str:
    """Without it nobody can tell from a set who is in it."""
    return _salt(home())


def salt_for(node: str) -> str:
    """For the sets that a node tells us: from its salt it learns nothing of ours, nor of another node's."""
    return hmac.digest(bytes.fromhex(salt()), node.encode(), "sha256").hex()


def key_of(value: str, salted: str = "") -> int:
    """The same as ``sql_key`` makes of a column."""
    text = (salted or salt()) + value.strip(" ").upper()
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def sql_key(expression: str, salted: str = "") -> str:
    text = f"upper(trim(CAST({expression} AS VARCHAR)))"
    return f"CAST('0x' || left(sha256('{salted or salt()}' || {text}), 16) AS UBIGINT)"


def packed(keys: Keys) -> bytes:
    """``keys`` sorted and without doubles."""
    bits = min(16, (len(keys) // A_BUCKET).bit_length())
    kept = 8 - bits // 8
    bucket = (keys >> np.uint64(64 - bits)).astype(np.int64) if bits else np.zeros(len(keys), np.int64)
    directory = np.searchsorted(bucket, np.arange((1 << bits) + 1)).astype("<u4")
    rest = keys.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :kept]
    return HEAD.pack(MAGIC, bits, len(keys)) + directory.tobytes() + rest.tobytes()


def unpacked(data: bytes) -> Keys:
    bits, count, start, kept = _head(data)
    directory = np.frombuffer(data, "<u4", (1 << bits) + 1, HEAD.size)
    whole = np.zeros((count, 8), np.uint8)
    whole[:, :kept] = np.frombuffer(data, np.uint8, count * kept, start).reshape(-1, kept)
    low = whole.reshape(-1).view("<u8") & np.uint64((1 << (64 - bits)) - 1)
    high = np.repeat(np.arange(1 << bits, dtype=np.uint64), np.diff(directory))
    return (high << np.uint64(64 - bits)) | low if bits else low


def _head(data: bytes) -> tuple[int, int, int, int]:
    if len(data) < HEAD.size or data[:6] != MAGIC:
        raise AlteredSet("this is no set of subjects")
    _magic, bits, count = HEAD.unpack_from(data)
    return bits, count, HEAD.size + 4 * ((1 << bits) + 1), 8 - bits // 8


def holds(sha256: str, keys: Collection[int]) -> bool:
    """Whether any of ``keys`` is in this filed set; only the buckets they would lie in are read."""
    try:
        handle = os.open(place_of(sha256), os.O_RDONLY)
    except FileNotFoundError:
        raise AlteredSet(f"the set {sha256} is gone") from None
    try:
        bits, _count, start, kept = _head(os.pread(handle, HEAD.size, 0))
        return any(_in_bucket(handle, key, bits, start, kept) for key in keys)
    finally:
        os.close(handle)


def _in_bucket(handle: int, key: int, bits: int, start: int, kept: int) -> bool:
    bucket = key >> (64 - bits)
    first, last = struct.unpack("<II", os.pread(handle, 8, HEAD.size + 4 * bucket))
    rest = os.pread(handle, (last - first) * kept, start + first * kept)
    wanted = key.to_bytes(8, "little")[:kept]
    at = rest.find(wanted)
    while at >= 0 and at % kept:
        at = rest.find(wanted, at + 1)
    return at >= 0


def place_of(sha256: str) -> Path:
    return home() / "evidence" / sha256[:2] / f"{sha256}.set"


def file_set(data: bytes) -> str:
    """On disk, whole and for good, before anybody names it."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = place_of(sha256)
    if target.exists():
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}-{os.urandom(4).hex()}")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sha256
