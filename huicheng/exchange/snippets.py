"""Lines to copy that really read a table: for a terminal, for pandas, for DuckDB, for Delta Sharing, and for sums."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Resource
from huicheng.exchange.granting.door import Grant
from huicheng.exchange.sharing.door import Shared, shareable

CURL = """curl -sS -H "Authorization: Bearer $HUICHENG_KEY" \\
     -H "Huicheng-Purpose: {purpose}" \\{case_line}
     "{rows}?limit=10" """.rstrip()
PANDAS = """import io
import os

import pandas as pd
import requests

answer = requests.get(
    "{rows}",
    params={{"format": "parquet"}},
    headers={{
        "Authorization": "Bearer " + os.environ["HUICHENG_KEY"],
        "Huicheng-Purpose": "{purpose}",{case_entry}
    }},
    timeout=300,
)
answer.raise_for_status()
df = pd.read_parquet(io.BytesIO(answer.content))
print(len(df), df.head())"""
DUCKDB = """import os
import shutil
import urllib.request

import duckdb

asked = urllib.request.Request(
    "{rows}?format=parquet",
    headers={{
        "Authorization": "Bearer " + os.environ["HUICHENG_KEY"],
        "Huicheng-Purpose": "{purpose}",{case_entry}
    }},
)
with urllib.request.urlopen(asked) as answer, open("{code}.parquet", "wb") as file:
    shutil.copyfileobj(answer, file)
print(duckdb.sql("SELECT count(*) AS n FROM '{code}.parquet'"))"""
SHARING = """import delta_sharing

# {remark}
df = delta_sharing.load_as_pandas("{number}.share#{share}.{number}.{code}")
print(len(df), df.head())"""
SUMS = """curl -sS -H "Authorization: Bearer $HUICHENG_KEY" \\
     -H "Huicheng-Purpose: {purpose}" \\{case_line}
     -H "Content-Type: application/json" -d '{question}' \\
     "{site}/api/v1/question\""""
SERVICE = """curl -sS -H "Authorization: Bearer $HUICHENG_KEY" \\
     -H "Huicheng-Purpose: {purpose}" \\
     "{site}/api/v1/services/{code}/\""""
CASE_NUMBER = quote("办件编号")


@dataclass(frozen=True)
class Snippet:
    """``runs`` is what takes it: a shell, or Python."""

    title: str
    runs: str
    text: str


def reading_snippets(spec: Resource, *, site: str, purpose: str, grant: Grant | None = None) -> list[Snippet]:
    """How a program with a key reads it; under a grant as the grant has it. The key comes from the environment."""
    given = _given(spec, site, purpose, case=bool(grant and grant.case_required))
    if grant and grant.aggregate_only:
        question = json.dumps({"sql": _sums(spec, grant)}, ensure_ascii=False)
        return [Snippet("curl", "shell", SUMS.format(**given, question=question.replace("'", "'\\''")))]
    found = [
        Snippet("curl", "shell", CURL.format(**given)),
        Snippet("Python (pandas)", "python", PANDAS.format(**given)),
        Snippet("DuckDB", "python", DUCKDB.format(**given)),
    ]
    if grant and shareable(grant):
        shared = Shared(grant)
        told = given | {"number": shared.schema, "share": shared.share, "code": shared.name}
        told["remark"] = _("%(file)s 从工作台“接口”页下载，放在这个目录里") % {
            "file": f"{shared.schema}.share"
        }
        found.append(Snippet("Delta Sharing", "python", SHARING.format(**told)))
    return found


def service_snippet(code: str, *, site: str, purpose: str) -> Snippet:
    given = {"code": quote(code), "site": site, "purpose": quote(purpose)}
    return Snippet("curl", "shell", SERVICE.format(**given))


def _given(spec: Resource, site: str, purpose: str, *, case: bool) -> dict[str, str]:
    return {
        "site": site, "code": spec.code, "purpose": quote(purpose),
        "rows": f"{site}/api/v1/resources/{quote(spec.code)}/rows",
        "case_line": f'\n     -H "Huicheng-Case: {CASE_NUMBER}" \\' if case else "",
        "case_entry": f'\n        "Huicheng-Case": "{CASE_NUMBER}",' if case else "",
    }  # fmt: skip


def _sums(spec: Resource, grant: Grant) -> str:
    """Grouped by what is granted and tells of nobody; else how many there are."""
    plain = [f.name for f in spec.fields if f.name in grant.columns and f.sensitivity != "personal"]
    by = f'"{plain[0]}", ' if plain else ""
    return f"SELECT {by}count(*) AS n FROM {spec.table}" + (" GROUP BY 1" if plain else "")
