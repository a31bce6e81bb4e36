from typing import ClassVar

from django.db import models
from django.db.models import Q


class EventRow(models.Model):
    """Audit line, outbox message and news item at once. Never updated but by the sealer."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=80)
    subject = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=120)
    actor_name = models.CharField(max_length=120, blank=True)
    department = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    data = models.JSONField()
    seq = models.BigIntegerField(null=True, unique=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "ground_event"
        verbose_name = "事件"
        indexes: ClassVar = [
            models.Index(fields=["kind", "seq"]),
            models.Index(fields=["subject", "at"]),
            models.Index(fields=["at", "id"], condition=Q(seq__isnull=True), name="ground_event_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.seq or '·'} {self.kind} {self.subject}"


class Seal(models.Model):
    """A signed stretch of the chain: events first..last end in ``head``; ``root`` is the tree over them."""

    first = models.BigIntegerField(unique=True)
    last = models.BigIntegerField(unique=True)
    head = models.CharField(max_length=64)
    root = models.CharField("批次根", max_length=64, default="", blank=True)
    key = models.CharField(max_length=40)
    signature = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "封存"

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class Listener(models.Model):
    """How far a listener has heard, and what it stumbled over."""

    name = models.CharField(max_length=160, primary_key=True)
    seq = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    not_before = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "监听"

    def __str__(self) -> str:
        return self.name


class Lock(models.Model):
    """A row to hold while one process does what only one may do."""

    name = models.CharField(max_length=40, primary_key=True)

    def __str__(self) -> str:
        return self.name


class Job(models.Model):
    """Long work with progress 作业; the row is the queue. See docs/decisions/0003."""

    WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    args = models.JSONField()
    actor = models.JSONField()
    state = models.CharField(max_length=12, default=WAITING)
    label = models.CharField(max_length=200, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    checkpoint = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    attempts = models.IntegerField(default=0)
    owner = models.CharField(max_length=160, blank=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "作业"
        indexes: ClassVar = [models.Index(fields=["state", "created_at"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name", "key"],
                condition=Q(state__in=("waiting", "running")),
                name="ground_job_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key} {self.state}"
