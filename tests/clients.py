"""Other people's programs (requirements/clients.in), kept beside the environment and loaded when a test wants one."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

CLIENTS = Path(sys.prefix) / "clients"


def loaded(name: str) -> ModuleType:
    if str(CLIENTS) not in sys.path:
        sys.path.append(str(CLIENTS))
    return importlib.import_module(name)
