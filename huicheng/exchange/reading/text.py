"""Bytes of unknown encoding as clean UTF-8, a block at a time, refusing what is no text."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NoReturn

from django.utils.translation import gettext as _

from huicheng.exchange.reading.source import BROKEN_MARK, MAX_BYTES, NUL_MARK
from huicheng.exchange.refusals import BrokenFile, CompressionBomb, NotText, TooLarge

BLOCK = 1 << 20
HOLE = b"\0" * 4096
BOMB_RATIO, BOMB_FROM = 300, 64 << 20
GZIP = b"\x1f\x8b"
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def raw_blocks(path: Path, name: str) -> Iterator[tuple[bytes, int]]:
    """Unpacked blocks, and how far into the file as it lies on disk each one reached."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
        file.seek(0)
        stream: IO[bytes] = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]
        total = lines = 0
        while block := _read(stream, name, lines):
            total += len(block)
            _guard(name, block, total, lines, file.tell() if packed else None)
            lines += block.count(b"\n")
            yield block, file.tell()


def _read(stream: IO[bytes], name: str, lines: int) -> bytes:
    try:
        return stream.read(BLOCK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BrokenFile(
            name,
            _("压缩文件不完整或已损坏（%(why)s）") % {"why": error},
            do=_("请重新压缩后交付"),
            row=max(lines, 1),
        ) from error


def _guard(name: str, block: bytes, total: int, lines: int, packed: int | None) -> None:
    hole = block.find(HOLE)
    if hole >= 0:
        row = lines + block.count(b"\n", 0, hole)
        raise NotText(
            name, _("有连续 4,096 个以上的 NUL 字节，不是文本"), do=_("文件可能没有传完或是空洞文件，请重新导出"),
            row=row or None,
        )  # fmt: skip
    if packed and total > BOMB_FROM and total > packed * BOMB_RATIO:
        raise CompressionBomb(
            name, _("压缩比超过 %(ratio)s 倍，解开后已有 %(size)s MB") % {"ratio": BOMB_RATIO, "size": total >> 20},
            do=_("请交付未压缩的文件"), row=lines or None,
        )  # fmt: skip
    if total > MAX_BYTES:
        raise TooLarge(
            name,
            _("解开后超过 %(size)s GB") % {"size": MAX_BYTES >> 30},
            do=_("请分成几个文件"),
            row=lines or None,
        )


def detect(path: Path, name: str) -> str:
    """UTF-8 unless its bytes say otherwise; a file may look like ASCII for a long time before it does not."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    head, lines = b"", 1
    for number, (block, _at) in enumerate(raw_blocks(path, name)):
        if number == 0:
            head = block.partition(b"\n")[0]
            for mark, encoding in BOMS:
                if block.startswith(mark):
                    return encoding
            if wide := _bare_utf16(block):
                return wide
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            encoding = _better(block)
            if encoding != "utf-8" and _is_utf8(head):
                _refuse_mixed(name, lines + error.object[: error.start].count(b"\n"))
            return encoding
        lines += block.count(b"\n")
    return "utf-8"


def _is_utf8(head: bytes) -> bool:
    """A word or two of another encoding may be valid UTF-8 by chance; a header of several Chinese characters is not."""
    try:
        return sum(ord(one) > 0x7FF for one in head.decode("utf-8")) >= 3
    except UnicodeDecodeError:
        return False


def _refuse_mixed(name: str, line: int) -> NoReturn:
    raise NotText(
        name, _("文件开头是 UTF-8 编码，从文件的第 %(line)s 行起不是") % {"line": f"{line:,}"},
        do=_("请把整个文件存成 UTF-8 再交付，不要把两种编码的文件拼在一起"),
    )  # fmt: skip


def _bare_utf16(block: bytes) -> str | None:
    sample = block[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < len(sample) // 8:
        return None
    return "utf-16-le" if odd > even * 4 else "utf-16-be" if even > odd * 4 else None


def _better(block: bytes) -> str:
    """The encoding in which fewer bytes of this block are broken."""
    broken = {e: block.decode(e, errors="replace").count(BROKEN_MARK) for e in ("gb18030", "utf-8")}
    return min(broken, key=lambda encoding: broken[encoding])


class Utf8(io.RawIOBase):
    """A file as clean UTF-8: broken bytes become U+FFFD and NULs U+2400, so that the row can be named."""

    def __init__(self, path: Path, name: str, encoding: str) -> None:
        self._blocks = raw_blocks(path, name)
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._plain = encoding in ("utf-8", "gb18030")
        self._kept = b""
        self._ended = False
        self.at = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; may be fewer before the end, never none."""
        while not self._kept and not self._ended:
            self._kept = self._next()
        given, self._kept = (self._kept, b"") if size < 0 else (self._kept[:size], self._kept[size:])
        return given

    def _next(self) -> bytes:
        block, self.at = next(self._blocks, (b"", self.at))
        self._ended = not block
        if self._plain and block.isascii() and not self._decoder.getstate()[0] and b"\0" not in block:
            return block
        text = self._decoder.decode(block, final=self._ended)
        return text.replace("\0", NUL_MARK).encode("utf-8", errors="replace")

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def first_text(path: Path, name: str, encoding: str, size: int = 1 << 18) -> str:
    """The start of the file, cut at a line's end."""
    stream, text = Utf8(path, name, encoding), b""
    while len(text) < size and (block := stream.read(size - len(text))):
        text += block
    if len(text) >= size:
        text = text[: text.rfind(b"\n") + 1] or text
    return text.decode("utf-8", errors="replace").lstrip("\ufeff")
