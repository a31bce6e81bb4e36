"""What identity does when a new population register stands; and who says what a stored actor is by now."""

from __future__ import annotations

from huicheng.exchange import api as exchange
from huicheng.ground.api import EventRecord, acting_as, knows, on, system_actor
from huicheng.identity.accounts import account_now
from huicheng.identity.keys import machine_now
from huicheng.identity.verifying import prove_all

knows("official", "resident")(account_now)
knows("machine")(machine_now)


@on(exchange.TablePublished)
def prove_every_binding(event: exchange.TablePublished, _record: EventRecord) -> None:
    """Each fusion publishes the register once, when the ledger of ids already says what became of every id."""
    if event.subject == "resource:base.people":
        with acting_as(system_actor("identity")):
            prove_all()
