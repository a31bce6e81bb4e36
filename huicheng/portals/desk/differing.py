"""An entry as the national form tells it, and what differs between two of its versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import department, in_chinese, said


def sensitivities() -> dict[str, str]:
    return {"public": _("公开"), "internal": _("内部"), "personal": _("个人信息")}


def modes() -> dict[str, str]:
    return {"replace": _("每次替换整张表"), "append": _("每次追加"), "upsert": _("按主键更新")}


def kinds() -> dict[str, str]:
    """What an item holds: the letter of the national form is told from it."""
    return {
        "text": _("文字"), "integer": _("整数"), "number": _("数字"), "money": _("金额"), "date": _("日期"),
        "datetime": _("时间"), "boolean": _("是否"), "code": _("代码"), "person_id": _("公民身份号码"),
        "credit_code": _("统一社会信用代码"), "person_name": _("人名"), "firm_name": _("企业名"),
        "phone": _("电话"), "address": _("地址"), "division": _("区划代码"),
    }  # fmt: skip


def choice(attribute: str, value: Any) -> str:
    """As the form writes it: 2 有条件共享."""
    digit, words = exchange.CHOICES[attribute][value]
    return f"{digit} {_(words)}"


def category_words(title: str) -> str:
    """基础/人口, or its English; what is in no national class is said as it stands."""
    known = exchange.categories().get(title)
    return title if in_chinese() or known is None else known.english


def _owner(spec: Resource) -> str:
    one = department(spec.owner)
    return one.name if in_chinese() else one.english


def _days(spec: Resource) -> str:
    by = next((said(f.title) for f in spec.fields if f.name == spec.retention_by), "")
    days = _("%(n)s 天") % {"n": f"{spec.retention_days:,}"}
    return _("%(days)s，从“%(by)s”算起") % {"days": days, "by": by} if by else days


Said = Callable[[Resource], str]


def _lines() -> tuple[tuple[str, Said], ...]:
    """Each line of the form: its heading and how an entry fills it."""
    return (
        (_("信息资源分类"), lambda r: category_words(r.category)),
        (_("信息资源名称"), lambda r: said(r.title)),
        (_("信息资源提供方"), _owner),
        (_("信息资源提供方代码"), lambda r: r.owner),
        (_("信息资源摘要"), lambda r: said(r.summary)),
        (_("信息资源格式分类"), lambda r: choice("format_class", r.format_class)),
        (_("信息资源格式类型"), lambda r: r.format_type),
        (_("共享类型"), lambda r: choice("share", r.share)),
        (_("共享条件"), lambda r: said(r.share_condition)),
        (_("不予共享的依据"), lambda r: said(r.share_basis)),
        (_("共享方式"), lambda r: choice("share_method", r.share_method)),
        (_("是否向社会开放"), lambda r: choice("openness", r.openness)),
        (_("开放条件"), lambda r: said(r.open_condition)),
        (_("更新周期"), lambda r: choice("update", r.update)),
        (_("关联资源代码"), lambda r: "、".join(r.related)),
        (_("联系方式"), lambda r: said(r.contact)),
        (_("交付方式"), lambda r: modes()[r.mode]),
        (_("保存期限"), _days),
        (_("删除约定"), lambda r: said(r.erasure)),
        (_("许可"), lambda r: said(r.licence)),
        (_("来源"), lambda r: said(r.source)),
    )


def particulars(spec: Resource, entry: exchange.Entry | None) -> list[dict[str, str]]:
    """The national field set with ours behind it; what is empty is said to be."""
    rows = [{"title": title, "value": fills(spec)} for title, fills in _lines()]
    number = entry.info_code if entry else ""
    rows.insert(2, {"title": _("信息资源代码"), "value": number, "code": "1"})
    rows.insert(3, {"title": _("标识"), "value": spec.code, "code": "1"})
    return rows


def differences(before: Resource, after: Resource) -> list[dict[str, Any]]:
    """Line by line and item by item; ``breaking`` where it can stop those who read or deliver."""
    breaking = {(one.what, one.field) for one in exchange.changes(before, after) if one.breaking}
    rows = _entry_rows(before, after, breaking)
    old, new = {f.name: f for f in before.fields}, {f.name: f for f in after.fields}
    rows += [
        _item(_("删去信息项"), one, said(one.title), "", breaking=True)
        for n, one in old.items()
        if n not in new
    ]
    for name, field in new.items():
        was = old.get(name)
        if was is None:
            rows.append(_item(_("新增信息项"), field, "", said(field.title), breaking=field.required))
        else:
            rows += _item_rows(was, field, breaking)
    return rows + _order(before, after)


ATTRIBUTES = {"share": 7, "openness": 11, "update": 13, "owner": 2, "mode": 16}


def _entry_rows(before: Resource, after: Resource, breaking: set[tuple[str, str]]) -> list[dict[str, Any]]:
    grave = {place for name, place in ATTRIBUTES.items() if (name, "") in breaking}
    rows = [
        {
            "what": title,
            "item": "",
            "before": fills(before),
            "after": fills(after),
            "breaking": place in grave,
        }
        for place, (title, fills) in enumerate(_lines())
        if fills(before) != fills(after)
    ]
    if before.key != after.key:
        keys = ("、".join(before.key), "、".join(after.key))
        rows.append({"what": _("主键"), "item": "", "before": keys[0], "after": keys[1], "breaking": True})
    return rows


def _item(what: str, field: Field, before: str, after: str, *, breaking: bool) -> dict[str, Any]:
    return {"what": what, "item": said(field.title), "before": before, "after": after, "breaking": breaking}


def _item_rows(was: Field, now: Field, breaking: set[tuple[str, str]]) -> list[dict[str, Any]]:
    sides: tuple[tuple[str, str, Callable[[Field], str]], ...] = (
        ("title", _("信息项名称"), lambda f: said(f.title)),
        ("kind", _("数据类型"), lambda f: f"{f.letter} {kinds()[f.kind]}"),
        ("length", _("数据长度"), lambda f: str(f.size or "")),
        ("required", _("必填"), lambda f: _("是") if f.required else _("否")),
        ("codes", _("代码表"), lambda f: f.codes or ""),
        ("sensitivity", _("敏感级别"), lambda f: sensitivities()[f.sensitivity]),
        ("meaning", _("说明"), lambda f: said(f.meaning)),
    )
    return [
        _item(title, now, tells(was), tells(now), breaking=(side, now.name) in breaking)
        for side, title, tells in sides
        if tells(was) != tells(now)
    ]


def _order(before: Resource, after: Resource) -> list[dict[str, Any]]:
    kept = [f.name for f in after.fields if f.name in {one.name for one in before.fields}]
    was = [f.name for f in before.fields if f.name in set(kept)]
    if kept == was:
        return []
    return [{"what": _("信息项的次序"), "item": "", "before": "", "after": _("有改动"), "breaking": False}]


def titles(codes: Iterable[str]) -> dict[str, str]:
    """Titles of entries, retired ones too; what is in no catalogue keeps its code."""
    found: dict[str, str] = {}
    for code in codes:
        try:
            found[code] = exchange.resource(code, retired=True).title
        except exchange.UnknownResource:
            found[code] = code
    return found
