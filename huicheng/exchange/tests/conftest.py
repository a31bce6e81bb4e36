import pytest

from huicheng.exchange.tests.twelve import publish_people


@pytest.fixture
def people(db):
    publish_people()
