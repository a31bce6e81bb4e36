"""Standing 身份现状: what an actor who left work behind is by now, said by whoever keeps accounts and keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.utils.translation import gettext as _

from huicheng.ground.actor import Actor
from huicheng.ground.errors import BadInput

Knower = Callable[[Actor], Actor]


class NoLongerThere(BadInput):
    """Nobody answers any more for what this actor left behind; ``reason`` is the name of why."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


_knowers: dict[str, Knower] = {}


def knows(*kinds: str) -> Callable[[Knower], Knower]:
    """Who says what an actor of these kinds is by now, or raises ``NoLongerThere``."""

    def register(knower: Knower) -> Knower:
        _knowers.update(dict.fromkeys(kinds, knower))
        return knower

    return register


def as_of_now(stored: Actor) -> Actor:
    """Never more than was stored: duties that came since were not there when the work was left behind."""
    if stored.kind == "system":
        return stored
    knower = _knowers.get(stored.kind)
    if knower is None:
        raise NoLongerThere(_("没有人能证明 %(name)s 现在的身份。") % {"name": stored.name}, reason="Unknown")
    now = knower(stored)
    if now.department != stored.department:
        raise NoLongerThere(_("%(name)s 已不在原来的部门。") % {"name": now.name}, reason="MovedAway")
    return replace(now, duties=now.duties & stored.duties)
