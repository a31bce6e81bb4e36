"""How good each department's data is, field by field, with what each figure means and the rows behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground.api import Actor, BadInput, bureau, current_actor, opens_to, said
from huicheng.portals.desk.sight import department_of, department_of_figures, page_context, sees_all
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Chart, Column, Stat

HERE = Path(__file__).parent
LOOK, OPEN_ROWS = gettext_noop("查看数据质量"), gettext_noop("找出有质量问题的行，以便改正")
WHATS = ("invalid", "differs", "repeated", "empty")
Counts = Mapping[str, Any]


@opens_to("official")
def quality(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    chosen = {key: request.GET.get(key, "")[:120] for key in ("department", "resource")}
    context = page_context(columns=_columns(), meanings=meanings(), chosen=chosen)
    try:
        counts = counted(actor)
    except exchange.NoData:
        return render(request, "desk/quality.html", context)
    except BadInput as problem:
        return render(request, "desk/quality.html", {**context, "error": str(problem)})
    kept = [one for one in counts if all(not want or one[key] == want for key, want in chosen.items())]
    context["departments"] = sorted({one["department"] for one in counts})
    context["rows"] = [_row(one) for one in kept]
    context["chart"] = _chart(kept) if kept else None
    context["any"] = bool(counts)
    return render(request, "desk/quality.html", context)


def counted(actor: Actor, *, resource: str = "", field: str = "") -> list[dict[str, Any]]:
    """The figures this official may see: the own department's, a steward and a leader everybody's."""
    asked = {"department": department_of_figures(actor) or "", "resource": resource, "field": field}
    return exchange.ask(HERE / "quality.sql", actor, purpose=LOOK, params=asked).table.to_pylist()


def falling(actor: Actor) -> list[dict[str, Any]]:
    """Fields whose newest delivery is worse than the one before."""
    asked = {"department": department_of_figures(actor) or ""}
    try:
        return exchange.ask(HERE / "quality_falling.sql", actor, purpose=LOOK, params=asked).table.to_pylist()
    except BadInput:
        return []


def meanings() -> list[tuple[str, str]]:
    """Each figure in a sentence; the same words stand on every page that shows it."""
    return [
        (_("完整"), _("说到这个字段的行里，填了的有多少；“无”“不详”“N/A”不算填了。")),
        (_("有效"), _("填了的里，符合标准或代码表的有多少，如身份证号校验位、日期是否存在。")),
        (_("重复"), _("应当一行一个的字段，与同一资源别的行重复的有多少行。")),
        (
            _("一致"),
            _(
                "基础库的值来自别的部门、说的又是同一件事时，意思相同的有多少；地址比门牌，名称比标准写法，不比文字。"
            ),
        ),
        (_("及时"), _("一半的值登记在这一天之后；越早，说明越旧。")),
    ]


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if whole and part is not None else None


def shares(one: Counts) -> dict[str, float | None]:
    return {
        "filled": _share(one["filled"], one["rows"]),
        "valid": _share(one["valid"], one["filled"]),
        "consistent": _share(one["consistent"], one["compared"]),
    }


def field_title(resource: exchange.Resource, name: str) -> str:
    """Fusion names a field by the register; the department's own title is better where it has one."""
    titles = {field.name: field.title for field in resource.fields}
    theirs = fusion.column_of(resource.code, name)
    return said(titles.get(theirs) or titles.get(name) or name)


def _row(one: dict[str, Any]) -> dict[str, Any]:
    resource = exchange.resource(one["resource"], retired=True)
    return {
        "bureau": bureau(one["department"]),
        "resource": said(resource.title),
        "field": field_title(resource, one["field"]),
        "rows": one["rows"],
        "repeated": one["repeated"],
        "median_on": one["median_on"],
        "href": reverse("desk:quality_field", args=[one["resource"], one["field"]]),
        **shares(one),
    }


def _columns() -> list[Column]:
    return [
        Column(name="field", title=_("字段"), link="href"),
        Column(name="resource", title=_("资源")),
        Column(name="bureau", title=_("部门")),
        Column(name="rows", title=_("行数"), kind="number"),
        Column(name="filled", title=_("完整"), kind="percent"),
        Column(name="valid", title=_("有效"), kind="percent"),
        Column(name="repeated", title=_("重复的行"), kind="number"),
        Column(name="consistent", title=_("一致"), kind="percent"),
        Column(name="median_on", title=_("一半登记于此后"), kind="day"),
    ]


def _chart(counts: list[dict[str, Any]]) -> Chart:
    """One bar per resource: of the values that are filled in, how many are valid."""
    filled: dict[str, int] = defaultdict(int)
    valid: dict[str, int] = defaultdict(int)
    for one in counts:
        filled[one["resource"]] += one["filled"] or 0
        valid[one["resource"]] += one["valid"] or 0
    shares = {code: round(100 * valid[code] / filled[code], 2) for code in filled if filled[code]}
    worst_first = sorted(shares, key=lambda code: shares[code])
    rows = [
        {"resource": said(exchange.resource(code, retired=True).title), "valid": shares[code]}
        for code in worst_first
    ]
    labels = {"resource": _("资源"), "valid": _("有效")}
    return Chart(
        kind="bar", title=_("各资源填了的值有多少有效"), rows=rows, x="resource", y="valid", unit="%",
        labels=labels, sideways=True,
    )  # fmt: skip


@opens_to("official")
def quality_field(request: HttpRequest, code: str, field: str) -> HttpResponse:
    """One field of one resource: its figures as counts, how they went from delivery to delivery, the rows behind."""
    actor = current_actor()
    try:
        found = counted(actor, resource=code, field=field)
    except BadInput:
        found = []
    if not found:
        raise Http404(_("没有这个字段的质量数据。"))
    resource = exchange.resource(code, retired=True)
    history = _history(actor, code, field)
    behind, refused = _behind(actor, found[0])
    title = field_title(resource, field)
    context = page_context(
        title=title,
        resource=resource,
        one=found[0],
        meanings=dict(meanings()),
        stats=_stats(found[0], history),
        late=exchange.statistics(code).late,
        chart=_trend(history) if len(history) > 1 else None,
        history=[_delivery_row(one, opened=_delivers(actor, found[0])) for one in reversed(history)],
        history_columns=_history_columns(),
        behind=behind,
        refused=refused,
        behind_columns=_behind_columns(),
        crumbs=[(_("数据质量"), reverse("desk:quality")), (title, "")],
    )
    return render(request, "desk/quality_field.html", context)


def _stats(one: dict[str, Any], history: list[dict[str, Any]]) -> list[Stat]:
    """Shares with their counts; what cannot be counted is left out, never shown as nought."""
    part = shares(one)
    counts = {
        "filled": (_("完整"), one["filled"], one["rows"]),
        "valid": (_("有效"), one["valid"], one["filled"]),
        "consistent": (_("一致"), one["consistent"], one["compared"]),
    }
    made = [
        Stat(
            title=title,
            value=look.percent(part[name]),
            note=_("%(part)s / %(whole)s 行") % {"part": look.number(some), "whole": look.number(whole)},
            points=[value for line in history if (value := shares(line)[name]) is not None],
        )
        for name, (title, some, whole) in counts.items()
        if part[name] is not None
    ]
    if one["repeated"] is not None:
        made.append(Stat(title=_("重复"), value=one["repeated"], unit=_("行"), exact=True))
    if one["median_on"]:
        month = f"{one['median_on']:%Y-%m}"
        made.append(Stat(title=_("及时"), value=month, note=_("一半登记于此后")))
    return made


def _history(actor: Actor, code: str, field: str) -> list[dict[str, Any]]:
    asked = {"resource": code, "field": field}
    try:
        return exchange.ask(HERE / "quality_history.sql", actor, purpose=LOOK, params=asked).table.to_pylist()
    except BadInput:
        return []


def _delivers(actor: Actor, one: Counts) -> bool:
    return sees_all(actor) or department_of(actor) == one["department"]


def _delivery_row(one: dict[str, Any], *, opened: bool) -> dict[str, Any]:
    return {
        **one,
        **shares(one),
        "delivered": _delivered(one),
        "href": reverse("desk:delivery", args=[one["delivery"]]) if opened and one["delivery"] else "",
    }


def _delivered(one: dict[str, Any]) -> Any:
    try:
        return exchange.receipt(one["delivery"]).at
    except exchange.NoSuchReceipt:
        return one["measured_on"]


def _history_columns() -> list[Column]:
    return [
        Column(name="delivered", title=_("交付"), kind="moment", link="href"),
        Column(name="rows", title=_("行数"), kind="number"),
        Column(name="filled", title=_("完整"), kind="percent"),
        Column(name="valid", title=_("有效"), kind="percent"),
        Column(name="consistent", title=_("一致"), kind="percent"),
    ]


def _trend(history: list[dict[str, Any]]) -> Chart:
    rows = [
        {"day": look.moment(_delivered(one))}
        | {name: round(100 * value, 2) for name, value in shares(one).items() if value is not None}
        for one in history
    ]
    labels = {"day": _("交付"), "filled": _("完整"), "valid": _("有效"), "consistent": _("一致")}
    return Chart(
        kind="line", title=_("一次次交付的变化"), rows=rows, x="day", y=("filled", "valid", "consistent"), unit="%",
        labels=labels,
    )  # fmt: skip


def whats() -> dict[str, str]:
    return {
        "invalid": _("不符合标准或代码表"), "differs": _("与基础库不同"), "repeated": _("与别的行重复"),
        "empty": _("没有填"),
    }  # fmt: skip


def _behind(actor: Actor, one: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """Groups of row numbers; for whoever delivers the resource, and the platform's stewards."""
    if not _delivers(actor, one):
        return [], _("行号只给交付的部门和数据管理员看。")
    asked = {name: one[name] for name in ("department", "resource", "field")}
    try:
        rows = exchange.ask(
            HERE / "quality_rows.sql", actor, purpose=OPEN_ROWS, params=asked
        ).table.to_pylist()
    except BadInput as problem:
        return [], str(problem)
    groups = [(what, [row for row in rows if row["what"] == what]) for what in WHATS]
    return [_group(what, found, one) for what, found in groups if found], ""


def _group(what: str, rows: list[dict[str, Any]], one: dict[str, Any]) -> dict[str, Any]:
    total = {
        "empty": one["rows"] - one["filled"],
        "invalid": one["filled"] - one["valid"],
        "repeated": one["repeated"],
        "differs": one["compared"] - one["consistent"],
    }[what]
    return {
        "title": whats()[what],
        "total": total,
        "shown": len(rows),
        "rows": [_number(row) for row in rows],
    }


def _number(row: dict[str, Any]) -> dict[str, Any]:
    known = bool(row["delivery"])
    return {
        "row": row["row"],
        "delivery": row["delivery"],
        "href": reverse("desk:delivery", args=[row["delivery"]]) if known else "",
        "other": bureau(row["other"]) if row["other"] else "",
    }


def _behind_columns() -> list[Column]:
    return [
        Column(name="row", title=_("行号"), kind="number"),
        Column(name="delivery", title=_("交付"), kind="code", link="href"),
        Column(name="other", title=_("基础库的值来自")),
    ]
