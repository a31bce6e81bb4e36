"""A one-time code lets one node in, once, in time; the node learns whose keys to trust."""

from datetime import timedelta

import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.nodes.calling import own_key
from huicheng.exchange.nodes.inviting import redeem
from huicheng.exchange.nodes.models import Invitation, Node
from huicheng.exchange.nodes.problems import ExpiredCode, UnknownCode, UsedCode
from huicheng.exchange.tests.nodetown import Sender, invited
from huicheng.exchange.tests.twelve import MAYOR, ZHAO
from huicheng.ground.api import events

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_code_lets_a_node_in_with_the_centres_keys():
    said = redeem(invited(), own_key().pem)
    assert said["department"] == "minzheng"
    assert said["keys"][0]["fingerprint"] == own_key().fingerprint
    assert Node.objects.get().id == said["node"]


def test_a_code_is_good_in_small_letters_and_without_hyphens():
    code = invited()
    assert redeem(code.lower().replace("-", " "), own_key().pem)["title"] == "民政局"


def test_the_code_itself_is_kept_nowhere():
    code = invited()
    kept = f"{Invitation.objects.get().__dict__} {[one.data for one in events()]}"
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_the_same_node_that_missed_the_answer_gets_it_again():
    code = invited()
    assert redeem(code, own_key().pem) == redeem(code, own_key().pem)


def test_a_used_code_lets_nobody_else_in(monkeypatch, tmp_path):
    code = invited()
    redeem(code, own_key().pem)
    monkeypatch.setenv("HUICHENG_HOME", str(tmp_path / "another"))
    with pytest.raises(UsedCode):
        redeem(code, own_key().pem)


def test_a_code_runs_out():
    code = invited()
    Invitation.objects.update(expires=timezone.now() - timedelta(minutes=1))
    with pytest.raises(ExpiredCode):
        redeem(code, own_key().pem)


def test_a_guessed_code_is_unknown():
    with pytest.raises(UnknownCode):
        redeem("AAAAA-AAAAA-AAAAA-AAAAA", own_key().pem)


def test_joining_needs_the_key_that_is_shown(monkeypatch, tmp_path):
    """The request is signed with this home's key, but shows another's."""
    first = own_key().pem
    monkeypatch.setenv("HUICHENG_HOME", str(tmp_path / "another"))
    answer = Sender("joining").call("POST", "join", {"code": invited(), "pem": first})
    assert answer.json()["error"] == "bad_signature"


def test_joining_over_the_line():
    answer = Sender("joining").call("POST", "join", {"code": invited(), "pem": own_key().pem})
    assert answer.json()["node"] == Node.objects.get().id


def test_a_node_may_sign_with_sm2(monkeypatch):
    monkeypatch.setenv("HUICHENG_SIGNING", "sm2")
    node = redeem(invited(), own_key().pem)["node"]
    assert Node.objects.get().algorithm == "SM2-SM3"
    assert Sender(node, algorithm="SM2-SM3").call("POST", "heartbeat").status_code == 200


def test_only_the_bureau_invites():
    with pytest.raises(exchange.NotYours):
        exchange.invite_node("minzheng", actor=MAYOR)


@pytest.mark.parametrize(
    ("level", "division"), [("district", ""), ("street", "210102"), ("district", "999999"), ("moon", "")]
)
def test_a_level_wants_its_division(level, division):
    with pytest.raises(exchange.WrongInvitation):
        exchange.invite_node("minzheng", actor=ZHAO, level=level, division=division)


def test_a_district_joins():
    made = exchange.invite_node("minzheng", actor=ZHAO, level="district", division="210102", title="和平区")
    redeem(made.code, own_key().pem)
    assert [(one.title, one.level, one.condition) for one in exchange.node_list()] == [
        ("和平区", "district", "never")
    ]
