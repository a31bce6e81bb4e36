"""Address texts as parts, through the parser of codes."""
from __future__ import annotations

from typing import Any

import pyarrow as pa

from huicheng.codes import api as codes
from huicheng.fusion.places import PARTS


def read_addresses(column: Any) -> pa.Table:
    """One row per text: its district as six digits and the names of what lies inside, null where not said."""
    return pa.table({name: codes.addresses(column)[name] for name in PARTS})
