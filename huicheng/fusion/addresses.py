"""Address texts as the parts that say where."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from huicheng.codes import api as codes
from huicheng.fusion.places import PARTS


def read_addresses(column: Any) -> pa.Table:
    """One row per text: its district as six digits and the names of what lies inside, null where not said."""
    parts = codes.address_parts(column)
    road, compound = parts["road"], parts["compound"]
    # A road without a number before a building is what people call a compound.
    estate = pc.and_(pc.is_valid(road), pc.and_(pc.is_null(parts["number"]), pc.is_null(compound)))
    nothing = pa.scalar(None, pa.string())
    parts = parts.set_column(3, "road", pc.if_else(estate, nothing, road))
    parts = parts.set_column(5, "compound", pc.if_else(estate, road, compound))
    return parts.rename_columns(list(PARTS))
