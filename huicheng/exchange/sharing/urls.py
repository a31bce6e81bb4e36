from django.urls import path

from huicheng.exchange.sharing import http

app_name = "sharing"
TABLE = "shares/<str:share>/schemas/<str:schema>/tables/<str:table>"
urlpatterns = [
    path("shares", http.shares, name="shares"),
    path("shares/<str:share>", http.share, name="share"),
    path("shares/<str:share>/schemas", http.schemas, name="schemas"),
    path("shares/<str:share>/schemas/<str:schema>/tables", http.tables, name="tables"),
    path("shares/<str:share>/all-tables", http.all_tables, name="all-tables"),
    path(TABLE, http.version, name="table"),
    path(f"{TABLE}/version", http.version, name="version"),
    path(f"{TABLE}/metadata", http.metadata, name="metadata"),
    path(f"{TABLE}/query", http.query, name="query"),
    path(f"{TABLE}/changes", http.changes, name="changes"),
    path("files/<str:ticket>", http.file, name="file"),
]
