"""What the open portal does for others: the catalogue as linked data."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from huicheng.exchange import api as exchange
from huicheng.portals.open import dcat

__all__ = ["write_linked"]


def write_linked(target: Path, *, owner: str | None = None) -> int:
    """The whole catalogue (of ``owner``) to a ``.ttl`` or ``.jsonld`` file, closed entries too; how many there are."""
    entries = exchange.entries(owner=owner)
    made = dcat.whole(entries, dcat.Site((settings.PUBLIC_URL or "http://localhost").rstrip("/")))
    target.write_bytes(made.serialize(format=dcat.FORMATS[target.suffix.lower()[1:]][0], encoding="utf-8"))
    return len(entries)
