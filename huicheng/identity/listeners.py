"""What identity does when a new population register stands."""

from __future__ import annotations

from huicheng.exchange import api as exchange
from huicheng.ground.api import EventRecord, acting_as, on, system_actor
from huicheng.identity.verifying import prove_all


@on(exchange.TablePublished)
def prove_every_binding(event: exchange.TablePublished, _record: EventRecord) -> None:
    """Each fusion publishes the register once, when the ledger of ids already says what became of every id."""
    if event.subject == "resource:base.people":
        with acting_as(system_actor("identity")):
            prove_all()
