from django.apps import AppConfig


class NodesConfig(AppConfig):
    name = "huicheng.exchange.nodes"
    label = "nodes"
    verbose_name = "节点"
    default_auto_field = "django.db.models.BigAutoField"
