"""A large city is built in the memory of a small one."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import resource, sys
from pathlib import Path
from huicheng.sandbox.api import build
build(Path(sys.argv[1]), residents=int(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_city(tmp_path: Path) -> None:
    run = [sys.executable, "-c", SCRIPT, str(tmp_path / "city"), "200000"]
    megabytes = int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    assert megabytes < 600
