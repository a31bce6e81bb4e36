"""GCJ-02, the shifted coordinates of Chinese map services, back to WGS-84."""

from __future__ import annotations

import math
from typing import Any

AXIS = 6378245.0
ECCENTRICITY2 = 0.00669342162296594323


def gcj02_to_wgs84(lng: float, lat: float) -> tuple[float, float]:
    """Within a centimetre: the shift is inverted by three fixed-point steps."""
    if not in_china(lng, lat):
        return lng, lat
    guess_lng, guess_lat = lng, lat
    for _ in range(3):
        there_lng, there_lat = wgs84_to_gcj02(guess_lng, guess_lat)
        guess_lng, guess_lat = guess_lng + lng - there_lng, guess_lat + lat - there_lat
    return guess_lng, guess_lat


def wgs84_to_gcj02(lng: float, lat: float) -> tuple[float, float]:
    if not in_china(lng, lat):
        return lng, lat
    east, north = _shift(lng, lat, math)
    return lng + east, lat + north


def gcj02_columns_to_wgs84(lng: Any, lat: Any) -> tuple[Any, Any]:
    """The same for numpy arrays."""
    import numpy as np

    lng, lat = np.asarray(lng, float), np.asarray(lat, float)
    inside = in_china(lng, lat)
    guess_lng, guess_lat = lng, lat
    for _ in range(3):
        east, north = _shift(guess_lng, guess_lat, np)
        guess_lng, guess_lat = lng - east, lat - north
    return np.where(inside, guess_lng, lng), np.where(inside, guess_lat, lat)


def in_china(lng: Any, lat: Any) -> Any:
    return (lng > 72.004) & (lng < 137.8347) & (lat > 0.8293) & (lat < 55.8271)


def _shift(lng: Any, lat: Any, maths: Any) -> tuple[Any, Any]:
    x, y = lng - 105.0, lat - 35.0
    ripple = (20 * maths.sin(6 * x * maths.pi) + 20 * maths.sin(2 * x * maths.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * maths.sqrt(abs(x)) + ripple
    north += (20 * maths.sin(y * maths.pi) + 40 * maths.sin(y / 3 * maths.pi)) * 2 / 3
    north += (160 * maths.sin(y / 12 * maths.pi) + 320 * maths.sin(y * maths.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * maths.sqrt(abs(x)) + ripple
    east += (20 * maths.sin(x * maths.pi) + 40 * maths.sin(x / 3 * maths.pi)) * 2 / 3
    east += (150 * maths.sin(x / 12 * maths.pi) + 300 * maths.sin(x / 30 * maths.pi)) * 2 / 3
    slope = lat / 180 * maths.pi
    magic = 1 - ECCENTRICITY2 * maths.sin(slope) ** 2
    root = maths.sqrt(magic)
    north = north * 180 / ((AXIS * (1 - ECCENTRICITY2)) / (magic * root) * maths.pi)
    east = east * 180 / (AXIS / root * maths.cos(slope) * maths.pi)
    return east, north
