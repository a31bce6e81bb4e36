from django.urls import path

from huicheng.portals.open import harvesting, http, views

app_name = "open"
urlpatterns = [
    path("", views.home, name="home"),
    path("api/v1/datasets", http.datasets, name="api-datasets"),
    path("api/v1/datasets/<str:code>", http.dataset, name="api-dataset"),
    path("api/v1/datasets/<str:code>/rows", http.rows, name="api-rows"),
    path("catalog.<str:syntax>", harvesting.catalogue_page, name="catalogue"),
    path("ckan/api/3/action/<str:action>", harvesting.perform, name="ckan"),
    path("ckan/api/action/<str:action>", harvesting.perform),
    path("<str:code>/dcat.<str:syntax>", harvesting.dataset_page, name="dcat"),
    path("<str:code>/", views.dataset, name="dataset"),
    path("<str:code>/rows/", views.rows, name="rows"),
    path("<str:code>/fields/", views.fields, name="fields"),
    path("<str:code>/api/", views.interface, name="interface"),
    path("<str:code>/download/<str:form>/", views.download, name="download"),
]
