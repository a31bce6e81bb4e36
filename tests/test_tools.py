"""A missing Debian tool skips a test and says what to install; in CI it fails instead."""

import os
import re
import subprocess
import sys

from tests.conftest import ROOT

NEEDS_CHROMIUM = "tests/test_screens.py::test_a_look_is_a_switch"
# Where a test may skip by itself: a file without a licence is missing, or the right to mount a small disk; no tool.
MAY_SKIP = {
    "conftest.py",
    "tests/test_tools.py",
    "tests/test_node_faults.py",
    "huicheng/codes/tests/corpus.py",
}


def without_chromium(**more: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", NEEDS_CHROMIUM], cwd=ROOT, capture_output=True, text=True,
        env={**environment, "PATH": "/nowhere", **more},
    )  # fmt: skip


def test_a_missing_tool_fails_in_ci():
    done = without_chromium(CI="true")
    assert done.returncode == 1
    assert "chromium is not installed: apt-get install chromium (in CI nothing is skipped" in done.stdout
    assert "2 errors" in done.stdout


def test_a_missing_tool_skips_at_home_and_says_what_to_install():
    done = without_chromium()
    assert done.returncode == 0
    assert "2 skipped" in done.stdout
    assert "chromium is not installed: apt-get install chromium" in done.stdout


def test_ci_installs_every_tool_that_a_test_needs():
    from tests.debian import PACKAGES

    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    installed = re.findall(r"^need (\S+)", script, re.M)
    assert set(PACKAGES.values()) <= set(installed)


def test_no_test_skips_in_any_other_way():
    ways = re.compile(r"pytest\.(skip|importorskip|xfail)\(|mark\.(skip|skipif|xfail)\b")
    tests = [
        *ROOT.glob("tests/*.py"),
        *ROOT.glob("huicheng/**/test*.py"),
        *ROOT.glob("huicheng/**/tests/*.py"),
    ]
    found = {str(path.relative_to(ROOT)) for path in tests if ways.search(path.read_text(encoding="utf-8"))}
    assert found <= MAY_SKIP
