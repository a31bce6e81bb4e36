from django.apps import AppConfig


class FusionConfig(AppConfig):
    name = "huicheng.fusion"
    label = "fusion"
    verbose_name = "融合"
    default_auto_field = "django.db.models.BigAutoField"
