"""Several who do something at one moment, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable, Sequence

from django.db import connection


def at_once(works: Sequence[Callable[[], object]]) -> None:
    """What any of them raises is raised here, once all have come to their end."""
    failed: list[Exception] = []
    threads = [threading.Thread(target=_done, args=(work, failed)) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if failed:
        raise failed[0]


def _done(work: Callable[[], object], failed: list[Exception]) -> None:
    try:
        work()
    except Exception as problem:
        failed.append(problem)
    finally:
        connection.close()
