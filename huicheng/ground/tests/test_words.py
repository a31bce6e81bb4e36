"""Kept in Chinese, told in the reader's language."""

from django.utils.translation import override

from huicheng.ground.api import bureau, said


def test_a_declared_title_is_said_in_english():
    with override("en"):
        assert said("统一社会信用代码") == "Unified social credit code"


def test_in_chinese_everything_is_said_as_it_was_declared():
    with override("zh-hans"):
        assert said("统一社会信用代码") == "统一社会信用代码"


def test_a_sentence_made_from_a_template_is_said_again_with_its_parts():
    with override("en"):
        assert said("城市一览：人住在哪里？") == "The city at a glance: Where do people live?"


def test_a_list_is_said_word_by_word():
    with override("en"):
        assert said("姓名、性别") == "Name, Sex"


def test_a_name_that_no_catalogue_knows_stays_or_is_asked_about():
    with override("en"):
        assert said("王小明") == "王小明"
        assert said("城市一览：和平区", unknown=lambda part: "Heping") == "The city at a glance: Heping"


def test_a_department_is_called_by_its_short_name_in_both_languages():
    with override("zh-hans"):
        assert bureau("gongan") == "公安局"
    with override("en"):
        assert bureau("gongan") == "Public Security Bureau"
        assert bureau("nobody") == "nobody"
