from django.urls import path

from huicheng.exchange.evidence import http

urlpatterns = [path("huicheng-keys.json", http.keys, name="keys")]
