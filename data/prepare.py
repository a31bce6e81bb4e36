"""Rebuild every file under data/ that this portal publishes, from the sources its SOURCE.md names.

    python data/prepare.py DIRECTORY_OF_SOURCES

Nothing is invented here: columns are renamed, split times are joined, NA becomes empty, and exact
repeats that a SOURCE.md admits are left alone, because the portal should show them as a fault.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

HERE = Path(__file__).parent
Row = dict[str, str]
METRO_CITIES = {
    "am": "澳门", "bj": "北京", "cc": "长春", "cd": "成都", "cq": "重庆", "cs": "长沙", "cz": "常州",
    "dg": "东莞", "dl": "大连", "fz": "福州", "gx": "高雄", "gy": "贵阳", "gz": "广州", "hb": "哈尔滨",
    "hf": "合肥", "hh": "呼和浩特", "hk": "香港", "hz": "杭州", "jh": "金华", "jn": "济南", "km": "昆明",
    "ly": "洛阳", "lz": "兰州", "nb": "宁波", "nc": "南昌", "nj": "南京", "nn": "南宁", "nt": "南通",
    "qd": "青岛", "sh": "上海", "sj": "石家庄", "su": "苏州", "sy": "沈阳", "sz": "深圳", "tb": "台北",
    "tc": "台中", "tj": "天津", "ty": "太原", "tz": "台州", "wh": "武汉", "wl": "乌鲁木齐", "wu": "芜湖",
    "wx": "无锡", "wz": "温州", "xa": "西安", "xm": "厦门", "xz": "徐州", "zz": "郑州",
}  # fmt: skip
COMPASS = {"NE": "东北", "SE": "东南", "NW": "西北", "SW": "西南", "cv": "静风"}


def rows(path: Path) -> Iterator[Row]:
    """Rows of a CSV, gzipped or not, with NA read as empty."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as text:  # type: ignore[operator]
        for row in csv.DictReader(text):
            yield {name: "" if value in ("NA", None) else value.strip() for name, value in row.items()}


def zipped(path: Path, member: str) -> Iterator[Row]:
    with zipfile.ZipFile(path) as archive, archive.open(member) as raw:
        yield from csv.DictReader(io.TextIOWrapper(raw, "utf-8-sig", newline=""), skipinitialspace=True)


def write(name: str, header: str, lines: Iterable[Iterable[object]]) -> None:
    """A CSV; gzipped without a time stamp, so that the same input gives the same bytes."""
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split())
    writer.writerows(lines)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)
    print(f"{path.stat().st_size / 1024:8.0f} KiB  {name}")


def air(source: Path) -> None:
    header = (
        "time pm25_taiyuanjie pm25_us_post pm25_xiaoheyan temperature dew_point humidity pressure "
        "wind_direction wind_cumulated precipitation precipitation_cumulated"
    )
    names = ["PM_Taiyuanjie", "PM_US Post", "PM_Xiaoheyan", "TEMP", "DEWP", "HUMI", "PRES"]

    def line(row: Row) -> list[str]:
        time = f"{row['year']}-{int(row['month']):02}-{int(row['day']):02} {int(row['hour']):02}:00:00"
        wind = [COMPASS.get(row["cbwd"], ""), row["Iws"]]
        return [time, *(row[name] for name in names), *wind, row["precipitation"], row["Iprec"]]

    read = rows(source / "air_quality/ShenyangPM20100101_20151231.csv.gz")
    write("air/shenyang_hourly.csv.gz", header, map(line, read))


def metro(source: Path) -> None:
    header = "city line color seq station pinyin lng lat"

    def lines() -> Iterator[list[str]]:
        for row in rows(source / "transit/china_metro_stations_metroman_2025.csv.gz"):
            place = [row["lng_gcj02"], row["lat_gcj02"]]
            named = [row[name] for name in ("line", "color", "seq", "station_name", "pinyin")]
            yield [METRO_CITIES[row["city_code"]], *named, *place]

    write("transit/metro_stations.csv.gz", header, lines())


def shenzhen_bus(source: Path) -> None:
    header = "line_id line seq stop lng lat"
    read = rows(source / "transit/shenzhen_bus_line_stops_c2020.csv.gz")
    degree = "{:.6f}".format
    lines = (
        [r["line_id"], r["line"], r["seq"], r["stop_name"], degree(float(r["lng"])), degree(float(r["lat"]))]
        for r in read
    )
    write("transit/shenzhen_bus_stops.csv.gz", header, lines)


def porto_alegre(source: Path) -> None:
    """Bus (EPTC) and rail (Trensurb) in one table each; rail leaves some columns out."""
    stops, routes = [], []
    for agency, member in (("EPTC", "poa_eptc.zip"), ("TRENS", "poa_trensurb.zip")):
        feed = source / "transit" / member
        for s in zipped(feed, "stops.txt"):
            stops.append([agency, s["stop_id"], s["stop_name"], s["stop_lon"], s["stop_lat"]])
        for r in zipped(feed, "routes.txt"):
            name = [r["route_short_name"], " ".join(r["route_long_name"].split())]
            routes.append([agency, r["route_id"], *name, r["route_type"], r.get("route_color", "")])
    write("transit/porto_alegre_stops.csv.gz", "agency stop_id name lng lat", stops)
    write("transit/porto_alegre_routes.csv", "agency route_id short_name long_name kind color", routes)


def taxi(source: Path) -> None:
    """Pairs with two trips or more: a lone trip is close to a person."""
    columns = ["SLONCOL", "SLATCOL", "ELONCOL", "ELATCOL", "VehicleNum"]
    read = rows(source / "traffic/shenzhen_taxi_od_grid.csv.gz")
    lines = ([row[name] for name in columns] for row in read if int(row["VehicleNum"]) > 1)
    write("traffic/shenzhen_taxi_od.csv.gz", "from_x from_y to_x to_y trips", lines)


def detectors(source: Path) -> None:
    read = rows(source / "traffic/metr_la_sensor_locations.csv")
    lines = ([row["sensor_id"], row["longitude"], row["latitude"]] for row in read)
    write("traffic/los_angeles_detectors.csv", "sensor_id lng lat", lines)


def parking(source: Path) -> None:
    columns = ["SystemCodeNumber", "Capacity", "Occupancy", "LastUpdated"]
    read = rows(source / "iot/birmingham_parking_uci_2016.csv.gz")
    lines = ([row[name] for name in columns] for row in read)
    write("traffic/birmingham_parking.csv.gz", "car_park capacity occupied time", lines)


def bikes(source: Path) -> None:
    """The normalised weather columns become degrees, percent and km/h, by the factors UCI gives."""
    header = "time season holiday workingday weather temperature humidity wind casual registered total"

    def line(row: Row) -> list[object]:
        month, day, year = (int(part) for part in row["dteday"].split("/"))
        time = f"{year}-{month:02}-{day:02} {int(row['hr']):02}:00:00"
        plain = [row[name] for name in ("season", "holiday", "workingday", "weathersit")]
        # UCI: t = (t - t_min) / (t_max - t_min) with t_min = -8, t_max = 39 for the hourly file
        weather = [float(row["temp"]) * 47 - 8, float(row["hum"]) * 100, float(row["windspeed"]) * 67]
        return [time, *plain, *(round(value, 1) for value in weather), *(row[n] for n in COUNTS)]

    read = rows(source / "iot/capital_bikeshare_hour_2011_2012.csv.gz")
    write("traffic/washington_bikes.csv.gz", header, map(line, read))


COUNTS = ("casual", "registered", "cnt")


def leaks(source: Path) -> None:
    header = "pipe kind diameter_mm area_m2 started_on ended_on peak_on max_m3h total_m3"

    def line(row: Row) -> list[object]:
        size = [round(float(row["Leak Diameter"]) * 1000, 2), row["Leak Area"]]
        times = [row["Leak Start"], row["Leak End"], row["Peak Time"]]
        return [row["pipe"], row["Leak Type"], *size, *times, row["max_m3h"], row["total_m3"]]

    write("water/leaks.csv", header, map(line, rows(source / "iot/battledim_leaks_summary.csv")))


def leak_flow(source: Path) -> None:
    """Hours added up to days, one row per pipe and day on which it leaked."""
    table = pq.read_table(source / "iot/battledim_leak_flow_hourly.parquet").to_pydict()
    days: dict[tuple[str, str], float] = {}
    for pipe in sorted(set(table) - {"t"}):
        for time, flow in zip(table["t"], table[pipe], strict=True):
            key = (f"{time:%Y-%m-%d}", pipe)
            days[key] = days.get(key, 0.0) + (flow or 0.0)
    lines = ([day, pipe, round(lost, 2)] for (day, pipe), lost in sorted(days.items()) if lost > 0)
    write("water/leak_days.csv.gz", "day pipe lost_m3", lines)


def water_network(source: Path) -> None:
    """Junctions and pipes of an EPANET .inp, which is sections of space-separated lines."""
    sections: dict[str, list[list[str]]] = {}
    name = ""
    with gzip.open(source / "iot/water_networks/L-TOWN.inp.gz", "rt", encoding="utf-8") as text:
        for raw in text:
            words = raw.split(";")[0].split()
            if words and words[0].startswith("["):
                name = words[0].strip("[]")
            elif words:
                sections.setdefault(name, []).append(words)
    places = {node: (x, y) for node, x, y in sections["COORDINATES"]}
    nodes = ([n[0], n[1], *places[n[0]]] for n in sections["JUNCTIONS"])
    write("water/junctions.csv", "junction elevation x y", nodes)
    pipes = (p[:6] for p in sections["PIPES"])
    write("water/pipes.csv", "pipe from_node to_node length_m diameter_mm roughness", pipes)


def prices(source: Path) -> None:
    read = rows(source / "stats/nbs_70city_house_price_index_2018_2025.csv.gz")
    lines = ([r["month"] + "-01", r["类型"], r["城市"], r["环比"], r["同比"], r["定基"]] for r in read)
    write("economy/house_price_index.csv.gz", "month kind city on_month on_year fixed_base", lines)
    kinds = {"新房": "新建商品住宅", "二手房": "二手住宅"}
    read = rows(source / "stats/nbs_house_price_segments_sy_dl_cc.csv")
    lines = ([r["month"] + "-01", r["city"], kinds[r["house_type"]], r["segment"], r["value"]] for r in read)
    write("economy/house_price_segments.csv.gz", "month city kind segment value", lines)


def census(source: Path) -> None:
    exact = {"210106", "210123"}
    read = rows(source / "stats/shenyang_census_2020_by_district.csv")
    columns = ["adcode", "district", "population_2020_11_01", "change_from_2010"]
    lines = (
        [*(row[name] for name in columns), row["adcode"] not in exact]
        for row in read
        if row["adcode"] != "210100"
    )
    write("economy/census_2020.csv", "district district_name residents change_2010 rounded", lines)


def items(source: Path) -> None:
    read = rows(source / "citizen/gov_service_items_511602_guangan.csv.gz")
    header = "item_code name main_item department task_type department_code"
    columns = ["item_code", "name", "main_item", "department", "task_type", "dept_code"]
    write("economy/service_items.csv.gz", header, ([row[name] for name in columns] for row in read))


def portals(source: Path) -> None:
    tree = json.loads((source / "gov_open_data/china_open_data_portals_cnpds.json").read_text("utf-8"))
    lines = (
        [province, city, entry.get("name", ""), entry.get("url", "")]
        for province, cities in tree.items()
        for city, entry in cities.items()
    )
    write("economy/open_portals.csv", "province city name url", lines)


def divisions(source: Path) -> None:
    """One tree: code padded to six digits above the county, as GB/T 2260 writes it.

    Three cities have no counties, and the source repeats them as their own county: left out.
    """

    def lines() -> Iterator[list[object]]:
        parents = ("", "provinceCode", "cityCode", "areaCode", "streetCode")
        files = ("china_provinces.csv", "china_cities.csv", "china_areas.csv", "china_streets.csv.gz")
        for level, file in enumerate((*files, "liaoning_villages.csv.gz"), start=1):
            for row in rows(source / "admin" / file):
                parent = row[parents[level - 1]].ljust(6, "0") if level > 1 else ""
                if row["code"] != parent:
                    yield [row["code"].ljust(6, "0"), row["name"], level, parent]

    write("places/divisions.csv.gz", "code name level parent", lines())


def division_changes(source: Path) -> None:
    """Each line is: date, who approved it, then `old path=>new path` separated by tabs."""

    def lines() -> Iterator[list[str]]:
        text = (source / "admin/china_location_change.txt").read_text("utf-8")
        for row in filter(None, text.splitlines()):
            date, approval, change = row.split("\t", 2)
            old, new = (side.split("\t") for side in change.split("=>"))
            yield [date, approval, " ".join(old), " ".join(new)]

    write("places/division_changes.csv", "date approved_by before after", lines())


# HJ 633-2012, table 1: what concentration each IAQI begins at. CO in mg/m3, the others in µg/m3.
IAQI = (0, 50, 100, 150, 200, 300, 400, 500)
LIMITS = {
    ("PM2.5", "24h"): (0, 35, 75, 115, 150, 250, 350, 500),
    ("PM10", "24h"): (0, 50, 150, 250, 350, 420, 500, 600),
    ("SO2", "24h"): (0, 50, 150, 475, 800, 1600, 2100, 2620),
    ("SO2", "1h"): (0, 150, 500, 650, 800),
    ("NO2", "24h"): (0, 40, 80, 180, 280, 565, 750, 940),
    ("NO2", "1h"): (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    ("CO", "24h"): (0, 2, 4, 14, 24, 36, 48, 60),
    ("CO", "1h"): (0, 5, 10, 35, 60, 90, 120, 150),
    ("O3", "1h"): (0, 160, 200, 300, 400, 800, 1000, 1200),
    ("O3", "8h"): (0, 100, 160, 215, 265, 800),
}


def breakpoints(_: Path) -> None:
    lines = (
        [pollutant, period, IAQI[i], IAQI[i + 1], limits[i], limits[i + 1]]
        for (pollutant, period), limits in LIMITS.items()
        for i in range(len(limits) - 1)
    )
    write("air/hj633_2012.csv", "pollutant period iaqi_low iaqi_high low high", lines)


STEPS: tuple[Callable[[Path], None], ...] = (
    air, breakpoints, metro, shenzhen_bus, porto_alegre, taxi, detectors, parking, bikes, leaks, leak_flow,
    water_network, prices, census, items, portals, divisions, division_changes,
)  # fmt: skip


if __name__ == "__main__":
    for step in STEPS:
        step(Path(sys.argv[1]))
