from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.codes import api as codes


@given(st.floats(80, 130), st.floats(20, 50))
def test_there_and_back_is_within_a_centimetre(lng: float, lat: float) -> None:
    assert codes.gcj02_to_wgs84(*codes.wgs84_to_gcj02(lng, lat)) == pytest.approx((lng, lat), abs=1e-7)


def test_columns_shift_as_single_points_do_and_leave_the_world_alone() -> None:
    lngs, lats = codes.gcj02_columns_to_wgs84([123.43, 2.35], [41.80, 48.85])
    assert (lngs[0], lats[0]) == pytest.approx(codes.gcj02_to_wgs84(123.43, 41.80))
    assert (lngs[1], lats[1]) == (2.35, 48.85)
