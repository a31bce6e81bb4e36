from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "huicheng.exchange.evidence"
    label = "evidence"
    verbose_name = "凭据"
    default_auto_field = "django.db.models.BigAutoField"
