"""Every test run has a home of its own, and a missing Debian tool skips, but fails in CI."""

import os
import shutil
import tempfile
from pathlib import Path

# Before Django's settings are read: they ask for the home. Workers of one run must not share it.
_HOME = Path(tempfile.mkdtemp(prefix="huicheng-test-"))
os.environ["HUICHENG_HOME"] = str(_HOME)
os.environ.pop("COLUMNS", None)  # workers are given one, and a terminal made while it stands keeps to it
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # sync Playwright keeps a loop running

import hypothesis  # noqa: E402
import pytest  # noqa: E402

from tests import debian  # noqa: E402

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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("-m"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow: make test-all"))


@pytest.fixture(autouse=True)
def _own_home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home per test: keys, lake and anchors of one test must not be another's."""
    if "shared_home" not in request.keywords:
        monkeypatch.setenv("HUICHENG_HOME", str(tmp_path / "home"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    shutil.rmtree(_HOME, ignore_errors=True)
