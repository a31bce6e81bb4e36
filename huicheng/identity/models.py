from collections.abc import Iterator
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac


class Account(AbstractUser):
    """账户: one per human being, resident and official alike."""

    display_name = models.CharField("称呼", max_length=80)
    # The base register's id, set only after the holder's number and name were verified against it.
    person = models.CharField("人口库标识", max_length=20, blank=True, db_index=True)
    # A keyed hash of the number that was verified: the account is this human's, whatever becomes of the base id.
    number_key = models.CharField("证件号摘要", max_length=64, blank=True)
    # The register no longer holds that number under that id: the holder is asked to verify again.
    verify_again = models.BooleanField("须重新实名", default=False)
    # Shown with its password on the log-in page: only the sandbox makes such accounts.
    is_sample = models.BooleanField("样例账户", default=False)
    # Counted up to end every session at once, Django's admin included: it is part of what a session must prove.
    sessions_round = models.PositiveIntegerField("会话轮次", default=0)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    REQUIRED_FIELDS: ClassVar = ["display_name"]

    class Meta:
        verbose_name = verbose_name_plural = "账户"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=~models.Q(person=""), name="identity_one_account_per_person"
            )
        ]

    def get_session_auth_hash(self) -> str:
        proof = f"{self.password}\n{self.sessions_round}"
        return salted_hmac("huicheng.identity.session", proof, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        yield from ()


class OpenSession(models.Model):
    """Where an account is logged in 会话, for its holder to see and to end."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="open_sessions")
    key = models.CharField(max_length=40, unique=True)
    address = models.CharField("来自", max_length=64)
    device = models.CharField("设备", max_length=200)
    at = models.DateTimeField("登录时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "会话"

    def __str__(self) -> str:
        return f"{self.account} {self.at}"


class Role(models.Model):
    """A duty that an account holds in a department 岗位职责."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="roles")
    department = models.CharField("部门", max_length=40)
    duty = models.CharField("职责", max_length=40)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "岗位职责"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "department", "duty"], name="identity_role_once")
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.department} {self.duty}"


class FailedLogin(models.Model):
    """Counted against guessing; swept after a day."""

    username = models.CharField(max_length=150, db_index=True)
    address = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.username} {self.at}"


class ApiKey(models.Model):
    """A program's way in 接口密钥: a department answers for it, and only a keyed hash of it is kept."""

    id = models.CharField(max_length=16, primary_key=True)
    hash = models.CharField("摘要", max_length=64)
    name = models.CharField("名称", max_length=80)
    department = models.CharField("部门", max_length=40, db_index=True)
    duties = models.JSONField("职责", default=list)
    # What it is for alone, ``sharing:G…``; empty where its duties say it.
    scope = models.CharField("限用于", max_length=80, blank=True)
    made_by = models.CharField("开设人", max_length=120)
    made_by_name = models.CharField("开设人姓名", max_length=120, blank=True)
    created = models.DateTimeField("开设时间", auto_now_add=True)
    expires = models.DateTimeField("到期")
    revoked = models.DateTimeField("吊销时间", null=True)
    last_used = models.DateTimeField("最近使用", null=True)
    # When it was last written down that it came in vain.
    refused = models.DateTimeField("最近被拒", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口密钥"

    def __str__(self) -> str:
        return f"{self.id} {self.department} {self.name}"
