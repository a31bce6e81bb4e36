from django.urls import path

from huicheng.exchange.querying import http

app_name = "query"
urlpatterns = [path("whoami", http.whoami, name="whoami")]
