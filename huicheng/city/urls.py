from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from huicheng.city import jobs  # noqa: F401  (their names, where the pages show them)
from huicheng.city.metrics import metrics
from huicheng.ground.api import opens_to

handler404 = "huicheng.city.missing.not_found"
handler400 = "huicheng.city.missing.bad_request"
PORTALS = {"": "look", "me/": "citizen", "open/": "open", "city/": "decision", "desk/": "desk"}

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include("huicheng.identity.admin_urls")),
    path("admin/", admin.site.urls),
    path("language/", opens_to("everyone")(set_language), name="set_language"),
    path("account/", include("huicheng.identity.urls")),
    path("api/v1/services/", include("huicheng.exchange.gateway.urls")),
    path("api/v1/", include("huicheng.exchange.querying.urls")),
    path("metrics", metrics, name="metrics"),
    path("sharing/", include("huicheng.exchange.sharing.urls")),
    path(".well-known/", include("huicheng.exchange.evidence.urls")),
    path("api/nodes/", include("huicheng.exchange.nodes.urls")),
]
urlpatterns += [
    path(prefix, include(f"huicheng.portals.{portal}.urls"))
    for prefix, portal in PORTALS.items()
    if find_spec(f"huicheng.portals.{portal}.urls")
]
