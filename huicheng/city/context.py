from typing import Any

from django.conf import settings
from django.http import HttpRequest

from huicheng.ground.api import current_actor


def actor(request: HttpRequest) -> dict[str, Any]:
    """Who is asking and which city this is, for every page."""
    return {"actor": current_actor(), "city_name": settings.CITY_NAME}
