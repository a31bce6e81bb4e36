"""What the desk does when rows are erased: an upload that nobody has delivered yet may hold them."""

from __future__ import annotations

from huicheng.exchange.api import RowsErased
from huicheng.ground.api import EventRecord, on
from huicheng.portals.desk import drafts


@on(RowsErased)
def drop_uploads_of_the_resource(event: RowsErased, record: EventRecord) -> None:
    """Uploaded before the erasure and still waiting; its sender chooses the file again."""
    drafts.drop_all(event.resource, before=record.at.timestamp())
