from django.urls import path

from huicheng.exchange.nodes import http

app_name = "nodes"
urlpatterns = [
    path("join", http.join, name="join"),
    path("heartbeat", http.heartbeat, name="heartbeat"),
    path("batches", http.announce, name="announce"),
    path("batches/bytes", http.receive, name="receive"),
    path("batches/take", http.take, name="take"),
    path("questions", http.questions, name="questions"),
    path("questions/answer", http.answer, name="answer"),
]
