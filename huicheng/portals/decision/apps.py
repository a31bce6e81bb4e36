from django.apps import AppConfig


class DecisionConfig(AppConfig):
    name = "huicheng.portals.decision"
    label = "decision"
    verbose_name = "城市一览"
