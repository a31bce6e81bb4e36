from django.apps import AppConfig


class OpenConfig(AppConfig):
    name = "huicheng.portals.open"
    label = "open"
    verbose_name = "数据开放"
