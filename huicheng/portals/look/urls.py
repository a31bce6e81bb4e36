from django.urls import path

from huicheng.portals.look import views

app_name = "look"
urlpatterns = [
    path("", views.front, name="front"),
    path("look/theme/", views.change_theme, name="theme"),
    path("look/", views.guide, name="guide"),
]
