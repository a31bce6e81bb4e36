from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "huicheng.bases"
    label = "bases"
    verbose_name = "基础库"
