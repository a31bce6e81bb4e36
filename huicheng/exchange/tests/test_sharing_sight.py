"""A shared copy holds what its grant shows, not what it once named."""

import json

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.granting.models import GrantRow
from huicheng.exchange.sharing import making
from huicheng.exchange.tests.test_changes import FILES, publish
from huicheng.exchange.tests.town import HE, granted

pytestmark = pytest.mark.django_db


def test_what_the_grant_names_and_shows_no_longer_is_not_in_the_copy():
    publish(FILES)
    inner = [f.name for f in exchange.resource("health_files").fields if f.sensitivity == "internal"]
    one = granted(columns=("file_no", *inner), basis="老年人权益保障法第三十三条")
    assert {"file_no", *inner} == set(columns_of(one))
    GrantRow.objects.filter(id=one.id).update(basis="")
    assert columns_of(exchange.grant(one.id)) == ["file_no"]


def columns_of(grant):
    return [field["name"] for field in json.loads(making.current(grant, HE).schema)["fields"]]
