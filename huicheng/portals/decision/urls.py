from django.urls import path

from huicheng.portals.decision import views

app_name = "decision"
urlpatterns = [
    path("", views.home, name="home"),
    path("wall/", views.wall, name="wall"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("place/<str:code>/", views.place, name="place"),
    path("panel/<str:key>/", views.evidence, name="evidence"),
    path("panel/<str:key>/rows/", views.behind, name="behind"),
    path("panel/<str:key>/export/<str:part>/", views.export, name="export"),
]
