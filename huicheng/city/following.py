"""Subscriptions, as the terminal shows them."""

from __future__ import annotations

import os

from django.utils.timezone import localtime
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, acting_as, current_actor, department
from huicheng.identity import api as identity

STATES = {"active": "推送中", "paused": "已停下"}
KEY = "HUICHENG_KEY"


def program() -> Actor:
    """A department's program follows under its own key; nobody else at this terminal does in its name."""
    token = os.environ.get(KEY, "")
    if not token:
        raise BadInput("请把本部门程序的接口密钥放进环境变量 HUICHENG_KEY，再运行一次。")
    return identity.machine_of(token)


def add(out: Console, resource: str, url: str, *, purpose: str, case: str, beginning: bool) -> None:
    """For a department's program: it reads as its key does, under its department's grants."""
    asking = exchange.Asking(program(), purpose, case)
    with acting_as(asking.actor):
        view, secret = exchange.subscribe(resource, url, asking, from_beginning=beginning)
    out.print(f"[green]✓[/green] 订阅 {view.id} 已建立")
    out.print("签名密钥（Standard Webhooks，只显示这一次，请交给接收方）：")
    out.print(secret, soft_wrap=True, markup=False, highlight=False)


def take(out: Console, subscription: str) -> None:
    with acting_as(program()):
        exchange.take_over(subscription)
    out.print(f"[green]✓[/green] 订阅 {subscription} 已由这个密钥接手")


def show(out: Console) -> None:
    table = Table("订阅", "资源", "订阅方", "送到", "状态", "已送达", "在排队", "没送到")
    for one in exchange.subscriptions(current_actor()):
        counts = (f"{one.sent:,}", f"{one.waiting:,}", f"{one.dead:,}")
        state = STATES.get(one.state, one.state)
        state += f"：{exchange.why_stopped(one.reason)}" if one.reason else ""
        table.add_row(one.id, one.resource, department(one.department).short, escape(one.url), state, *counts)
    out.print(table)


def remove(out: Console, subscription: str) -> None:
    exchange.unsubscribe(subscription)
    out.print(f"[green]✓[/green] 订阅 {subscription} 已取消")


def dead(out: Console) -> None:
    table = Table("推送", "订阅", "资源", "次序", "试了几次", "原因", "时间")
    for one in exchange.dead_letters(current_actor()):
        ended = f"{localtime(one.ended_at):%m-%d %H:%M:%S}" if one.ended_at else ""
        table.add_row(
            one.id, one.subscription, one.resource, f"{one.number}", f"{one.attempts}", one.error, ended
        )
    out.print(table)


def replay(out: Console, messages: tuple[str, ...], *, everything: bool) -> None:
    found = [one.id for one in exchange.dead_letters(current_actor())] if everything else list(messages)
    if not found:
        raise BadInput("没有要重发的推送。用 huicheng subscription dead 查看。")
    for one in found:
        exchange.replay(one)
    out.print(f"[green]✓[/green] {len(found)} 条推送已排队重发")


def tries(out: Console, subscription: str, *, limit: int) -> None:
    table = Table("时间", "推送", "对方的答复", "结果")
    for one in exchange.attempts_of(subscription, current_actor(), limit=limit):
        ended = exchange.why_stopped(one.error) if one.error else "收下了"
        told = f"{ended} · 不再重试" if one.dead else ended
        table.add_row(
            f"{localtime(one.at):%m-%d %H:%M:%S}", one.message, str(one.status or "—"), escape(told)
        )
    out.print(table)
