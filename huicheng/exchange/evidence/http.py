"""The city's public keys, where anybody finds them: what checks a receipt without asking us anything else."""

from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from huicheng.ground.api import opens_to, public_keys


@opens_to("everyone")
def keys(request: HttpRequest) -> JsonResponse:
    found = {"city": settings.CITY_NAME, "keys": [asdict(one) for one in public_keys()]}
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False})
