from typing import ClassVar

from django.db import models


class Use(models.Model):
    """What one department read of one resource on one day; a few rows a day however many people and readings.

    ``resource`` empty: all readings of the department, each once however many tables it named.
    """

    day = models.DateField()
    resource = models.CharField(max_length=120, blank=True)
    department = models.CharField("读取部门", max_length=40, blank=True)
    reads = models.BigIntegerField("次数", default=0)
    rows = models.BigIntegerField("行数", default=0)
    people = models.BigIntegerField("涉及人次", default=0)
    failed = models.BigIntegerField("没有答成", default=0)
    refused = models.BigIntegerField("被拒绝", default=0)
    ms = models.BigIntegerField("用时", default=0)
    timed = models.BigIntegerField("计过时的次数", default=0)
    quick = models.BigIntegerField("100 毫秒以内", default=0)
    slow = models.BigIntegerField("1 秒以上", default=0)

    class Meta:
        verbose_name = "使用"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "resource", "department"], name="supervising_one_row_a_day"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["resource", "day"], name="supervising_use_of_one")]

    def __str__(self) -> str:
        return f"{self.day} {self.resource} {self.department}"


class ReadOf(models.Model):
    """A reading once under each resource it was of and once under none: reader and provider turn the pages of theirs."""

    reading = models.UUIDField()
    resource = models.CharField(max_length=120, blank=True)
    department = models.CharField("读取部门", max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "读取"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reading", "resource"], name="supervising_one_row_a_reading"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["resource", "-at"], name="supervising_read_of_one"),
            models.Index(fields=["department", "-at"], name="supervising_read_by_one"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.resource} {self.reading}"


class Standing(models.Model):
    """A table's newest version as its log tells it, so that ten thousand need not be opened to count them."""

    resource = models.CharField(max_length=120, primary_key=True)
    rows = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    version = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "现状"

    def __str__(self) -> str:
        return f"{self.resource} {self.rows}"


class Day(models.Model):
    """The six numbers and each department's mark at the end of a day."""

    day = models.DateField(primary_key=True)
    six = models.JSONField()
    marks = models.JSONField()

    class Meta:
        verbose_name = "每日监管"

    def __str__(self) -> str:
        return str(self.day)
