from typing import ClassVar

from django.db import models


class Subscription(models.Model):
    """订阅: who is told of the changes of a resource, where, and how far he has been told."""

    ACTIVE, PAUSED, ENDED = "active", "paused", "ended"
    # The reason of one that somebody paused; all others stopped by themselves.
    BY_HAND = "ByHand"

    id = models.CharField(max_length=40, primary_key=True)
    resource = models.CharField("资源", max_length=120, db_index=True)
    department = models.CharField("订阅方", max_length=40, db_index=True)
    actor = models.JSONField("身份")
    purpose = models.CharField("用途", max_length=200)
    case = models.CharField("办件编号", max_length=120, blank=True)
    url = models.CharField("送到", max_length=500)
    state = models.CharField(max_length=12, default=ACTIVE, db_index=True)
    # From here on changes have not been put into messages yet.
    version = models.BigIntegerField("已处理的湖中版本", null=True)
    sent = models.BigIntegerField("已送达", default=0)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField("最近送达", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "订阅"
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.id} {self.resource} → {self.department}"


class Message(models.Model):
    """One page of changes on its way: which page, never what stands on it. That is asked anew each time it is sent."""

    WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"

    id = models.CharField(max_length=48, primary_key=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="messages")
    number = models.BigIntegerField("次序")
    before = models.BigIntegerField(null=True)
    after = models.BigIntegerField()
    position = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, default=WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField("下次发送")
    status = models.IntegerField("对方答复", null=True)
    error = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送"
        ordering: ClassVar = ["subscription", "number"]
        indexes: ClassVar = [models.Index(fields=["state", "next_at"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription", "number"], name="subscribing_one_message_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"
