"""Twelve health files of the health commission, and the officials who ask for them."""

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor


def official(account: int, name: str, department: str, *duties: str) -> Actor:
    return Actor(
        id=f"account:{account}", name=name, kind="official", department=department, duties=frozenset(duties)
    )


SUN = official(11, "孙丽", "weijian", "read", "deliver", "grant")
QIAN = official(12, "钱明", "weijian", "read")
HE = official(13, "何静", "minzheng", "read")
LIN = official(14, "林涛", "minzheng", "read", "grant")
ZHAO = official(15, "赵敏", "shuju", "steward", "read")
ZHOU = official(16, "周强", "gongan", "read", "grant")
PURPOSE = "核对高龄津贴发放对象"
BASIS = "《老年人权益保障法》第三十三条"
COLUMNS = ("name", "id_number", "phone", "updated_on")


def publish_files(count: int = 12) -> None:
    spec = exchange.resource("health_files")
    rows = [{f.name: _value(f.name, place) for f in spec.fields} for place in range(count)]
    kinds = {"date": pa.date32()}
    layout = pa.schema([(f.name, kinds.get(f.kind, pa.string())) for f in spec.fields])
    exchange.publish_table("health_files", pa.Table.from_pylist(rows, schema=layout))


def _value(name: str, place: int) -> object:
    known = {
        "file_no": f"JK{place:04d}", "name": f"秘密{place}", "id_number": f"21010219{60 + place}0307{place:04d}",
        "phone": f"138{place:08d}", "updated_on": timezone.localdate() - timedelta(days=place),
        "sex": "12"[place % 2],
    }  # fmt: skip
    return known.get(name)


def wanted(**how) -> exchange.Wanted:
    usual = exchange.Wanted(
        columns=COLUMNS, plain=("name",), purpose=PURPOSE, basis=BASIS,
        until=timezone.localdate() + timedelta(days=30),
    )  # fmt: skip
    return replace(usual, **how)


def granted(terms: exchange.Terms | None = None, **how) -> exchange.Grant:
    """He Jing of civil affairs applied, Sun Li of the health commission said yes."""
    asked = exchange.request_access("health_files", HE, wanted(**how))
    return exchange.grant(exchange.approve_application(asked.id, SUN, terms).grant)


def granted_whole() -> exchange.Grant:
    """All of every row, nothing masked."""
    names = tuple(f.name for f in exchange.resource("health_files").fields)
    return granted(columns=names, plain=names)
