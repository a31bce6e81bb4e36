from pathlib import Path
from typing import Any

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor

HERE = Path(__file__).parent


def search_firms(text: str, *, actor: Actor, purpose: str) -> list[dict[str, Any]]:
    """Firms whose name holds ``text``, or whose credit code it is; at most 50."""
    if not text.strip():
        return []
    return exchange.ask(
        HERE / "search.sql", actor, purpose=purpose, params={"text": text.strip()}
    ).table.to_pylist()
