from typing import ClassVar

from django.db import models


class SubjectSet(models.Model):
    """A set of keyed hashes, named by its content: a small one lies in its keys' rows, a large one in a file."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    count = models.BigIntegerField()
    filed = models.BooleanField()
    # Of the tree over its members, by which one of them is shown to be in it without the others; see ``members``.
    root = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "人员集合"

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.count}"


class SetKey(models.Model):
    """A key of a small set; large sets have no row a person."""

    subjects = models.ForeignKey(SubjectSet, models.CASCADE)
    key = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key:x}"


class Reading(models.Model):
    """Where a reading's event is found by time; the event itself is the receipt."""

    event = models.UUIDField(primary_key=True)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "读取"
        indexes: ClassVar = [models.Index(fields=["-at", "-event"], name="evidence_reading_newest")]

    def __str__(self) -> str:
        return f"{self.at} {self.actor}"


class ReadingPart(models.Model):
    """One question of a reading that disclosed somebody; ``place`` is where it stands in the receipt."""

    reading = models.ForeignKey(Reading, models.CASCADE)
    subjects = models.ForeignKey(SubjectSet, models.PROTECT)
    place = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.reading_id} {self.place}"


class Teller(models.Model):
    """A node that told us a set, made with the salt that it was given."""

    node = models.CharField(max_length=20, primary_key=True)

    def __str__(self) -> str:
        return self.node


class Traced(models.Model):
    """Whom a question over these very files disclosed, nobody included, so that asking it again costs nothing."""

    source = models.CharField(max_length=64, primary_key=True)
    subjects = models.ForeignKey(SubjectSet, models.CASCADE, null=True)

    def __str__(self) -> str:
        return self.source[:12]
