from typing import ClassVar

from django.db import models


class Feed(models.Model):
    """定时取数: which rows of which database fill a resource, how often, and how far they have been taken."""

    id = models.CharField(max_length=40, primary_key=True)
    resource = models.CharField("资源", max_length=120, db_index=True)
    department = models.CharField("提供方", max_length=40)
    actor = models.JSONField("身份")
    name = models.CharField("地址（不含密码）", max_length=300)
    address = models.BinaryField("加密的地址")
    query = models.TextField("表或查询")
    watermark = models.CharField("水位列", max_length=120)
    key = models.CharField("主键列", max_length=120)
    every = models.IntegerField("间隔（秒）")
    lag = models.IntegerField("回看（秒）", default=0)
    active = models.BooleanField(default=True)
    # Why nobody is asked any more before somebody of the department takes it over; empty while it runs.
    stopped = models.CharField("停下的原因", max_length=60, blank=True)
    # Named by whoever runs the platform: it may lie where officials may not point.
    anywhere = models.BooleanField("地址不限", default=True)
    rows = models.BigIntegerField("累计行数", default=0)
    failures = models.IntegerField("连续失败", default=0)
    error = models.CharField(max_length=500, blank=True)
    ran_at = models.DateTimeField("最近运行", null=True)
    next_at = models.DateTimeField("下次运行", db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "定时取数"
        ordering: ClassVar = ["resource", "id"]

    def __str__(self) -> str:
        return f"{self.id} {self.resource}"
