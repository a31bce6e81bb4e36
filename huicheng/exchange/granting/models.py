from typing import ClassVar

from django.db import models


class ApplicationRow(models.Model):
    """An application 申请 on its road: submitted → approved, refused, returned or withdrawn.

    Made in the name of a ``department``, or by the ``account`` of somebody outside government: never of both.
    """

    SUBMITTED, CONFIRMING, RETURNED = "submitted", "confirming", "returned"
    APPROVED, REFUSED, WITHDRAWN = "approved", "refused", "withdrawn"

    id = models.CharField(max_length=40, primary_key=True)
    state = models.CharField("状态", max_length=12, default=SUBMITTED, db_index=True)
    department = models.CharField("申请方", max_length=40, blank=True, db_index=True)
    account = models.CharField("申请账户", max_length=120, blank=True, db_index=True)
    # The firm that he applies for, and the condition he agreed to, as it stood.
    behalf = models.CharField("代表企业", max_length=200, blank=True)
    agreed = models.TextField("同意的条件", blank=True)
    owner = models.CharField("提供方", max_length=40, db_index=True)
    applicant = models.CharField("申请人", max_length=120)
    applicant_name = models.CharField(max_length=120, blank=True)
    resource = models.CharField("资源", max_length=120, db_index=True)
    columns = models.JSONField("信息项", default=list)
    plain = models.JSONField("不脱敏的信息项", default=list)
    purpose = models.CharField("用途", max_length=200)
    basis = models.CharField("依据", max_length=500, blank=True)
    filter = models.JSONField("行范围", default=list)
    aggregate_only = models.BooleanField("只用于统计", default=False)
    case_required = models.BooleanField("须写办件编号", default=False)
    until = models.DateField("使用至")
    # What the provider said yes to, while the data bureau has still to agree.
    terms = models.JSONField("提供方同意的条件", default=dict)
    submitted_at = models.DateTimeField("提交时间")
    answer_by = models.DateField("答复期限")
    escalated_at = models.DateTimeField("转数据局", null=True)
    provider_by = models.CharField("提供方答复人", max_length=120, blank=True)
    provider_name = models.CharField(max_length=120, blank=True)
    answered_by = models.CharField("答复人", max_length=120, blank=True)
    answered_name = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    reason = models.CharField("意见", max_length=500, blank=True)
    grant = models.CharField("授权", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据申请"
        ordering: ClassVar = ["-submitted_at", "-id"]

    def __str__(self) -> str:
        return f"{self.id} {self.department or self.account} → {self.resource} {self.state}"


class GrantRow(models.Model):
    """A grant 授权: which columns and rows of one resource a department may read, what for and until when.

    Of what is open on a condition it may be an ``account``'s instead.
    """

    id = models.CharField(max_length=40, primary_key=True)
    application = models.CharField("申请", max_length=40)
    resource = models.CharField("资源", max_length=120)
    department = models.CharField("使用方", max_length=40, blank=True, db_index=True)
    account = models.CharField("使用账户", max_length=120, blank=True, db_index=True)
    account_name = models.CharField(max_length=120, blank=True)
    behalf = models.CharField("代表企业", max_length=200, blank=True)
    owner = models.CharField("提供方", max_length=40, db_index=True)
    purpose = models.CharField("用途", max_length=200)
    basis = models.CharField("依据", max_length=500, blank=True)
    columns = models.JSONField("信息项")
    plain = models.JSONField("不脱敏的信息项", default=list)
    filter = models.JSONField("行范围", default=list)
    aggregate_only = models.BooleanField("只用于统计", default=False)
    smallest_group = models.IntegerField("最小分组", default=20)
    case_required = models.BooleanField("须写办件编号", default=False)
    per_minute = models.IntegerField("每分钟次数")
    rows_per_day = models.BigIntegerField("每日行数")
    confirmed = models.BooleanField("数据局已核准", default=False)
    starts = models.DateTimeField("开始")
    expires = models.DateTimeField("到期")
    revoked_at = models.DateTimeField("撤销时间", null=True)
    revoked_name = models.CharField("撤销人", max_length=120, blank=True)
    revoked_because = models.CharField("撤销原因", max_length=500, blank=True)
    # Its end was announced once; see ``ending``.
    end_told = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "数据授权"
        ordering: ClassVar = ["-starts", "-id"]
        indexes: ClassVar = [models.Index(fields=["resource", "department"], name="granting_of_a_department")]

    def __str__(self) -> str:
        return f"{self.id} {self.department or self.account} → {self.resource}"


class QuotaRow(models.Model):
    """What was used of one grant in the newest minute, or on the newest day: one row each, whatever the use."""

    MINUTE, DAY = "minute", "day"

    grant = models.ForeignKey(GrantRow, models.CASCADE)
    span = models.CharField(max_length=6)
    window = models.BigIntegerField(default=0)
    used = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "配额"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "span"], name="granting_one_row_per_span"),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.span} {self.used}"
