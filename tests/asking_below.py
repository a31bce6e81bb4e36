"""周强 of the police asks the city for what lies at a community of the civil affairs bureau; 林涛 of the bureau granted it.

python -m tests.asking_below grant | ask NODE PURPOSE | answer QUESTION | revoke GRANT, in the city's home; prints JSON.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huicheng.city.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from huicheng.exchange import api as exchange  # noqa: E402
from huicheng.ground.api import Actor, BadInput  # noqa: E402

CODE, PURPOSE = "community_checks", "核对走访对象"
SQL = f"SELECT number, id_number FROM raw.{CODE} WHERE number = 'V00000007'"
ZHOU = Actor(
    id="account:16", name="周强", kind="official", department="gongan", duties=frozenset({"read", "grant"})
)
LIN = Actor(
    id="account:14", name="林涛", kind="official", department="minzheng", duties=frozenset({"read", "grant"})
)


def grant() -> str:
    wanted = exchange.Wanted(
        columns=("number", "id_number"), plain=("number",), purpose=PURPOSE, basis="《老年人权益保障法》第三十三条",
        until=timezone.localdate() + timedelta(days=30),
    )  # fmt: skip
    asked = exchange.request_access(CODE, ZHOU, wanted)
    return exchange.approve_application(asked.id, LIN).grant


def ask(node: str, purpose: str) -> str:
    return exchange.ask_node(node, SQL, ZHOU, purpose=purpose)


def answer(question: str) -> dict[str, Any]:
    found = exchange.node_answer(question, ZHOU)
    rows = found.table.to_pylist() if found.table is not None else None
    return {"state": found.state, "rows": rows, "reason": found.reason, "road": found.road}


def revoke(number: str) -> None:
    exchange.revoke_grant(number, LIN, reason="用途结束")


if __name__ == "__main__":
    steps = {one.__name__: one for one in (grant, ask, answer, revoke)}
    try:
        print(json.dumps(steps[sys.argv[1]](*sys.argv[2:]), ensure_ascii=False))
    except BadInput as problem:
        print(json.dumps({"refused": type(problem).__name__, "why": str(problem)}, ensure_ascii=False))
