from django.apps import AppConfig


class FeedingConfig(AppConfig):
    name = "huicheng.exchange.feeding"
    label = "feeding"
    verbose_name = "定时取数"
    default_auto_field = "django.db.models.BigAutoField"
