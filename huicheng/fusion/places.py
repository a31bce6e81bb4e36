"""Where: addresses as numbers. What one department's rows say of a road number (its compound, its community, its
district) completes what another's leave out; nothing is looked up that some delivery did not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.codes import api as codes
from huicheng.fusion.linking.keys import Ints, Keys, isin_sorted, mix
from huicheng.fusion.linking.words import read_words

PARTS = ("district", "street", "community", "road", "number", "compound", "building", "unit", "room")


@dataclass
class Places:
    """One row per address read. Keys are 0 where the address does not reach so far."""

    district: Ints
    community: Keys
    site: Keys
    building: Keys
    unit: Keys
    room: Keys
    flat: Keys
    road_number: Keys
    compound: Keys

    def take(self, rows: Ints) -> Places:
        """Row -1 is the missing address."""

        def pick(column: NDArray[Any]) -> NDArray[Any]:
            return (
                np.where(rows < 0, column.dtype.type(0), column[np.maximum(rows, 0)])
                if len(column)
                else np.zeros(len(rows), column.dtype)
            )

        return Places(**{name: pick(column) for name, column in vars(self).items()})


def hashed(column: Any) -> Keys:
    """A 64-bit key per text; 0 for null."""
    words, number = read_words(column)
    return words.text_key[number]


def majority(keys: Keys, values: NDArray[Any], *, least: float, count: int = 1) -> tuple[Keys, NDArray[Any]]:
    """What most rows of each key say, for the keys where most agree."""
    known = (keys != 0) & (values != 0)
    order = np.lexsort((values[known], keys[known]))
    key, value = keys[known][order], values[known][order]
    if not len(key):
        return key, value
    edge = np.flatnonzero(np.r_[True, (key[1:] != key[:-1]) | (value[1:] != value[:-1])])
    votes = np.diff(np.r_[edge, len(key)])
    key, value = key[edge], value[edge]
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    every = np.add.reduceat(votes, start)
    best = np.lexsort((votes, key))[np.r_[start[1:], len(key)] - 1]
    sure = (votes[best] >= least * every) & (votes[best] >= count)
    return key[best][sure], value[best][sure]


def told(keys: Keys, table: tuple[Keys, NDArray[Any]]) -> NDArray[Any]:
    """The table's value for each key, or 0."""
    known, values = table
    if not len(known):
        return np.zeros(len(keys), values.dtype)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where((known[place] == keys) & (keys != 0), values[place], values.dtype.type(0))


def locate(parts: pa.Table, weight: Ints | None = None) -> Places:
    """From parsed parts (text, null where absent) to keys that two ways of writing share."""
    district = parts["district"].cast(pa.int64()).fill_null(0).to_numpy()
    text = {name: hashed(parts[name].combine_chunks()) for name in PARTS[1:]}
    road, number, estate = text["road"], text["number"], text["compound"]
    bare_road, bare_estate = mix(road, number), np.where(estate != 0, estate, np.uint64(0))
    district = _complete(district, (bare_road, bare_estate, text["community"]))
    named = mix(district, text["community"])
    # 新柳街道前营子村 and 罗家房镇前营子村 are two villages: there the street belongs to the name.
    named = np.where(isin_sorted(named, _namesakes(district)), mix(named, text["street"]), named)
    road_number, compound = mix(district, road, number), mix(district, estate)
    named = _community(named, road_number)
    compound = np.where(
        compound == 0, told(road_number, majority(road_number, compound, least=0.6)), compound
    )
    own, doubtful = _shared(compound, named)
    cottage = np.where((road == 0) & (estate == 0), mix(named, number), np.uint64(0))
    site = np.where(own != 0, own, np.where((road_number != 0) & ~doubtful, road_number, cottage))
    site = np.where((site == 0) & (road_number != 0), road_number, site)
    named = _community(named, site)
    # In a settlement without roads the house number is the door.
    door = np.where((text["room"] == 0) & (road == 0) & (estate != 0), number, text["room"])
    inside = [part + np.uint64(1) for part in (text["building"], text["unit"], door)]
    whole = (site != 0) & ((door != 0) | (cottage != 0))
    flat = np.where(whole, mix(site, *inside), np.uint64(0))
    return Places(district, named, site, text["building"], text["unit"], door, flat, road_number, compound)


def _namesakes(districts: Ints) -> Keys:
    """Keys of community names that two streets of one district have."""
    names, _, wheres = _listed(districts)
    keys = np.sort(mix(wheres, names))
    return np.unique(keys[1:][keys[1:] == keys[:-1]])


def _listed(districts: Ints) -> tuple[Keys, Ints, Ints]:
    """The communities of the tables by every name they go by: the name's key, the code, the district."""
    found = [
        (name, int(community.code), district)
        for district in np.unique(districts[districts > 0]).tolist()
        for street in codes.children(str(district))
        for community in codes.children(street.code)
        for name in {community.name, community.short, f"{community.short}社区", f"{community.short}村"}
    ]
    names, numbers, wheres = zip(*found, strict=True) if found else ((), (), ())
    return (
        hashed(pa.array(names, pa.string())),
        np.array(numbers, np.int64),
        np.array(wheres, np.int64),
    )


def _shared(compound: Keys, community: Keys) -> tuple[Keys, NDArray[np.bool_]]:
    """A compound's name found in two communities is two compounds: there the community belongs to the key."""
    known = (compound != 0) & (community != 0)
    key, where = compound[known], community[known]
    order = np.lexsort((where, key))
    key, where = key[order], where[order]
    edge = (
        np.flatnonzero(np.r_[True, (key[1:] != key[:-1]) | (where[1:] != where[:-1])]) if len(key) else order
    )
    votes = np.diff(np.r_[edge, len(key)])
    key, votes = key[edge], votes
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else edge
    best = np.maximum.reduceat(votes, start) if len(start) else votes
    every = np.add.reduceat(votes, start) if len(start) else votes
    several = key[start][best < 0.9 * every]
    doubtful = isin_sorted(compound, several) & (compound != 0)
    return np.where(doubtful, mix(compound, community), compound), doubtful


def _complete(district: Ints, bare: tuple[Keys, ...]) -> Ints:
    """A road number (compound, village) that is always in the same district is there in this row too."""
    for keys in bare:
        table = majority(keys, district, least=0.9)
        district = np.where(district == 0, told(keys, table), district)
    return district


def _community(named: Keys, site: Keys) -> Keys:
    """The community that most rows of the same site name."""
    return np.where(named == 0, told(site, majority(site, named, least=0.6)), named)


class Communities:
    """Twelve-digit codes of communities by the key of district and name, as written in addresses or in the file."""

    def __init__(self, districts: Ints) -> None:
        names, numbers, wheres = _listed(districts)
        keys = mix(wheres, names)
        again = isin_sorted(keys, _namesakes(districts))
        streets = [codes.division(str(number)[:9]).name for number in numbers[again].tolist()]
        keys[again] = mix(keys[again], hashed(pa.array(streets, pa.string())))
        # A name that two communities of a street bear says nothing.
        self.known = majority(keys, numbers, least=1.0)

    def code(self, keys: Keys) -> Ints:
        return np.asarray(told(keys, self.known))
