from typing import ClassVar

from django.db import models


class Run(models.Model):
    """One fusion run 融合运行: what went in, what came out, in which versions."""

    RUNNING, DONE = "running", "done"

    id = models.CharField(max_length=40, primary_key=True)
    state = models.CharField(max_length=12, default=RUNNING)
    kinds = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)
    actor = models.CharField(max_length=120)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "融合运行"
        indexes: ClassVar = [models.Index(fields=["-started_at"])]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"
