"""Before Django's own: a session begun or ended there is written down like any other."""

from django.urls import path

from huicheng.identity import views

urlpatterns = [
    path("login/", views.admin_log_in),
    path("logout/", views.log_out),
    path("password_change/", views.admin_password),
]
