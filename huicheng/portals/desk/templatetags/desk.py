"""The desk's menu: `{% load desk %}{% desk_menu %}`."""

from __future__ import annotations

from typing import Any

from django import template

from huicheng.ground.api import current_actor
from huicheng.portals.desk.navigation import groups

register = template.Library()


@register.inclusion_tag("desk/_menu.html", takes_context=True)
def desk_menu(context: dict[str, Any]) -> dict[str, Any]:
    found = groups(current_actor(), getattr(context.get("request"), "path", ""))
    return {"groups": found, "inside": next((one for one in found if one.here), None)}
