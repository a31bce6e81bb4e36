"""Applications and grants as the desk's pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.ground.api import Actor, bureau, said
from huicheng.portals.desk import conditions
from huicheng.portals.desk.showing import title_of
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Column, Stat

READINGS = 20
SIGNS = {"=": "＝", "!=": "≠", "<": "＜", "<=": "≤", ">": "＞", ">=": "≥", "in": "∈"}


def states() -> dict[str, tuple[str, str]]:
    """Every state in words, and the tone of its chip."""
    return {
        "submitted": (_("等提供方答复"), "info"), "confirming": (_("等数据局核准"), "info"),
        "returned": (_("退回补正"), "warn"), "approved": (_("已同意"), "good"),
        "refused": (_("未同意"), "bad"), "withdrawn": (_("已撤回"), ""),
        "live": (_("有效"), "good"), "coming": (_("未开始"), "info"), "expired": (_("已到期"), "warn"),
        "revoked": (_("已撤销"), "bad"),
    }  # fmt: skip


def state_of(one: exchange.Application | exchange.Grant) -> tuple[str, str]:
    if isinstance(one, exchange.Application) and one.waiting and (one.overdue or one.escalated_at):
        return _("逾期未答复"), "alert"
    return states()[one.state]


def who_of(one: exchange.Application | exchange.Grant) -> str:
    """The department, or the person outside government and the firm that he stands for."""
    if one.department:
        return bureau(one.department)
    person, behalf = (
        (one.applicant_name, one.wanted.behalf)
        if isinstance(one, exchange.Application)
        else (one.account_name, one.behalf)
    )
    return f"{person}，{behalf}" if behalf else person


def application_row(one: exchange.Application) -> dict[str, Any]:
    words, tone = state_of(one)
    return {
        "title": title_of(one.resource), "from": who_of(one), "to": bureau(one.owner),
        "purpose": one.wanted.purpose, "state": words, "state_tone": tone,
        "answer_by": one.answer_by if one.waiting else None, "submitted_at": one.submitted_at,
        "href": reverse("desk:application", args=[one.id]),
    }  # fmt: skip


def application_columns() -> list[Column]:
    return [
        Column(name="title", title=_("资源"), link="href"),
        Column(name="from", title=_("申请方"), data=True),
        Column(name="to", title=_("提供方")),
        Column(name="purpose", title=_("用途"), data=True),
        Column(name="state", title=_("状态"), kind="chip"),
        Column(name="answer_by", title=_("答复期限"), kind="day"),
        Column(name="submitted_at", title=_("提交"), kind="ago"),
    ]


def grant_row(one: exchange.Grant) -> dict[str, Any]:
    words, tone = state_of(one)
    return {
        "title": title_of(one.resource), "from": who_of(one), "to": bureau(one.owner),
        "purpose": one.purpose, "state": words, "state_tone": tone, "expires": last_day(one),
        "href": reverse("desk:grant", args=[one.id]),
    }  # fmt: skip


def grant_columns() -> list[Column]:
    return [
        Column(name="title", title=_("资源"), link="href"),
        Column(name="from", title=_("使用方"), data=True),
        Column(name="to", title=_("提供方")),
        Column(name="purpose", title=_("用途"), data=True),
        Column(name="state", title=_("状态"), kind="chip"),
        Column(name="expires", title=_("使用至"), kind="day"),
    ]


def last_day(one: exchange.Grant) -> date:
    return timezone.localtime(one.expires - timedelta(seconds=1)).date()


def filter_lines(code: str, conditions: Sequence[exchange.Condition]) -> list[str]:
    titles = {f.name: said(f.title) for f in exchange.resource(code, retired=True).fields}
    return [f"{titles.get(one.field, one.field)} {SIGNS[one.op]} {_value(one.value)}" for one in conditions]


def _value(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)


def asked_columns(asked: exchange.Application, form: Any = None) -> list[dict[str, Any]]:
    """The columns asked for, each with what is ticked: all of them, or as the answer was last filled in."""
    wanted = asked.wanted
    ticked = form.getlist("column") if form is not None else wanted.columns
    plain = form.getlist("plain") if form is not None else wanted.plain
    return [
        {
            "name": f.name, "title": said(f.title), "personal": f.sensitivity == "personal",
            "asked_plain": f.name in wanted.plain, "ticked": f.name in ticked, "plain": f.name in plain,
            "required": f.required,
        }
        for f in exchange.resource(asked.resource, retired=True).fields
        if f.name in wanted.columns
    ]  # fmt: skip


def granted_columns(one: exchange.Grant) -> list[dict[str, Any]]:
    return [
        {"title": said(f.title), "personal": f.sensitivity == "personal", "plain": f.name in one.plain}
        for f in exchange.resource(one.resource, retired=True).fields
        if f.name in one.columns
    ]


def figures(asked: exchange.Application) -> dict[str, int]:
    """What the rules propose, unless the provider has already said otherwise."""
    names = ("smallest_group", "per_minute", "rows_per_day")
    return {name: asked.terms.get(name, exchange.granting_rule(name)) for name in names}


def steps(asked: exchange.Application) -> list[dict[str, Any]]:
    """The road so far, and the step that is ahead."""
    words = {
        "ApplicationSubmitted": (_("提出申请"), "good"), "ApplicationReturned": (_("退回补正"), ""),
        "ApplicationAgreed": (_("提供方同意，等数据局核准"), "good"), "ApplicationRefused": (_("未同意"), "bad"),
        "ApplicationWithdrawn": (_("申请方撤回"), ""), "ApplicationOverdue": (_("逾期未答复，转数据局"), "bad"),
    }  # fmt: skip
    found = []
    for event in reversed(ground.events(subject=f"application:{asked.id}", limit=50)):
        if known := words.get(event.kind.partition(".")[2]):
            of = bureau(event.department) if event.department else ""
            who = "" if event.kind.endswith("Overdue") else f"{of} {event.actor_name}".strip()
            found.append({"at": event.at, "words": known[0], "tone": known[1], "who": who})
    if asked.state == "approved" and asked.answered_at:
        found.append(
            {"at": asked.answered_at, "words": _("同意，已授权"), "tone": "good", "who": asked.answered_name}
        )
    return found


def preview(
    asked: exchange.Application, actor: Actor, narrowed: Sequence[exchange.Condition] = ()
) -> tuple[list[dict[str, Any]], str]:
    """Rows, or why there are none."""
    try:
        table = exchange.preview_of(asked, actor, narrowed=narrowed)
    except ground.BadInput as problem:
        return [], str(problem)
    if table is None:
        return [], _("这份资源还没有交付过，没有样例。")
    return table.to_pylist(), "" if table.num_rows else _("申请的行范围里现在没有行。")


def preview_columns(asked: exchange.Application) -> list[Column]:
    fields = exchange.resource(asked.resource, retired=True).fields
    return [
        Column(name=f.name, title=said(f.title), data=True) for f in fields if f.name in asked.wanted.columns
    ]


def use(one: exchange.Grant) -> list[Stat]:
    used = exchange.used_of(one)
    days = (last_day(one) - timezone.localdate()).days
    left = _("还有") if one.state == "live" else _("状态")
    return [
        Stat(title=_("今天还可以取"), value=max(0, one.rows_per_day - used.rows), unit=_("行"),
             note=_("每天 %(most)s 行，已用 %(used)s 行") % {"most": look.number(one.rows_per_day), "used": look.number(used.rows)}),
        Stat(title=_("这一分钟还可以问"), value=max(0, one.per_minute - used.questions), unit=_("次"),
             note=_("每分钟 %(most)s 次") % {"most": look.number(one.per_minute)}),
        Stat(title=left, value=max(0, days) if one.state == "live" else states()[one.state][0],
             unit=_("天") if one.state == "live" else "", note=_("用到 %(day)s") % {"day": look.day(last_day(one))}),
    ]  # fmt: skip


def readings(one: exchange.Grant) -> list[dict[str, Any]]:
    """The latest readings under this grant, as their receipts say."""
    found = ground.events(
        subject=f"resource:{one.resource}",
        kind=exchange.QuestionAsked.kind(),
        department=one.department or None,
        actor=one.account or None,
        limit=500,
    )
    rows = []
    for event in found:
        parts = [part for part in event.data["signed"]["document"]["reads"] if _under(part, one.id)]
        if parts:
            rows.append(
                {"at": event.at, "who": event.actor_name, "rows": sum(part["rows"] or 0 for part in parts),
                 "case": next((_under(part, one.id) for part in parts), "") or "—"}
            )  # fmt: skip
    return rows[:READINGS]


def _under(part: Mapping[str, Any], grant: str) -> str:
    """The case it was read for, where this part was read under the grant; a dash where no case was asked for."""
    return next((t.get("case") or "—" for t in part["tables"].values() if t.get("grant") == grant), "")


def reading_columns() -> list[Column]:
    return [
        Column(name="at", title=_("时间"), kind="moment"),
        Column(name="who", title=_("谁"), data=True),
        Column(name="rows", title=_("行数"), kind="number"),
        Column(name="case", title=_("办件编号"), data=True),
    ]


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise exchange.WrongApplication("until", _("请写一个日期，例如 2026-12-31。")) from None


def latest_day() -> date:
    return timezone.localdate() + timedelta(days=exchange.granting_rule("longest_days"))


def narrowed(asked: exchange.Application) -> list[str]:
    """What the provider has added to the row conditions asked for, while the data bureau has still to confirm."""
    more = exchange.agreed_filter(asked)[len(asked.wanted.filter) :]
    return filter_lines(asked.resource, more) if asked.waiting else []


def narrowing(asked: exchange.Application, form: Any) -> tuple[exchange.Condition, ...]:
    """The provider's own row conditions, as typed; they come on top of those asked for."""
    return conditions.read(exchange.resource(asked.resource, retired=True), conditions.typed(form))


def answered(asked: exchange.Application, form: Any = None) -> dict[str, Any]:
    """The answer's form: as the rules and the application have it, or as it was last filled in."""
    if form is None:
        return {
            "figures": figures(asked), "until": asked.wanted.until.isoformat(), "lines": conditions.blank(),
            "reason": "", "aggregate_only": False, "case_required": False,
        }  # fmt: skip
    return {
        "figures": {name: form.get(name, usual) for name, usual in figures(asked).items()},
        "until": form.get("until", ""), "lines": conditions.typed(form) or conditions.blank(),
        "reason": form.get("reason", ""), "aggregate_only": "aggregate_only" in form,
        "case_required": "case_required" in form,
    }  # fmt: skip


def item_choices(asked: exchange.Application) -> list[dict[str, str]]:
    fields = exchange.resource(asked.resource, retired=True).fields
    return [{"name": f.name, "title": said(f.title)} for f in fields]


def terms(asked: exchange.Application, form: Any) -> exchange.Terms:
    """The provider's yes, as the form has it."""
    until = form.get("until", "").strip()
    return exchange.Terms(
        columns=tuple(form.getlist("column")), plain=tuple(form.getlist("plain")), filter=narrowing(asked, form),
        until=day_of(until) if until else None, aggregate_only="aggregate_only" in form,
        case_required="case_required" in form, reason=form.get("reason", ""),
        smallest_group=_figure(form, "smallest_group"), per_minute=_figure(form, "per_minute"),
        rows_per_day=_figure(form, "rows_per_day"),
    )  # fmt: skip


def _figure(form: Any, name: str) -> int | None:
    text = form.get(name, "").replace(",", "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise exchange.WrongApplication(name, _("“%(text)s”不是整数。") % {"text": text[:20]})
    return int(text)


def statistic_rows() -> list[dict[str, Any]]:
    """What reads a closed register by the rule for statistics, and which."""
    return [
        {"title": said(title), "tables": "、".join(said(exchange.resource(code).title) for code in closed)}
        for title, closed in exchange.statistics_of_registers()
    ]


def statistic_columns() -> list[Column]:
    return [Column(name="title", title=_("统计")), Column(name="tables", title=_("读取"))]
