"""What each warning is called, what it means and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from huicheng.exchange.supervising.measuring import Concern


@dataclass(frozen=True)
class Worded:
    """Kept in Chinese, said in the reader's language."""

    title: str
    meaning: str
    do: str


CONCERNS: Mapping[Concern, Worded] = {
    "late": Worded(
        gettext_noop("更新迟了"),
        gettext_noop("最新一版超过申报周期的一倍半。"),
        gettext_noop("交付新的一批；做不到这个周期，就修改目录里的更新周期。"),
    ),
    "refused": Worded(
        gettext_noop("退回太多"),
        gettext_noop("最近一次交付有超过五分之一的行被退回。"),
        gettext_noop("打开最近的回执，下载退回的行，改好再交付。"),
    ),
    "falling": Worded(
        gettext_noop("质量下降"),
        gettext_noop("最近一次交付退回的比例，比以前各次的平均高出五个百分点以上。"),
        gettext_noop("对照回执，看是哪个字段变了，从来源系统改起。"),
    ),
    "waiting": Worded(
        gettext_noop("审核超时"),
        gettext_noop("一版目录等审核超过五天。"),
        gettext_noop("数据局通过或退回它。"),
    ),
    "orphan": Worded(
        gettext_noop("无人问津"),
        gettext_noop("三个周期没有更新，九十天没有人读。"),
        gettext_noop("还有用就恢复更新并说明谁要用；没有用就停用，写明原因。"),
    ),
    "empty": Worded(
        gettext_noop("有目录没数据"),
        gettext_noop("目录已发布，从没有交付过。"),
        gettext_noop("交付第一批数据，或停用这条目录。"),
    ),
    "incomplete": Worded(
        gettext_noop("编目不全"),
        gettext_noop("国家编目要求的内容填了不到六成。"),
        gettext_noop("在目录里补上缺的内容，送审后发布。"),
    ),
}
