"""Every form of the desk leaves a line that says who sent what about which thing, whether it was done or refused.

王芳 delivers and reads for the police, 赵敏 looks after the platform, 李强 of civil affairs has nothing to do here.
"""

import inspect
import re
from pathlib import Path

import pytest
from django.contrib import messages
from django.contrib.messages import get_messages
from django.urls import get_resolver

import huicheng
from huicheng.ground import api as ground
from tests import house
from tests.test_strangers import VALUES, official, parameters, town, written

__all__ = ["town"]
BUTTON = re.compile(r'name="do"[^>]*value="(\w+)"|value="(\w+)"[^>]*name="do"')


def buttons() -> list[str]:
    found = set()
    for page in (Path(huicheng.__file__).parent / "portals/desk/templates").rglob("*.html"):
        found |= {one or other for one, other in BUTTON.findall(page.read_text(encoding="utf-8"))}
    return sorted(found)


def steps_of(view) -> list[str]:
    """The buttons that a view's own module knows; without one, every form is sent once."""
    source = inspect.getsource(inspect.getmodule(inspect.unwrap(view)))
    return ["", *(one for one in buttons() if f'"{one}"' in source)]


def desk_routes():
    return [one for one in house.routes(get_resolver().url_patterns) if one[0].startswith("desk/")]


def sent(client, place, **form):
    """The answer, and the lines that it left."""
    before = {one.id for one in ground.events(limit=20)}
    answer = client.post(place, form)
    return answer, [one for one in ground.events(limit=20) if one.id not in before]


def was_refused(answer) -> bool:
    told = get_messages(answer.wsgi_request)
    return answer.status_code >= 400 or any(one.level >= messages.WARNING for one in told)


def says_refused(line) -> bool:
    return bool(line.data.get("refused")) or "Refused" in line.kind


def silent(town, who):
    """Where ``who`` sends a form and nobody could tell afterwards."""
    for address, name, view in desk_routes():
        values = {key: VALUES[key](town).real for key in parameters(address, name)}
        place = written(address, name, values)
        for step in steps_of(view):
            answer, lines = sent(town.client(who), place, do=step)
            if not lines:
                yield f"{place} {step}: {answer.status_code}, no line"
            elif was_refused(answer) and not any(map(says_refused, lines)):
                yield f"{place} {step}: {answer.status_code}, refused and no line says so"


@pytest.mark.parametrize("who", ["wang", "zhao", "li", "liu"])
def test_no_form_is_sent_in_silence(who, town):
    official("zhao", "赵敏", steward="shuju", deliver="shuju", read="shuju", keys="shuju")
    found = list(silent(town, who))
    assert not found, "\n".join(found)


def test_there_are_buttons_to_press():
    assert {"run", "stop", "pause", "resume", "end", "retire", "renew", "revoke"} <= set(buttons())


def test_a_feed_run_now_says_who_and_which(town):
    _answer, lines = sent(town.client("wang"), f"/desk/feeds/f/{town.feed}/change/", do="run")
    (line,) = [one for one in lines if one.kind == "portals.FormSent"]
    assert (line.subject, line.actor_name, line.data["step"]) == (f"feed:{town.feed}", "王芳", "run")
    assert not line.data["refused"]


@pytest.mark.parametrize("place", ["subscriptions/s/{0.subscription}/change/", "feeds/f/{0.feed}/change/"])
def test_a_stranger_at_a_button_is_told_nothing_and_written_down(place, town):
    answer, (line,) = sent(town.client("li"), f"/desk/{place.format(town)}", do="stop")
    assert answer.status_code in (403, 404)
    assert (line.actor_name, line.data["refused"], line.data["status"]) == ("李强", True, answer.status_code)


@pytest.mark.parametrize("step", ["pause", "resume", "end"])
def test_what_is_done_to_a_subscription_says_by_whom(step, town):
    place = f"/desk/subscriptions/s/{town.subscription}/change/"
    _answer, lines = sent(town.client("wang"), place, do=step)
    assert {(one.subject, one.actor_name) for one in lines} == {(f"subscription:{town.subscription}", "王芳")}


def test_what_was_typed_is_in_no_line(town):
    answer, lines = sent(town.client("wang"), "/desk/keys/revoke/", key="hck_ secret", do="秘密 secret")
    assert answer.status_code == 302
    assert not any("secret" in f"{one.subject} {one.data}" for one in lines)


def test_the_walk_sees_a_button_without_a_line(town, monkeypatch):
    monkeypatch.setattr("huicheng.portals.desk.noting._note", lambda *given: None)
    assert any("/change/ run" in one for one in silent(town, "wang"))
