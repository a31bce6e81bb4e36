"""Writing a catalogue entry: draft, send to review, take back. What was typed is never lost to a mistake."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Resource
from huicheng.ground.api import Actor, BadInput, current_actor, opens_to
from huicheng.portals.desk import entry_form
from huicheng.portals.desk.catalogue import known
from huicheng.portals.desk.entry_form import Typed
from huicheng.portals.desk.forms import taken
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import page_context, sees_all
from huicheng.portals.look.api import zh


@opens_to("official")
def new(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    if not exchange.may_edit(actor, actor.department or ""):
        raise PermissionDenied(_("编目由提供部门的交付人员或数据局来做，您的账号没有这项职责。"))
    return _form(request, None, entry_form.blank(actor.department or ""))


@opens_to("official")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    standing, draft = known(code)
    spec = draft.spec if draft else standing.spec  # type: ignore[union-attr]
    if not exchange.may_edit(current_actor(), spec.owner):
        raise PermissionDenied(_("只有提供部门和数据局能改这一条。"))
    if standing and standing.declared:
        raise PermissionDenied(_("这一条由应用包声明，随应用包修改。"))
    if draft and draft.state == "review":
        messages.warning(request, _("这一版正在审核。要改，先撤回。"))
        return redirect("desk:entry", code)
    return _form(request, spec, entry_form.filled(spec))


def _form(request: HttpRequest, base: Resource | None, typed: Typed) -> HttpResponse:
    focus = -1
    if request.method == "POST":
        typed = entry_form.typed_in(request.POST)
        step = request.POST.get("do", "")
        if step in ("save", "submit"):
            saved = _save(request, base, typed, submit=step == "submit")
            if saved:
                return saved
        else:
            focus = entry_form.moved(typed, step)
    return _show(request, base, typed, focus)


def _show(request: HttpRequest, base: Resource | None, typed: Typed, focus: int) -> HttpResponse:
    title = zh(base.title) if base else _("新编一条")
    crumbs = [(_("资源目录"), reverse("desk:catalogue"))]
    crumbs += [(title, reverse("desk:entry", args=[base.code])), (_("修改"), "")] if base else [(title, "")]
    context = page_context(
        base=base, typed=typed.texts, errors=typed.errors, rows=entry_form.rows(typed), focus=focus,
        choices=entry_form.choices(), crumbs=crumbs, summary=_summary(typed), any_owner=sees_all(current_actor()),
        place=reverse("desk:entry_edit", args=[base.code]) if base else request.path,
    )  # fmt: skip
    return render(request, "desk/entry_edit.html", context, status=400 if typed.errors else 200)


def _summary(typed: Typed) -> list[tuple[str, str]]:
    return [(f"f-{place}", message) for place, message in typed.errors.items()]


def _save(request: HttpRequest, base: Resource | None, typed: Typed, *, submit: bool) -> HttpResponse | None:
    """A draft may be unfinished; only what goes to review must be without severe problems."""
    spec = entry_form.read(typed, base)
    if spec is None:
        return None
    actor = current_actor()
    if base is None and _taken(spec.code):
        typed.accuse("code", _("标识“%(code)s”已经有人用了，请换一个。") % {"code": spec.code})
        return None
    try:
        exchange.draft(spec, actor)
        if submit:
            exchange.submit(spec.code, actor)
    except exchange.EntryHeldBack as held:
        refused(request, held)
        return _held(request, typed, spec, held)
    except exchange.WrongCode as problem:
        refused(request, problem)
        typed.accuse("code", str(problem))
        return None
    except exchange.NotYours as problem:
        refused(request, problem)
        raise PermissionDenied(str(problem)) from None
    except BadInput as problem:
        refused(request, problem)
        typed.accuse("title", str(problem))
        return None
    messages.success(request, _("已送审，数据局审核后发布。") if submit else _("草稿已保存。"))
    return redirect("desk:entry", spec.code)


def _taken(code: str) -> bool:
    try:
        known(code)
    except Http404:
        return False
    return True


def _held(request: HttpRequest, typed: Typed, spec: Resource, held: exchange.EntryHeldBack) -> HttpResponse:
    """The draft is kept; what holds it back stands beside its box."""
    entry_form.note_problems(typed, held.problems)
    messages.info(request, _("草稿已保存，还没有送审。"))
    return _show(request, spec, typed, -1)


def _step(request: HttpRequest, code: str, step: Callable[[str, Actor], object], done: str) -> HttpResponse:
    standing, draft = known(code)
    owner = draft.spec.owner if draft else standing.spec.owner  # type: ignore[union-attr]
    if not exchange.may_edit(current_actor(), owner):
        raise PermissionDenied(_("只有提供部门和数据局能改这一条。"))
    taken(request, lambda: step(code, current_actor()), done)
    return redirect("desk:entry", code)


@opens_to("official")
@require_POST
def submit(request: HttpRequest, code: str) -> HttpResponse:
    return _step(request, code, exchange.submit, _("已送审，数据局审核后发布。"))


@opens_to("official")
@require_POST
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    return _step(request, code, exchange.take_back, _("已撤回，可以接着改。"))
