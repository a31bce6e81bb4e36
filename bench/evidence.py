"""What evidence costs: per subject kept, per set asked, per receipt written. CPU seconds, so that neighbours do not count."""

import time
from collections.abc import Callable

import measuring.home  # noqa: F401  a home of its own, before anything of the city's
import numpy as np
from django.core.management import call_command

from huicheng.exchange.evidence.sets import file_set, holds, packed, sql_key
from huicheng.ground.api import canonical, signed
from huicheng.lake import api as lake

PEOPLE, SETS, ASKED = 1_000_000, 20, 10_000


def took(what: str, count: int, run: Callable[[], object]) -> object:
    wall, cpu = time.monotonic(), time.process_time()
    made = run()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    print(f"{what:<44} {cpu:8.2f} s CPU {wall:8.2f} s  {cpu / count * 1e6:9.2f} µs each")
    return made


def hashed() -> object:
    engine = lake.connection()
    asked = f"SELECT DISTINCT {sql_key('i')} AS k FROM range({PEOPLE}) t(i)"
    return engine.sql(asked).to_arrow_table()["k"].to_numpy()


def main() -> None:
    call_command("migrate", verbosity=0)
    took(f"hash {PEOPLE:,} subjects", PEOPLE, hashed)
    chance = np.random.default_rng(1)
    sets = [np.unique(chance.integers(0, 2**64, PEOPLE, np.uint64)) for _ in range(SETS)]
    data = took("pack one set", PEOPLE, lambda: packed(sets[0]))
    print(f"{'bytes a subject':<44} {len(data) / PEOPLE:8.2f}")  # type: ignore[arg-type]
    names = [file_set(packed(one)) for one in sets]
    keys = [frozenset(map(int, chance.integers(0, 2**64, 8, np.uint64))) for _ in range(ASKED)]
    took(
        f"ask {ASKED:,} sets for 8 keys",
        ASKED,
        lambda: [holds(names[n % SETS], k) for n, k in enumerate(keys)],
    )
    document = {
        "kind": "reading",
        "reads": [{"plain": ["a"] * 20, "masked": ["b"] * 5}] * 3,
        "sets": names[:3],
    }
    took("sign a receipt", 1000, lambda: [signed(document) for _ in range(1000)])
    took("write it in canonical form", 1000, lambda: [canonical(document) for _ in range(1000)])
    roaring(sets[0])


def roaring(keys: "np.ndarray[tuple[int], np.dtype[np.uint64]]") -> None:
    try:
        from pyroaring import BitMap64
    except ImportError:
        print("beside a roaring bitmap: install pyroaring to compare")
        return
    print(
        f"{'bytes a subject in a 64-bit roaring bitmap':<44} {len(BitMap64(keys.tolist()).serialize()) / len(keys):8.2f}"
    )


if __name__ == "__main__":
    main()
