import pytest
from django.utils.translation import override

from huicheng.portals.citizen.finding import find
from huicheng.portals.citizen.mine import Held, Section

WORK = Section(
    "work", "就业与社保", "firm", [Held("employer_name", "工作单位", "沈阳鼓风机厂", "renshe", None, "")]
)


@pytest.mark.parametrize("asked", ["社保", "shebao", "SheBao", "sb", "gongzuo danwei"])
def test_search_understands_characters_and_pinyin(asked):
    assert find(asked, [WORK])[0].href.endswith("#work")


def test_what_is_not_there_is_not_found():
    assert find("公积金", [WORK]) == []
    assert find("", [WORK]) == []


def test_a_value_is_not_searched_so_that_it_never_shows_in_an_address():
    assert find("鼓风机", [WORK]) == []


ENGLISH = Section(
    "work",
    "Work and insurance",
    "firm",
    [Held("employer_name", "Employer", "沈阳鼓风机厂", "renshe", None, "")],
)


@pytest.mark.parametrize("asked", ["shebao", "社保", "danwei", "insurance", "EMPLOYER"])
def test_an_english_page_still_understands_chinese_and_its_sound(asked):
    with override("en"):
        assert find(asked, [ENGLISH])[0].href.endswith("#work")


def test_an_english_page_finds_pages_by_their_chinese_name():
    with override("en"):
        assert [one.icon for one in find("shuikanguo", [])] == ["eye"]
