from typing import Any

from django.http import HttpRequest

from huicheng.ground.api import current_actor
from huicheng.portals.look.api import city


def actor(request: HttpRequest) -> dict[str, Any]:
    """Who is asking and which city this is, for every page."""
    return {"actor": current_actor(), "city_name": city()}
