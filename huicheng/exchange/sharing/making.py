"""A granted table written as a file of its own, masked and filtered: what is handed out is never the source's file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huicheng.exchange.asking import NoData, admit, take
from huicheng.exchange.catalogue import resource
from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.reading import Admitted, Read, Rule, pinned, read_ahead
from huicheng.exchange.evidence.receipts import finish_export, note
from huicheng.exchange.granting.door import Grant, NoGrant, UnknownGrant
from huicheng.exchange.granting.door import grant as grant_numbered
from huicheng.exchange.landing import alone
from huicheng.exchange.policy import Decision, decide
from huicheng.exchange.querying import formats
from huicheng.exchange.sending import Batches, Portion
from huicheng.exchange.sharing.models import SharedVersion
from huicheng.exchange.sharing.refusals import NoSuchShareVersion
from huicheng.exchange.sharing.shapes import schema_string, shaped, shared_shape
from huicheng.ground.api import Actor, Event, act, home, publish
from huicheng.lake import api as lake

KEPT = 3


@dataclass(frozen=True, kw_only=True)
class TableShared(Event):
    """A grant's table was written anew; whoever is handed it leaves a receipt that names whose rows it holds."""

    resource: str
    number: int
    source: int
    rows: int


def folder(grant: str) -> Path:
    return home() / "shares" / grant


def file_of(version: SharedVersion) -> Path:
    return folder(version.grant) / version.name


def current(grant: Grant, actor: Actor) -> SharedVersion:
    """What the grant shows of the newest version of its table; made now where that is not there yet."""
    spec = resource(grant.resource)
    decision = _decision(spec, grant, actor)
    with _alone(grant.id):
        if not lake.exists(spec.table):
            raise NoData(_("这份数据还没有交付：%(what)s") % {"what": spec.title})
        source, sight = lake.version(spec.table), sight_of(decision)
        newest = SharedVersion.objects.filter(grant=grant.id).order_by("-number").first()
        if newest and (newest.source, newest.sight) == (source, sight) and file_of(newest).exists():
            return newest
        made = _make(spec, grant, Admitted(spec, replace(decision, version=source)), sight)
        _drop_old(grant.id)
        return made


def numbered(grant: Grant, actor: Actor, number: int) -> SharedVersion:
    """An older version, while it is kept and the grant still shows just what it holds."""
    sight = sight_of(_decision(resource(grant.resource), grant, actor))
    found = SharedVersion.objects.filter(grant=grant.id, number=number, sight=sight).first()
    if found is None or not file_of(found).exists():
        raise NoSuchShareVersion(_("没有第 %(number)s 版，或已不再保存。") % {"number": number})
    return found


def _decision(spec: Resource, grant: Grant, actor: Actor) -> Decision:
    """By this grant and no other that the department may hold for the same purpose."""
    decision = decide(spec, actor, grant.purpose)
    if decision.grant is None or decision.grant.id != grant.id:
        raise decision.refusal or NoGrant(_("授权 %(id)s 现在不能使用。") % {"id": grant.id})
    return decision


def sight_of(decision: Decision) -> str:
    told = [dict(decision.columns), decision.where]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def hand_out(version: SharedVersion, grant: Grant, actor: Actor) -> None:
    """Each time somebody is given the address of a copy, that is a reading: of the grant's quota, with its receipt.

    Whose rows they are was found when the copy was made; the set is named again, not written again.
    """
    spec = resource(grant.resource)
    sql = _sql(spec, _decision(spec, grant, actor))
    admitted = admit(sql, actor, grant.purpose, at={spec.table: version.source})
    decision = admitted[spec.table].decision
    if decision.grant is None or decision.grant.id != grant.id or sight_of(decision) != version.sight:
        raise NoSuchShareVersion(_("没有第 %(number)s 版，或已不再保存。") % {"number": version.number})
    take(actor, grant.purpose, admitted, rows=version.rows)
    read = Read(
        "", sql, admitted, {spec.table: version.source}, cast(Rule, version.rule), np.empty(0, np.uint64),
        answer=version.sha256, known=version.subjects,
    )  # fmt: skip
    reading = note(actor, grant.purpose, [read])
    finish_export(actor, reading, rows=version.rows, sha256=version.sha256)


def _sql(spec: Resource, decision: Decision) -> str:
    """What the grant named and no longer shows is not asked for."""
    return Portion(columns=tuple(f.name for f in spec.fields if f.name in decision.columns)).sql(spec.table)


def _make(spec: Resource, grant: Grant, admitted: Admitted, sight: str) -> SharedVersion:
    last = SharedVersion.objects.filter(grant=grant.id).order_by("-number").first()
    source = admitted.decision.version or 0
    # Ahead of every number that was given before, also where those were forgotten since.
    number = max(source, last.number + 1 if last else 0)
    name = f"{number}-{uuid.uuid4().hex[:16]}.parquet"
    sql = _sql(spec, admitted.decision)
    whose = read_ahead(sql, "", None, admitted)
    batches = lake.stream(sql, mounts=pinned({spec.table: admitted}, whose.versions))
    sha256 = _written(folder(grant.id), name, _parquet(batches))
    facts = pq.read_metadata(folder(grant.id) / name)
    row = SharedVersion(
        grant=grant.id, number=number, resource=spec.code, source=source, sight=sight, name=name,
        size=(folder(grant.id) / name).stat().st_size, rows=facts.num_rows,
        schema=schema_string(facts.schema.to_arrow_schema(), spec), subjects=whose.known, rule=whose.rule, sha256=sha256,
    )  # fmt: skip
    return _keep(row)


def _written(place: Path, name: str, pieces: Iterator[bytes]) -> str:
    """A file of this name, whole or not at all; the hash of what stands in it."""
    place.mkdir(parents=True, exist_ok=True)
    draft, sha256 = place / f".{name}", hashlib.sha256()
    try:
        with draft.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                sha256.update(piece)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(place / name)
    finally:
        draft.unlink(missing_ok=True)
    return sha256.hexdigest()


@act
def _keep(row: SharedVersion) -> SharedVersion:
    row.save(force_insert=True)
    told = TableShared(
        subject=f"grant:{row.grant}",
        resource=row.resource,
        number=row.number,
        source=row.source,
        rows=row.rows,
    )
    publish(told)
    return row


def _parquet(batches: Batches) -> Iterator[bytes]:
    """Times as moments, lists as text: what readers of every kind agree on."""
    return formats.WRITERS["parquet"](_reshaped(batches))


def _reshaped(batches: Batches) -> Batches:
    first = next(batches)
    shape = shared_shape(first.schema)
    yield shaped(first, shape)
    for batch in batches:
        yield shaped(batch, shape)


def _alone(grant: str) -> AbstractContextManager[bool]:
    """One maker a grant."""
    return alone(home() / "shares" / ".locks" / grant)


def _drop_old(grant: str) -> None:
    """The last few versions stay for those who are reading them."""
    rows = SharedVersion.objects.filter(grant=grant).order_by("-number")[KEPT:]
    for row in list(rows):
        file_of(row).unlink(missing_ok=True)
        row.delete()
    known = set(SharedVersion.objects.filter(grant=grant).values_list("name", flat=True))
    for path in folder(grant).glob("*"):
        if path.name not in known:
            path.unlink(
                missing_ok=True
            )  # left by a maker that was killed: nobody else makes while we hold the lock


def forget_grant(grant: str) -> int:
    """All that was made for a grant, gone: files first, so that nothing is left that no row names."""
    with _alone(grant):
        shutil.rmtree(folder(grant), ignore_errors=True)
        return SharedVersion.objects.filter(grant=grant).delete()[0]


def forget_resource(code: str) -> int:
    """After rows were erased no copy of them may stay; each grant's table is made anew when it is asked for.

    Files of a maker that is at work, or was killed before it told of its file, are found by their folders.
    """
    grants = set(SharedVersion.objects.filter(resource=code).values_list("grant", flat=True))
    grants |= {path.name for path in (home() / "shares").glob("[!.]*") if _resource_of(path.name) == code}
    return sum(forget_grant(one) for one in sorted(grants))


def _resource_of(number: str) -> str:
    try:
        return grant_numbered(number).resource
    except UnknownGrant:
        return ""
