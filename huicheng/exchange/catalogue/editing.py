"""What editors get wrong in a catalogue 编目常见错误, caught and said in words before it is published."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange.catalogue.classifying import categories
from huicheng.exchange.declarations import FormatClass, Openness, Resource, ShareMethod
from huicheng.ground.api import UnknownDepartment, department

# The national form's codes; what stands in a bureau's spreadsheet is the Chinese word or the digit.
SHARE = {"unconditional": ("1", gettext_noop("无条件共享")), "conditional": ("2", gettext_noop("有条件共享")),
         "none": ("3", gettext_noop("不予共享"))}  # fmt: skip
# The form's 是否向社会开放 knows yes and no; what is open on a condition is a yes that has a condition.
OPENNESS: Mapping[Openness, tuple[str, str]] = {"none": ("0", gettext_noop("不予开放")), "unconditional": ("1", gettext_noop("无条件开放")),
            "conditional": ("2", gettext_noop("有条件开放"))}  # fmt: skip
UPDATE = {"realtime": ("1", gettext_noop("实时")), "daily": ("2", gettext_noop("每日")),
          "weekly": ("3", gettext_noop("每周")), "monthly": ("4", gettext_noop("每月")),
          "quarterly": ("5", gettext_noop("每季度")), "yearly": ("6", gettext_noop("每年"))}  # fmt: skip
FORMAT: Mapping[FormatClass, tuple[str, str]] = {
    "file": ("1", gettext_noop("电子文件")), "sheet": ("2", gettext_noop("电子表格")),
    "database": ("3", gettext_noop("数据库")), "image": ("4", gettext_noop("图形图像")),
    "stream": ("5", gettext_noop("流媒体")), "described": ("6", gettext_noop("自描述格式")),
    "service": ("7", gettext_noop("服务接口")),
}  # fmt: skip
METHOD: Mapping[ShareMethod, tuple[str, str]] = {
    "database": ("1", gettext_noop("数据库")), "file": ("2", gettext_noop("文件")),
    "interface": ("3", gettext_noop("接口")),
}  # fmt: skip
# What an editor may choose, by the attribute it fills.
CHOICES: Mapping[str, Mapping[Any, tuple[str, str]]] = {
    "share": SHARE, "openness": OPENNESS, "update": UPDATE, "format_class": FORMAT, "share_method": METHOD,
}  # fmt: skip
TYPES_OF: Mapping[FormatClass, tuple[str, ...]] = {
    "file": ("ofd", "wps", "doc", "docx", "txt", "pdf", "ppt", "pptx", "html"),
    "sheet": ("et", "xls", "xlsx", "csv"),
    "database": (
        "parquet", "delta", "dm", "kingbase", "access", "dbf", "db2", "mysql", "oracle", "sqlserver", "sybase",
        "postgresql", "sqlite", "gbase", "oceanbase", "gaussdb",
    ),
    "image": ("jpg", "jpeg", "gif", "bmp", "png", "tif", "tiff", "svg", "dwg", "shp"),
    "stream": ("mp3", "mp4", "avi", "wmv", "swf", "rm", "mpg", "flv"),
    "described": ("xml", "json", "geojson", "gtfs", "rdf"),
    "service": ("webservice", "rest", "http", "ogc", "mqtt"),
}  # fmt: skip
# How a share method fits a format: a film is not shared as a database table.
METHODS_OF: Mapping[FormatClass, tuple[ShareMethod, ...]] = {
    "file": ("file",), "sheet": ("file", "database", "interface"), "database": ("database", "file", "interface"),
    "image": ("file", "interface"), "stream": ("file", "interface"), "described": ("file", "interface"),
    "service": ("interface",),
}  # fmt: skip
SYSTEM_NAME = re.compile(r"(系统|平台|门户|网站|APP|小程序|软件|数据库)$", re.I)
SHORT_TITLE = 4
SHORT_SUMMARY = 10


@dataclass(frozen=True)
class Problem:
    """``severe`` holds the entry back; the rest is shown to the reviewer. ``column`` is the form's heading."""

    column: str
    message: str
    severe: bool = True


Check = Callable[[Resource], str]


def problems(spec: Resource, *, neighbours: Sequence[str] = ()) -> list[Problem]:
    """Everything an editor should mend; ``neighbours`` are titles and codes the entry stands beside."""
    found = [Problem(column, message, severe) for column, severe, check in CHECKS if (message := check(spec))]
    return found + _dragged(spec, neighbours)


def _category(spec: Resource) -> str:
    if spec.category in categories():
        return ""
    return _("没有分类“%(what)s”，请从国家分类中选“类/项”。") % {"what": spec.category or _("（空）")}


def _system_name(spec: Resource) -> str:
    if not SYSTEM_NAME.search(spec.title.strip()):
        return ""
    return _("“%(title)s”是系统的名字；请写它里面的一类信息，如“企业登记信息”。") % {"title": spec.title}


def _short_title(spec: Resource) -> str:
    return "" if len(spec.title.strip()) >= SHORT_TITLE else _("名称太短，看不出是什么信息。")


def _provider(spec: Resource) -> str:
    try:
        department(spec.owner)
    except UnknownDepartment:
        return _("没有代码为“%(code)s”的部门。") % {"code": spec.owner}
    return ""


def _summary(spec: Resource) -> str:
    if len(spec.summary.strip()) >= SHORT_SUMMARY and spec.summary.strip() != spec.title.strip():
        return ""
    return _("摘要要说明内容、范围和每行是什么，至少 %(n)d 个字。") % {"n": SHORT_SUMMARY}


def _format(spec: Resource) -> str:
    kind = spec.format_type.strip().lower()
    if not kind or kind in TYPES_OF[spec.format_class]:
        return ""
    fits = next((_(FORMAT[one][1]) for one, types in TYPES_OF.items() if kind in types), "")
    said = {"type": spec.format_type, "class": _(FORMAT[spec.format_class][1]), "fits": fits}
    if fits:
        return _("格式类型“%(type)s”不属于“%(class)s”，属于“%(fits)s”。") % said
    return _("“%(class)s”里没有格式类型“%(type)s”。") % said


def _method(spec: Resource) -> str:
    if spec.share_method in METHODS_OF[spec.format_class]:
        return ""
    return _("“%(format)s”不能以“%(method)s”方式共享。") % {
        "format": _(FORMAT[spec.format_class][1]), "method": _(METHOD[spec.share_method][1]),
    }  # fmt: skip


def _condition(spec: Resource) -> str:
    return (
        _("有条件共享要写明条件。")
        if spec.share == "conditional" and not spec.share_condition.strip()
        else ""
    )


def _basis(spec: Resource) -> str:
    return (
        _("不予共享要写明法律、行政法规或政策依据。") if spec.share == "none" and not spec.share_basis else ""
    )


def _open_not_shared(spec: Resource) -> str:
    return _("不予共享的资源不能向社会开放。") if spec.listed and spec.share == "none" else ""


def _open_condition(spec: Resource) -> str:
    if spec.openness == "conditional" and not spec.open_condition.strip():
        return _("有条件开放要写明条件：谁可以申请、能用来做什么、不得做什么。")
    return ""


def _open_without_condition(spec: Resource) -> str:
    """Whoever reads the entry would take the condition for one that is asked for."""
    if spec.open and spec.open_condition.strip():
        return _("无条件开放却写了开放条件：要申请才给的，请改为有条件开放；否则请删去条件。")
    return ""


def _nothing_to_open(spec: Resource) -> str:
    """What is for departments alone is granted to nobody outside."""
    closed = bool(spec.fields) and all(f.sensitivity == "internal" for f in spec.fields)
    if spec.openness == "conditional" and closed:
        return _("有条件开放，却没有一个可以给社会的信息项：全都标为内部。")
    return ""


def _open_internal(spec: Resource) -> str:
    internal = [f.title for f in spec.fields if f.sensitivity == "internal"]
    if not spec.open or not internal:
        return ""
    return _("向社会开放，但标为内部的信息项不会给出：%(what)s。要公开的请改为公开。") % {
        "what": "、".join(internal)
    }


def _open_personal(spec: Resource) -> str:
    personal = [f.title for f in spec.fields if f.sensitivity == "personal"]
    return (
        _(
            "无条件开放，却含个人信息：%(what)s。请删去这些信息项，或改为有条件开放（个人信息脱敏，讲人的只给统计）。"
        )
        % {"what": "、".join(personal)}
        if spec.open and personal
        else ""
    )


def _no_items(spec: Resource) -> str:
    return "" if spec.fields else _("没有信息项。")


def _twice(spec: Resource) -> str:
    for said in ([f.name for f in spec.fields], [f.title for f in spec.fields]):
        again = sorted({one for one in said if said.count(one) > 1})
        if again:
            return _("信息项重复：%(what)s。") % {"what": "、".join(again)}
    return ""


def _key(spec: Resource) -> str:
    lost = [one for one in spec.key if one not in {f.name for f in spec.fields}]
    return _("主键不在信息项里：%(what)s。") % {"what": "、".join(lost)} if lost else ""


def _erasure(spec: Resource) -> str:
    personal = any(f.sensitivity == "personal" for f in spec.fields)
    return _("含个人信息，却没有写何时删除。") if personal and not spec.erasure.strip() else ""


CHECKS: tuple[tuple[str, bool, Check], ...] = (
    ("信息资源分类", True, _category),
    ("信息资源名称", True, _system_name),
    ("信息资源名称", True, _short_title),
    ("信息资源提供方代码", True, _provider),
    ("信息资源摘要", True, _summary),
    ("信息资源格式", True, _format),
    ("共享方式", True, _method),
    ("共享条件", True, _condition),
    ("共享条件", True, _basis),
    ("开放属性", True, _open_not_shared),
    ("开放属性", True, _open_personal),
    ("开放条件", True, _open_condition),
    ("开放条件", False, _open_without_condition),
    ("开放属性", True, _nothing_to_open),
    ("开放属性", False, _open_internal),
    ("信息项", True, _no_items),
    ("信息项", True, _twice),
    ("信息项", True, _key),
    ("删除约定", False, _erasure),
)


def _dragged(spec: Resource, neighbours: Sequence[str]) -> list[Problem]:
    """Dragging a spreadsheet cell down counts it up: 户籍信息1, 户籍信息2, 户籍信息3."""
    stem = re.sub(r"\d+$", "", spec.title)
    if stem == spec.title or len(stem) < SHORT_TITLE - 1:
        return []
    same = [one for one in neighbours if one != spec.title and re.sub(r"\d+$", "", one) == stem]
    if not same:
        return []
    message = _("名称与“%(other)s”只差末尾的数字，像是下拉填充出来的。") % {"other": same[0]}
    return [Problem("信息资源名称", message)]


@dataclass(frozen=True)
class Completeness:
    """``score`` 0…1 of what the national form asks; ``missing`` names the columns."""

    score: float
    missing: tuple[str, ...]


def completeness(spec: Resource) -> Completeness:
    """How much of the form is filled 目录完整度; each line of ``ASKED`` weighs the same."""
    missing = tuple(column for column, there in ASKED if not there(spec))
    return Completeness(1 - len(missing) / len(ASKED), missing)


ASKED: tuple[tuple[str, Callable[[Resource], bool]], ...] = (
    ("信息资源分类", lambda r: not _category(r)),
    ("信息资源名称", lambda r: not _system_name(r) and not _short_title(r)),
    ("信息资源提供方", lambda r: not _provider(r)),
    ("信息资源摘要", lambda r: not _summary(r)),
    ("信息资源格式", lambda r: bool(r.format_type) and not _format(r)),
    ("信息项名称", lambda r: bool(r.fields)),
    ("数据类型", lambda r: bool(r.fields) and all(f.letter != "C" or f.size for f in r.fields)),
    ("信息项说明", lambda r: bool(r.fields) and all(f.meaning or f.codes for f in r.fields)),
    ("共享条件", lambda r: not _condition(r) and not _basis(r)),
    ("共享方式", lambda r: not _method(r)),
    ("开放条件", lambda r: r.open or bool(r.open_condition.strip())),
    ("关联资源代码", lambda r: bool(r.related)),
    ("联系方式", lambda r: bool(r.contact)),
)
