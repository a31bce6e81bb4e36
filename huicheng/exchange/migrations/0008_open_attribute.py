from django.db import migrations, models

SIDES = ["code", "owner", "category", "share", "update", "licence", "located", "title"]


def say_openness(apps, schema_editor):
    """What was open or not becomes one of three; entries and their versions are written in the new words."""
    Entry, Version = apps.get_model("exchange", "ResourceRow"), apps.get_model("exchange", "EntryVersion")
    for row in Entry.objects.iterator(chunk_size=500):
        row.openness, row.spec = ("unconditional" if row.open else "none"), _renamed(row.spec)
        Entry.objects.filter(pk=row.pk).update(openness=row.openness, spec=row.spec)
    for row in Version.objects.iterator(chunk_size=500):
        Version.objects.filter(pk=row.pk).update(spec=_renamed(row.spec))


def _renamed(spec):
    if "open" not in spec:
        return spec
    said = "unconditional" if spec["open"] else "none"
    return {**{name: value for name, value in spec.items() if name != "open"}, "openness": said}


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0007_words_digest'),
    ]

    operations = [
        migrations.AddField(
            model_name='resourcerow',
            name='openness',
            field=models.CharField(default='none', max_length=16, verbose_name='开放属性'),
        ),
        migrations.RunPython(say_openness, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name='resourcerow', name='exchange_sides'),
        migrations.RemoveField(model_name='resourcerow', name='open'),
        migrations.AddIndex(
            model_name='resourcerow',
            index=models.Index(fields=['state', 'openness', *SIDES], name='exchange_sides'),
        ),
    ]
