from typing import ClassVar

from django.db import models


class ResourceRow(models.Model):
    """A catalogue entry 目录条目; packs bring theirs, departments may add their own without code."""

    PUBLISHED, RETIRED = "published", "retired"

    code = models.CharField("代码", max_length=120, primary_key=True)
    title = models.CharField("名称", max_length=200)
    owner = models.CharField("提供方", max_length=40, db_index=True)
    openness = models.CharField("开放属性", max_length=16, default="none")
    declared = models.BooleanField("由应用包声明", default=True)
    spec = models.JSONField("定义")
    version = models.IntegerField("版本", default=1)
    updated_at = models.DateTimeField(auto_now=True)
    state = models.CharField("状态", max_length=12, default=PUBLISHED)
    # Unique where there is one: an entry without a class has no number yet.
    info_code = models.CharField("信息资源代码", max_length=40, unique=True, null=True)  # noqa: DJ001
    category = models.CharField("分类", max_length=80, default="", db_index=True)
    share = models.CharField("共享类型", max_length=16, default="none")
    update = models.CharField("更新周期", max_length=12, default="monthly")
    licence = models.CharField("许可", max_length=120, default="")
    located = models.BooleanField("有坐标", default=False)
    items = models.IntegerField("信息项数", default=0)
    completeness = models.FloatField("完整度", default=0)
    published_on = models.DateField("发布日期", null=True)
    retired_because = models.CharField("停用原因", max_length=300, blank=True)
    # Of the words the index holds; empty where it holds none.
    indexed = models.CharField("检索摘要", max_length=64, default="", editable=False)

    class Meta:
        db_table = "exchange_resource"
        verbose_name = verbose_name_plural = "信息资源"
        ordering: ClassVar = ["owner", "code"]
        # Counting facets must not read each entry's whole definition.
        indexes: ClassVar = [
            models.Index(
                fields=[
                    "state",
                    "openness",
                    "code",
                    "owner",
                    "category",
                    "share",
                    "update",
                    "licence",
                    "located",
                    "title",
                ],
                name="exchange_sides",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class EntryVersion(models.Model):
    """A version of a catalogue entry on its road 草稿 → 审核 → 发布: what stands published is never written over."""

    DRAFT, REVIEW, RETURNED, PUBLISHED = "draft", "review", "returned", "published"

    resource = models.CharField(max_length=120)
    version = models.IntegerField("版本")
    state = models.CharField(max_length=12, default=DRAFT, db_index=True)
    owner = models.CharField(max_length=40, db_index=True)
    spec = models.JSONField("定义")
    author = models.CharField(max_length=120)
    author_name = models.CharField(max_length=120, blank=True)
    reviewer = models.CharField(max_length=120, blank=True)
    note = models.CharField("审核意见", max_length=500, blank=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "目录版本"
        ordering: ClassVar = ["resource", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource", "version"], name="exchange_one_row_per_entry_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} v{self.version} {self.state}"


class Delivery(models.Model):
    """A delivery and its receipt 交付与回执: whole or absent."""

    WORKING, ACCEPTED, FAILED, SUPERSEDED = "working", "accepted", "failed", "superseded"
    HELD, WITHDRAWN, ROLLED_BACK = "held", "withdrawn", "rolled_back"

    id = models.CharField(max_length=40, primary_key=True)
    resource = models.CharField(max_length=120, db_index=True)
    department = models.CharField(max_length=40)
    actor = models.CharField(max_length=120)
    actor_name = models.CharField(max_length=120, blank=True)
    file = models.CharField(max_length=300)
    source = models.CharField("格式", max_length=20, blank=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField(default=0)
    landing = models.CharField(max_length=400, blank=True)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default=WORKING)
    rows = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    flagged = models.BigIntegerField(default=0)
    version = models.BigIntegerField("湖中版本", null=True)
    # Fixed before the first commit and kept through a kill: the rows and the version it found, the number it commits under.
    before = models.BigIntegerField("交付前的行数", null=True)
    base = models.BigIntegerField("交付前的湖中版本", null=True)
    turn = models.BigIntegerField("入湖序号", null=True)
    confirmed_by = models.CharField("确认人", max_length=120, blank=True)
    issues_file = models.CharField(max_length=400, blank=True)
    refused_file = models.CharField(max_length=400, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "交付"
        indexes: ClassVar = [
            models.Index(fields=["resource", "-at"]),
            models.Index(fields=["department", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.resource} {self.state}"


class Ageing(models.Model):
    """Rows of one resource that grew old 到期: ``open`` until it was told that they went, and at which ``version``."""

    resource = models.CharField(max_length=120, primary_key=True)
    open = models.BooleanField(default=True)
    rows = models.BigIntegerField("行数", default=0)
    base = models.BigIntegerField("删除前的湖中版本", default=0)
    version = models.BigIntegerField("湖中版本", null=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "到期删除"

    def __str__(self) -> str:
        return f"{self.resource} {self.rows}"


class MappingProfile(models.Model):
    """Which column is which field, remembered for files with the same header 列对应."""

    resource = models.CharField(max_length=120)
    signature = models.CharField("表头指纹", max_length=64)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "列对应"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "signature"], name="exchange_one_profile_per_header"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.signature[:8]}"
