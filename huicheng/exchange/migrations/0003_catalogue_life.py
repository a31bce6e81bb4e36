"""The catalogue's life and its full-text index, in whichever database this is."""

from django.db import migrations, models

SQLITE = (
    "CREATE VIRTUAL TABLE exchange_words USING fts5(code UNINDEXED, title, pinyin, summary, items)",
    "DROP TABLE exchange_words",
)
POSTGRESQL = (
    "CREATE TABLE exchange_words (place bigint PRIMARY KEY, code varchar(120) NOT NULL, words tsvector NOT NULL);"
    "CREATE INDEX exchange_words_gin ON exchange_words USING gin (words)",
    "DROP TABLE exchange_words",
)


def _run(which):
    def run(apps, schema_editor):
        sql = (POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)[which]
        for statement in sql.split(";"):
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_delivery_confirmed_or_rolled_back")]

    operations = [
        migrations.AddField("resourcerow", "state", models.CharField(default="published", max_length=12, verbose_name="状态")),
        migrations.AddField("resourcerow", "info_code", models.CharField(max_length=40, null=True, unique=True, verbose_name="信息资源代码")),
        migrations.AddField("resourcerow", "category", models.CharField(db_index=True, default="", max_length=80, verbose_name="分类")),
        migrations.AddField("resourcerow", "share", models.CharField(default="none", max_length=16, verbose_name="共享类型")),
        migrations.AddField("resourcerow", "update", models.CharField(default="monthly", max_length=12, verbose_name="更新周期")),
        migrations.AddField("resourcerow", "items", models.IntegerField(default=0, verbose_name="信息项数")),
        migrations.AddField("resourcerow", "completeness", models.FloatField(default=0, verbose_name="完整度")),
        migrations.AddField("resourcerow", "published_on", models.DateField(null=True, verbose_name="发布日期")),
        migrations.AddField("resourcerow", "retired_because", models.CharField(blank=True, max_length=300, verbose_name="停用原因")),
        migrations.CreateModel(
            name="EntryVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("resource", models.CharField(max_length=120)),
                ("version", models.IntegerField(verbose_name="版本")),
                ("state", models.CharField(db_index=True, default="draft", max_length=12)),
                ("owner", models.CharField(db_index=True, max_length=40)),
                ("spec", models.JSONField(verbose_name="定义")),
                ("author", models.CharField(max_length=120)),
                ("author_name", models.CharField(blank=True, max_length=120)),
                ("reviewer", models.CharField(blank=True, max_length=120)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="审核意见")),
                ("at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "目录版本",
                "verbose_name_plural": "目录版本",
                "ordering": ["resource", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("resource", "version"), name="exchange_one_row_per_entry_version")
                ],
            },
        ),
        migrations.RunPython(_run(0), _run(1)),
    ]
