"""Who may open a page. No mark, no entry: the city's middleware refuses a view that carries none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from huicheng.ground.actor import Actor

# machine: a department's program with its key; a session of an official opens the same routes, and a resident's key
# those of its scope.
Audience = Literal["everyone", "resident", "official", "machine"]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mark:
    audience: Audience
    duty: str | None = None
    scope: str = ""

    def admits(self, actor: Actor) -> bool:
        if self.audience == "everyone":
            return True
        if actor.scope and actor.scope.partition(":")[0] != self.scope:
            return False
        if self.audience == "machine":
            keyed = ("resident",) if actor.scope else ()
            kinds: tuple[str, ...] = ("machine", "official", *keyed)
        else:
            kinds = (self.audience,)
        return actor.kind in kinds and (self.duty is None or actor.may(self.duty))


def opens_to(audience: Audience, *, duty: str | None = None, scope: str = "") -> Callable[[View], View]:
    """Mark a view with its audience; ``duty`` narrows it to those who hold it, ``scope`` widens it to such keys."""

    def mark(view: View) -> View:
        view.opens_to = Mark(audience, duty, scope)  # type: ignore[attr-defined]
        if audience == "machine":
            # A key in a header is no cookie; of sessions the gate asks for the token itself, and says so in JSON.
            view.csrf_exempt = True  # type: ignore[attr-defined]
        return view

    return mark


def mark_of(view: Callable[..., Any]) -> Mark | None:
    found = getattr(view, "opens_to", None) or getattr(getattr(view, "view_class", None), "opens_to", None)
    return found if isinstance(found, Mark) else None
