"""A department's program, as tests send it to the API."""

from urllib.parse import quote

from django.test import Client, RequestFactory

from huicheng.exchange.tests.town import PURPOSE
from huicheng.ground.api import Actor, acting_as


class Program:
    """A department's program: its requests carry an actor, as the gate fills it from a key."""

    def __init__(self, department: str, *duties: str) -> None:
        self.actor = Actor(
            id="machine:k", name="发放系统", kind="machine", department=department, duties=frozenset(duties)
        )
        self.client = Client()

    def get(self, place, *, purpose=PURPOSE, **headers):
        return self._sent("get", place, purpose, headers)

    def post(self, place, body, *, purpose=PURPOSE, **headers):
        return self._sent("post", place, purpose, headers, body)

    def _sent(self, method, place, purpose, headers, body=None):
        from django.urls import resolve

        path = f"/api/v1/{place}"
        given = {"Huicheng-Purpose": quote(purpose)} | {k.replace("_", "-"): v for k, v in headers.items()}
        make = getattr(RequestFactory(), method)
        request = make(path, body, "application/json", headers=given) if body else make(path, headers=given)
        match = resolve(path.partition("?")[0])
        request.resolver_match = match
        with acting_as(self.actor):
            return match.func(request, *match.args, **match.kwargs)
