"""Every test run has a home of its own, and a missing Debian tool skips, but fails in CI."""

import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

# Where a machine forbids compiled modules to be kept, each of the hundreds of processes that tests start compiles all
# of Django and of the house for itself, which is most of what a short command takes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Before Django's settings are read: they ask for the home. Workers of one run must not share it.
_HOME = Path(tempfile.mkdtemp(prefix="huicheng-test-"))
os.environ["HUICHENG_HOME"] = str(_HOME)
os.environ.pop("COLUMNS", None)  # workers are given one, and a terminal made while it stands keeps to it
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # sync Playwright keeps a loop running

import hypothesis  # noqa: E402
import pytest  # noqa: E402

from tests import debian, pristine  # noqa: E402

# No test may fail because the machine was busy.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        words = debian.missing(mark.args[0])
        if words and os.environ.get("CI"):
            pytest.fail(f"{words} (in CI nothing is skipped: .ci/run must install it)", pytrace=False)
        if words:
            pytest.skip(words)


# What takes longest, the longest first: two workers that begin with these end together.
LONG = ("tests/test_postgres.py", "tests/test_kill.py")
OF_THE_DATABASE = {"db", "transactional_db", "live_server", "own_city"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    for item in items:
        if OF_THE_DATABASE & set(getattr(item, "fixturenames", ())) or "django_db" in item.keywords:
            item.add_marker(pytest.mark.database)
        if "slow" in item.keywords and not config.getoption("-m"):
            item.add_marker(pytest.mark.skip(reason="slow: make test-all"))
    yield
    items.sort(key=lambda item: [*(item.nodeid.startswith(one) for one in LONG), True].index(True))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Nothing pulls the plug on a test, so its database need not wait for the disk; a city of a test's own does."""
    from django.conf import settings

    options = settings.DATABASES["default"]["OPTIONS"]
    if "init_command" in options:
        options["init_command"] += "PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    from django.test import TransactionTestCase

    with django_db_blocker.unblock():
        pristine.keep()
    TransactionTestCase._fixture_teardown = pristine.put_back
    yield
    with django_db_blocker.unblock():
        pristine.leave()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hashed as ever, but once instead of a million times over: most tests only want to be somebody."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    PBKDF2PasswordHasher.iterations = 1


@pytest.fixture(autouse=True)
def _own_home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home per test: keys, lake and anchors of one test must not be another's."""
    if "shared_home" not in request.keywords:
        monkeypatch.setenv("HUICHENG_HOME", str(tmp_path / "home"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    shutil.rmtree(_HOME, ignore_errors=True)
