from typing import ClassVar

from django.db import models


class ResourceRow(models.Model):
    """A catalogue entry 目录条目; packs bring theirs, departments may add their own without code."""

    code = models.CharField("代码", max_length=120, primary_key=True)
    title = models.CharField("名称", max_length=200)
    owner = models.CharField("提供方", max_length=40, db_index=True)
    open = models.BooleanField("向社会开放", default=False)
    declared = models.BooleanField("由应用包声明", default=True)
    spec = models.JSONField("定义")
    version = models.IntegerField("版本", default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "exchange_resource"
        verbose_name = verbose_name_plural = "信息资源"
        ordering: ClassVar = ["owner", "code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Delivery(models.Model):
    """A delivery and its receipt 交付与回执: whole or absent."""

    RUNNING, ACCEPTED, FAILED = "running", "accepted", "failed"

    id = models.CharField(max_length=40, primary_key=True)
    resource = models.CharField(max_length=120)
    department = models.CharField(max_length=40)
    actor = models.CharField(max_length=120)
    actor_name = models.CharField(max_length=120, blank=True)
    file = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    # Content and mapping together: the same file read by another mapping is another delivery.
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default=RUNNING)
    rows = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    flagged = models.BigIntegerField(default=0)
    version = models.BigIntegerField("湖中版本", null=True)
    error = models.TextField(blank=True)
    landing = models.CharField(max_length=400, blank=True)
    refused_file = models.CharField(max_length=400, blank=True)
    issues_file = models.CharField(max_length=400, blank=True)
    signature = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "交付"
        indexes: ClassVar = [
            models.Index(fields=["resource", "-at"]),
            models.Index(fields=["department", "-at"]),
            models.Index(fields=["fingerprint"]),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.resource} {self.state}"


class MappingProfile(models.Model):
    """Which column is which field, remembered for files with the same header 列对应."""

    resource = models.CharField(max_length=120)
    header = models.CharField("表头指纹", max_length=64)
    columns = models.JSONField()
    mapping = models.JSONField()
    department = models.CharField(max_length=40, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "列对应"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "header"], name="exchange_one_profile_per_header"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.header[:8]}"
