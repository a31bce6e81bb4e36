"""Signed bodies as Standard Webhooks has them: id, moment and body under a secret that only the receiver shares."""

from __future__ import annotations

import base64
import hmac

from huicheng.ground.api import secret

PREFIX = "whsec_"


def secret_of(subscription: str) -> str:
    """Derived from the city's master secret, so that it is kept nowhere else."""
    return PREFIX + base64.b64encode(_key(subscription)).decode()


def _key(subscription: str) -> bytes:
    return secret(f"webhook {subscription}")


def headers(subscription: str, *, message: str, moment: int, body: bytes) -> dict[str, str]:
    content = f"{message}.{moment}.".encode() + body
    signature = base64.b64encode(hmac.digest(_key(subscription), content, "sha256")).decode()
    return {
        "webhook-id": message, "webhook-timestamp": str(moment), "webhook-signature": f"v1,{signature}",
    }  # fmt: skip
