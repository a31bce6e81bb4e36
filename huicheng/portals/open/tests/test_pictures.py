"""The right picture for a table, from what its fields say."""

import pytest

from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import declared
from huicheng.portals.open.pictures import plan

RIGHT = {
    "air_hourly": "line",
    "metro_stations": "map",
    "census_2020": "tilemap",
    "house_price_index": "line",
    "service_items": "bar",
    "parking_birmingham": "line",
    "water_junctions": "plan",
    "water_leaks": "bar",
    "taxi_trips_shenzhen": "plan",
    "stat.firms_by_year_district": "tilemap",
}


@pytest.mark.parametrize(("code", "kind"), RIGHT.items())
def test_each_table_gets_the_picture_that_suits_it(code, kind):
    specs = {one.value.code: one.value for one in declared(Resource)}
    assert plan(specs[code]).kind == kind


def test_concentrations_are_averaged_and_trips_are_added():
    specs = {one.value.code: one.value for one in declared(Resource)}
    assert not plan(specs["air_hourly"]).adds
    assert plan(specs["bikes_washington"]).adds


def test_coordinates_of_a_map_service_are_known_as_such():
    specs = {one.value.code: one.value for one in declared(Resource)}
    assert plan(specs["metro_stations"]).datum == "gcj02"
    assert plan(specs["bus_stops_shenzhen"]).datum == "wgs84"


def test_a_table_of_codes_alone_gets_no_picture():
    bare = Resource("bare", "代码", "shuju", fields=(Field("code", "代码", "text"),), key=("code",))
    assert plan(bare).kind == "none"


def test_a_picture_starts_where_its_figures_start(client, air):
    picture = client.get("/open/air_hourly/").context["picture"]
    assert picture.kind == "line"
    assert len(picture.rows) == 30


def test_districts_are_drawn_by_residents_not_by_change(client, census):
    picture = client.get("/open/census_2020/").context["picture"]
    assert (picture.kind, picture.ys, picture.unit) == ("tilemap", ("residents",), "人")
