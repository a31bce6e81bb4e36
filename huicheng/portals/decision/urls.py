from django.urls import path

from huicheng.portals.decision import behind, live, news, views

app_name = "decision"
urlpatterns = [
    path("", views.home, name="home"),
    path("wall/", views.wall, name="wall"),
    path("live/", live.stream, name="live"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/<str:receipt_id>/", news.delivery, name="delivery"),
    path("watch/<str:key>/", news.watch, name="watch"),
    path("place/<str:code>/", views.place, name="place"),
    path("panel/<str:key>/", views.evidence, name="evidence"),
    path("panel/<str:key>/rows/", behind.behind, name="behind"),
    path("panel/<str:key>/export/rows/", behind.export_rows, name="export_rows"),
    path("panel/<str:key>/export/answer/", behind.export_answer, name="export_answer"),
]
