from datetime import date

import numpy as np
import pyarrow as pa

from huicheng.fusion.sources import AUTHORITY, SOURCES, authority, sources
from huicheng.fusion.standardising import Standard
from huicheng.fusion.surviving import Priorities, sort_rows, winners

POLICE, HEALTH, SCHOOL = 0, 1, 2


def winner(field, rows, sound=None):
    """Rows of one person as (source, as_of, value); the value that wins."""
    by_name = {source.resource: source for source in sources("people")}
    origins = tuple(by_name[name] for name in ("police_households", "health_files", "school_rolls"))
    table = pa.table(
        {
            "source": pa.array([row[0] for row in rows], pa.int8()),
            "as_of": pa.array([row[1] for row in rows], pa.date32()),
        }
    )
    values = pa.array([row[2] for row in rows], pa.string())
    priorities = Priorities(Standard("people", table, origins, {}, {}), sound or {}, {})
    won = winners(sort_rows(np.zeros(len(rows), np.int64), 1), priorities.of(field, values))[0]
    return values[int(won)].as_py() if won >= 0 else None


def test_the_declared_department_is_believed_before_a_fresher_one():
    assert winner("name", [(HEALTH, date(2024, 1, 1), "王方"), (POLICE, date(2001, 1, 1), "王芳")]) == "王芳"


def test_among_equals_the_fresher_row_wins():
    assert winner("phone", [(HEALTH, date(2020, 1, 1), "139"), (HEALTH, date(2023, 1, 1), "138")]) == "138"


def test_a_value_the_number_contradicts_loses_to_any_other():
    rows = [(POLICE, date(2020, 1, 1), "1988-09-19"), (HEALTH, date(2001, 1, 1), "1988-09-18")]
    assert winner("birth_date", rows, {"birth_date": np.array([False, True])}) == "1988-09-18"


def test_a_department_not_named_is_never_believed():
    assert winner("phone", [(SCHOOL, date(2024, 1, 1), "13800138000")]) is None


def test_an_empty_value_never_wins():
    assert winner("name", [(POLICE, date(2024, 1, 1), None), (HEALTH, None, "王芳")]) == "王芳"


def test_every_rule_of_authority_names_real_sources_and_says_why():
    known = {source.resource for source in SOURCES}
    for line in AUTHORITY:
        assert set(line.order.replace("=", " ").split()) <= known
        assert line.reason
    assert len(authority("people")) == len([line for line in AUTHORITY if line.kind == "people"])
