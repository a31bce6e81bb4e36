from django.urls import path

from huicheng.portals.citizen import applying, granted, views

app_name = "citizen"
urlpatterns = [
    path("", views.home, name="home"),
    path("data/", views.data, name="data"),
    path("reads/", views.reads, name="reads"),
    path("reads/<uuid:event>/receipt.json", views.receipt, name="receipt"),
    path("open/", applying.papers, name="open_papers"),
    path("open/apply/<str:code>/", applying.apply, name="apply_open"),
    path("open/applications/<str:application>/", applying.application, name="open_application"),
    path("open/applications/<str:application>/amend/", applying.amend, name="amend_open"),
    path("open/grants/<str:grant>/", granted.grant, name="open_grant"),
    path("open/grants/<str:grant>/download/<str:form>/", granted.download, name="open_download"),
    path("search/", views.search, name="search"),
]
