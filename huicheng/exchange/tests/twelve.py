"""Twelve people, so that a test knows each of them."""

import pyarrow as pa

from huicheng.exchange.api import publish_table, resource
from huicheng.ground.api import Actor

ZHAO = Actor(id="account:1", name="赵敏", kind="official", department="shuju", duties=frozenset({"steward"}))
MAYOR = Actor(
    id="account:2", name="郑市长", kind="official", department="zhengfuban", duties=frozenset({"decide"})
)
HAN = Actor(id="account:4", name="韩梅", kind="official", department="shuju", duties=frozenset({"read"}))
WANG = Actor(id="account:3", name="王芳", kind="resident", person="P000000000001")
NAMES = ("王芳", "李强", "张伟", "刘洋", "陈静", "杨勇", "赵丽", "黄磊", "周杰", "吴敏", "徐鹏", "孙悦")


def person(place: int) -> dict[str, object]:
    """Twelve people: six in 和平, five in 沈河, one in 康平."""
    district = "210102" if place < 6 else "210103" if place < 11 else "210123"
    return {
        "base_id": f"P{place + 1:012d}", "name": NAMES[place], "district": district, "sex": "12"[place % 2],
        "id_number": f"21010219{60 + place}0307{place:04d}", "household_no": f"H{place // 2}", "school": f"S{place % 3}",
    }  # fmt: skip


def publish_people(count: int = 12) -> None:
    names = [f.name for f in resource("base.people").fields]
    rows = [{name: person(place).get(name) for name in names} for place in range(count)]
    publish_table(
        "base.people", pa.Table.from_pylist(rows, schema=pa.schema([(n, pa.string()) for n in names]))
    )
