from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from huicheng.exchange.models import Delivery, MappingProfile, ResourceRow


class Untouchable(admin.ModelAdmin):
    """Looked at here, changed only through the door."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ResourceRow)
class ResourceAdmin(Untouchable):
    list_display = ("code", "title", "owner", "openness", "version", "updated_at")
    list_filter = ("owner", "openness")
    search_fields = ("code", "title")


@admin.register(Delivery)
class DeliveryAdmin(Untouchable):
    list_display = ("id", "resource", "file", "state", "rows", "accepted", "refused", "at")
    list_filter = ("state", "department")


@admin.register(MappingProfile)
class MappingProfileAdmin(Untouchable):
    list_display = ("resource", "signature", "actor", "at")
