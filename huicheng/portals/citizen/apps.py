from django.apps import AppConfig


class CitizenConfig(AppConfig):
    name = "huicheng.portals.citizen"
    label = "citizen"
    verbose_name = "我的慧城"
