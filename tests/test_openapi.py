"""The API describes itself as it is: a public validator reads the description, and a public tester tries it out."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from huicheng.exchange import api as exchange
from huicheng.exchange.querying import openapi
from tests import house
from tests.furnished import made_key
from tests.test_english import Reader

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Codes that are there, so that not every question ends at the name.
KNOWN = """[parameters]
"path.code" = ["police_households", "air_hourly", "base.people", "health_files"]
"header.Huicheng-Purpose" = "%E6%A0%B8%E5%AF%B9%E6%95%B0%E6%8D%AE"
"""


def test_a_public_validator_finds_nothing_wrong_with_the_description():
    told = json.loads(json.dumps(openapi.document()))
    assert [str(one.message) for one in OpenAPIV31SpecValidator(told).iter_errors()] == []


def routes():
    every = [address for address, _name, _view in house.routes(get_resolver().url_patterns)]
    return {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{one}")
        for one in every
        if one.startswith(("api/v1/", "sharing/"))
    }


# Files behind signed addresses, a table's bare address and changes that are not offered: the protocol's own affair.
UNTOLD = {
    "/sharing/files/{ticket}", "/sharing/shares/{share}/schemas/{schema}/tables/{table}",
    "/sharing/shares/{share}/schemas/{schema}/tables/{table}/changes",
}  # fmt: skip


def test_every_route_for_programs_is_described_and_no_other():
    assert set(openapi.document()["paths"]) == routes() - UNTOLD


def test_every_method_of_a_service_is_described_but_head():
    assert {one.upper() for one in openapi.CALLED} == set(exchange.METHODS) - {"HEAD"}


def test_every_operation_has_a_name_of_its_own():
    names = [one["operationId"] for path in openapi.document()["paths"].values() for one in path.values()]
    assert len(names) == len(set(names))


@pytest.fixture(scope="module")
def key(served_city):
    """As the police's keeper of keys makes one on the desk."""
    return made_key(Reader(served_city, "gongan"))


def tried(city, key, folder: Path, *, examples: int, known: bool, patience: int) -> None:
    config = folder / "schemathesis.toml"
    config.write_text(KNOWN if known else "", encoding="utf-8")
    only = ["--include-path-regex", "resources|question|services|subscriptions"] if known else []
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run",
        f"{city.url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {key}", "--checks", CHECKS,
        "--max-examples", str(examples), "--seed", "20261121", "--phases", "coverage,fuzzing", "--no-color",
        "--continue-on-failure", *only,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=patience)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "Test cases" in done.stdout


@pytest.mark.shared_home
@pytest.mark.parametrize("known", [False, True], ids=["any-name", "known-names"])
def test_a_public_tester_gets_no_fault_and_only_answers_that_were_promised(served_city, key, tmp_path, known):
    tried(served_city, key, tmp_path, examples=4, known=known, patience=300)


@pytest.mark.slow
@pytest.mark.shared_home
@pytest.mark.parametrize("known", [False, True], ids=["any-name", "known-names"])
def test_a_public_tester_tries_a_thousand_times(served_city, key, tmp_path, known):
    tried(served_city, key, tmp_path, examples=1000, known=known, patience=5400)


@pytest.mark.shared_home
@pytest.mark.parametrize("place", ["/api/v1/nothing", "/api/v1/services/a/%0A", "/sharing/nothing"])
def test_where_there_is_nothing_a_program_is_told_so_in_json(served_city, place):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(served_city.url + place, timeout=30)
    told = json.loads(refused.value.read())
    assert (refused.value.code, told["error"]) == (404, "not_found")
