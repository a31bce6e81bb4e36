import csv
import io
import json

import pytest

from huicheng.exchange import api as exchange

TABS = ("", "rows/", "fields/", "api/")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_with_data_and_without(client, air, tab):
    assert client.get(f"/open/air_hourly/{tab}").status_code == 200
    assert client.get(f"/open/metro_stations/{tab}").status_code == 200


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_in_english(client, air, tab):
    assert client.get(f"/open/air_hourly/{tab}", headers={"accept-language": "en"}).status_code == 200


def test_pinyin_finds_what_characters_name(client, catalogue):
    assert "地铁线路站点" in client.get("/open/?q=ditie").content.decode()


def test_a_search_without_hits_says_what_to_do(client, catalogue):
    assert "拼音" in client.get("/open/?q=独角兽").content.decode()


def test_a_facet_narrows_and_its_counts_agree(client, catalogue):
    page = client.get("/open/?licence=EUPL-1.2")
    assert len(page.context["found"]) == 4
    licences = next(f for f in page.context["facets"] if f["title"] == "许可")
    assert {one["name"]: one["count"] for one in licences["values"]}["EUPL-1.2"] == 4


def test_a_condition_that_makes_no_sense_is_explained_on_the_page(client, air):
    response = client.get("/open/air_hourly/rows/?by=time&sign=gt&value=昨天")
    assert response.status_code == 400
    assert "读不懂" in response.content.decode()


def test_the_csv_is_the_whole_table(client, air):
    text = b"".join(client.get("/open/air_hourly/download/csv/").streaming_content).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == 30


def test_geojson_is_in_the_worlds_datum_not_the_maps(client, catalogue):
    import pyarrow as pa

    row = {
        "city": "沈阳",
        "line": "1号线",
        "color": "#fff",
        "seq": 1,
        "station": "青年大街",
        "pinyin": "",
        "lng": 123.435,
        "lat": 41.793,
    }
    exchange.publish_table("metro_stations", pa.Table.from_pylist([row]))
    body = json.loads(b"".join(client.get("/open/metro_stations/download/geojson/").streaming_content))
    lng, lat = body["features"][0]["geometry"]["coordinates"]
    assert 0.003 < 123.435 - lng < 0.01
    assert abs(41.793 - lat) < 0.01


@pytest.mark.parametrize("form", ["xml", "geojson"])
def test_a_form_that_does_not_fit_is_not_there(client, air, form):
    assert client.get(f"/open/air_hourly/download/{form}/").status_code == 404


def test_quality_says_how_much_is_filled(client, air):
    measured = {
        one["name"]: one["filled"] for one in client.get("/open/air_hourly/fields/").context["measured"]
    }
    assert measured["pm25_taiyuanjie"] == 1
    assert measured["pm25_us_post"] == 0


def test_rows_stand_in_the_order_of_a_column(client, air):
    page = client.get("/open/air_hourly/rows/?order=-pm25_taiyuanjie")
    assert page.context["preview"][0][1]["text"] == "29"
    heads = {one["title"]: one for one in page.context["shown_fields"]}
    assert heads["PM2.5 太原街（µg/m³）"]["sorted"] == "descending"
    assert "order=pm25_taiyuanjie" in heads["PM2.5 太原街（µg/m³）"]["href"]


def test_a_picture_shows_the_figure_that_was_chosen(client, air):
    chosen = client.get("/open/air_hourly/?show=humidity").context["asked"]
    assert chosen["show"] == "humidity"
    assert client.get("/open/air_hourly/?show=password").context["asked"]["show"] == ""


def test_english_words_find_a_data_set(client, catalogue):
    page = client.get("/open/?q=metro+stations", headers={"accept-language": "en"})
    assert page.context["found"][0]["resource"].code == "metro_stations"


def test_a_search_without_hits_offers_what_comes_close(client, catalogue):
    page = client.get("/open/?q=ditei", headers={"accept-language": "en"})
    assert not page.context["found"]
    assert "metro_stations" in [one.code for one in page.context["near"]]


def test_a_source_that_can_be_visited_is_a_link(client, air):
    assert "archive.ics.uci.edu" in client.get("/open/air_hourly/").content.decode()


def test_codes_are_explained_beside_them(client, census):
    page = client.get("/open/census_2020/", headers={"accept-language": "en"})
    assert page.context["preview"][0][0]["meaning"] == "Heping District"


def test_what_is_to_be_copied_really_answers(client, air):
    """The address of the curl line, asked as the terminal would."""
    found = client.get("/open/air_hourly/api/").context["snippets"]
    address = found[0]["text"].split('"')[1].partition("testserver")[2]
    assert len(client.get(address).json()["rows"]) == 10
