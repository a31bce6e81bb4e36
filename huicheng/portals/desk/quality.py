"""How good each department's data is, field by field."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, bureau, current_actor, opens_to
from huicheng.portals.desk.sight import department_of
from huicheng.portals.desk.views import page_context
from huicheng.portals.look.api import Chart, Column

QUESTION = Path(__file__).parent / "quality.sql"


@opens_to("official")
def quality(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    asked = {"department": department_of(actor) or ""}
    context = page_context(columns=_columns())
    try:
        answer = exchange.ask(QUESTION, actor, purpose=gettext_noop("查看数据质量"), params=asked)
    except exchange.NoData:
        return render(request, "desk/quality.html", context)
    except BadInput as problem:
        return render(request, "desk/quality.html", {**context, "error": str(problem)})
    counts = answer.table.to_pylist()
    titles = _register_titles()
    context["rows"] = [_row(one, titles) for one in counts]
    context["chart"] = _chart(counts) if counts else None
    return render(request, "desk/quality.html", context)


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if whole and part is not None else None


def _register_titles() -> dict[str, str]:
    found = [exchange.resource(f"base.{kind}") for kind in ("people", "firms", "houses")]
    return {field.name: field.title for one in found for field in one.fields}


def _row(one: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    resource = exchange.resource(one["resource"])
    # Fusion names a field by the register; the department's own title is better where it has one.
    titles = titles | {field.name: field.title for field in resource.fields}
    return {
        "bureau": bureau(one["department"]),
        "resource": resource.title,
        "field": titles.get(one["field"], one["field"]),
        "rows": one["rows"],
        "filled": _share(one["filled"], one["rows"]),
        "valid": _share(one["valid"], one["filled"]),
        "consistent": _share(one["consistent"], one["valid"]),
    }


def _columns() -> list[Column]:
    return [
        Column(name="bureau", title=_("部门")),
        Column(name="resource", title=_("资源")),
        Column(name="field", title=_("字段")),
        Column(name="rows", title=_("行数"), kind="number"),
        Column(name="filled", title=_("填写率"), kind="percent"),
        Column(name="valid", title=_("合规率"), kind="percent"),
        Column(name="consistent", title=_("一致率"), kind="percent"),
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
    rows = [{"resource": exchange.resource(code).title, "valid": shares[code]} for code in worst_first]
    labels = {"resource": _("资源"), "valid": _("合规率")}
    return Chart(
        kind="bar", title=_("各资源的合规率"), rows=rows, x="resource", y="valid", unit="%", labels=labels,
        sideways=True,
    )  # fmt: skip
