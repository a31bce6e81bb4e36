"""Search in a catalogue of a city's real size (Shenyang: 10,000 entries, 128,000 items), beside a plain LIKE.

``python bench/catalogue.py [entries]`` prints milliseconds at the median and the 95th percentile, for the room's door and
for the pages of the open portal and of the desk, and how they grow from a tenth of the size.
"""

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable

import measuring.home  # noqa: F401  a home of its own, before anything of the city's
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import act, departments
from huicheng.identity import api as identity

ENTRIES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
ITEMS = 12.8
SUBJECTS = [
    "企业", "居民", "房屋", "车辆", "道路", "学校", "医院", "社区", "公园", "管线", "水库", "排污口", "食品", "药品",
    "特种设备", "电梯", "建筑工程", "合同", "养老机构", "档案",
]  # fmt: skip
ACTS = [
    "登记", "许可", "备案", "年检", "处罚", "监测", "巡查", "统计", "补贴", "缴费", "变更", "注销", "评价", "投诉", "资质",
    "名录", "预警", "检测", "申报", "公示",
]  # fmt: skip
ASKED = (
    "企业登记",
    "电梯年检",
    "学校",
    "补贴",
    "qiye",
    "shui ku",
    "养老机构 名录",
    "排污口监测预警",
    "车",
    "不存在的词语",
)


def entries(count: int) -> list[Resource]:
    rng = random.Random(7)
    owners, classes = [one.code for one in departments()], list(exchange.categories())[:22]
    made = []
    for n in range(count):
        subject, act_ = rng.choice(SUBJECTS), rng.choice(ACTS)
        fields = tuple(
            Field(f"item_{i}", f"{rng.choice(SUBJECTS)}{rng.choice(ACTS)}{i}", "text", length=50)
            for i in range(max(1, round(rng.gauss(ITEMS, 4))))
        )
        made.append(Resource(
            code=f"entry_{n}", title=f"{subject}{act_}信息（{n}）", owner=rng.choice(owners), fields=fields,
            category=rng.choice(classes), summary=f"本市{subject}的{act_}情况，每行一条，第 {n} 号目录。",
            share=rng.choice(("unconditional", "conditional")), share_condition="履职需要", open=rng.random() < 0.3,
        ))  # fmt: skip
    return made


@act
def declare_all(specs: list[Resource]) -> None:
    for spec in specs:
        exchange.declare(spec, by_pack=False)


def timed(ask: Callable[[str], object], rounds: int = 10) -> tuple[float, float]:
    spent = []
    for _ in range(rounds):
        for text in ASKED:
            start = time.perf_counter()
            ask(text)
            spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent), statistics.quantiles(spent, n=20, method="inclusive")[-1]


def like(text: str) -> list[tuple[object, ...]]:
    """The peer: what a catalogue without an index does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, title FROM exchange_resource WHERE title LIKE %s OR spec LIKE %s LIMIT 20",
            [f"%{text}%"] * 2,
        )
        return cursor.fetchall()


def steward() -> Client:
    """Somebody of the data bureau at the desk, who sees every warning."""
    identity.create_official(
        "bench", name="赵敏", password="long-enough-password", roles={"steward": "shuju"}
    )
    client = Client()
    client.force_login(get_user_model().objects.get(username="bench"))
    return client


def main() -> None:
    call_command("migrate", verbosity=0)
    made, client, desk = entries(ENTRIES), Client(), steward()
    for stop in (ENTRIES // 10, ENTRIES):
        start = time.perf_counter()
        new = [one for one in made[:stop] if one.code not in KNOWN]
        for at in range(0, len(new), 500):
            declare_all(new[at : at + 500])
        KNOWN.update(one.code for one in new)
        took = time.perf_counter() - start
        items = sum(len(one.fields) for one in made[:stop])
        print(f"{stop:,} entries, {items:,} items; declared {len(new) / took:,.0f}/s")
        gc.collect()
        gc.freeze()  # as the server does; the entries themselves are this program's
        rows = {
            "exchange.search": timed(lambda text: exchange.search(text, limit=20)),
            "/open/?q=": timed(lambda text: client.get("/open/", {"q": text}), rounds=5),
            "package_search": timed(
                lambda text: client.get("/open/ckan/api/3/action/package_search", {"q": text}), rounds=5
            ),
            "/desk/catalogue/": timed(lambda text: desk.get("/desk/catalogue/", {"q": text}), rounds=5),
            "/desk/superv…": timed(lambda text: desk.get("/desk/supervision/"), rounds=5),
            "supervise()": timed(lambda text: exchange.supervise(), rounds=5),
            "LIKE (peer)": timed(like),
        }
        peer = rows["LIKE (peer)"][1]
        for name, (median, p95) in rows.items():
            print(f"  {name:16} median {median:8.1f} ms   p95 {p95:8.1f} ms   {p95 / peer:5.2f} of LIKE")


KNOWN: set[str] = set()

if __name__ == "__main__":
    main()
