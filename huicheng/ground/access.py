"""Who may open a page. No mark, no entry: the city's middleware refuses a view that carries none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Audience = Literal["everyone", "resident", "official"]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mark:
    audience: Audience
    duty: str | None = None


def opens_to(audience: Audience, *, duty: str | None = None) -> Callable[[View], View]:
    """Mark a view with its audience; ``duty`` narrows officials to those who hold it."""

    def mark(view: View) -> View:
        view.opens_to = Mark(audience, duty)  # type: ignore[attr-defined]
        return view

    return mark


def mark_of(view: Callable[..., Any]) -> Mark | None:
    found = getattr(view, "opens_to", None) or getattr(getattr(view, "view_class", None), "opens_to", None)
    return found if isinstance(found, Mark) else None
