"""分类分层: share type × open attribute × sensitivity, every combination, for everybody: one decision, deny by default."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange.granting.models import GrantRow
from huicheng.ground.api import Actor

pytestmark = pytest.mark.django_db
ATTRIBUTES = ("none", "conditional", "unconditional")
WANG, PURPOSE = "account:31", "研究产业分布"
SENSITIVITIES = {"open_item": "public", "inner": "internal", "secret": "personal"}
COMBINATIONS = {f"{share}-{openness}-{about}": (share, openness, about)
                for share, openness, about in product(ATTRIBUTES, ATTRIBUTES, ("person", "firm"))}  # fmt: skip


def spec_of(name: str) -> exchange.Resource:
    share, openness, about = COMBINATIONS[name]
    names = [one for one in SENSITIVITIES if openness != "unconditional" or one != "secret"]
    fields = tuple(exchange.Field(one, one, "text", sensitivity=SENSITIVITIES[one]) for one in names)
    code = "tier_" + name.replace("-", "_")
    return replace(
        exchange.resource("health_files"), code=code, title=name, fields=fields, key=(), subject="", share=share,
        openness=openness, open_condition="限于研究", about=about,
    )  # fmt: skip


@pytest.fixture
def tiers(db) -> None:
    """One resource of each combination; 王芳's account and civil affairs hold a grant of everything, unmasked, on paper."""
    now = timezone.now()
    span = {
        "starts": now - timedelta(days=1),
        "expires": now + timedelta(days=1),
        "per_minute": 9,
        "rows_per_day": 9,
    }
    for number, name in enumerate(COMBINATIONS):
        spec = spec_of(name)
        exchange.declare(spec, by_pack=False)
        for holder in ({"account": WANG}, {"department": "minzheng"}):
            GrantRow.objects.create(
                id=f"G{number}{len(holder)}{next(iter(holder))[0]}", application="A1", resource=spec.code, owner="weijian",
                purpose=PURPOSE, columns=list(SENSITIVITIES), plain=list(SENSITIVITIES), **holder, **span,
            )  # fmt: skip


actors = st.builds(
    Actor,
    id=st.sampled_from([WANG, "account:32", "machine:x"]), name=st.just("某人"),
    kind=st.sampled_from(["anonymous", "resident", "official", "machine"]),
    department=st.sampled_from([None, "", "minzheng", "gongan", "weijian"]),
    duties=st.frozensets(st.sampled_from(["read", "deliver", "decide", "grant", "keys"])),
    person=st.sampled_from([None, "", "P000000000001"]), scope=st.sampled_from(["", "grant:G1", "sharing:G1"]),
)  # fmt: skip
purposes = st.sampled_from([PURPOSE, "", "别的用途"])
SPARING = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=100)


def decided(name: str, actor: Actor, purpose: str = PURPOSE) -> exchange.Decision:
    return exchange.decide(exchange.resource(spec_of(name).code), actor, purpose)


@SPARING
@given(st.sampled_from(list(COMBINATIONS)), actors, purposes)
def test_society_reads_what_is_open_and_what_it_was_granted_and_nothing_else(tiers, name, actor, purpose):
    if actor.serves_department:
        return
    share, openness, about = COMBINATIONS[name]
    found = decided(name, actor, purpose)
    if openness == "unconditional":
        assert set(found.columns.values()) == {"plain"}
        return
    if not found.allowed:
        return
    assert openness == "conditional"
    assert share != "none"
    assert (actor.id, actor.kind, purpose, actor.scope) == (WANG, "resident", PURPOSE, "")
    assert actor.person
    masked = {"secret": "masked"} if about == "firm" else {}
    assert found.columns == {"open_item": "plain", **masked}
    assert bool(found.smallest_group) == (about == "person")


@SPARING
@given(st.sampled_from(list(COMBINATIONS)), actors, purposes)
def test_what_is_open_to_society_opens_nothing_more_to_a_department(tiers, name, actor, purpose):
    share, openness, about = COMBINATIONS[name]
    if not actor.serves_department or openness == "unconditional":
        return
    closed = f"{share}-none-{about}"
    assert decided(name, actor, purpose).columns == decided(closed, actor, purpose).columns


@pytest.mark.parametrize(
    "name", [name for name, one in COMBINATIONS.items() if one[1] == "conditional" and one[0] != "none"]
)
def test_who_was_granted_it_does_read_it(tiers, name):
    """Else the property above would prove nothing."""
    wang = Actor(id=WANG, name="王芳", kind="resident", person="P000000000001")
    assert decided(name, wang).allowed


@pytest.mark.parametrize("name", [name for name, one in COMBINATIONS.items() if one[:2] == ("none", "none")])
def test_the_secure_tier_is_refused_to_everybody_with_a_reason(tiers, name):
    for kind, department in (
        ("anonymous", None),
        ("resident", None),
        ("official", "gongan"),
        ("machine", "gongan"),
    ):
        actor = Actor(
            id="account:32",
            name="某人",
            kind=kind,
            department=department,
            duties=frozenset({"read"}),
            person="P1",
        )
        found = decided(name, actor)
        assert not found.allowed
        assert "不予共享" in str(found.refusal)
