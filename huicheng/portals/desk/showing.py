"""Receipts, issues and runs as the desk's tables show them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huicheng.exchange import api as exchange
from huicheng.ground.api import bureau
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Column, Stat

# The hundred commonest: enough to know a name that slipped into another column.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵覃武钱戴严莫孔向"
)
SOMEBODY = re.compile(rf"[{SURNAMES}][\u4e00-\u9fff]{{1,2}}|[0-9]{{17}}[0-9Xx]|1[3-9][0-9]{{9}}")


def title_of(code: str) -> str:
    """A resource's in the reader's words; its code where no such resource is known here."""
    try:
        return look.said(exchange.resource(code, retired=True).title)
    except exchange.UnknownResource:
        return code


def receipt_row(receipt: exchange.Receipt) -> dict[str, Any]:
    resource = exchange.resource(receipt.resource, retired=True)
    return {
        "id": receipt.id,
        "resource": receipt.resource,
        "title": look.said(resource.title),
        "chinese": resource.title,
        "owner": resource.owner,
        "bureau": bureau(resource.owner),
        "file": receipt.file.rsplit("/", 1)[-1],  # of a database address, only its end
        "at": receipt.at,
        "rows": receipt.rows,
        "accepted": receipt.accepted,
        "refused": receipt.refused,
        "flagged": receipt.flagged,
        "state": receipt.state,
        "reason": look.said(receipt.reason),
        "sha256": receipt.sha256,
        "version": receipt.version,
        "before": receipt.before or 0,
        "shrinks": receipt.accepted * 2 < (receipt.before or 0),
        "replaces": resource.mode == "replace",
        "drift": receipt.drift,
        "refused_file": receipt.refused_file,
        "issues_file": receipt.issues_file,
        "href": reverse("desk:delivery", args=[receipt.id]),
    }


def receipt_columns() -> list[Column]:
    return [
        Column(name="title", title=_("资源"), link="href"),
        Column(name="bureau", title=_("部门")),
        Column(name="rows", title=_("行数"), kind="number"),
        Column(name="refused", title=_("退回"), kind="number"),
        Column(name="at", title=_("收到"), kind="ago"),
    ]


def drift_rows(receipt: exchange.Receipt, resource: exchange.Resource) -> list[dict[str, Any]]:
    """How its columns differ from the last delivery's, what broke first."""
    return [
        {
            "field": look.said(line.field) or _("不写入"), "was": line.was or "—", "now": line.now or "—",
            "words": line.words, "effect": _("要确认") if line.breaking else _("不影响"),
        }
        for line in exchange.drift_lines(receipt.drift, resource)
    ]  # fmt: skip


def drift_columns() -> list[Column]:
    return [
        Column(name="field", title=_("字段")),
        Column(name="was", title=_("上一次的列"), data=True),
        Column(name="now", title=_("这一次的列"), data=True),
        Column(name="words", title=_("变化")),
        Column(name="effect", title=_("处理"), kind="chip"),
    ]


def replacements(receipt: exchange.Receipt, resource: exchange.Resource) -> list[dict[str, Any]]:
    """For each field that lost its column: which unused columns may feed it, and which is likeliest."""
    if receipt.state != "held" or receipt.drift is None:
        return []
    told = receipt.drift.told
    free = [(n, told.get(c, c)) for n, c in enumerate(receipt.header) if c not in receipt.mapping]
    needed = set(exchange.lacking(resource, receipt.mapping))
    return [
        {
            "field": one.field, "title": look.said(resource.field(one.field).title), "free": free,
            "guess": receipt.header.index(one.now) if one.now in receipt.header else None,
            "required": resource.field(one.field) in needed,
        }
        for one in receipt.drift.lost
    ]  # fmt: skip


def figures(row: dict[str, Any]) -> list[Stat]:
    rows = row["rows"]

    def share(count: int) -> str:
        return look.percent(count / rows) if rows else ""

    unit = _("行")
    return [
        Stat(title=_("收到"), value=rows, unit=unit, exact=True),
        Stat(title=_("接受"), value=row["accepted"], unit=unit, note=share(row["accepted"]), exact=True),
        Stat(title=_("退回"), value=row["refused"], unit=unit, note=share(row["refused"]), exact=True),
        Stat(title=_("有提示"), value=row["flagged"], unit=unit, note=_("已接受，但值得看一眼"), exact=True),
    ]


def _titles(resource: exchange.Resource) -> dict[str, exchange.Field]:
    return {field.name: field for field in resource.fields}


def issue_rows(resource: exchange.Resource, issues: Iterable[exchange.Issue]) -> list[dict[str, Any]]:
    """One line per issue; personal values are masked, since the row's number is enough to find it."""
    fields = _titles(resource)
    careful = any(field.sensitivity == "personal" for field in resource.fields)
    return [_issue_row(one, fields.get(one.field), careful=careful) for one in issues]


def _issue_row(issue: exchange.Issue, field: exchange.Field | None, *, careful: bool) -> dict[str, Any]:
    # A shifted row puts a name under 性别: where people's data is delivered, what looks like somebody is masked too.
    personal = field is None or field.sensitivity == "personal"
    plain = not personal and not (careful and SOMEBODY.fullmatch(issue.value.strip()))
    return {
        "row": issue.row,
        "field": look.said(field.title) if field else issue.field,
        "value": issue.value if plain else look.masked(issue.value),
        "reason": look.said(issue.reason),
        "outcome": outcome_words(issue.outcome),
    }


def outcome_words(outcome: str) -> str:
    return {"refused": _("退回"), "refuse": _("退回"), "flagged": _("提示"), "flag": _("提示")}.get(
        outcome, outcome
    )


def issue_columns() -> list[Column]:
    return [
        Column(name="row", title=_("行号"), kind="number"),
        Column(name="field", title=_("字段")),
        Column(name="value", title=_("值"), kind="code", data=True),
        Column(name="reason", title=pgettext("what is wrong", "问题")),
        Column(name="outcome", title=_("处理"), kind="chip"),
    ]


def by_field(resource: exchange.Resource, kinds: Iterable[exchange.IssueKind]) -> list[dict[str, Any]]:
    """Each kind of trouble with its count and a few rows to look at, the commonest first."""
    return [_kind(resource, one) for one in kinds]


def _kind(resource: exchange.Resource, kind: exchange.IssueKind) -> dict[str, Any]:
    examples = issue_rows(resource, kind.examples)
    same = {name: examples[0][name] for name in ("field", "outcome")}
    return {**same, "reason": kind.reason, "count": kind.count, "examples": examples}


def field_columns() -> list[Column]:
    return [
        Column(name="field", title=_("字段")),
        Column(name="reason", title=pgettext("what is wrong", "问题")),
        Column(name="outcome", title=_("处理"), kind="chip"),
        Column(name="count", title=_("行数"), kind="number"),
    ]
