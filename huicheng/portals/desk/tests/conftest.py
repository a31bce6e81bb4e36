"""王芳 delivers for the police, 李强 for civil affairs, 赵敏 looks after the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from huicheng.exchange import api as exchange
from huicheng.ground.api import acting_as
from huicheng.identity import api as identity

HEADER = "公民身份号码,姓名,性别,出生日期,民族,户号,与户主关系,户籍地址,行政区划,联系电话,登记日期,状态"
GOOD = "210102199003070040,王芳,女,1990-03-07,汉族,H1,户主,沈阳市和平区南湖街道文化路11号,210102,13812345678,2020-01-01,正常"
NAMELESS = "210102199003070040,,女,1990-03-07,汉族,H1,户主,沈阳市和平区南湖街道文化路11号,210102,13812345678,2020-01-01,正常"


def person(username: str, name: str, **roles: str) -> Client:
    identity.create_official(username, name=name, password="long-enough-password", roles=roles)
    client = Client()
    client.force_login(get_user_model().objects.get(username=username))
    return client


@pytest.fixture
def city(transactional_db: Any) -> None:
    """The delivery's writer has a connection of its own, so no test may hold a transaction open around it."""
    exchange.sync_declared()


@pytest.fixture
def wang(city: None) -> Client:
    return person("wang", "王芳", deliver="gongan", read="gongan")


@pytest.fixture
def li(city: None) -> Client:
    return person("li", "李强", deliver="minzheng", read="minzheng")


@pytest.fixture
def zhao(city: None) -> Client:
    return person("zhao", "赵敏", steward="shuju", deliver="shuju", read="shuju")


@pytest.fixture
def households(tmp_path: Path) -> Path:
    """One good row and one without a name."""
    path = tmp_path / "户籍人口.csv"
    path.write_text("\n".join((HEADER, GOOD, NAMELESS)), encoding="gb18030")
    return path


@pytest.fixture
def receipt(wang: Client, households: Path) -> Any:
    account = get_user_model().objects.get(username="wang")
    with acting_as(identity.actor_of(account)):
        return exchange.deliver("police_households", households)
