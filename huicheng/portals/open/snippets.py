"""A few lines to copy that really fetch the data, for a terminal, for Python and for R."""

from __future__ import annotations

from urllib.parse import quote

from huicheng.exchange.api import Resource

CURL = 'curl "{address}?limit=10"'
PANDAS = """import pandas as pd

df = pd.read_csv("{whole}"{dates})
print(df.describe())"""
PAGES = """import requests

rows, address = [], "{site}{path}?limit=1000"
while address:
    page = requests.get(address, timeout=30).json()
    rows += page["rows"]
    address = "{site}" + page["next"] if page["next"] else None"""
DUCKDB = """import urllib.request

import duckdb

urllib.request.urlretrieve("{whole}", "{code}.csv")
print(duckdb.sql("SELECT count(*) AS n FROM '{code}.csv'"))"""
R = """library(jsonlite)

page <- fromJSON("{address}?limit=1000")
summary(page$rows)"""


def written(address: str, resource: Resource) -> list[dict[str, str]]:
    site, _mark, path = address.partition("/open/")
    path = "/open/" + path
    whole = f"{site}/open/{quote(resource.code)}/download/csv/"
    times = [field.name for field in resource.fields if field.kind in ("date", "datetime")]
    dates = f", parse_dates={times}".replace("'", '"') if times else ""
    given = {"address": address, "site": site, "path": path, "whole": whole, "dates": dates}
    given["code"] = resource.code
    texts = {"curl": CURL, "Python (pandas)": PANDAS, "Python": PAGES, "DuckDB": DUCKDB, "R": R}
    return [{"title": title, "text": text.format(**given)} for title, text in texts.items()]
