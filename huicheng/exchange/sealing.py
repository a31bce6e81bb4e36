"""Words that we hand out and take back, such as cursors: sealed, so that nobody else can make or alter them."""

from __future__ import annotations

import base64
import hmac

from huicheng.ground.api import secret

MARK = 16


def sealed(data: bytes, *, use: str) -> str:
    """``data`` with a mark in front of it that only this city makes, and only for this use, as one word."""
    return base64.urlsafe_b64encode(_mark(data, use) + data).decode().rstrip("=")


def unsealed(text: str, *, use: str, longest: int) -> bytes | None:
    """What was sealed, of at most ``longest`` characters; None for what we did not give for this use, or not whole."""
    try:
        whole = base64.urlsafe_b64decode(text[:longest] + "=" * (-len(text) % 4))
    except ValueError:
        whole = b""
    mark, data = whole[:MARK], whole[MARK:]
    return data if hmac.compare_digest(mark, _mark(data, use)) else None


def _mark(data: bytes, use: str) -> bytes:
    return hmac.digest(secret(use), data, "sha256")[:MARK]
