"""What makes a value about a resident sound."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from huicheng.fusion.linking.keys import Flags
from huicheng.fusion.linking.linking import Links
from huicheng.fusion.people.rows import day_numbers, first17, numbers
from huicheng.fusion.standardising import Standard


def soundness(standard: Standard, links: Links) -> tuple[dict[str, Flags], dict[str, NDArray[Any]]]:
    """Sound: not contradicted by the entity's own number, or reaching as far as a house."""
    code = (
        links.codes[np.maximum(links.entity, 0)]
        if len(links.codes)
        else np.zeros(len(links.entity), np.int64)
    )
    code = np.where(links.entity >= 0, code, 0)
    birth, sex = day_numbers(standard.column("birth_date")), numbers(standard.column("sex"))
    places = standard.places
    assert places is not None
    reach = (places.community != 0).astype(np.int64) + (places.site != 0) + (places.flat != 0)
    named = standard.column("name").is_valid().to_numpy(zero_copy_only=False)
    sound = {
        "id_number": first17(standard.column("id_number")) == code,
        "birth_date": (code == 0) | (birth == code // 1000 % 10**8),
        "sex": (code == 0) | (sex == 2 - code % 2),
        "address": places.site != 0,
        # A row that bears another's number may bear another's name.
        "name": named & ~links.disowned,
    }
    return sound, {"address": reach}
