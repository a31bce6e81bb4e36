from dataclasses import dataclass, field

from huicheng.ground.api import Event


@dataclass(frozen=True, kw_only=True)
class FusionFinished(Event):
    """New versions of the registers stand. ``counts``: rows and entities by kind."""

    run: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
