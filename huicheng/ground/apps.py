from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class GroundConfig(AppConfig):
    name = "huicheng.ground"
    label = "ground"
    verbose_name = "地基"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules("listeners", "jobs")
