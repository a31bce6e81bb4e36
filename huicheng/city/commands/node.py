"""``huicheng node``: this home as a node of a centre, and as a centre to its nodes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from huicheng.city.speaking import Terminal

if TYPE_CHECKING:
    from huicheng.exchange.api import NodeHealth

out = Terminal(highlight=False)
err = Terminal(stderr=True, highlight=False)
STATES = {"offered": "已报上级，等回执", "review": "等数据局审核", "draft": "草稿", "returned": "被退回", "refused": "上级不收",
          "published": "已发布"}  # fmt: skip


@click.group()
def node() -> None:
    """A department's, district's, street's or community's own node, and the centre's list of nodes."""


@node.command()
@click.argument("department")
@click.option("--title", default="", help="What the node is called; default: the department's short name.")
@click.option("--level", default="department", show_default=True,
              type=click.Choice(["department", "city", "district", "street", "community"]))  # fmt: skip
@click.option("--division", default="", help="GB/T 2260: 6 digits a district, 9 a street, 12 a community.")
@click.option("--hours", default=168, show_default=True, help="How long the code is good.")
@click.option("--trusted", is_flag=True, help="Publish the node's entries without a reviewer.")
def invite(department: str, **options: Any) -> None:
    """At the centre: make a one-time code for a node of DEPARTMENT."""
    from django.utils.timezone import localtime

    from huicheng.exchange import api as exchange
    from huicheng.ground.api import current_actor

    made = exchange.invite_node(department, actor=current_actor(), **options)
    out.print(
        f"[green]✓[/green] {escape(made.title)} 的加入码，{localtime(made.expires):%Y-%m-%d %H:%M} 前有效，只能用一次："
    )
    click.echo(made.code)
    out.print("在节点的机器上运行：huicheng node join 本平台地址 加入码", markup=False)


@node.command()
@click.argument("url")
@click.argument("code")
def join(url: str, code: str) -> None:
    """At the node: join the centre at URL with a one-time CODE."""
    from huicheng.city.building import prepare
    from huicheng.exchange import api as exchange

    prepare()
    row = exchange.join_centre(url, code)
    out.print(f"[green]✓[/green] 已加入 {escape(row.city)}，节点 {row.node}（{escape(row.title)}）")
    for key in row.keys:
        out.print(f"  上级公钥 {key['key']}，指纹 {key['fingerprint']}", markup=False)
    out.print("请向数据局核对指纹。接着：huicheng node publish 资源代码 --file 数据文件；huicheng node run")


@node.command()
@click.argument("resource")
@click.option("--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A description (.json), or a file whose header and first rows are one.")  # fmt: skip
@click.option("--title", help="Its name in the catalogue.")
@click.option("--summary", help="What each row is, in a sentence.")
@click.option("--category", help="Class and item, as huicheng catalogue categories lists them.")
@click.option("--share", type=click.Choice(["unconditional", "conditional", "none"]))
@click.option("--share-condition", help="What conditional sharing asks for.")
@click.option("--share-basis", help="The law that forbids sharing.")
@click.option("--mode", type=click.Choice(["replace", "append", "upsert"]))
@click.option("--key", help="Field names, comma between.")
@click.option(
    "--update", type=click.Choice(["realtime", "daily", "weekly", "monthly", "quarterly", "yearly"])
)
@click.option("--erasure", help="When personal data are deleted.")
@click.option("--stays", is_flag=True, help="Its rows never leave this node; the centre may ask questions.")
def publish(resource: str, path: Path | None, stays: bool, **said: Any) -> None:
    """At the node: publish RESOURCE here, and tell the centre of it."""
    from huicheng.exchange import api as exchange

    spec = exchange.described_resource(resource, path, said)
    exchange.offer_resource(spec, stays=stays)
    out.print(
        f"[green]✓[/green] {escape(spec.title)}（{spec.code}）：{len(spec.fields)} 个信息项，已在本节点发布"
    )
    _try_to_send()


@node.command()
@click.argument("resource")
@click.argument("source")
@click.option(
    "--batch-rows", default=200_000, show_default=True, help="Rows in one batch; a replacement is one."
)
def deliver(resource: str, source: str, batch_rows: int) -> None:
    """At the node: deliver SOURCE to RESOURCE here, and put its rows into the outbox."""
    from huicheng.city.delivering import deliver as run
    from huicheng.exchange import api as exchange

    plain = {"sheet": None, "query": None, "pairs": (), "accept_proposal": False, "preview": False, "remember": False,
             "yes": False}  # fmt: skip
    with exchange.room_here():
        failed = run(out, resource, source, **plain)
        _fill(batch_rows)
    sys.exit(failed)


def _fill(batch_rows: int) -> None:
    from huicheng.exchange import api as exchange

    made = exchange.fill_outbox(batch_rows=batch_rows)
    left = exchange.node_status().waiting
    out.print(f"发件箱：新切 {made} 批，共有 {left.batches} 批、{left.bytes / 1e6:,.1f} MB 待发")
    if left.uncut:
        out.print(f"另有 {left.uncut} 份交付等上级发布目录后再发")


def _try_to_send() -> None:
    """Where the centre answers the entry goes at once; where it does not, ``run`` sends it later."""
    from huicheng.exchange import api as exchange

    try:
        exchange.node_pass(tell=lambda line: out.print(f"  {line}", markup=False))
    except exchange.NodeProblem as problem:
        out.print(f"[yellow]·[/yellow] 还没有送到上级：{escape(str(problem))}")
        return
    for one in exchange.node_status().resources:
        out.print(f"  {one.resource}：{STATES.get(one.state, one.state)} {one.problem}", markup=False)


@node.command()
@click.option("--port", default=0, help="Also serve this node's own pages and API here.")
@click.option("--once", is_flag=True, help="Send what there is, and stop; exit 1 where something stays.")
@click.option("--batch-rows", default=200_000, show_default=True)
def run(port: int, once: bool, batch_rows: int) -> None:
    """At the node: send the outbox, tell the centre how we are, answer its questions, for ever."""
    from huicheng.exchange import api as exchange

    def tell(line: str) -> None:
        out.print(f"{time.strftime('%H:%M:%S')} {line}", markup=False)

    if once:
        sent = exchange.node_pass(batch_rows=batch_rows, tell=tell)
        for name, problem in sent.problems.items():
            err.print(f"[red]✗[/red] {name}：{escape(problem)}")
        sys.exit(1 if sent.problems or exchange.node_status().waiting.batches else 0)
    if port:
        _serve(port, batch_rows)
        return
    exchange.node_status()
    exchange.run_node(batch_rows=batch_rows, tell=tell)


def _serve(port: int, batch_rows: int) -> None:
    from huicheng.city import serving
    from huicheng.exchange import api as exchange

    exchange.node_status()
    serving.check_port(port)
    loop = [sys.executable, "-m", "huicheng", "node", "run", "--batch-rows", str(batch_rows)]
    serving.serve(out, port=port, beside={"node": loop})


@node.command()
def status() -> None:
    """At the node: the centre, what waits, and what is in the way."""
    from django.utils.timezone import localtime

    from huicheng.exchange import api as exchange

    found = exchange.node_status()
    reached = f"{localtime(found.reached_at):%Y-%m-%d %H:%M:%S}" if found.reached_at else "还没有"
    out.print(f"{escape(found.title)}（{found.node}） → {escape(found.city)} {found.url}")
    out.print(f"最近联系：{reached}，时钟相差 {found.clock_offset:+.1f} 秒")
    left = found.waiting
    out.print(f"待发：{left.batches} 批，{left.bytes / 1e6:,.1f} MB；等目录发布的交付 {left.uncut} 份")
    if found.problem:
        out.print(f"[red]✗[/red] {escape(found.problem)}")
    table = Table("资源", "名称", "目录状态", "已送批次", "待发", "上级收下的行", "问题")
    for one in found.resources:
        state = STATES.get(one.state, one.state) + ("，数据不出节点" if one.stays else "")
        words = (
            one.resource,
            escape(one.title),
            state,
            f"{one.sent:,}",
            f"{one.waiting:,}",
            f"{one.accepted:,}",
        )
        table.add_row(*words, escape(one.problem))
    out.print(table)


@node.command()
@click.argument("fingerprint")
def trust(fingerprint: str) -> None:
    """At the node: take a later key of the centre as its own, by the FINGERPRINT that the bureau tells you."""
    from huicheng.exchange import api as exchange

    key = exchange.trust_centre_key(fingerprint)
    out.print(f"[green]✓[/green] 从现在起也认上级的公钥 {key}")


@node.command("list")
def list_nodes() -> None:
    """At the centre: every node, those below it too, how it is and what it still has to send."""
    from huicheng.exchange import api as exchange

    table = Table("节点号", "名称", "部门", "级别", "状态", "待发", "问题")
    _list(table, exchange.node_list(), "")
    out.print(table)


def _list(table: Table, nodes: Iterable[NodeHealth], indent: str) -> None:
    for one in nodes:
        names = (one.id, indent + escape(one.title), one.department, one.level, one.condition)
        table.add_row(*names, f"{one.waiting_batches:,}", escape(one.problem or one.revoked_because))
        _list(table, one.below, indent + "  ")


@node.command()
@click.argument("number")
@click.option("--why", required=True, help="Kept in the audit, and told to the node.")
def revoke(number: str, why: str) -> None:
    """At the centre: let node NUMBER deliver no more."""
    from huicheng.exchange import api as exchange
    from huicheng.ground.api import current_actor

    exchange.revoke_node(number, actor=current_actor(), why=why)
    out.print(f"[green]✓[/green] 节点 {number} 已停用")


@node.command()
@click.argument("number")
@click.argument("sql")
@click.option("--purpose", required=True)
@click.option("--case", default="", help="The number of the case it is for, where a grant asks for one.")
@click.option("--wait", default=60.0, show_default=True, help="Seconds to wait for the answer.")
def ask(number: str, sql: str, purpose: str, case: str, wait: float) -> None:
    """At the centre: ask node NUMBER, or a node below it, one SELECT, as a data steward; people stay masked.

    What lies further below is asked of the node that has it, level by level.
    """
    import dataclasses

    from huicheng.exchange import api as exchange
    from huicheng.ground.api import current_actor

    hand = current_actor()
    steward = dataclasses.replace(hand, kind="official", department="shuju", duties=frozenset({"steward"}))
    question = exchange.ask_node(number, sql, steward, purpose=purpose, case=case)
    until = time.monotonic() + wait
    while (found := exchange.node_answer(question, steward)).state == "waiting" and time.monotonic() < until:
        time.sleep(0.5)
    if found.table is None:
        err.print(f"[red]✗[/red] {question}：{escape(found.reason or '节点还没有回答，稍后再问。')}")
        sys.exit(1)
    table = Table(*found.table.column_names)
    for row in found.table.to_pylist():
        table.add_row(*("" if value is None else escape(str(value)) for value in row.values()))
    out.print(table)
    if len(found.road) > 1:
        out.print(f"由 {found.road[-1]} 回答，逐级签名：{' ← '.join(found.road)}", markup=False)


commands = (node,)
