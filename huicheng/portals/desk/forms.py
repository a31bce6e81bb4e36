"""What a form of the desk sends: its texts, and the step that its button asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, QueryDict

from huicheng.ground.api import BadInput
from huicheng.portals.desk import noting

Step = TypeVar("Step")


def text(form: QueryDict, name: str, *, most: int | None = None) -> str:
    """As it was typed, without what no database takes."""
    return form.get(name, "").replace("\x00", "").strip()[:most]


def texts(form: QueryDict, names: Iterable[str]) -> dict[str, str]:
    return {name: text(form, name) for name in names}


def step_of(request: HttpRequest, steps: Mapping[str, Step]) -> Step:
    step = steps.get(request.POST.get("do", ""))
    if step is None:
        raise Http404
    return step


def taken(
    request: HttpRequest, step: Callable[[], object], done: str, *, refused: int = messages.WARNING
) -> bool:
    """Whether the step was taken; the next page says so, or why not."""
    try:
        step()
    except BadInput as problem:
        noting.refused(request, problem)
        messages.add_message(request, refused, str(problem))
        return False
    messages.success(request, done)
    return True
