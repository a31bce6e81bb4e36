"""The rows under a figure, a page at a time, and their export, which needs a purpose."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huicheng.exchange import api as exchange
from huicheng.ground.api import Declared, Tile, opens_to, said
from huicheng.portals.decision import asking, naming, panels, places
from huicheng.portals.decision.asking import Asked
from huicheng.portals.decision.views import actor_of, asked_of, found, sources

SHORTEST_PURPOSE, LONGEST_PURPOSE = 4, 120


@opens_to("official")
def behind(request: HttpRequest, key: str) -> HttpResponse:
    return _behind(request, _with_rows(key))


def _with_rows(key: str) -> Declared[Any]:
    one = found(key)
    if not one.value.rows_sql:
        raise Http404(_("这张图后面没有逐行的数据。"))
    return one


def _behind(request: HttpRequest, one: Declared[Any], *, wrong: str = "") -> HttpResponse:
    """Personal columns come masked from exchange, never from here, and most are not asked for at all."""
    asked = asking.kept(one, asked_of(request))
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 1
    given = _frame(one, asked) | {"wrong": wrong}
    try:
        rows = asking.rows_behind(one, actor_of(request), asked, page=max(1, page))
    except exchange.AccessDenied as problem:
        return render(request, "decision/behind.html", given | {"problem": str(problem)}, status=403)
    except exchange.NoData:
        return render(request, "decision/behind.html", given | {"problem": asking.not_yet()})
    if page > 1 and not rows.total:
        raise Http404(_("没有这一页。"))
    shown = naming.name_rows(rows.found, asking.rows_of(rows.found))
    given |= {
        "found": rows.found, "rows": shown, "all": rows.total, "columns": naming.columns(rows.found),
        "page": Paginator(range(rows.total), asking.PER_PAGE).get_page(page), "sources": list(sources(rows.found)),
        "most": asking.MOST_EXPORTED,
    }  # fmt: skip
    return render(request, "decision/behind.html", given, status=400 if wrong else 200)


def _frame(one: Declared[Any], asked: Asked) -> dict[str, Any]:
    key = asking.key_of(one)
    whole = asked.at(x="")
    back = reverse("decision:evidence", args=[key]) + whole.query
    return {
        "key": key, "asked": asked, "title": said(one.value.title), "only": list(_only(one, asked)),
        "without": panels.behind(one, whole), "longest": LONGEST_PURPOSE,
        "place": asked.x if places.place(asked.x) else "",
        "crumbs": [(_("城市一览"), reverse("decision:home")), (said(one.value.title), back), (_("背后的行"), "")],
    }  # fmt: skip


def _only(one: Declared[Any], asked: Asked) -> Iterator[str]:
    """What the rows are narrowed to, in words."""
    if asked.district:
        yield naming.place_name(asked.district)
    if asked.year:
        yield _("到 %(year)s 年") % {"year": asked.year}
    tile = one.value
    if asked.x:
        yield point_name(tile.x if isinstance(tile, Tile) else "", asked.x)
    if asked.series and isinstance(tile, Tile):
        yield point_name(tile.series, asked.series)


def point_name(column: str, value: str) -> str:
    if value == asking.UNKNOWN:
        return _("未知")
    known: dict[str, naming.Namer] = {
        "district": naming.place_name, "sex": lambda code: naming.label("sex", code), "station": said,
        "department": naming.department_name, "decade": naming.decade_name,
    }  # fmt: skip
    return str(known.get(column, str)(value))


@opens_to("official")
@require_POST
def export_rows(request: HttpRequest, key: str) -> HttpResponseBase:
    """Masked as on the page; the purpose is the official's own words and stands in the log."""
    one, purpose = _with_rows(key), " ".join(request.POST.get("purpose", "").split())
    if not SHORTEST_PURPOSE <= len(purpose) <= LONGEST_PURPOSE:
        wrong = _("请写明导出做什么用，%(least)s 到 %(most)s 个字。这句话会和导出一起记录。")
        return _behind(request, one, wrong=wrong % {"least": SHORTEST_PURPOSE, "most": LONGEST_PURPOSE})
    asked = asking.kept(one, asked_of(request))
    told = f"{asking.purpose_of(one)}：导出，{purpose}"
    try:
        rows = asking.rows_behind(one, actor_of(request), asked, purpose=told)
    except (exchange.AccessDenied, exchange.NoData) as problem:
        raise Http404(str(problem)) from problem
    return _file(rows.found, f"{key}.rows.csv")


@opens_to("official")
def export_answer(request: HttpRequest, key: str) -> HttpResponseBase:
    """The figures themselves, as on the page."""
    one = found(key)
    try:
        answer = asking.answer(one, actor_of(request), asked_of(request).at(x=""))
    except (exchange.AccessDenied, exchange.NoData) as problem:
        raise Http404(str(problem)) from problem
    return _file(answer, f"{key}.answer.csv")


def _file(answer: exchange.Answer, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_csv(answer), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(answer: exchange.Answer) -> Iterator[str]:
    """With a byte-order mark: the first program that opens it will be a spreadsheet."""
    line = io.StringIO()
    writer = csv.writer(line)
    named = naming.titles(answer)
    yield "\ufeff"
    writer.writerow([exchange.harmless_cell(named[name]) for name in answer.table.column_names])
    for batch in answer.table.to_batches(2000):
        rows = naming.name_rows(answer, batch.to_pylist())
        writer.writerows(
            [exchange.harmless_cell(row[name]) for name in answer.table.column_names] for row in rows
        )
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    if not answer.table.num_rows:
        yield line.getvalue()
