"""Sample accounts belong to residents with something to see."""

from huicheng.sandbox.api import Manifest, sample_people


def test_the_same_residents_are_chosen_each_time(small_city: Manifest) -> None:
    first, again = sample_people(small_city.folder, 6), sample_people(small_city.folder, 6)
    assert first == again
    assert len({one.person["person_id"] for one in first}) == 6


def test_a_parent_comes_with_a_child(small_city: Manifest) -> None:
    parent = sample_people(small_city.folder, 1)[0]
    assert parent.family[0]["guardian"] == parent.person["person_id"]


def test_an_owner_comes_with_the_firm(small_city: Manifest) -> None:
    owner = next(one for one in sample_people(small_city.folder, 4) if one.firm)
    assert owner.firm is not None
    assert owner.firm["legal_person"] == owner.person["person_id"]
