from datetime import date
from decimal import Decimal

from django.template import Context, Template

from huicheng.portals.look.api import Chart
from huicheng.portals.look.charts import spark_path, spec, tiles

ROWS = [{"day": date(2026, 3, 1), "pm25": Decimal("35.5")}, {"day": date(2026, 3, 2), "pm25": None}]


def line(**more):
    return Chart(kind="line", title="空气", rows=ROWS, x="day", y="pm25", labels={"pm25": "PM2.5"}, **more)


def test_a_chart_carries_plain_values_for_the_script():
    assert spec(line())["rows"] == [["2026-03-01", 35.5], ["2026-03-02", None]]


def test_every_chart_brings_its_table_and_its_label():
    html = Template("{% load look %}{% chart picture %}").render(Context({"picture": line()}))
    assert 'aria-label="空气"' in html
    assert '<th scope="col">PM2.5</th>' in html
    assert "style=" not in html


def test_a_chart_without_rows_says_so():
    picture = Chart(kind="bar", title="空", rows=[], x="a", y="b")
    assert "还没有数据可画" in Template("{% load look %}{% chart p %}").render(Context({"p": picture}))


def test_a_district_without_a_figure_is_still_on_the_grid():
    placed = {tile.code: tile for tile in tiles(_districts({"210102": 5, "210106": 9}))}
    assert (len(placed), placed["210181"].step, placed["210106"].step) == (13, "qn", "q5")


def test_no_two_districts_share_a_place():
    places = [(tile.left, tile.top) for tile in tiles(_districts({"210102": 5}))]
    assert len(set(places)) == len(places)


def test_another_city_gets_a_plain_grid():
    assert [tile.name for tile in tiles(_districts({"220102": 1, "220103": 2}))] == ["220102", "220103"]


def _districts(values):
    rows = [{"district": code, "residents": value} for code, value in values.items()]
    return Chart(kind="tilemap", title="居民", rows=rows, x="district", y="residents")


def test_a_spark_needs_two_points():
    assert spark_path([1]) == ("", "")
    assert spark_path([1, 3])[0] == "M0.0 33.0L120.0 3.0"


def test_a_spark_breaks_where_a_value_is_missing():
    line, under = spark_path([1, 2, None, 3, None, 2, 1])
    assert line.count("M") == 3
    assert under.count("Z") == 2


def test_the_table_of_a_chart_opens_what_its_points_open():
    picture = Chart(
        kind="bar", title="年龄", rows=[{"age": "0–4", "n": 7, "to": "/rows/"}], x="age", y="n", link="to"
    )
    html = Template("{% load look %}{% chart p %}").render(Context({"p": picture}))
    assert '<td><a href="/rows/">7</a></td>' in html


def test_a_map_says_what_its_colours_mean_and_names_places_without_codes():
    html = Template("{% load look %}{% chart p %}").render(
        Context({"p": _districts({"210102": 5, "210106": 9})})
    )
    key = html[html.index("tile-key") :]
    assert key.index("5<svg") < key.index("</svg>9")
