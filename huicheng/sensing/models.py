from typing import ClassVar

from django.db import models


class Alarm(models.Model):
    """A row that a watch's question answered 告警; raised once per watch and key."""

    watch = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    grade = models.CharField(max_length=20)
    at = models.DateTimeField()
    message = models.TextField()
    raised_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "告警"
        indexes: ClassVar = [models.Index(fields=["watch", "at"]), models.Index(fields=["grade", "at"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["watch", "key"], name="sensing_alarm_once"),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.message}"
