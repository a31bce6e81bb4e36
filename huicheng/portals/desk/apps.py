from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "huicheng.portals.desk"
    label = "desk"
    verbose_name = "工作台"
