"""Whom a reading disclosed, in the keys of somebody else: a centre that gave us a salt for it."""

from __future__ import annotations

import numpy as np

from huicheng.exchange.evidence.members import kept_keys
from huicheng.exchange.evidence.models import SubjectSet
from huicheng.exchange.evidence.reading import Read, subject_columns
from huicheng.exchange.evidence.sets import Keys
from huicheng.lake import api as lake


def keys_for(one: Read, salted: str) -> Keys:
    told = kept_keys(SubjectSet.objects.get(sha256=one.known)) if one.known else one.keys
    if not len(told):
        return told
    found = [np.empty(0, np.uint64)]
    for table, each in one.admitted.items():
        theirs = subject_columns(each.spec, salted)
        for name, ours in subject_columns(each.spec).items():
            found.append(
                _translated(table, one.versions[table], {"ours": ours, "theirs": theirs[name]}, told)
            )
    return np.unique(np.concatenate(found))


def _translated(table: str, version: int, columns: dict[str, str], told: Keys) -> Keys:
    mount = lake.Mount(columns=columns, version=version)
    asked = f"SELECT DISTINCT ours, theirs FROM {table} WHERE ours IS NOT NULL"
    pairs = lake.ask(asked, mounts={table: mount}).table
    ours, theirs = (pairs[name].to_numpy().astype(np.uint64) for name in ("ours", "theirs"))
    return np.asarray(theirs[np.isin(ours, told)], np.uint64)
