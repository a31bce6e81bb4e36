"""Delivering through policy, validation, signature and audit, beside DuckDB copying the same rows with no check at all.

python bench/exchange.py [rows ...]        default 100000 1000000 10000000

Each figure is the best of three (of one from ten million rows on); ratios are within one run. PostgreSQL is started
for the run where Debian's is installed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

HOME = tempfile.TemporaryDirectory(prefix="huicheng-bench-")
os.environ["HUICHENG_HOME"] = HOME.name
os.environ["DJANGO_SETTINGS_MODULE"] = "huicheng.city.settings"
os.environ.pop("DATABASE_URL", None)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django  # noqa: E402

django.setup()


from huicheng.ground.api import system_actor  # noqa: E402

ME = system_actor("bench")
KINDS = ("integer", "text", "integer", "number", "date", "text", "datetime", "text", "integer", "date", "text", "number")
SELECT = """SELECT i AS c0, 'row ' || i AS c1, (i % 97)::bigint AS c2, i / 7.0 AS c3,
DATE '2020-01-01' + (i % 900)::int AS c4, 'street ' || i % 400 AS c5, TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND AS c6,
'district ' || i % 13 AS c7, i * 3 AS c8, DATE '2000-01-01' + (i % 7000)::int AS c9, md5(i::varchar) AS c10,
i / 3.0 AS c11 FROM range({first}, {last}) t(i)"""
