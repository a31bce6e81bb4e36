from django.urls import path

from huicheng.identity import views

urlpatterns = [
    path("", views.account, name="account"),
    path("login/", views.log_in_page, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("password/", views.change_password, name="change_password"),
    path("verify/", views.verify_again, name="verify_again"),
    path("sessions/end/", views.end_sessions, name="end_sessions"),
]
