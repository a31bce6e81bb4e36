from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest

from huicheng.ground.api import bureau, departments
from huicheng.identity import duties, giving
from huicheng.identity.models import Account, Role

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    department = forms.ChoiceField(
        label="部门", choices=lambda: [(d.code, bureau(d.code)) for d in departments()]
    )
    duty = forms.ChoiceField(label="职责", choices=duties.duty_choices)

    class Meta:
        model = Role
        fields = ("department", "duty")


class RoleFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """What is not this steward's to give is said on the form, written down, and changes nothing."""

    def clean(self) -> None:
        super().clean()
        for one in self.forms:
            if one.has_changed() and not one.errors:
                self._check(one)

    def _check(self, one: forms.ModelForm) -> None:  # type: ignore[type-arg]
        before = Role.objects.filter(pk=one.instance.pk).first()
        one.instance.account_id = self.instance.pk
        for role in [one.instance] if before is None else [before, one.instance]:
            try:
                giving.check_giver(role)
            except giving.DutyNotYours as problem:
                giving.note_refused(role)
                raise forms.ValidationError(str(problem)) from None


class RoleInline(admin.TabularInline):
    model = Role
    form = RoleForm
    formset = RoleFormSet
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

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        """Rights in this machine room come from somebody else who keeps it."""
        keeper = request.user.is_superuser and (obj is None or obj.pk != request.user.pk)
        return ("person",) if keeper else ("person", *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return super().has_change_permission(request, obj) and not self._above(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not self._above(request, obj)

    def _above(self, request: HttpRequest, obj: Account | None) -> bool:
        """Whoever could set its password would have its duties."""
        if obj is None:
            return False
        return giving.is_above(obj) or (obj.is_superuser and not request.user.is_superuser)

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
