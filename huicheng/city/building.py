"""The sample city, built through the same doors that departments use; each step is done once."""

import json
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from rich.console import Console

from huicheng.city import sample_entries
from huicheng.city.granting import make_grants
from huicheng.city.showing import Bar, bar
from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground.api import Seed, declared, home, run_inline, seal, submit
from huicheng.identity import api as identity
from huicheng.sandbox import api as sandbox

# Real registrations of Shenyang: no licence, so never shipped; delivered where somebody put them.
REAL_FIRMS = Path("data/enterprise/shenyang_enterprises.csv.gz")
TAX_QUERY = "SELECT * FROM taxpayers"
Step = tuple[str, str, Callable[[Bar], None]]


class Diary:
    """Which steps are done, so that a build killed anywhere goes on where it stood."""

    def __init__(self) -> None:
        self.path = home() / "city.json"
        self.done: list[str] = json.loads(self.path.read_text()) if self.path.exists() else []

    def add(self, step: str) -> None:
        self.done.append(step)
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(self.done, ensure_ascii=False, indent=1))
        os.replace(draft, self.path)


def prepare() -> None:
    """Tables and catalogue: safe to run at every start."""
    call_command("migrate", verbosity=0, interactive=False)
    exchange.sync_declared()


def build(out: Console, *, residents: int) -> None:
    start = time.monotonic()
    prepare()
    diary = Diary()
    city = home() / "sandbox" / f"v1-{residents}"
    if not diary.done:
        out.print(f"正在建造样例城市（{residents:,} 名居民）……")
    for key, title, run in _steps(city, residents):
        if key in diary.done:
            continue
        began = time.monotonic()
        with bar(out, title) as shown:
            run(shown)
        diary.add(key)
        out.print(f"[green]✓[/green] {title} [dim]{time.monotonic() - began:.1f} 秒[/dim]")
    seal()
    out.print(f"样例城市就绪，用时 {time.monotonic() - start:.1f} 秒")


def _steps(city: Path, residents: int) -> Iterator[Step]:
    yield "sandbox", "生成居民、企业、房屋与各部门的文件", partial(_make, city, residents)
    for seed in declared(Seed):
        one = seed.value
        title = f"接收开放数据 {exchange.resource(one.resource).title}"
        yield f"seed:{one.resource}", title, partial(_deliver_seed, one)
    for resource, layout in sandbox.LAYOUTS.items():
        yield f"deliver:{resource}", f"接收 {layout.title}", partial(_deliver_extract, city, resource)
    if real := _real_firms():
        yield "real:firms", "接收真实企业登记（沈阳）", partial(_deliver, "firm_registrations", real, None)
    yield "fuse", "融合为人口、法人、房屋三库", _fuse
    yield "accounts", "开设样例账户", partial(_accounts, city)

    yield "grants", "部门之间的数据申请与授权", _grants
    yield "entries", "编写样例目录", _entries

    yield "watch", "监测巡查", _watch


def _make(city: Path, residents: int, shown: Bar) -> None:
    city.parent.mkdir(parents=True, exist_ok=True)
    sandbox.build(city, residents=residents, progress=shown)


def _deliver(resource: str, source: Path | str, query: str | None, shown: Bar) -> None:
    exchange.deliver(resource, source, query=query, progress=shown)


def _deliver_seed(seed: Seed, shown: Bar) -> None:
    _deliver(seed.resource, settings.BASE_DIR / "data" / seed.file, None, shown)


def _deliver_extract(city: Path, resource: str, shown: Bar) -> None:
    manifest = sandbox.read_manifest(city)
    if manifest is None:
        raise FileNotFoundError(f"样例城市不在 {city}：删除 {home() / 'city.json'} 后重新 make up")
    source = manifest.path(resource)
    if source.suffix == ".sqlite":
        _deliver(resource, f"sqlite:///{source}", TAX_QUERY, shown)
        return
    _deliver(resource, source, None, shown)


def _real_firms() -> Path | None:
    """HUICHENG_SHARED says where they are; empty, that there are none."""
    place = os.environ.get("HUICHENG_SHARED", str(settings.BASE_DIR.parent / "shared"))
    path = Path(place) / REAL_FIRMS
    return path if place and path.exists() else None


def _fuse(shown: Bar) -> None:
    fusion.fuse(progress=shown)


def _accounts(city: Path, shown: Bar) -> None:
    chosen = [one.person for one in sandbox.sample_people(city)]
    people = {f"resident{n}": (one["name"], one["id_number"]) for n, one in enumerate(chosen, 1)}
    identity.make_samples(people)


def _grants(shown: Bar) -> None:
    make_grants()


def _entries(shown: Bar) -> None:
    sample_entries.write()


def _watch(shown: Bar) -> None:
    run_inline(submit("sensing.watch", key="schedule"), watcher=shown.watch)
