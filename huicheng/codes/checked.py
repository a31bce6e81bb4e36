"""What judging a column gives back."""

from __future__ import annotations

from typing import Any, NamedTuple


class Checked(NamedTuple):
    """`values` in standard form, null where none could be found; `problems` a code, null where all is well."""

    values: Any
    problems: Any
