from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest

from huicheng.ground.api import bureau, departments
from huicheng.identity import duties
from huicheng.identity.models import Account, Role


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    department = forms.ChoiceField(
        label="部门", choices=lambda: [(d.code, bureau(d.code)) for d in departments()]
    )
    duty = forms.ChoiceField(label="职责", choices=duties.duty_choices)

    class Meta:
        model = Role
        fields = ("department", "duty")


class RoleInline(admin.TabularInline):
    model = Role
    form = RoleForm
    extra = 0


class NewPasswordForm(AdminPasswordChangeForm):
    def save(self, commit: bool = True) -> Any:
        return duties.set_password(self.user, save=lambda: super(NewPasswordForm, self).save(commit=commit))


@admin.register(Account)
class AccountAdmin(UserAdmin):
    inlines = [RoleInline]
    change_password_form = NewPasswordForm
    list_display = ("username", "display_name", "is_active", "is_staff", "is_sample")
    search_fields = ("username", "display_name")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("身份", {"fields": ("display_name", "person", "is_sample")}),
        ("权限", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
    )
    readonly_fields = ("person",)  # set by verification, never by hand

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        if form.changed_data or not change:
            duties.save_account(obj, fields=form.changed_data, new=not change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        roles = formset.save(commit=False)
        for role in formset.deleted_objects:
            duties.withdraw_duty(role)
        for role in roles:
            duties.grant_duty(role)
        formset.save_m2m()

    def delete_model(self, request: HttpRequest, obj: Account) -> None:
        duties.delete_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            duties.delete_account(account)
