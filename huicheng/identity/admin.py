from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from huicheng.identity.models import Account, Role


class RoleInline(admin.TabularInline):
    model = Role
    extra = 0


@admin.register(Account)
class AccountAdmin(UserAdmin):
    inlines = [RoleInline]
    list_display = ("username", "display_name", "is_active", "is_staff", "is_sample")
    search_fields = ("username", "display_name")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("身份", {"fields": ("display_name", "person", "is_sample")}),
        ("权限", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
    )
    readonly_fields = ("person",)  # set by verification, never by hand
