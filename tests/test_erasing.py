"""A person is forgotten: in every table of every department, in the registers, in every file of the home."""

import csv
import gzip
import shutil
import signal
import sqlite3
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from tests.conftest import City, kill

pytestmark = pytest.mark.shared_home
# Which column of a department's table tells the person, and by which key its rows are erased.
ABOUT = {
    "police_households": ("id_number", "id_number"),
    "civil_records": ("id_number", "id_number"),
    "insurance_members": ("id_number", "person_no"),
    "health_files": ("id_number", "file_no"),
    "school_rolls": ("id_number", "roll_no"),
    "firm_registrations": ("legal_person_id", "credit_code"),
    "property_titles": ("owner_id", "title_no"),
    "property_taxes": ("owner_id", "tax_no"),
}
# Not the platform's: the departments' own files of the sample city, and what this test itself writes down.
NOT_OURS = ("sandbox", "test.log")


@pytest.fixture
def city(built_city: City, tmp_path: Path) -> City:
    shutil.copytree(built_city.home, tmp_path / "city")
    return City(tmp_path / "city")


def table(city: City, name: str) -> list[dict]:
    place = city.home.joinpath("lake", *name.split("."))
    return DeltaTable(str(place)).to_pyarrow_table().to_pylist()


def owner_of_a_house(city: City) -> str:
    """Somebody whom the register of houses names and several departments know."""
    people = {one["base_id"]: one for one in table(city, "base.people")}
    owned = sorted(one["owner_person"] for one in table(city, "base.houses") if one["owner_person"])
    known = [people[one] for one in owned if one in people and people[one]["household_no"]]
    return max(known, key=lambda one: (one["rows"], one["base_id"]))["id_number"]


def heads_of_firms(city: City) -> set[str]:
    """Those whose every row bears their number as it is: a row with a slip of the pen is found by no number."""
    heads = {
        one["legal_person_id"] for one in table(city, "base.firms") if len(one["legal_person_id"] or "") == 18
    }
    rows = Counter(
        one[about] for resource, (about, _key) in ABOUT.items() for one in table(city, f"raw.{resource}")
    )
    linked = {one["id_number"]: one["rows"] for one in table(city, "base.people")}
    return {head for head in heads if linked.get(head, 0) <= rows[head]}


def keys_of(city: City, person: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for resource, (about, key) in ABOUT.items():
        mine = [one[key] for one in table(city, f"raw.{resource}") if one[about] == person]
        if mine:
            yield resource, [{key: value} for value in sorted(set(mine))]


def erase(city: City, person: str, tmp_path: Path) -> dict[str, int]:
    erased = {}
    for resource, keys in [*keys_of(city, person)]:
        file = tmp_path / f"{resource}.csv"
        with file.open("w", newline="") as sink:
            writer = csv.DictWriter(sink, keys[0])
            writer.writeheader()
            writer.writerows(keys)
        city.run("erase", resource, "--keys", str(file), "--yes")
        erased[resource] = len(keys)
    return erased


def decoded(path: Path) -> Iterator[bytes]:
    """The bytes as they lie there, and the values inside where they are packed."""
    raw = path.read_bytes()
    yield raw
    if path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist()).encode()
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    if raw[:2] == b"PK":
        yield b"".join(_members(path))


def _members(path: Path) -> Iterator[bytes]:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    except (zipfile.BadZipFile, zlib.error):
        return


def holding(city: City, words: str) -> list[str]:
    found = []
    for path in sorted(p for p in city.home.rglob("*") if p.is_file()):
        place = path.relative_to(city.home)
        if place.parts[0] not in NOT_OURS and any(words.encode() in text for text in decoded(path)):
            found.append(str(place))
    return found


def test_an_owner_in_a_household_and_a_house_leaves_every_file_and_the_others_stay(city, tmp_path):
    person = owner_of_a_house(city)
    before = {one["base_id"]: one for one in table(city, "base.people")}
    gone = next(one for one in before.values() if one["id_number"] == person)
    family = {i for i, one in before.items() if one["household_no"] == gone["household_no"]} - {
        gone["base_id"]
    }
    assert len(holding(city, person)) > 5
    assert len(erase(city, person, tmp_path)) > 2
    assert holding(city, person) == []
    left = {one["base_id"]: one for one in table(city, "base.people")}
    assert family <= set(left)
    # Rows that bear no number were not erased: they may still make a record, of what they say themselves.
    assert left.get(gone["base_id"], {}).get("id_number") is None
    assert "链条完整" in city.run("audit", "verify").stdout


def test_a_firms_head_is_gone_with_the_firms_row(city, tmp_path):
    person = min(heads_of_firms(city))
    assert erase(city, person, tmp_path)["firm_registrations"]
    assert holding(city, person) == []


def test_a_backup_from_before_is_made_to_forget_when_it_is_restored_elsewhere(city, tmp_path):
    person = owner_of_a_house(city)
    city.run("backup", str(tmp_path / "city.tar"))
    erase(city, person, tmp_path)
    elsewhere = City(tmp_path / "elsewhere")
    elsewhere.home.mkdir()
    told = elsewhere.run("restore", str(tmp_path / "city.tar")).stdout
    assert "erasures.log" in told
    assert holding(elsewhere, person)
    shutil.copy(city.home / "audit" / "erasures.log", elsewhere.home / "audit" / "erasures.log")
    elsewhere.run("sweep")
    assert holding(elsewhere, person) == []


def test_a_restore_that_is_given_the_register_forgets_at_once(city, tmp_path):
    person = owner_of_a_house(city)
    city.run("backup", str(tmp_path / "city.tar"))
    erase(city, person, tmp_path)
    elsewhere = City(tmp_path / "elsewhere")
    elsewhere.home.mkdir()
    register = str(city.home / "audit" / "erasures.log")
    told = elsewhere.run("restore", str(tmp_path / "city.tar"), "--erasures", register).stdout
    assert "重新执行" in told
    assert holding(elsewhere, person) == []


def test_a_rehearsal_and_a_no_change_nothing(city):
    person = owner_of_a_house(city)
    told = city.run("erase", "police_households", "--key", f"id_number={person}", "--dry-run").stdout
    assert "符合的行 1" in told
    refused = city.run("erase", "police_households", "--key", f"id_number={person}", check=False, input="n\n")
    assert refused.returncode == 1
    assert "什么都没有删除" in refused.stderr
    assert not (city.home / "audit" / "erasures.log").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("police_households", "--key", "id_number"), "字段=值"),
        (("insurance_members", "--key", "name=王芳"), "person_no"),
        (("base.people", "--key", "base_id=P1"), "来源"),
        (("nothing_of_the_kind", "--key", "a=1"), "目录里没有"),
        (("police_households",), "没有指明"),
    ],
)
def test_a_wrong_command_is_answered_in_words(built_city, words, said):
    refused = built_city.run("erase", *words, check=False)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_killed_anywhere_the_next_sweep_completes_the_erasure(city, tmp_path):
    person, delay = owner_of_a_house(city), 0.8
    words = ["erase", "police_households", "--key", f"id_number={person}", "--yes"]
    for _ in range(5):
        process = city.start(*words)
        time.sleep(delay)
        kill(process)
        delay += 0.35
        city.run("resources")
    city.run(*words, check=False)
    city.run("sweep")
    assert person not in {one["id_number"] for one in table(city, "raw.police_households")}
    with sqlite3.connect(city.home / "huicheng.sqlite3") as database:
        files = database.execute("select landing from exchange_delivery where resource = 'police_households'")
        assert {landing for (landing,) in files} == {""}
    assert not [
        p
        for p in city.home.rglob("*police_households*")
        if "sandbox" not in p.parts and p.suffix == ".parquet"
    ]
    assert "链条完整" in city.run("audit", "verify").stdout


def test_a_sweep_killed_again_and_again_leaves_every_table_whole(city):
    counted = {
        name: len(table(city, name)) for name in ("base.people", "raw.police_households", "raw.health_files")
    }
    for delay in (0.7, 0.9, 1.1, 1.3, 1.6):
        process = city.start("sweep")
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    city.run("sweep")
    assert counted == {name: len(table(city, name)) for name in counted}
    assert "链条完整" in city.run("audit", "verify").stdout
