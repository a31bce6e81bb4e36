"""``huicheng``: everything the data bureau does from a terminal."""

import os
import sys
from pathlib import Path
from typing import Any

import click
import django
from rich.markup import escape
from rich.table import Table

from huicheng.city import commands
from huicheng.city.speaking import Terminal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huicheng.city.settings")

out = Terminal(highlight=False)
err = Terminal(stderr=True, highlight=False)


class City(click.Group):
    """Wakes Django before a command and turns bad input into words instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        _make_no_keys()
        django.setup()
        from django.db import DatabaseError

        from huicheng.city.terminal import terminal_actor
        from huicheng.ground.api import BadInput, acting_as

        try:
            with acting_as(terminal_actor()):
                return super().invoke(ctx)
        except BadInput as problem:
            err.print("[red]✗[/red]", escape(str(problem)))
        except DatabaseError as problem:
            if "exist" not in str(problem) and "no such table" not in str(problem):
                raise
            err.print(
                "[red]✗[/red] 这里还没有城市的数据表。先运行 huicheng migrate，或用 make up 建造样例城市。"
            )
        sys.exit(1)


def _make_no_keys() -> None:
    """A restore that is refused must not leave keys of its own in the home that it was to fill."""
    if sys.argv[1:2] == ["restore"]:
        os.environ.setdefault("SECRET_KEY", os.urandom(32).hex())


@click.group(cls=City)
def main() -> None:
    """慧城 huicheng: one card, two platforms, three registers, three portals."""
    from huicheng.city.presence import be_present

    be_present(click.get_current_context().invoked_subcommand or "")


@main.command()
@click.option("--residents", default=100_000, show_default=True, help="Size of the sample city.")
@click.option("--port", default=8000, show_default=True)
@click.option("--build-only", is_flag=True, help="Build the city and stop.")
def up(residents: int, port: int, build_only: bool) -> None:
    """Build the sample city if it is not there yet, then serve it."""
    from huicheng.city import building, serving

    if not build_only:
        serving.check_port(port)
    building.build(out, residents=residents)
    if not build_only:
        serving.serve(out, port=port)


@main.command()
@click.option("--port", default=8000, show_default=True)
def serve(port: int) -> None:
    """Serve the city as it is: web pages and one worker."""
    from huicheng.city import serving

    serving.check_port(port)
    serving.serve(out, port=port)


@main.command()
@click.option("--once", is_flag=True, help="Stop when nothing is left to do.")
def work(once: bool) -> None:
    """Seal events, tell the news, run jobs."""
    from huicheng.city import jobs  # noqa: F401  (what the city itself has to do daily)
    from huicheng.ground.api import work as run

    run(once=once)


@main.command()
def migrate() -> None:
    """Bring the database to this version and the declared resources into the catalogue."""
    from huicheng.city.building import prepare

    prepare()
    out.print("[green]✓[/green] 数据库与目录已就绪")


@main.command()
def departments() -> None:
    """List the departments and their codes."""
    from huicheng.ground.api import departments as all_departments

    table = Table("代码", "部门", "English")
    for one in all_departments():
        table.add_row(one.code, one.name, one.english)
    out.print(table)


@main.group()
def audit() -> None:
    """The chain of events."""


@audit.command("verify")
def audit_verify() -> None:
    """Walk the whole chain and the sets that its receipts name; exit 1 where they do not hold."""
    from huicheng.exchange.api import altered_sets
    from huicheng.ground.api import seal, verify_audit

    seal()
    report = verify_audit()
    if report.problem:
        err.print(f"[red]✗[/red] 审计链有问题：{report.problem}")
        sys.exit(1)
    if altered := altered_sets():
        err.print(f"[red]✗[/red] {len(altered)} 个人员集合与回执不符，第一个是 {altered[0]}")
        sys.exit(1)
    out.print(
        f"[green]✓[/green] {report.events:,} 条事件、{report.seals:,} 次封存，链条完整（{report.head[:12]}…）"
    )


@main.command()
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key", "keys", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A public key (PEM) or a city's key list (JSON); default: this city's own.",
)  # fmt: skip
@click.option(
    "--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file that was delivered or handed out: is it the one that the receipt names?",
)  # fmt: skip
def verify(receipt: Path, keys: tuple[Path, ...], file: Path | None) -> None:
    """Check a RECEIPT offline: its signature, its place in the chain, the root of its batch, whom it shows to be in it."""
    from huicheng.city.verifying import check_file, lines_of
    from huicheng.city.verifying import verify as run

    found = run(receipt, keys)
    if file:
        check_file(found, file)
    out.print("[green]✓[/green] 回执完整、签名有效、接在审计链上")
    for title, value in lines_of(found):
        out.print(f"  {title}：{value}", markup=False)


@main.command("keys")
@click.option("--json", "as_json", is_flag=True, help="As published at /.well-known/huicheng-keys.json.")
def list_keys(as_json: bool) -> None:
    """Show the city's public keys, with which anybody checks its receipts."""
    import json
    from dataclasses import asdict

    from huicheng.ground.api import public_keys

    found = public_keys()
    if as_json:
        click.echo(json.dumps({"keys": [asdict(one) for one in found]}, indent=1))
        return
    for one in found:
        out.print(f"{one.key}  {one.algorithm}  {one.fingerprint}", markup=False)
        click.echo(one.pem)


@main.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup(target: Path) -> None:
    """Write database, lake, landings and keys to TARGET (a .tar), consistent with one another."""
    from huicheng.city.backup import back_up

    facts = back_up(target)
    out.print(
        f"[green]✓[/green] {target}：{facts['files']:,} 个文件，{facts['bytes'] / 1e6:,.1f} MB（含密钥，请妥善保管）"
    )


@main.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Move the city that is there aside first.")
@click.option(
    "--erasures", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="audit/erasures.log of the city as it was last: what was erased after the backup is erased again.",
)  # fmt: skip
def restore(source: Path, force: bool, erasures: Path | None) -> None:
    """Put the city in SOURCE in place, after checking every file's checksum."""
    from huicheng.city.backup import restore as run
    from huicheng.city.tidying import after_restore

    facts = run(source, force=force, erasures=erasures)
    out.print(f"[green]✓[/green] 已恢复 {facts['files']:,} 个文件，备份时间 {facts['at']}")
    after_restore(out, facts)


@main.command()
@click.option(
    "--backup-to", type=click.Path(dir_okay=False, path_type=Path), help="Default: backups/ in the home."
)
def upgrade(backup_to: Path | None) -> None:
    """Back up, migrate, bring declarations into the catalogue, verify the audit chain."""
    from huicheng.city.backup import upgrade as run

    out.print(f"[green]✓[/green] 升级完成，升级前的备份在 {run(backup_to)}")


@main.command()
@click.argument("resource")
@click.option(
    "--key", "keys", multiple=True, metavar="FIELD=VALUE", help="One row; a=1,b=2 for a key of two fields."
)
@click.option(
    "--keys",
    "file",
    type=click.File(encoding="utf-8-sig"),
    help="A CSV file of keys with a header, or - for stdin.",
)
@click.option("--dry-run", is_flag=True, help="Count what would go, and erase nothing.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def erase(resource: str, keys: tuple[str, ...], file: Any, dry_run: bool, yes: bool) -> None:
    """Erase rows of RESOURCE for good: every version, every file, and what was derived from them."""
    from huicheng.city.tidying import erase as run

    sys.exit(run(out, resource, keys, file, dry_run=dry_run, yes=yes))


@main.command()
@click.option("--dry-run", is_flag=True, help="Count what would go, and remove nothing.")
def sweep(dry_run: bool) -> None:
    """Age rows, remove what is past its days, join small files, complete erasures; the worker does it daily."""
    from huicheng.city.tidying import sweep as run

    sys.exit(run(out, dry_run=dry_run))


@main.command("jobs")
@click.option("--limit", default=20, show_default=True)
def list_jobs(limit: int) -> None:
    """Show the latest jobs and how far they are."""
    from django.utils.timezone import localtime

    from huicheng.ground.api import jobs

    table = Table("作业", "状态", "进度", "开始", "说明")
    for view in jobs(limit=limit):
        share = f"{view.share:.0%}" if view.share is not None else ""
        started = f"{localtime(view.started_at):%m-%d %H:%M:%S}" if view.started_at else ""
        table.add_row(f"{view.title} {view.key[:40]}", view.state, share, started, view.error or view.label)
    out.print(table)


for _one in commands.found():
    main.add_command(_one)
