from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["anonymous", "resident", "official", "machine", "system"]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who is asking 操作者: a value that the city's middleware fills and every door may read."""

    id: str
    name: str
    kind: Kind
    department: str | None = None
    duties: frozenset[str] = frozenset()
    person: str | None = None
    # What a key was made for, ``sharing:G…``: it opens those routes and nothing else.
    scope: str = ""

    @property
    def serves_department(self) -> bool:
        """An official, or a program that a department answers for: what either may do depends on its duties."""
        return self.kind in ("official", "machine")

    def may(self, duty: str) -> bool:
        return duty in self.duties

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "duties": sorted(self.duties)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Actor":
        return cls(**{**data, "duties": frozenset(data.get("duties", ()))})


ANONYMOUS = Actor(id="anonymous", name="", kind="anonymous")
_current: ContextVar[Actor] = ContextVar("actor", default=ANONYMOUS)


def system_actor(name: str) -> Actor:
    """The platform itself at work, e.g. ``fusion``: never a way in for a person."""
    return Actor(id=f"system:{name}", name=name, kind="system", department="shuju")


def current_actor() -> Actor:
    return _current.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)
