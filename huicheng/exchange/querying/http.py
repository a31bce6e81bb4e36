"""The query API at ``/api/v1/``: parse, ask, answer."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from huicheng.exchange.answering import said, to_programs
from huicheng.ground.api import current_actor


@to_programs("GET", "HEAD")
def whoami(request: HttpRequest) -> HttpResponseBase:
    """Which key this is, as the platform sees it."""
    actor = current_actor()
    return said(
        {
            "kind": actor.kind,
            "name": actor.name,
            "department": actor.department,
            "duties": sorted(actor.duties),
        }
    )
