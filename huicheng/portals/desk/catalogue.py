"""The catalogue on the desk: every entry with its state, found as in the open portal, and one entry whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, bureau, current_actor, opens_to
from huicheng.portals.desk import differing, monitor, showing, supervision, ways
from huicheng.portals.desk.sight import page_context, sees_all
from huicheng.portals.look.api import Column, zh

PAGE = 25
# What a reader may narrow by, and the side of an entry that it is.
SIDES = {
    "department": "owner",
    "category": "category",
    "share": "share",
    "openness": "openness",
    "update": "update",
}
UNFINISHED = ("draft", "review", "returned")
STATES = ("published", *UNFINISHED, "retired")


def state_words() -> dict[str, str]:
    return {
        "published": _("已发布"), "draft": _("草稿"), "review": _("审核中"), "returned": _("已退回"),
        "retired": pgettext("entry", "已停用"),
    }  # fmt: skip


def state_tone(state: str) -> str:
    return {"published": "good", "review": "info", "returned": "warn"}.get(state, "")


@opens_to("official")
def home(request: HttpRequest) -> HttpResponse:
    """Published entries by search and facets; what is on its road, and what was retired, by title."""
    asked = {name: request.GET.get(name, "").replace("\x00", "")[:80] for name in ("q", "state", *SIDES)}
    asked["state"] = asked["state"] if asked["state"] in STATES else "published"
    number = _page_number(request)
    total, rows, facets = _found(request, asked, (number - 1) * PAGE)
    actor = current_actor()
    context = page_context(
        asked=asked, rows=rows, facets=facets, total=total, number=number,
        pages=max(1, -(-total // PAGE)), states=_states(request, asked),
        may_add=exchange.may_edit(actor, actor.department or ""),
        before=changed(request, page=number - 1) if number > 1 else "",
        after=changed(request, page=number + 1) if number * PAGE < total else "",
        chosen=sum(bool(asked[name]) for name in SIDES),
    )  # fmt: skip
    return render(request, "desk/catalogue.html", context)


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


def _found(
    request: HttpRequest, asked: Mapping[str, str], offset: int
) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]]]:
    if asked["state"] == "published":
        chosen = {side: asked[name] for name, side in SIDES.items()}
        found = exchange.search(asked["q"], limit=PAGE, offset=offset, listed=False, **chosen)
        return found.total, [_row(one) for one in found.entries], _facets(request, found, asked)
    owner = asked["department"]
    if asked["state"] == "retired":
        total, gone = exchange.retired_entries(asked["q"], owner=owner, limit=PAGE, offset=offset)
        return total, [_row(one) for one in gone], []
    given: dict[str, Any] = {"owner": owner or None, "text": asked["q"]}
    drafts = exchange.unfinished(state=asked["state"], limit=PAGE, offset=offset, **given)
    total = exchange.count_unfinished(**given).get(asked["state"], 0)
    return total, [_draft_row(one) for one in drafts], []


def _row(entry: exchange.Entry) -> dict[str, Any]:
    return {
        "spec": entry.spec, "info_code": entry.info_code, "state": entry.state,
        "state_words": state_words()[entry.state], "tone": state_tone(entry.state),
        "completeness": entry.completeness, "note": entry.retired_because,
        "href": reverse("desk:entry", args=[entry.spec.code]),
    }  # fmt: skip


def _draft_row(one: exchange.Version) -> dict[str, Any]:
    return {
        "spec": one.spec, "info_code": "", "state": one.state, "state_words": state_words()[one.state],
        "tone": state_tone(one.state), "completeness": exchange.completeness(one.spec).score, "note": one.note,
        "at": one.at, "who": one.author, "href": reverse("desk:entry", args=[one.spec.code]),
    }  # fmt: skip


def _states(request: HttpRequest, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    counts = {"published": exchange.count(), "retired": exchange.retired_entries(limit=0)[0]}
    counts |= exchange.count_unfinished()
    return [
        {
            "title": title, "count": counts.get(state, 0), "chosen": asked["state"] == state,
            "href": changed(request, state=state, page="", category="", share="", openness="", update=""),
        }
        for state, title in state_words().items()
    ]  # fmt: skip


def _facets(request: HttpRequest, found: exchange.Found, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    titles = {
        "department": _("部门"), "category": _("分类"), "share": _("共享类型"), "openness": _("开放属性"),
        "update": _("更新周期"),
    }  # fmt: skip
    return [
        {"title": title, "values": _values(request, name, found.facets[SIDES[name]], asked[name])}
        for name, title in titles.items()
    ]


MOST_VALUES = 12


def _values(request: HttpRequest, name: str, counts: Mapping[str, int], chosen: str) -> list[dict[str, Any]]:
    """The commonest, and the one chosen, however rare."""
    known = [(value, count) for value, count in counts.items() if value]
    shown = [pair for at, pair in enumerate(known) if at < MOST_VALUES or pair[0] == chosen]
    return [
        {
            "title": side_words(name, value), "count": count, "chosen": value == chosen,
            "href": changed(request, **{name: "" if value == chosen else value}, page=""),
        }
        for value, count in shown
    ]  # fmt: skip


def side_words(name: str, value: str) -> str:
    if name == "department":
        return bureau(value)
    words = exchange.CHOICES.get(name, {}).get(value)
    return _(words[1]) if words else differing.category_words(value).rpartition("/")[2]


def changed(request: HttpRequest, **more: object) -> str:
    asked = request.GET.copy()
    for name, value in more.items():
        asked[name] = str(value)
    for name in [name for name, value in asked.items() if not value]:
        del asked[name]
    return f"?{asked.urlencode()}"


def known(code: str) -> tuple[exchange.Entry | None, exchange.Version | None]:
    """What stands published or retired, and what is on its road; 404 where there is neither."""
    draft = exchange.draft_of(code)
    try:
        entry = exchange.entry(code)
    except exchange.UnknownResource:
        entry = None
    if entry is None and draft is None:
        raise Http404(_("目录里没有这一条。"))
    return entry, draft


TABS = ("about", "items", "read", "versions", "use")


@opens_to("official")
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """One entry whole: the national field set, its items, its versions, its deliveries and who reads it."""
    standing, draft = known(code)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "about"
    spec = standing.spec if standing else draft.spec  # type: ignore[union-attr]
    context = page_context(
        spec=spec, entry=standing, draft=draft, tab=tab, tabs=_tabs(spec, tab), **_steps(standing, draft)
    )
    context["crumbs"] = [(_("资源目录"), reverse("desk:catalogue")), (zh(spec.title), "")]
    context |= {"about": _about, "items": _items, "read": _read, "versions": _versions, "use": _use}[tab](
        request, spec, standing
    )
    return render(request, "desk/entry.html", context)


def _tabs(spec: exchange.Resource, chosen: str) -> list[dict[str, Any]]:
    titles = {
        "about": _("概况"),
        "items": _("信息项"),
        "read": _("怎样读取"),
        "versions": _("版本"),
        "use": _("交付与读取"),
    }
    base = reverse("desk:entry", args=[spec.code])
    counts = {"items": len(spec.fields)}
    return [
        {"title": title, "href": f"{base}?tab={tab}", "chosen": tab == chosen, "count": counts.get(tab)}
        for tab, title in titles.items()
    ]


def _steps(standing: exchange.Entry | None, draft: exchange.Version | None) -> dict[str, Any]:
    """What this reader may do with the entry now."""
    actor = current_actor()
    owner = draft.spec.owner if draft else standing.spec.owner  # type: ignore[union-attr]
    declared = bool(standing and standing.declared)
    writes = exchange.may_edit(actor, owner)
    return {
        "state_words": state_words(),
        "declared": declared,
        "writes": writes,
        "may_apply": standing is not None
        and standing.state == "published"
        and exchange.may_apply(standing.spec, actor),
        "may_edit": writes and not declared and (draft is None or draft.state != "review"),
        "may_submit": writes and draft is not None and draft.state in ("draft", "returned"),
        "may_take_back": writes and draft is not None and draft.state == "review",
        "may_review": exchange.may_review(actor) and draft is not None and draft.state == "review",
        "may_retire": writes and standing is not None and standing.state == "published" and not declared,
    }


def _about(request: HttpRequest, spec: exchange.Resource, standing: exchange.Entry | None) -> dict[str, Any]:
    return {
        "particulars": differing.particulars(spec, standing),
        "published_on": standing.published_on if standing else "",
        "filled": exchange.completeness(spec),
        "problems": exchange.problems(spec),
        "warned": supervision.of_entry(spec.code) if standing and standing.state == "published" else [],
    }


def _items(request: HttpRequest, spec: exchange.Resource, standing: exchange.Entry | None) -> dict[str, Any]:
    return {"item_rows": item_rows(spec), "item_columns": item_columns()}


def item_rows(spec: exchange.Resource) -> list[dict[str, Any]]:
    secrets = differing.sensitivities()
    return [
        {
            "place": place, "title": field.title, "name": field.name, "letter": field.letter, "size": field.size,
            "key": _("主键") if field.name in spec.key else "", "required": _("必填") if field.required else "",
            "codes": field.codes or "", "secret": secrets[field.sensitivity], "meaning": field.meaning,
            "codes_href": codes_href(field.codes),
        }
        for place, field in enumerate(spec.fields, 1)
    ]  # fmt: skip


def codes_href(name: str | None) -> str:
    return reverse("desk:code_table", args=[name]) if name else ""


def item_columns() -> list[Column]:
    return [
        Column(name="place", title=_("序号"), kind="number"),
        Column(name="title", title=_("信息项名称"), data=True),
        Column(name="name", title=_("英文名称"), kind="code"),
        Column(name="letter", title=_("数据类型")),
        Column(name="size", title=_("数据长度"), kind="number"),
        Column(name="key", title=_("主键")),
        Column(name="required", title=_("必填")),
        Column(name="secret", title=_("敏感级别")),
        Column(name="codes", title=_("代码表"), kind="code", link="codes_href"),
        Column(name="meaning", title=_("说明"), data=True),
    ]


def _read(request: HttpRequest, spec: exchange.Resource, standing: exchange.Entry | None) -> dict[str, Any]:
    return {"ways": ways.ways(request, spec, current_actor()), "table": spec.table}


MOST_VERSIONS = 50


def _versions(
    request: HttpRequest, spec: exchange.Resource, standing: exchange.Entry | None
) -> dict[str, Any]:
    """Every version, and what differs between two of them: the two newest where none are chosen."""
    every = exchange.versions(spec.code)[:MOST_VERSIONS]
    by_number = {one.number: one for one in every}
    newer = by_number.get(_whole(request.GET.get("newer")), every[0])
    older = by_number.get(_whole(request.GET.get("older"))) or next(
        (one for one in every if one.number < newer.number), None
    )
    found = differing.differences(older.spec, newer.spec) if older else []
    return {
        "versions": [_version_row(one) for one in every],
        "newer": newer, "older": older, "differences": found,
    }  # fmt: skip


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else -1


def _version_row(one: exchange.Version) -> dict[str, Any]:
    return {
        "number": one.number, "state": state_words()[one.state], "tone": state_tone(one.state), "at": one.at,
        "author": _who(one.author), "reviewer": _who(one.reviewer), "note": one.note,
        "items": len(one.spec.fields),
    }  # fmt: skip


def _who(name: str) -> str:
    return _("平台") if name in ("system", "") or name.startswith("system") else name


def _use(request: HttpRequest, spec: exchange.Resource, standing: exchange.Entry | None) -> dict[str, Any]:
    """Deliveries and readings are shown to the provider and to who looks after the platform."""
    actor = current_actor()
    if not sees_use(actor, spec):
        return {"kept": True}
    rows = [showing.receipt_row(one) for one in exchange.receipts(resource=spec.code, limit=20)]
    return {
        "receipts": rows, "receipt_columns": showing.receipt_columns(),
        **monitor.of_resource(spec.code),
    }  # fmt: skip


def sees_use(actor: Actor, spec: exchange.Resource) -> bool:
    return sees_all(actor) or spec.owner == actor.department
