"""Which school a child attends: the one of the community, the street or the district, by age."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from huicheng.sandbox.chance import Ints, texts
from huicheng.sandbox.columns import take
from huicheng.sandbox.places import DISTRICTS, city

GRADES = (
    "幼儿园小班",
    "幼儿园中班",
    "幼儿园大班",
    "一年级",
    "二年级",
    "三年级",
    "四年级",
    "五年级",
    "六年级",
    "七年级",
    "八年级",
    "九年级",
    "高一",
    "高二",
    "高三",
)


@cache
def schools() -> pa.StringArray:
    """All schools: kindergartens and primary schools of communities, then middle schools of streets."""
    where = city()
    ahead = ["沈阳市" + DISTRICTS[place].name for place in where.district]
    stems = [name.removesuffix("社区").removesuffix("村") for name in where.names.to_pylist()]
    small = [f"{a}{s}{kind}" for kind in ("幼儿园", "小学") for a, s in zip(ahead, stems, strict=True)]
    streets = where.street_names.to_pylist()
    district = dict(zip(where.street.tolist(), ahead, strict=True))
    cut = [name.removesuffix("街道").removesuffix("镇").removesuffix("乡") for name in streets]
    large = [
        f"{district.get(n, '沈阳市')}{name}{kind}"
        for kind in ("中学", "高级中学")
        for n, name in enumerate(cut)
    ]
    return texts(small + large)


def school_of(homes: Ints, age: np.ndarray) -> Ints:
    community = homes >> 22
    street, communities = city().street[community], len(city().names)
    shared = community - community % 3  # three communities share a primary school
    level = np.digitize(age, [6.2, 12.2, 15.2])
    return np.select(
        [level == 0, level == 1, level == 2],
        [community, communities + shared, 2 * communities + street],
        2 * communities + len(city().street_names) + street,
    )


def grades(age: np.ndarray) -> pa.StringArray:
    return take(texts(list(GRADES)), np.clip((age - 3.2).astype(np.int64), 0, len(GRADES) - 1))
