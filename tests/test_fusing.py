"""From departments' files to registers, through the doors, on a small city."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground.api import Actor, acting_as, events, home, seal, system_actor
from huicheng.lake import api as lake
from huicheng.sandbox import api as sandbox

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = ("police_households", "civil_records", "insurance_members", "health_files", "school_rolls")
FLOORS = {"people": 0.995, "firms": 0.98, "houses": 0.98}


@pytest.fixture
def city():
    """Three thousand residents, delivered."""
    folder = home() / "sandbox" / "small"
    sandbox.build(folder, residents=3000)
    exchange.sync_declared()
    with acting_as(system_actor("tests")):
        for name in sandbox.LAYOUTS:
            path = next((folder / "extracts").glob(f"{name}.*"))
            if path.suffix == ".sqlite":
                exchange.deliver(name, f"sqlite:///{path}", query="SELECT * FROM taxpayers")
            else:
                exchange.deliver(name, path)
    return folder


def rows(table, *columns):
    return (
        lake.read(table, columns=list(columns))
        .read_all()
        .sort_by([(name, "ascending") for name in columns])
        .to_pylist()
    )


def test_three_registers_stand_and_are_close_to_the_truth(city):
    run = fusion.fuse()
    for kind, floor in FLOORS.items():
        got = sandbox.evaluate(
            lake.read(f"base.{kind}_links").read_all(), city / "truth", kind=kind, count_absent=False
        )
        assert got.f1 >= floor, got
        assert run.figures[kind]["entities"] == lake.rows(f"base.{kind}")
    seal()
    assert events(kind="fusion.FusionFinished")


def test_fusing_again_changes_no_id(city):
    fusion.fuse()
    before = rows("base.people_links", "resource", "row_key", "base_id")
    ledger = lake.rows("base.ids")
    fusion.fuse()
    assert rows("base.people_links", "resource", "row_key", "base_id") == before
    assert lake.rows("base.ids") == ledger


def test_every_chosen_value_is_the_registers_value(city):
    fusion.fuse()
    names = {one["base_id"]: one["name"] for one in rows("base.people", "base_id", "name")}
    chosen = [
        one
        for one in rows("base.people_fields", "base_id", "field", "value", "chosen")
        if one["field"] == "name" and one["chosen"]
    ]
    assert {one["base_id"]: one["value"] for one in chosen} == {
        key: name for key, name in names.items() if name
    }


def test_no_small_cell_is_told(city):
    fusion.fuse()
    assert min(one["residents"] for one in rows("stat.residents_by_age_district", "residents")) >= 5


def test_ties_name_only_those_in_the_registers_and_the_row_that_says_so(city):
    fusion.fuse()
    ids = {
        kind: set(lake.read(f"base.{kind}", columns=["base_id"]).read_all()["base_id"].to_pylist())
        for kind in FLOORS
    }
    ties = lake.read("base.relations").read_all().to_pylist()
    assert {tie["relation"] for tie in ties} == {
        "lives_in",
        "member_of_household",
        "employed_by",
        "legal_representative_of",
        "owns",
    }
    for tie in ties:
        assert tie["base_id"] in ids["people"]
        assert tie["other_kind"] == "households" or tie["other_id"] in ids[tie["other_kind"]]
        assert tie["resource"]
        assert 0 < tie["confidence"] <= 1


def test_a_firms_representative_bears_the_name_the_register_knows(city):
    fusion.fuse()
    names = {one["base_id"]: one["name"] for one in rows("base.people", "base_id", "name")}
    firms = rows("base.firms", "base_id", "legal_person", "representative_id")
    led = [firm for firm in firms if firm["representative_id"]]
    same = sum(names[firm["representative_id"]] == firm["legal_person"] for firm in led)
    assert len(led) >= 0.9 * len(firms)
    assert same >= 0.95 * len(led)


def test_a_resident_reads_his_own_ties_only(city):
    fusion.fuse()
    mine = rows("base.people", "base_id")[0]["base_id"]
    actor = Actor(id="account:3", name="王芳", kind="resident", person=mine)
    seen = exchange.ask("SELECT base_id FROM base.relations", actor, purpose="看自己的").table
    assert set(seen["base_id"].to_pylist()) == {mine}


def test_nothing_delivered_is_an_empty_register():
    exchange.sync_declared()
    fusion.fuse()
    assert lake.rows("base.people") == 0


@pytest.mark.slow
def test_killed_anywhere_the_next_start_ends_the_same_run(city):
    """A run begun again pins the same inputs, gives the same ids and publishes nothing twice."""
    code = (
        "import django; django.setup(); from django.core.management import call_command; from huicheng.fusion import api;"
        "api.fuse()"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "huicheng.city.settings",
        "HUICHENG_HOME": str(home()),
    }
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"],
        env=environment,
        cwd=Path(__file__).parents[1],
        check=True,
    )
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import django; django.setup(); from huicheng.exchange.api import sync_declared;sync_declared()",
        ],
        env=environment,
        cwd=Path(__file__).parents[1],
        check=True,
    )
    for wait in (2.0, 2.6, 3.2, 3.8, 4.4, 5.0):
        process = subprocess.Popen(
            [sys.executable, "-c", code], env=environment, cwd=Path(__file__).parents[1]
        )
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=Path(__file__).parents[1], check=True)
    linked = {one["base_id"] for one in rows("base.people_links", "base_id")} - {None}
    assert {one["base_id"] for one in rows("base.people", "base_id")} == linked
    ids = [one["base_id"] for one in rows("base.ids", "base_id", "why") if one["why"] != "ended"]
    assert len(ids) == len(set(ids))
    assert linked <= set(ids)


def test_only_a_steward_starts_a_run():
    clerk = Actor(
        id="account:2", name="李强", kind="official", department="gongan", duties=frozenset({"read"})
    )
    with pytest.raises(fusion.FusionRefused, match="李强"):
        fusion.fuse(actor=clerk)


def test_quality_counts_never_exceed_one_another(city):
    fusion.fuse()
    lines = rows("stat.quality", "resource", "field", "rows", "filled", "valid", "consistent")
    assert {line["resource"] for line in lines} == set(sandbox.LAYOUTS)
    assert all(line["rows"] >= line["filled"] >= line["valid"] >= line["consistent"] >= 0 for line in lines)
