"""目录检索: words, parts of words and pinyin, in the database's own full-text index.

Text is indexed as overlapping pairs of characters, so that any run of Chinese is found as written and no dictionary
has to know it; a dictionary only cuts what the reader typed without spaces.
"""

from __future__ import annotations

import functools
import hashlib
import heapq
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from django.db import connection
from django.utils.translation import override
from rapidfuzz import fuzz

from huicheng.codes import api as codes
from huicheng.exchange.declarations import Resource
from huicheng.exchange.models import ResourceRow
from huicheng.ground.api import department, said

RUNS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
HAN = re.compile(r"[\u3400-\u9fff]")
# title, pinyin, summary, items: how much a hit there counts.
WEIGHTS = (8.0, 6.0, 3.0, 1.0)
MOST_WORDS = 12
FEW = 500  # entries that a query may name one by one
CLOSE = 60  # of 100: below it two titles only share a character


@dataclass(frozen=True)
class Words:
    """An entry as the index holds it: every part a line of tokens."""

    code: str
    title: str
    pinyin: str
    summary: str
    items: str

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(astuple(self)).encode()).hexdigest()


def words_of(spec: Resource) -> Words:
    """In Chinese, and in English where the titles have it."""
    owner = department(spec.owner)
    items = " ".join(f"{_both(f.title)} {f.name}" for f in spec.fields)
    about = f"{_both(spec.summary)} {_both(spec.category)} {owner.name} {owner.short} {owner.english}"
    title = f"{_both(spec.title)} {spec.code} {spec.code.replace('_', ' ')}"
    return Words(spec.code, _tokens(title), _spoken(spec.title), _tokens(about), _tokens(items))


def _both(text: str) -> str:
    with override("en"):
        english = said(text)
    return text if english == text else f"{text} {english}"


@functools.lru_cache(maxsize=16_384)
def _sounds(title: str) -> tuple[str, ...]:
    with override("en"):
        english = said(title).lower()
    return (title.lower(), "".join(codes.syllables(title)).lower(), english)


def close(text: str, titles: Mapping[str, str], *, limit: int) -> list[str]:
    """Codes of the titles most like ``text``, none that is only a little like it."""
    asked = text.lower()
    ranked = [
        (max(fuzz.partial_ratio(asked, one) for one in _sounds(title)), code)
        for code, title in titles.items()
    ]
    best = heapq.nlargest(limit, (pair for pair in ranked if pair[0] >= CLOSE))
    return [code for _points, code in best]


def _tokens(text: str) -> str:
    return " ".join(token for run in _runs(text) for token in _pairs(run))


def _runs(text: str) -> list[str]:
    return RUNS.findall(unicodedata.normalize("NFKC", text).lower())


def _pairs(run: str) -> Iterable[str]:
    if not HAN.match(run):
        return (run,)
    return (*(run[i : i + 2] for i in range(len(run) - 1)), run[-1])


def _cut(text: str) -> list[str]:
    import rjieba  # reads its dictionary, which most commands never need

    return list(rjieba.cut(text))


def _spoken(title: str) -> str:
    """Pinyin from each word's start to the title's end, and its initials: any run of words is a prefix."""
    words = [word for word in _cut("".join(HAN.findall(title))) if word.strip()]
    spelt = ["".join(codes.syllables(word)) for word in words]
    initials = "".join(syllable[:1] for syllable in codes.syllables("".join(words)))
    return " ".join(["".join(spelt[i:]) for i in range(len(spelt))] + [initials])


def asked_for(text: str) -> list[str]:
    """The reader's line as words: cut at spaces, and Chinese without spaces by the dictionary."""
    words = [word for run in _runs(text) for word in (_cut(run) if HAN.match(run) else [run]) if word.strip()]
    return list(dict.fromkeys(words))[:MOST_WORDS]


def index(specs: Iterable[Resource]) -> None:
    """Write entries whose words changed into the index, inside the caller's transaction."""
    made = [words_of(spec) for spec in specs]
    entries = ResourceRow.objects.all()
    if len(made) < FEW:
        entries = entries.filter(code__in=[one.code for one in made])
    known = dict(entries.values_list("code", "indexed"))
    made = [one for one in made if one.digest != known.get(one.code)]
    _take_out(one.code for one in made)
    for one in made:
        ResourceRow.objects.filter(code=one.code).update(indexed=one.digest)
    rows = [(_place(one.code), one.code, one.title, one.pinyin, one.summary, one.items) for one in made]
    with connection.cursor() as cursor:
        cursor.executemany(_engine().INSERT, rows)


def _place(code: str) -> int:
    """Where an entry stands in the index: by its code alone SQLite would read the whole index to find it."""
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:8]) >> 1


def forget(codes: Iterable[str]) -> None:
    gone = list(codes)
    ResourceRow.objects.filter(code__in=gone).update(indexed="")
    _take_out(gone)


def _take_out(codes: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(_engine().DELETE, [(_place(code),) for code in codes])


def ranked(text: str) -> list[str] | None:
    """Codes of entries that hold every word, the best first; failing that, any word; None: no word was asked."""
    words = asked_for(text)
    if not words:
        return None
    telling = [word for word in words if len(word) > 1]  # 的 alone would find everything
    return _engine().find(words, every=True) or (_engine().find(telling, every=False) if telling else [])


def _engine() -> Any:
    return _Postgres if connection.vendor == "postgresql" else _Sqlite


def _rows(sql: str, params: list[Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


class _Sqlite:
    INSERT = "INSERT INTO exchange_words (rowid, code, title, pinyin, summary, items) VALUES (%s, %s, %s, %s, %s, %s)"
    DELETE = "DELETE FROM exchange_words WHERE rowid = %s"
    FIND = (
        "SELECT code FROM exchange_words WHERE exchange_words MATCH %s "
        "ORDER BY bm25(exchange_words, 0, %s, %s, %s, %s), code"
    )

    @classmethod
    def find(cls, words: list[str], *, every: bool) -> list[str]:
        match = (" AND " if every else " OR ").join(cls._phrase(word) for word in words)
        return _rows(cls.FIND, [match, *WEIGHTS])

    @staticmethod
    def _phrase(word: str) -> str:
        if not HAN.match(word):
            return f'"{word}" *'
        if len(word) == 1:
            return f'"{word}" *'
        return '"' + " ".join(list(_pairs(word))[:-1]) + '"'


class _Postgres:
    INSERT = (
        "INSERT INTO exchange_words (place, code, words) VALUES (%s, %s, "
        "setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'B') || "
        "setweight(to_tsvector('simple', %s), 'C') || setweight(to_tsvector('simple', %s), 'D'))"
    )
    DELETE = "DELETE FROM exchange_words WHERE place = %s"
    FIND = (
        "SELECT code FROM exchange_words, to_tsquery('simple', %s) AS asked WHERE words @@ asked "
        "ORDER BY ts_rank('{0.12,0.37,0.75,1.0}', words, asked) DESC, code"
    )

    @classmethod
    def find(cls, words: list[str], *, every: bool) -> list[str]:
        asked = (" & " if every else " | ").join(cls._phrase(word) for word in words)
        return _rows(cls.FIND, [asked])

    @staticmethod
    def _phrase(word: str) -> str:
        """Words hold only letters, digits and Chinese, so nothing in them is an operator."""
        if not HAN.match(word) or len(word) == 1:
            return f"{word}:*"
        return "(" + " <-> ".join(list(_pairs(word))[:-1]) + ")"
