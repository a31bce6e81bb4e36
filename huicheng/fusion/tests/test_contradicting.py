"""Two numbers of which a thing has only one never stand in one entity."""

import numpy as np
import pyarrow as pa

from huicheng.fusion.addresses import read_addresses
from huicheng.fusion.houses.comparing import HOUSES
from huicheng.fusion.houses.rows import read_rows
from huicheng.fusion.linking.contradicting import Owned, split_codes, to_release, unlike
from huicheng.fusion.linking.linking import link
from huicheng.fusion.standardising import place, standardise

A, A_MISTYPED, B = 2101327992649981, 2101327992649918, 2101298473138429


def entities(rows):
    """Rows of the title register: (house code, address, area, owner)."""
    names = ("house_code", "address", "area", "owner_name")
    columns = {name: pa.array(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    raw = pa.table(
        {
            **columns,
            "_row": pa.array(range(1, len(rows) + 1), pa.int64()),
            "_delivery": pa.array(["d"] * len(rows)),
        }
    )
    standard = standardise("houses", lambda source: raw if source.resource == "property_titles" else None)
    place([standard], read_addresses)
    return link(read_rows(standard), HOUSES).entity.tolist()


def test_a_slip_of_the_hand_is_no_contradiction():
    assert unlike(np.array([A, A, A, 0]), np.array([A, A_MISTYPED, B, B])).tolist() == [
        False,
        False,
        True,
        False,
    ]


def test_one_address_with_two_house_codes_is_two_houses():
    first, second = entities(
        [
            (str(A), "沈阳市于洪区甲子大厦1710室", 153.9, "白敏娇"),
            (str(B), "沈阳市于洪区甲子大厦1710室", 142.9, "郭美翠"),
        ]
    )
    assert first != second


def test_one_address_with_a_mistyped_house_code_is_one_house():
    first, second = entities(
        [
            (str(A), "沈阳市于洪区和泰大厦1710室", 153.9, "白敏娇"),
            (str(A_MISTYPED), "沈阳市于洪区和泰大厦1710室", 153.9, "白敏娇"),
        ]
    )
    assert first == second


def test_a_village_shares_its_name_but_not_its_houses():
    first, second = entities(
        [
            (None, "辽宁省沈阳市新民市新柳街道前营子村243号", 168.9, "张万进"),
            (None, "辽宁省沈阳市新民市罗家房镇前营子村243号", 67.0, "贺玉凤"),
        ]
    )
    assert first != second


def test_no_row_joins_an_entity_with_another_number():
    owned = Owned(np.array([0, 0, 1]), np.array([A, 0, 0]), 2)
    assert owned.forbid(np.array([B, A_MISTYPED, B, 0]), np.array([0, 0, 1, 0])).tolist() == [
        True,
        False,
        False,
        False,
    ]


def test_of_two_that_came_at_once_the_weaker_leaves():
    entity, own = np.array([0, 0, 0]), np.array([0, A, B])
    assert to_release(entity, own, np.array([2.0, 0.9, 0.95])).tolist() == [1]


def test_rows_without_a_number_are_left_to_evidence_where_their_code_is_torn():
    code = split_codes(np.array([7, 7, 7, 8]), np.array([A, B, 0, A]), np.array([71, 72, 0, 81]))
    assert code.tolist() == [71, 72, 0, 8]
