"""A receipt is checked with the public key alone; whatever is changed in it fails under its own name."""

import base64
import copy
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.ground import keys, merkle
from huicheng.ground.api import (
    AlteredSet,
    AnothersKey,
    BadInput,
    CutChain,
    Event,
    NotAMember,
    NotAReceipt,
    TamperedReceipt,
    act,
    check_proof,
    claim_of_member,
    events,
    proof,
    public_keys,
    publish,
    seal,
    signed,
    verify_audit,
)
from huicheng.ground.models import Seal

pytestmark = pytest.mark.django_db
PEOPLE = b"three keyed hashes"


@dataclass(frozen=True, kw_only=True)
class LampSigned(Event):
    signed: dict[str, Any]


@act
def light(lamp: int) -> None:
    document = {"lamp": lamp, "sets": [hashlib.sha256(PEOPLE).hexdigest()]}
    publish(LampSigned(subject=f"lamp:{lamp}", signed=signed(document)))


def pems() -> list[str]:
    return [one.pem for one in public_keys()]


@pytest.fixture
def receipt():
    for lamp in range(5):
        light(lamp)
    event = events(subject="lamp:2")[0]
    return json.loads(json.dumps(proof(event.id) | {"sets": [base64.b64encode(PEOPLE).decode()]}))


def test_a_receipt_is_checked_with_the_public_key_alone(receipt):
    found = check_proof(receipt, keys=pems())
    assert found.document["lamp"] == 2
    assert found.first < found.seq < found.last


def test_a_word_changed_in_the_document_shows(receipt):
    receipt["event"]["data"]["signed"]["document"]["lamp"] = 3
    with pytest.raises(TamperedReceipt):
        check_proof(receipt, keys=pems())


def test_another_citys_key_is_named(receipt, tmp_path, monkeypatch):
    monkeypatch.setenv("HUICHENG_HOME", str(tmp_path / "another"))
    with pytest.raises(AnothersKey, match="signing-0001"):
        check_proof(receipt, keys=pems())


@pytest.mark.parametrize("name", ["seq", "actor", "purpose", "at"])
def test_an_event_moved_or_rewritten_leaves_the_chain(receipt, name):
    receipt["event"][name] = receipt["event"]["seq"] + 1 if name == "seq" else "x"
    with pytest.raises(CutChain):
        check_proof(receipt, keys=pems())


def test_a_root_of_ones_own_is_not_signed(receipt):
    receipt["anchor"] |= {"path": [], "root": merkle.root([receipt["hash"]])}
    with pytest.raises(CutChain):
        check_proof(receipt, keys=pems())


def test_another_set_shows(receipt):
    receipt["sets"] = [base64.b64encode(b"four keyed hashes").decode()]
    with pytest.raises(AlteredSet):
        check_proof(receipt, keys=pems())


LAMPS = [7, 40, 90, *range(100, 150)]


@act
def light_all() -> None:
    leaves = [merkle.member_leaf(lamp, bytes([lamp] * 16)) for lamp in LAMPS]
    document = {"sets": [], "roots": {"lamps": merkle.set_root(leaves)}}
    publish(LampSigned(subject="lamps", signed=signed(document)))


@pytest.fixture(params=[0, 20, len(LAMPS) - 1])
def with_a_member(request):
    light_all()
    event, lamp = events(subject="lamps")[0].id, LAMPS[request.param]
    leaves = [merkle.member_leaf(one, bytes([one] * 16)) for one in LAMPS]
    claim = claim_of_member(event, "lamps", person=f"L{lamp}", name="灯", key=lamp)
    one = {"claim": claim, "blind": bytes([lamp] * 16).hex(), **merkle.set_place(leaves, request.param)}
    return json.loads(json.dumps(proof(event, members=[one])))


def test_a_member_is_shown_to_be_in_the_set(with_a_member):
    (person,) = check_proof(with_a_member, keys=pems()).members
    assert person in ("L7", "L117", "L149")


def test_whoever_is_not_in_the_set_cannot_be_shown_to_be(with_a_member):
    event = with_a_member["event"]["id"]
    with_a_member["members"][0]["claim"] = claim_of_member(event, "lamps", person="L8", name="", key=8)
    with pytest.raises(NotAMember, match="路径"):
        check_proof(with_a_member, keys=pems())


def test_the_word_on_a_member_holds_for_its_own_receipt_alone(with_a_member):
    key = int(with_a_member["members"][0]["claim"]["document"]["key"], 16)
    told = claim_of_member("another", "lamps", person="L7", name="", key=key)
    with_a_member["members"][0]["claim"] = told
    with pytest.raises(NotAMember, match="不是为这份回执"):
        check_proof(with_a_member, keys=pems())


def test_no_value_of_a_member_can_be_changed_unnoticed(with_a_member):
    for path in leaves(with_a_member["members"]):
        if path[-1] in ("key", "algorithm") and "signature" in path:
            continue
        with pytest.raises(BadInput):
            check_proof(changed(with_a_member, ("members", *path)), keys=pems())


def test_a_file_that_is_none_is_said_so(receipt):
    del receipt["anchor"]["path"]
    for wrong in ({}, {"format": "pdf"}, receipt):
        with pytest.raises(NotAReceipt):
            check_proof(wrong, keys=pems())


def test_what_was_signed_before_a_rotation_still_holds(receipt):
    keys.rotate()
    assert check_proof(receipt, keys=pems()).key == "signing-0001"


def leaves(value: Any, path: tuple[Any, ...] = ()):
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, name))
    else:
        yield path


def changed(receipt: Any, path: tuple[Any, ...]) -> Any:
    found = copy.deepcopy(receipt)
    inner = found
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = inner[path[-1]] + 1 if isinstance(inner[path[-1]], int) else f"{inner[path[-1]]}A"
    return found


def test_no_value_can_be_changed_unnoticed(receipt):
    # The names that the city gives its keys and algorithms are labels: the fingerprint decides.
    places = [path for path in leaves(receipt) if path[-1] not in ("key", "algorithm") or "data" in path]
    assert len(places) > 25
    for path in places:
        with pytest.raises(BadInput):
            check_proof(changed(receipt, path), keys=pems())


def test_the_auditor_sees_an_altered_root():
    light(1)
    seal()
    Seal.objects.update(root="0" * 64)
    assert "does not hold" in verify_audit().problem


def test_seals_of_before_there_were_roots_still_hold():
    light(1)
    seal()
    mark = Seal.objects.get()
    old = keys.sign(f"huicheng-seal:{mark.first}:{mark.last}:{mark.head}".encode())
    Seal.objects.update(root="", signature=old.value)
    assert verify_audit().problem == ""


@settings(max_examples=60)
@given(count=st.integers(1, 70), data=st.data())
def test_every_leaf_climbs_to_the_root_and_no_other_does(count, data):
    values = [hashlib.sha256(bytes([n])).hexdigest() for n in range(count)]
    place = data.draw(st.integers(0, count - 1))
    steps, root = merkle.path(values, place), merkle.root(values)
    assert merkle.climb(values[place], steps) == root
    assert merkle.climb(hashlib.sha256(b"another").hexdigest(), steps) != root
