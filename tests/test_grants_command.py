"""Grants from the terminal: listed, shown, revoked."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone

from huicheng.city.cli import main
from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor

pytestmark = pytest.mark.django_db


def official(name: str, department: str, *duties: str) -> Actor:
    return Actor(
        id=f"account:{name}", name=name, kind="official", department=department, duties=frozenset(duties)
    )


@pytest.fixture
def grant() -> exchange.Grant:
    until = timezone.localdate() + timedelta(days=9)
    wanted = exchange.Wanted(columns=("file_no",), purpose="核对失踪人员", until=until)
    asked = exchange.request_access("health_files", official("周强", "gongan", "read"), wanted)
    return exchange.grant(exchange.approve_application(asked.id, official("孙丽", "weijian", "grant")).grant)


def said(*words: str) -> str:
    done = CliRunner().invoke(main, ["grants", *words], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output


def test_a_grant_is_listed_for_who_uses_and_who_gives_it(grant):
    for code in ("gongan", "weijian"):
        assert grant.id in said("list", "--department", code, "--live")


def test_a_grant_is_shown_and_revoked(grant):
    assert "核对失踪人员" in said("show", grant.id)
    said("revoke", grant.id, "--reason", "案件已结")
    assert exchange.grant(grant.id).state == "revoked"
    assert exchange.grant(grant.id).revoked_because == "案件已结"
