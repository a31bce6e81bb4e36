from pathlib import Path

import pytest

from huicheng.sandbox.api import Manifest, build


@pytest.fixture(scope="session")
def small_city(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    target: Path = tmp_path_factory.mktemp("sandbox") / "small"
    return build(target, residents=2_000)
