from typing import ClassVar

from django.db import models


class SharedVersion(models.Model):
    """What a grant shows of one version of its table, as a file of its own; ``number`` counts for its reader."""

    grant = models.CharField("授权", max_length=40)
    number = models.BigIntegerField("版本")
    resource = models.CharField("资源", max_length=120, db_index=True)
    source = models.BigIntegerField("来源版本")
    # Under which sight it was made: a version made under another one is not served any more.
    sight = models.CharField(max_length=64)
    name = models.CharField("文件", max_length=60)
    size = models.BigIntegerField("字节")
    rows = models.BigIntegerField("行数")
    schema = models.TextField("结构")
    # Whose rows it holds, found once when it was made: each time it is handed out the receipt names this set.
    subjects = models.CharField(max_length=64, blank=True)
    rule = models.CharField(max_length=12, default="everyone")
    sha256 = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField("生成时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "共享表版本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "number"], name="sharing_one_row_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.grant} v{self.number}"


class Fetched(models.Model):
    """An address that was used: what is fetched with it in many pieces is one download."""

    token = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.token[:8]
