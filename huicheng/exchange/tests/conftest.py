import os
import uuid

import pytest

from huicheng.exchange.tests.hooked import followed, receiver
from huicheng.exchange.tests.nodetown import published, sender
from huicheng.exchange.tests.twelve import publish_people
from huicheng.ground.api import Actor, NoLongerThere

__all__ = ["followed", "published", "receiver", "sender"]


@pytest.fixture(autouse=True)
def gone(monkeypatch):
    """Town's own register, since identity lies above this room: who is named here is gone for that reason, or is by
    now what is said of him."""
    known: dict[str, str | Actor] = {}

    def now(actor):
        found = known.get(actor.id, actor)
        if isinstance(found, str):
            raise NoLongerThere(f"{actor.name} 已不在", reason=found)
        return found

    monkeypatch.setattr("huicheng.ground.standing._knowers", {"official": now, "machine": now})
    return known


@pytest.fixture
def people(db):
    publish_people()


@pytest.fixture
def own_city(tmp_path):
    """The environment of a city that shares neither home nor database with another; where the tests run on PostgreSQL,
    on one there."""
    env = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "huicheng.city.settings", "HUICHENG_HOME": str(tmp_path / "city"),
    }  # fmt: skip
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield env
        return
    import psycopg

    name = f"city_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield {**env, "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
