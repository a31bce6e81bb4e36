import pytest

ROWS = "/open/api/v1/datasets/air_hourly/rows"


def test_rows_come_in_pages_that_join_up(client, air):
    first = client.get(f"{ROWS}?limit=20").json()
    second = client.get(first["next"]).json()
    times = [row["time"] for row in first["rows"] + second["rows"]]
    assert len(set(times)) == first["total"] == 30
    assert second["next"] is None


def test_a_link_never_repeats_the_host_that_was_asked(client, air):
    assert client.get(f"{ROWS}?limit=1", headers={"host": "localhost"}).json()["next"].startswith("/open/")


def test_a_condition_compares_numbers_as_numbers(client, air):
    rows = client.get(f"{ROWS}?pm25_taiyuanjie__gte=28.5").json()["rows"]
    assert [row["pm25_taiyuanjie"] for row in rows] == [29.0]


def test_a_condition_on_time_takes_iso_with_and_without_a_zone(client, air):
    plain = client.get(f"{ROWS}?time__gte=2015-11-09T00:00").json()["total"]
    zoned = client.get(f"{ROWS}?time__gte=2015-11-08T16:00Z").json()["total"]
    assert plain == zoned == 6


def test_text_can_be_searched_within(client, air):
    assert client.get(f"{ROWS}?wind_direction__has=北").json()["total"] == 30
    assert client.get(f"{ROWS}?wind_direction__has=南").json()["total"] == 0


def test_the_largest_come_first_when_asked(client, air):
    rows = client.get(f"{ROWS}?order=-pm25_taiyuanjie&limit=2&fields=pm25_taiyuanjie").json()["rows"]
    assert rows == [{"pm25_taiyuanjie": 29.0}, {"pm25_taiyuanjie": 28.0}]


@pytest.mark.parametrize(
    "asked",
    [
        "limit=-1", "limit=1e3", "limit=1001", "limit=九", "offset=99999999999", "nothing=1", "order=nothing",
        "fields=time,nothing", "time=yesterday", "pm25_taiyuanjie=nan", "pm25_taiyuanjie__gt=", "time__like=2",
        "pm25_taiyuanjie__has=1", "wind_direction=%00", "time__=x__y", "order=-", "fields=,",
        "wind_direction__has=%27%29%3B--%00",
        "time__gte=0001-01-01T00:00:00%2B14:00", "time__lte=9999-12-31T23:59:59-14:00",
    ],
)  # fmt: skip
def test_a_mistake_is_a_400_with_words(client, air, asked):
    response = client.get(f"{ROWS}?{asked}")
    assert response.status_code == 400, response.content
    assert len(response.json()["error"]["message"]) > 5


@pytest.mark.parametrize(
    "asked", ["wind_direction=%27%20OR%201%3D1", "wind_direction__has=%25", "wind_direction=%F0%9F%98%80"]
)
def test_a_value_is_only_ever_a_value(client, air, asked):
    response = client.get(f"{ROWS}?{asked}")
    assert response.status_code == 200
    assert response.json()["rows"] == []


def test_nothing_but_reading_is_allowed(client, air):
    response = client.post(ROWS)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


def test_another_site_may_read_it(client, air):
    assert client.get(ROWS)["Access-Control-Allow-Origin"] == "*"


def test_before_the_first_delivery_there_are_no_rows(client, catalogue):
    body = client.get("/open/api/v1/datasets/metro_stations/rows").json()
    assert (body["total"], body["rows"], body["version"]) == (0, [], None)
