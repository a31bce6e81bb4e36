"""Who sits at the terminal: the platform's own hand, and whose it is."""

import os
import pwd
import socket
from pathlib import Path

from huicheng.ground.api import Actor, system_actor

UNSET = 2**32 - 1


def terminal_actor() -> Actor:
    """The system, with the name of the account that logged in: the kernel keeps that one through sudo and su."""
    running, came = os.getuid(), _logged_in()
    user = _name(running if came is None else came)
    through = f"({_name(running)})" if came not in (None, running) else ""
    actor = system_actor(f"terminal:{user}")
    shown = f"{user}{through}@{socket.gethostname()}"
    return Actor(id=actor.id[:120], name=shown[:120], kind=actor.kind, department=actor.department)


def _logged_in() -> int | None:
    try:
        number = int(Path("/proc/self/loginuid").read_text())
    except (OSError, ValueError):
        return None
    return None if number == UNSET else number


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
