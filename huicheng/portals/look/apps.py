from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "huicheng.portals.look"
    label = "look"
    verbose_name = "样貌"
