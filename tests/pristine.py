"""A database put back as it was made: what a test that commits wrote is gone, and what packs declare is there again.

Django empties every table and then makes all of that anew, which takes longer than most tests.
"""

import sqlite3
from typing import Any

from django.db import connection, transaction

KEPT = "pristine"
MINE = (
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'django_migrations'"
)
LEFT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

_kept: dict[str, sqlite3.Connection] = {}


def keep() -> None:
    """Once, before the first test."""
    if connection.vendor == "sqlite":
        _kept["sqlite"] = sqlite3.connect(":memory:", check_same_thread=False)
        _open_file().backup(_kept["sqlite"])
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {KEPT} CASCADE; CREATE SCHEMA {KEPT}")
        for name in _tables(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{name}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {KEPT}."{name}" AS TABLE "{name}"')


def put_back(*_case: Any) -> None:
    if connection.vendor == "sqlite":
        _kept["sqlite"].backup(_open_file())
        return
    with transaction.atomic(), connection.cursor() as cursor:
        tables = _tables(cursor)
        cursor.execute(MINE.replace("current_schema()", f"'{KEPT}'"))
        known = {row[0] for row in cursor.fetchall()}
        gone = [f'DELETE FROM "{name}"' for name in tables]
        back = [f'INSERT INTO "{name}" SELECT * FROM {KEPT}."{name}"' for name in tables if name in known]
        cursor.execute("; ".join(gone + back))


def leave() -> None:
    """Threads of tests may have left sessions open, for which the server would keep the database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LEFT)


def _open_file() -> sqlite3.Connection:
    connection.ensure_connection()
    found: sqlite3.Connection = connection.connection
    return found


def _tables(cursor: Any) -> list[str]:
    cursor.execute(MINE)
    return [row[0] for row in cursor.fetchall()]
