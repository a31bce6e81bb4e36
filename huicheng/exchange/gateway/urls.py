from django.urls import path

from huicheng.exchange.gateway import http

app_name = "gateway"
urlpatterns = [
    path("", http.listing, name="services"),
    path("<str:code>/", http.call, name="service"),
    path("<str:code>/<path:path>", http.call, name="call"),
]
