"""What 赵敏 does in Django's admin leaves the same events as everywhere else."""

import pytest
from django.contrib.auth.models import Permission

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


def own(zhao):
    account = Account.objects.get(username="zhao")
    return account, account.roles.get().pk


def test_nobody_gives_herself_a_duty_or_a_department(zhao):
    account, held = own(zhao)
    form = {"username": "zhao", "display_name": "赵敏"}
    page = change(zhao, account, (held, "shuju", "steward", False), ("", "gongan", "read", False), **form)
    assert "谁也不能改自己的职责" in page.content.decode()
    change(zhao, account, (held, "gongan", "steward", False), **form)
    change(zhao, account, (held, "shuju", "steward", True), **form)
    assert [(one.department, one.duty) for one in account.roles.all()] == [("shuju", "steward")]
    refused = events(kind="identity.DutyRefused")
    assert {(one.subject, one.actor_name) for one in refused} == {(f"account:{account.pk}", "赵敏")}


@pytest.fixture
def chen(client):
    """陈静 keeps accounts of the police and holds one duty there: she is no steward."""
    create_official("chen", name="陈静", password=SECRET, roles={"read": "gongan"})
    create_official("gao", name="高强", password=SECRET, roles={"steward": "shuju"})
    chen = Account.objects.get(username="chen")
    chen.user_permissions.set(Permission.objects.filter(content_type__app_label="identity"))
    Account.objects.filter(pk=chen.pk).update(is_staff=True)
    client.post("/admin/login/", {"username": "chen", "password": SECRET, "next": "/admin/"})
    return client


@pytest.mark.parametrize(("place", "duty"), [("shuju", "steward"), ("gongan", "grant"), ("minzheng", "read")])
def test_nobody_gives_a_duty_above_her_own(chen, li, place, duty):
    page = change(chen, li, ("", place, duty, False))
    assert "不能授予或收回它" in page.content.decode()
    assert li.roles.count() == 1
    assert events(kind="identity.DutyRefused")[0].data == {"duty": duty, "department": place}


def test_what_she_holds_herself_she_gives_in_her_own_department(chen):
    create_official("qian", name="钱五", password=SECRET, roles={})
    qian = Account.objects.get(username="qian")
    change(chen, qian, ("", "gongan", "read", False), username="qian", display_name="钱五")
    (line,) = events(kind="identity.DutyGranted")
    assert (line.subject, line.actor_name, line.data["duty"]) == (f"account:{qian.pk}", "陈静", "read")


def test_the_password_of_somebody_above_is_not_hers_to_set(chen):
    gao = Account.objects.get(username="gao")
    new = {"password1": "quite another long secret", "password2": "quite another long secret"}
    assert chen.post(f"/admin/identity/account/{gao.pk}/password/", new).status_code == 403
    chen.post(f"/admin/identity/account/{gao.pk}/delete/", {"post": "yes"})
    many = {"action": "delete_selected", "_selected_action": gao.pk, "post": "yes"}
    chen.post("/admin/identity/account/", many)
    gao.refresh_from_db()
    assert gao.check_password(SECRET)


def test_rights_in_the_machine_room_are_not_taken_by_oneself(chen):
    one = Account.objects.get(username="chen")
    form = {"username": "chen", "display_name": "新名", "is_superuser": "on", "user_permissions": []}
    assert change(chen, one, (one.roles.get().pk, "gongan", "read", False), **form)["Location"]
    one.refresh_from_db()
    assert (one.display_name, one.is_superuser) == ("新名", False)
    assert one.user_permissions.count()


def test_the_first_steward_is_appointed_by_who_keeps_the_machine_room(client, li):
    root = Account.objects.create_superuser("root", password=SECRET, display_name="机房")
    client.force_login(root)
    assert change(client, li, ("", "shuju", "steward", False))["Location"]
    change(client, li, ("", "shuju", "decide", False))
    assert {one.duty for one in li.roles.all()} == {"read", "steward"}
