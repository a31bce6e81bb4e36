from typing import ClassVar

from django.db import models


class Service(models.Model):
    """A department's HTTP service under the number of its catalogue entry, and how its circuit stands."""

    code = models.CharField("资源", max_length=120, primary_key=True)
    owner = models.CharField("提供方", max_length=40, db_index=True)
    base_url = models.CharField("地址", max_length=300)
    methods = models.JSONField("方法", default=list)
    timeout = models.FloatField("超时秒数", default=10)
    per_minute = models.IntegerField("每部门每分钟次数", default=60)
    answer_schema = models.JSONField("应答结构", null=True)
    # What becomes of an answer that does not fit it: it is kept back, or passed on with a remark.
    on_mismatch = models.CharField("不符时", max_length=10, default="refuse")
    paused = models.BooleanField("暂停", default=False)
    published = models.BooleanField("已发布", default=True)
    at = models.DateTimeField("发布时间", auto_now=True)
    # Kept here and not in a process: one that starts anew must not run into a service that is known to be down.
    failures = models.IntegerField("连续失败", default=0)
    opened_at = models.DateTimeField("断开时间", null=True)
    probe_at = models.DateTimeField("试探时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口服务"

    def __str__(self) -> str:
        return f"{self.code} {self.base_url}"


class Use(models.Model):
    """How often a department called a service in the minute ``window``."""

    service = models.CharField(max_length=120)
    department = models.CharField(max_length=40)
    window = models.BigIntegerField(default=0)
    used = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "department"], name="gateway_one_row_per_caller")
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.department} {self.used}"


class Tally(models.Model):
    """The calls of one service on one day, counted from their lines."""

    service = models.CharField(max_length=120)
    day = models.DateField()
    calls = models.BigIntegerField("次数", default=0)
    failures = models.BigIntegerField("没有答成", default=0)
    unfit = models.BigIntegerField("结构不符", default=0)
    ms = models.BigIntegerField("用时", default=0)

    class Meta:
        verbose_name = "每日调用"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "day"], name="gateway_one_tally_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.day} {self.calls}"
