from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop

from huicheng.ground.api import Progress, job
from huicheng.sensing.api import run_watch, watches


@job("sensing.watch", title=gettext_noop("监测巡查"), every=timedelta(minutes=10))
def watch_all(progress: Progress) -> dict[str, Any]:
    """Ask every watch; a question whose tables nobody has delivered yet is passed over, and said."""
    names = list(watches())
    raised: dict[str, int] = {}
    errors: dict[str, str] = {}
    for number, name in enumerate(names):
        progress.step(watches()[name].value.title, done=number, total=len(names))
        try:
            raised[name] = run_watch(name)
        except Exception as error:  # one broken question must not silence the other watches
            errors[name] = f"{type(error).__name__}: {error}"
    return {"raised": raised, "errors": errors}
