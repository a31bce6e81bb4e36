"""Signed papers between a node and its centre: questions, answers, receipts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from huicheng.exchange.nodes.problems import ForgedReceipt
from huicheng.ground.api import canonical, verifies

ASKERS = ("official", "resident", "machine")


def hash_of(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(dict(document))).hexdigest()


def checked_document(thing: Mapping[str, Any], keys: Mapping[str, str]) -> Mapping[str, Any]:
    """The document inside ``{"document", "signature"}``, where one of these keys (by fingerprint) signed it."""
    try:
        document, mark = thing["document"], thing["signature"]
        pem = keys.get(mark["fingerprint"])
        if pem and isinstance(document, dict) and verifies(pem, canonical(document), mark["value"]):
            return document
    except (KeyError, TypeError, ValueError):
        pass
    raise ForgedReceipt(_("签名不是对方的密钥所签，或内容被改动过。"), do=_("请核对密钥指纹，并联系对方。"))
