"""What needs this official today: late, failed, held and refused deliveries, failed jobs, quality that falls.

Each line says what is wrong with its numbers and leads to where it is put right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground import api as ground
from huicheng.ground.api import Actor, JobView, bureau, said
from huicheng.identity import api as identity
from huicheng.portals.desk import quality
from huicheng.portals.desk.access_showing import who_of
from huicheng.portals.desk.showing import title_of
from huicheng.portals.desk.sight import deliverable, sees_all
from huicheng.portals.look import api as look
from huicheng.portals.look.api import zh

WEEK = timedelta(days=7)
MOST_OF_A_KIND = 5
# One call that fails is a call; this many in a row are the service.
FAILING = 2


@dataclass(frozen=True)
class Need:
    title: str
    words: str
    href: str
    icon: str
    tone: str = "warn"
    data: bool = False  # its words are somebody's own: a file's name, a reason as it was written down


def needs(actor: Actor, receipts: list[dict[str, Any]], jobs: list[JobView]) -> list[Need]:
    """The gravest first; of a kind only so many, the rest counted in one line."""
    newest = _newest(receipts)
    kinds = [
        (_held(newest), _("还有 %(n)s 份交付等待确认"), reverse("desk:deliveries")),
        (_asked(actor), _("还有 %(n)s 份数据申请等您答复"), reverse("desk:access") + "?show=asked"),
        (_returned(actor), _("还有 %(n)s 份数据申请要补正"), reverse("desk:access") + "?show=mine"),
        (_prepared(actor), _("还有 %(n)s 个拟好的密钥等您接受"), reverse("desk:keys")),
        (_stopped(actor), _("还有 %(n)s 个订阅或定时取数停下了"), reverse("desk:subscriptions")),
        (_services(actor), _("还有 %(n)s 个服务断开、失败或暂停"), reverse("desk:services")),
        (_failed(newest), _("还有 %(n)s 份交付没有成功"), reverse("desk:deliveries") + "?show=refused"),
        (_failed_jobs(jobs), _("还有 %(n)s 个作业失败"), reverse("desk:jobs")),
        (_late(actor, newest), _("还有 %(n)s 项资源迟交"), reverse("desk:deliveries")),
        (_refused(newest), _("还有 %(n)s 份交付有退回的行"), reverse("desk:deliveries") + "?show=refused"),
        (_drifted(newest), _("还有 %(n)s 项资源的列变了"), reverse("desk:deliveries")),
        (_falling(actor), _("还有 %(n)s 个字段的质量下降"), reverse("desk:quality")),
        (_unfused(actor, receipts), "", ""),
        (_behind(actor), "", ""),
    ]
    return [need for found, more, href in kinds for need in _some(found, more, href)]


def _some(found: Iterable[Need], more: str, href: str) -> Iterator[Need]:
    every = list(found)
    yield from every[:MOST_OF_A_KIND]
    if (rest := len(every) - MOST_OF_A_KIND) > 0:
        yield Need(more % {"n": rest}, "", href, every[0].icon, every[0].tone)


def _newest(receipts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The latest receipt of each resource: what was put right since is no trouble any more."""
    seen: dict[str, dict[str, Any]] = {}
    for one in receipts:
        seen.setdefault(one["resource"], one)
    return list(seen.values())


def _held(newest: list[dict[str, Any]]) -> Iterator[Need]:
    for one in newest:
        if one["state"] == "held":
            title = _("%(title)s：交付在等确认") % {"title": said(one["title"])}
            yield Need(title, one["reason"] or one["file"], one["href"], "clock", data=True)


def _asked(actor: Actor) -> Iterator[Need]:
    """The applications that this official may answer, the nearest day first."""
    found = [*exchange.applications_to(actor.department or "-"), *exchange.applications_escalated()]
    mine = {one.id: one for one in found if exchange.may_answer(one, actor)}
    for one in sorted(mine.values(), key=lambda one: one.answer_by):
        names = {"who": zh(who_of(one)), "title": conditional_escape(title_of(one.resource))}
        due = {"day": look.day(one.answer_by)}
        words = _("%(day)s 到期，已逾期。") if one.overdue else _("最迟 %(day)s 答复。")
        href = reverse("desk:application", args=[one.id])
        yield Need(SafeString(_("%(who)s申请「%(title)s」") % names), words % due, href, "inbox")


def _returned(actor: Actor) -> Iterator[Need]:
    if not actor.may("read"):
        return
    for one in exchange.applications_of(actor.department or "-"):
        if one.state == "returned":
            title = title_of(one.resource)
            href = reverse("desk:application", args=[one.id])
            yield Need(_("「%(title)s」的申请要补正") % {"title": title}, said(one.reason), href, "inbox")


def _prepared(actor: Actor) -> Iterator[Need]:
    """What the data bureau proposed: there is no key before somebody who keeps the department's keys accepts it."""
    own = actor.department or "-"
    for one in identity.api_keys(own) if identity.keeps_keys(actor, own) else ():
        if one.state == "prepared":
            yield Need(
                _("数据局替本部门拟好的密钥等您接受"), one.name, reverse("desk:keys"), "inbox", data=True
            )


def _stopped(actor: Actor) -> Iterator[Need]:
    """What this official could take over, since who made it may no longer stand for it."""
    for one in exchange.subscriptions(actor) if actor.may("read") else ():
        if one.state == "paused" and one.reason != "ByHand" and one.department == actor.department:
            title = _("「%(title)s」的订阅停下了") % {"title": title_of(one.resource)}
            yield Need(title, exchange.why_stopped(one.reason), reverse("desk:subscriptions"), "mail")
    for feed in exchange.feeds(actor) if actor.may("deliver") else ():
        if feed.stopped and feed.department == actor.department:
            title = _("「%(title)s」的定时取数停下了") % {"title": title_of(feed.resource)}
            yield Need(title, exchange.why_stopped(feed.stopped), reverse("desk:feeds"), "clock")


def _services(actor: Actor) -> Iterator[Need]:
    """Services of one's own, or of the city, that callers get no answer from now: those that fail before the paused."""
    own = [one for one in exchange.services() if sees_all(actor) or one.owner == actor.department]
    for one in sorted(own, key=lambda one: one.circuit == "paused"):
        if told := _troubled(one):
            title, words, tone = told
            names = {"title": said(one.title), "n": one.failures, "bureau": bureau(one.owner)}
            yield Need(title % names, words % names, reverse("desk:service", args=[one.code]), "warn", tone)


def _troubled(one: exchange.ServiceView) -> tuple[str, str, str] | None:
    if one.circuit in ("open", "half-open"):
        return (
            _("服务「%(title)s」已断开"),
            _("%(bureau)s，连续失败 %(n)s 次；隔一会儿试一次，答成了就恢复。"),
            "bad",
        )
    if one.circuit == "paused":
        return _("服务「%(title)s」已暂停"), _("%(bureau)s，调用的程序得不到答复，直到有人恢复它。"), ""
    if one.failures >= FAILING:
        return _("服务「%(title)s」在失败"), _("%(bureau)s，最近连续 %(n)s 次没有答成。"), "warn"
    return None


def _failed(newest: list[dict[str, Any]]) -> Iterator[Need]:
    for one in newest:
        if one["state"] == "failed":
            title = _("%(title)s：最近一次交付没有成功") % {"title": said(one["title"])}
            yield Need(title, one["reason"], one["href"], "warn", "bad")


def _refused(newest: list[dict[str, Any]]) -> Iterator[Need]:
    for one in newest:
        if one["state"] == "accepted" and one["refused"]:
            title = _("%(title)s：退回了 %(n)s 行") % {
                "title": said(one["title"]), "n": look.number(one["refused"]),
            }  # fmt: skip
            yield Need(title, _("下载退回的行，改好后再交付一次。"), one["href"], "download")


def _drifted(newest: list[dict[str, Any]]) -> Iterator[Need]:
    """Taken as it was, and told: for a week."""
    since = timezone.now() - WEEK
    for one in newest:
        if one["drift"] and one["state"] == "accepted" and one["at"] > since:
            title = _("%(title)s：交付的列与上一次不同") % {"title": said(one["title"])}
            yield Need(
                title,
                _("有 %(n)s 处变化，已照常写入。") % {"n": len(one["drift"].changes)},
                one["href"],
                "info",
                "",
            )


def _failed_jobs(jobs: list[JobView]) -> Iterator[Need]:
    since = timezone.now() - WEEK
    latest: dict[tuple[str, str], JobView] = {}
    for job in jobs:
        latest.setdefault((job.name, job.key), job)
    for job in latest.values():
        if job.state == "failed" and job.created_at > since:
            title = _("作业失败：%(title)s") % {"title": said(job.title)}
            yield Need(title, job.error, reverse("desk:job", args=[job.id]), "job", "bad")


def _late(actor: Actor, newest: list[dict[str, Any]]) -> Iterator[Need]:
    """What should have come by its cycle; what never came is said only where somebody has to deliver it."""
    standing = {one["resource"] for one in newest}
    where = reverse("desk:deliver")
    for one in deliverable(actor):
        known = exchange.statistics(one.code)
        names = {"title": said(one.title), "bureau": bureau(one.owner), "when": look.ago(known.updated_at)}
        if known.late:
            yield Need(
                _("%(title)s：迟交") % names, _("%(bureau)s，最近一次是%(when)s") % names, where, "clock"
            )
        elif known.late is None and one.code not in standing:
            yield Need(
                _("%(title)s：还没有交付过") % names, _("由%(bureau)s交付") % names, where, "upload", ""
            )


def _falling(actor: Actor) -> Iterator[Need]:
    for one in quality.falling(actor):
        resource = exchange.resource(one["resource"], retired=True)
        names = {"title": said(resource.title), "field": quality.field_title(resource, one["field"])}
        yield Need(
            _("%(title)s「%(field)s」的质量下降") % names,
            _("完整 %(filled_before)s → %(filled)s，有效 %(valid_before)s → %(valid)s")
            % {
                name: look.percent(one[name]) for name in ("filled", "filled_before", "valid", "valid_before")
            },
            reverse("desk:quality_field", args=[one["resource"], one["field"]]),
            "chart",
        )


def _unfused(actor: Actor, receipts: list[dict[str, Any]]) -> Iterator[Need]:
    """A steward is told how many deliveries the registers have not seen yet."""
    if not sees_all(actor):
        return
    run = next(iter(fusion.runs(limit=1)), None)
    sources = {one.resource for one in fusion.SOURCES}
    waiting = [
        one
        for one in receipts
        if one["resource"] in sources and one["state"] == "accepted" and (run is None or one["at"] > run.at)
    ]
    if waiting:
        title = _("有 %(n)s 份交付还没有融合") % {"n": len(waiting)}
        yield Need(title, _("融合之后，基础库和质量才会跟上。"), reverse("desk:fusion"), "join", "")


def _behind(actor: Actor) -> Iterator[Need]:
    if not sees_all(actor):
        return
    for one in ground.listener_states():
        if one.failures:
            title = _("监听失败：%(name)s") % {"name": one.name}
            yield Need(title, one.error, reverse("desk:audit"), "warn", "bad")
