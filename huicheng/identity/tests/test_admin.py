"""What 赵敏 does in Django's admin leaves the same events as everywhere else."""

import pytest

from huicheng.ground.api import events
from huicheng.identity.api import create_official
from huicheng.identity.models import Account, OpenSession, Role

pytestmark = pytest.mark.django_db
SECRET = "a long enough secret"


@pytest.fixture
def zhao(client):
    create_official("zhao", name="赵敏", password=SECRET, roles={"steward": "shuju"})
    Account.objects.update(is_staff=True, is_superuser=True)
    client.post("/admin/login/", {"username": "zhao", "password": SECRET, "next": "/admin/"})
    return client


@pytest.fixture
def li():
    create_official("li", name="李强", password=SECRET, roles={"read": "gongan"})
    return Account.objects.get(username="li")


def change(client, li, *roles, **more):
    """The form of one account, with ``roles`` (number, department, duty, deleted)."""
    form = {"username": "li", "display_name": "李强", "is_active": "on", **more}
    known = sum(bool(one[0]) for one in roles)
    form |= {"roles-TOTAL_FORMS": len(roles), "roles-INITIAL_FORMS": known}
    for place, (number, department, duty, deleted) in enumerate(roles):
        values = {"id": number, "account": li.pk, "department": department, "duty": duty}
        form |= {f"roles-{place}-{name}": value for name, value in values.items()}
        form |= {f"roles-{place}-DELETE": "on"} if deleted else {}
    return client.post(f"/admin/identity/account/{li.pk}/change/", form)


def told(li):
    found = reversed(events(subject=f"account:{li.pk}"))
    return [
        (one.kind.split(".")[1], one.data.get("duty"), one.actor_name)
        for one in found
        if one.actor_name == "赵敏"
    ]


def test_logging_in_leaves_its_event_and_a_session(zhao):
    assert events(kind="identity.LoggedIn")[0].actor_name == "赵敏"
    assert OpenSession.objects.get().account.username == "zhao"
    zhao.post("/admin/logout/")
    assert events(kind="identity.LoggedOut")
    assert not OpenSession.objects.exists()


def test_a_wrong_password_opens_nothing(client, li):
    client.post("/admin/login/", {"username": "li", "password": "guess guess guess"})
    assert not events(kind="identity.LoggedIn")


def test_a_duty_granted_and_one_withdrawn_are_events(zhao, li):
    held = li.roles.get()
    assert change(zhao, li, (held.pk, "gongan", "read", True), ("", "gongan", "deliver", False))["Location"]
    assert told(li) == [("DutyWithdrawn", "read", "赵敏"), ("DutyGranted", "deliver", "赵敏")]
    assert [one.duty for one in li.roles.all()] == ["deliver"]


def test_a_duty_made_another_is_both(zhao, li):
    change(zhao, li, (li.roles.get().pk, "gongan", "decide", False))
    assert told(li) == [("DutyWithdrawn", "read", "赵敏"), ("DutyGranted", "decide", "赵敏")]


def test_what_is_no_duty_is_said_and_changes_nothing(zhao, li):
    page = change(zhao, li, (li.roles.get().pk, "gongan", "rule", False))
    assert page.status_code == 200
    assert (told(li), Role.objects.get(account=li).duty) == ([], "read")


def test_an_account_changed_says_which_fields(zhao, li):
    change(zhao, li, display_name="李小强")
    (event,) = events(kind="identity.AccountChanged")
    assert (event.data, event.subject) == ({"fields": ["display_name"]}, f"account:{li.pk}")


def test_accounts_deleted_one_or_many_are_events(zhao, li):
    zhao.post(f"/admin/identity/account/{li.pk}/delete/", {"post": "yes"})
    create_official("qian", name="钱五", password=SECRET, roles={"read": "gongan"})
    many = {"action": "delete_selected", "_selected_action": Account.objects.get(username="qian").pk}
    zhao.post("/admin/identity/account/", {**many, "post": "yes"})
    assert len(events(kind="identity.AccountDeleted")) == 2
    assert Account.objects.count() == 1


def test_a_password_given_anew_is_an_event_and_ends_her_sessions(zhao, li, client):
    new = {"password1": "quite another long secret", "password2": "quite another long secret"}
    zhao.post(f"/admin/identity/account/{li.pk}/password/", new)
    assert told(li) == [("PasswordChanged", None, "赵敏")]
    li.refresh_from_db()
    assert li.check_password("quite another long secret")


def test_ones_own_password_is_changed_in_one_place(zhao):
    assert zhao.get("/admin/password_change/")["Location"] == "/account/"
