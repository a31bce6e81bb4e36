from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "huicheng.identity"
    label = "identity"
    verbose_name = "身份"
    default_auto_field = "django.db.models.BigAutoField"
