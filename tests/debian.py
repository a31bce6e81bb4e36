"""What the tests take from Debian, and the package it comes in."""

import os
import shutil
from pathlib import Path

PACKAGES = {
    "chromium": "chromium",
    "postgres": "postgresql-15",
    "mariadbd": "mariadb-server",
    "openssl": "openssl",
}
# The marks' words for the programs.
PROGRAMS = {"chromium": "chromium", "postgresql": "postgres", "mariadb": "mariadbd"}


def find(program: str) -> str | None:
    """The program's place on the PATH; servers stand where Debian keeps them beside it."""
    servers = ["/usr/sbin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
    beside = [] if program == "chromium" else servers
    return shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), *beside]))


def missing(tool: str) -> str:
    """What to say where a tool is not there, or nothing."""
    program = PROGRAMS[tool]
    if find(program):
        return ""
    return f"{tool} is not installed: apt-get install {PACKAGES[program]}"
