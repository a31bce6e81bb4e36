"""Standard house rows as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from huicheng.fusion.linking.contradicting import split_codes
from huicheng.fusion.linking.design import Rows
from huicheng.fusion.linking.keys import Ints, mix
from huicheng.fusion.linking.words import read_words
from huicheng.fusion.people.rows import first17, numbers
from huicheng.fusion.places import Places
from huicheng.fusion.standardising import Standard


def read_rows(standard: Standard) -> Rows:
    places = standard.places
    assert places is not None
    owners, owner = read_words(standard.column("owner_name"))
    area = standard.column("area").fill_null(0).to_numpy(zero_copy_only=False)
    columns: dict[str, Any] = {
        "register": numbers(standard.column("house_code")),
        "area": np.round(np.clip(area, 0, 1e9) * 100).astype(np.int64),
        "owner_id": first17(standard.column("owner_id")),
        "owner": owner,
        "owner_key": owners.text_key[owner],
        "bare": places.road_number,
        "estate": places.compound,
        "district": places.district,
        "community": places.community,
        "site": places.site,
        "flat": places.flat,
        "room": places.room,
        "building": places.building,
        "unit": places.unit,
    }
    whole, register = whole_addresses(places), columns["register"]
    fresh = (mix(whole, register) >> np.uint64(1)).astype(np.int64)
    code = split_codes(whole, register, fresh)
    return Rows(code, columns, np.zeros(len(code), np.int64), {"owners": owners})


def whole_addresses(places: Places) -> Ints:
    """The flat's key as its code; 0 where the district is open, or the unit in a compound that has units."""
    with_unit = places.unit != 0
    if not len(with_unit):
        return np.zeros(0, np.int64)
    _, site = np.unique(places.site, return_inverse=True)
    share = np.bincount(site, weights=with_unit) / np.bincount(site)
    whole = (places.flat != 0) & (places.district != 0) & (with_unit | (share[site] < 0.3))
    return np.where(whole, (places.flat >> np.uint64(1)).astype(np.int64), 0)
