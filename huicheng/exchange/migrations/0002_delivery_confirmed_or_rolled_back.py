from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="base",
            field=models.BigIntegerField(null=True, verbose_name="交付前的湖中版本"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="before",
            field=models.BigIntegerField(null=True, verbose_name="交付前的行数"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="confirmed_by",
            field=models.CharField(blank=True, max_length=120, verbose_name="确认人"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="turn",
            field=models.BigIntegerField(null=True, verbose_name="入湖序号"),
        ),
    ]
