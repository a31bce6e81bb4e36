"""Names read together are what they are one by one."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.codes.columns import one_by_one
from huicheng.codes.name_columns import person_names, plain_names
from huicheng.codes.names import person_name

INVENTED = [
    "测试",
    "测试员",
    "张测试",
    "无名",
    "无名氏",
    "不详",
    "未知",
    "未提供",
    "无",
    "暂无",
    "空",
    "没有",
    "张三丰",
    "某某",
    "某某某",
    "张某",
    "张某某",
    "姓名",
    "匿名",
    "本人",
    "同上",
    "户主",
    "新生儿",
    "弃婴",
    "丽丽",
    "丽丽丽",
    "锟斤拷",
    "烫烫烫",
    "null",
    "n/a",
]
GOOD = [
    "王芳",
    "欧阳娜娜",
    "買買提．吐尔逊",
    "ＬＩ\u3000Lei",
    "張偉",
    "陶喆",
    "李",
    "强",
    "赵(曾用名赵一)",
    "李*·",
    "文静静",
    "阿卜杜·热合曼",
    "犇犇犇犇",
]


def assert_same(names):
    together, alone = person_names(pa.array(names)), one_by_one(pa.array(names), person_name, pa.string())
    assert together.values.to_pylist() == alone.values.to_pylist()
    assert together.problems.dictionary_decode().to_pylist() == alone.problems.dictionary_decode().to_pylist()


def test_good_and_invented_names_are_judged_as_one_by_one():
    assert_same([*GOOD, *INVENTED, None, "", "王芳"])


def test_plain_names_are_not_read_again():
    assert plain_names(pa.array(["王芳", "欧阳娜娜", "張偉", "张某某", None])).tolist() == [
        True,
        True,
        False,
        False,
        True,
    ]


@settings(deadline=None)
@given(st.lists(st.text("王芳張某无丰上a·． 0１é𠮷测试", max_size=5)))
def test_no_names_read_together_spoil_one_another(names):
    assert_same([*names, "王芳"])
