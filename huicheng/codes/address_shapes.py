"""Doors read by their shape. 404号3号楼2单元501室 and 217号9号楼1单元302室 need other digits, not another reading: a shape is
read once, with a mark in the place of every digit, and each text's own digits are put where the marks came out."""

from __future__ import annotations

import re
from typing import NamedTuple

from huicheng.codes.address_fronts import Front, read_front, shared_front
from huicheng.codes.address_numbers import Flat, flat_of
from huicheng.codes.address_parts import Address
from huicheng.codes.addresses import assemble, door_text, doubt_of, place_text, standard_address

MARK = 0xE000
MARKS = re.compile("[\ue000-\uf8ff]")
RUNS = re.compile("[\ue000-\uf8ff]+")
ZEROS = re.compile("0+")
SHAPE = str.maketrans("123456789", "000000000")
# Leading zeros fall away, so they are no digits like others.
LEADING_ZERO = re.compile("(?<![0-9])0")
# Pairs of unlike digits: the two samples of a shape tell so many digits apart.
PAIRS = tuple((one, two) for one in "123456789" for two in "123456789" if one != two)
AT_MOST = 200_000
# A floor is a piece of a room's number; the others are whole numbers.
FILLED = ("number", "compound", "building", "unit", "room")


class Slots(NamedTuple):
    """A text with holes, and which pieces of the tail fill them."""

    pattern: str
    holes: tuple[slice, ...] = ()

    def fill(self, tail: str) -> str:
        return self.pattern % tuple([tail[hole] for hole in self.holes]) if self.holes else self.pattern


class Template(NamedTuple):
    """A text as words with whole runs of digits between them: ``runs`` counts those of the tail from 0."""

    words: tuple[str, ...]
    runs: tuple[int, ...]


class Columns(NamedTuple):
    """A door whose holes are whole runs of digits, so that columns of them can be filled at once: ``parts`` as in
    `FILLED`, the standard text and what was left over."""

    parts: tuple[Template, ...]
    text: Template
    rest: Template

    @property
    def most_runs(self) -> int:
        return 1 + max((run for one in (*self.parts, self.text, self.rest) for run in one.runs), default=-1)


class Place(NamedTuple):
    """A front with its standard text, before a door with a number of the road and before any other, and its doubts,
    before nothing and before a door."""

    front: Front
    numbered: str
    text: str
    doubts: tuple[str, str]

    def before(self, door: Door) -> str:
        return self.numbered if door.parts.number else self.text

    def doubt(self, door: Door) -> str:
        return self.doubts[bool(door.text.pattern)]


class Door(NamedTuple):
    """One shape of tail: its parts with holes, and its standard text up to what was left over."""

    parts: Flat
    moving: tuple[tuple[int, Slots], ...]
    text: Slots
    rest: Slots
    columns: Columns | None

    def flat(self, tail: str) -> Flat:
        values = list(self.parts)
        for place, slots in self.moving:
            values[place] = slots.fill(tail)
        return Flat._make(values)


class Reader:
    """Reads tidy texts one after another and remembers places and doors, each apart."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.places: dict[int, Place] = {}
        self.doors: dict[tuple[bool, str], Door | None] = {}

    def address(self, plain: str) -> Address:
        return assemble(*self.parts(plain))

    def parts(self, plain: str) -> tuple[Front, Flat]:
        front, tail, door = self._read(plain)
        return front, door.flat(tail) if door else _flat(front, tail)

    def judge(self, plain: str) -> tuple[str, str]:
        """The standard text and a doubt, if there is one."""
        front, tail, door = self._read(plain)
        if door is None:
            found = assemble(front, _flat(front, tail))
            return standard_address(found), doubt_of(found)
        place = self.place(front)
        text = place.before(door) + door.text.fill(tail)
        if front.skipped or door.rest.pattern:
            text += front.skipped + door.rest.fill(tail)
        return text, place.doubt(door)

    def place(self, front: Front) -> Place:
        place = self.places.get(id(front))
        # A front may have been forgotten, and another may live where it lived.
        if place is None or place.front is not front:
            place = self.places[id(front)] = _place(front)
        return place

    def _read(self, plain: str) -> tuple[Front, str, Door | None]:
        front = shared_front(plain, self.home) or read_front(plain, self.home)
        tail = plain[front.end :]
        return front, tail, None if LEADING_ZERO.search(tail) else self.door(front, tail)

    def door(self, front: Front, tail: str) -> Door | None:
        """How a tail of this shape is read behind this front; none of its numbers begins with a zero."""
        about = (bool(front.road or front.low[2]), tail.translate(SHAPE))
        door = self.doors.get(about)
        if door is None and about not in self.doors:
            self._forget()
            door = self.doors[about] = _door(*about)
        return door

    def _forget(self) -> None:
        if len(self.places) + len(self.doors) > AT_MOST:
            self.places.clear()
            self.doors.clear()


def _flat(front: Front, tail: str) -> Flat:
    return flat_of(tail, 0, road=bool(front.road), village=bool(front.low[2]))


def _place(front: Front) -> Place:
    bare, doubtless = assemble(front, Flat()), assemble(front, Flat(room="1"))
    numbered = place_text(bare._replace(number="1"))
    return Place(front, numbered, place_text(bare), (doubt_of(bare), doubt_of(doubtless)))


def _door(road: bool, shape: str) -> Door | None:
    flat = marked_flat(shape, road=road)
    if flat is None:
        return None
    slots = [(place, _slots(part)) for place, part in enumerate(flat)]
    moving = tuple((place, slot) for place, slot in slots if slot.holes)
    found = Address(**{name: getattr(flat, name) for name in flat._fields[:-1]})
    text, rest = _slots(door_text(found)), _slots(flat.remainder)
    parts = [slot for name, (_, slot) in zip(Flat._fields, slots, strict=True) if name in FILLED]
    return Door(flat, moving, text, rest, _columns(parts, text, rest, shape))


def _columns(parts: list[Slots], text: Slots, rest: Slots, shape: str) -> Columns | None:
    runs = {run.span(): place for place, run in enumerate(ZEROS.finditer(shape))}
    made = [_template(one, runs) for one in (*parts, text, rest)]
    if any(one is None for one in made):
        return None
    *first, second, third = (one for one in made if one is not None)
    return Columns(tuple(first), second, third)


def _template(slots: Slots, runs: dict[tuple[int, int], int]) -> Template | None:
    if not slots.holes:
        return Template((slots.pattern,), ())
    places = [runs.get((hole.start, hole.stop)) for hole in slots.holes]
    if None in places or "%%" in slots.pattern:
        return None
    return Template(tuple(slots.pattern.split("%s")), tuple(place for place in places if place is not None))


def _slots(marked: str) -> Slots:
    """Marks that follow one another are one piece of the tail."""
    holes: list[slice] = []

    def hole(run: re.Match[str]) -> str:
        first = len(holes)
        for mark in run.group():
            at = ord(mark) - MARK
            if len(holes) > first and holes[-1].stop == at:
                holes[-1] = slice(holes[-1].start, at + 1)
            else:
                holes.append(slice(at, at + 1))
        return "%s" * (len(holes) - first)

    pattern = RUNS.sub(hole, marked.replace("%", "%%"))
    return Slots(pattern, tuple(holes)) if holes else Slots(marked)


def marked_flat(shape: str, *, road: bool) -> Flat | None:
    """The reading of a tail with marks for its digits; None where it cannot be told which digit came out where."""
    places = [place for place, letter in enumerate(shape) if letter == "0"]
    if len(places) > len(PAIRS) or MARKS.search(shape):
        return None
    first, second = list(shape), list(shape)
    for place, (one, two) in zip(places, PAIRS, strict=False):
        first[place], second[place] = one, two
    marks = {pair: chr(MARK + place) for place, pair in zip(places, PAIRS, strict=False)}
    read = [flat_of("".join(sample), 0, road=road, village=False) for sample in (first, second)]
    parts = [_marks(one, two, marks) for one, two in zip(*read, strict=True)]
    return None if None in parts else Flat._make(part or "" for part in parts)


def _marks(one: str, two: str, marks: dict[tuple[str, str], str]) -> str | None:
    if len(one) != len(two):
        return None
    letters = [a if a == b else marks.get((a, b)) for a, b in zip(one, two, strict=True)]
    return "".join(letter or "" for letter in letters) if None not in letters else None
