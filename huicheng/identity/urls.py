from django.urls import path

from huicheng.identity import views

urlpatterns = [
    path("login/", views.log_in_page, name="login"),
    path("logout/", views.log_out, name="logout"),
]
