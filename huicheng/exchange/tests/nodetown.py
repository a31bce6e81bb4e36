"""赵敏 runs the bureau's platform; the civil affairs bureau has a node. Its requests are signed with this home's key."""

import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client

from huicheng.exchange import api as exchange
from huicheng.exchange.nodes import signing
from huicheng.exchange.nodes.calling import own_key
from huicheng.exchange.nodes.chain import GENESIS, Manifest, schema_of
from huicheng.exchange.nodes.inviting import redeem
from huicheng.exchange.tests.twelve import ZHAO
from huicheng.ground.api import canonical, events, sign

VISITS = exchange.Resource(
    code="visits", title="窗口来访登记信息", owner="minzheng", mode="append", summary="每行是一次窗口来访，含事项与人数",
    category=next(iter(exchange.categories())), share="unconditional",
    fields=(exchange.Field("number", "登记号", "text"), exchange.Field("people", "人数", "integer")),
)  # fmt: skip


def parquet(rows: list[dict[str, Any]], mark: str) -> bytes:
    sink = io.BytesIO()
    table = pa.Table.from_pylist(rows, schema=pa.schema([("number", pa.string()), ("people", pa.int64())]))
    pq.write_table(table.replace_schema_metadata({"huicheng.part": mark}), sink)
    return sink.getvalue()


@dataclass
class Sender:
    """A node at the other end of the line, which may be told to misbehave."""

    node: str
    client: Client = field(default_factory=Client)
    previous: str = GENESIS
    seq: int = 0
    algorithm: str = "Ed25519"

    def call(self, method: str, place: str, data: Any = None, *, query: Any = None, **more: Any) -> Any:
        body = data if isinstance(data, bytes) else json.dumps(data or {}).encode()
        asked = signing.Request(method, f"/api/nodes/{place}", urlencode(query or {}), body)
        headers = more.get("headers") or signing.signed_headers(
            asked, node=self.node, algorithm=self.algorithm
        )
        where = f"{asked.path}?{asked.query}" if asked.query else asked.path
        return self.client.generic(
            method, where, more.get("sent", body), content_type="application/json", headers=headers
        )

    def manifest(self, body: bytes, *, kind: str = "rows", rows: int = 0, **other: Any) -> Manifest:
        given = {
            "node": self.node,
            "resource": "visits",
            "seq": self.seq + 1,
            "previous": self.previous,
            **other,
        }
        return Manifest(
            kind=kind, schema=schema_of(VISITS), sha256=hashlib.sha256(body).hexdigest(), size=len(body), rows=rows,
            **given,
        )  # fmt: skip

    def announce(self, manifest: Manifest, *, signature: str = "") -> Any:
        value = signature or sign(manifest.bytes).value
        return self.call("POST", "batches", {"manifest": manifest.as_dict(), "signature": value})

    def pour(self, manifest: Manifest, body: bytes, *, offset: int = 0) -> Any:
        query = {"resource": manifest.resource, "seq": manifest.seq, "offset": offset}
        return self.call("PUT", "batches/bytes", body, query=query)

    def take(self, manifest: Manifest) -> Any:
        return self.call("POST", "batches/take", {"resource": manifest.resource, "seq": manifest.seq})

    def deliver(self, manifest: Manifest, body: bytes) -> Any:
        """The whole of it, as a node in good health does."""
        assert self.announce(manifest).status_code == 200
        assert self.pour(manifest, body).status_code == 200
        answer = self.take(manifest)
        if answer.status_code == 200:
            self.seq, self.previous = manifest.seq, manifest.hash
        return answer

    def publish(self, spec: exchange.Resource = VISITS) -> Any:
        body = canonical(json.loads(json.dumps(spec.as_dict())))
        manifest = self.manifest(body, kind="entry")
        return self.deliver(Manifest(**{**manifest.as_dict(), "schema": schema_of(spec)}), body)


def invited(*, trusted: bool = True, department: str = "minzheng", **more: Any) -> str:
    return exchange.invite_node(department, actor=ZHAO, trusted=trusted, **more).code


@pytest.fixture
def sender(transactional_db: Any) -> Sender:
    return Sender(redeem(invited(), own_key().pem)["node"])


@pytest.fixture
def published(sender: Sender) -> Sender:
    assert sender.publish().json()["receipt"]["document"]["outcome"] == "published"
    return sender


def rows_of(code: str = "visits") -> list[dict[str, Any]]:
    sql = f"SELECT number, people FROM raw.{code} ORDER BY number"
    return exchange.ask(sql, ZHAO, purpose="核对").table.to_pylist()


def refusals() -> list[str]:
    return [one.data["problem"] for one in events(kind="exchange.NodeRequestRefused")]
