from django.urls import path

from huicheng.portals.citizen import views

app_name = "citizen"
urlpatterns = [
    path("", views.home, name="home"),
    path("data/", views.data, name="data"),
    path("reads/", views.reads, name="reads"),
    path("reads/<uuid:event>/receipt.json", views.receipt, name="receipt"),
    path("search/", views.search, name="search"),
]
