"""The desk's pages in six groups: what moves, what it is, how good it is, who watches, and what is set once."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huicheng.ground.api import Actor
from huicheng.portals.desk.sight import sees_all


@dataclass(frozen=True)
class Place:
    """A page of the menu; ``under`` are the addresses at which one is there, the longest of all pages' counts."""

    title: str
    href: str
    under: tuple[str, ...]
    here: bool = False


@dataclass(frozen=True)
class Group:
    title: str
    href: str
    places: tuple[Place, ...]
    here: bool


def groups(actor: Actor, path: str) -> list[Group]:
    """Every group with the pages this official may open; each leads to its first."""
    shown = [(title, [one for one in places if one is not None]) for title, places in _drawn(actor)]
    chosen = _nearest([one for _title, places in shown for one in places], path)
    return [_group(title, places, chosen) for title, places in shown]


def _nearest(places: list[Place], path: str) -> Place | None:
    found = [(len(under), one) for one in places for under in one.under if _lies(path, under)]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _lies(path: str, under: str) -> bool:
    return path == under[:-1] if under.endswith("$") else path.startswith(under)


def _group(title: str, places: list[Place], chosen: Place | None) -> Group:
    marked = tuple(Place(one.title, one.href, one.under, one is chosen) for one in places)
    return Group(title, places[0].href, marked, any(one.here for one in marked))


def _place(title: str, name: str, *more: str) -> Place:
    href = reverse(f"desk:{name}")
    return Place(title, href, (href, *more))


def _drawn(actor: Actor) -> list[tuple[str, list[Place | None]]]:
    home, steward = reverse("desk:home"), sees_all(actor)
    return [
        (_("概览"), [Place(_("概览"), home, (f"{home}$",))]),
        (
            _("交换"),
            [
                _place(pgettext("list", "交付"), "deliveries"),
                _place(_("交付文件"), "deliver") if actor.may("deliver") else None,
                _place(_("申请与授权"), "access"),
                _place(_("服务"), "services"),
                _place(_("定时取数"), "feeds"),
                _place(_("订阅"), "subscriptions"),
            ],
        ),
        (_("目录"), [_place(_("资源目录"), "catalogue"), _place(_("代码表"), "code_tables")]),
        (_("质量"), [_place(_("数据质量"), "quality"), _place(_("融合"), "fusion")]),
        (
            _("监督"),
            [
                _place(_("监管"), "supervision"),
                _place(_("监测"), "monitor"),
                _place(_("审计"), "audit") if steward else None,
            ],
        ),
        (
            _("设置"),
            [
                _place(_("接口"), "keys"),
                _place(_("数据节点"), "nodes") if steward else None,
                _place(_("作业"), "jobs"),
            ],
        ),
    ]
