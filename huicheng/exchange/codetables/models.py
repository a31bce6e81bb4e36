from typing import ClassVar

from django.db import models


class LocalTable(models.Model):
    """One version of a department's own codes for what a national table codes; never written over."""

    department = models.CharField(max_length=40)
    table = models.CharField("国家代码表", max_length=60)
    version = models.IntegerField("版本")
    valid_from = models.DateField("启用日期")
    lines = models.JSONField("对照")
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=200)
    actor = models.CharField(max_length=120)
    actor_name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "本地代码表"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["department", "table", "version"], name="codetables_one_row_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.table} v{self.version}"


class Translation(models.Model):
    """How a delivery's local codes became national ones: by which version, and how many values."""

    delivery = models.CharField(max_length=40, db_index=True)
    field = models.CharField(max_length=60)
    table = models.CharField(max_length=60)
    department = models.CharField(max_length=40)
    version = models.IntegerField()
    values = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "代码转换"

    def __str__(self) -> str:
        return f"{self.delivery} {self.field} v{self.version}"
