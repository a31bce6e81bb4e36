"""Who may read what 分类分层: one decision, deny by default, made before a table is mounted.

A question cannot get round it: the engine sees only the columns and rows that the decision left, masked values
already masked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.utils import timezone

from huicheng.exchange.declarations import Field, Mask, Resource
from huicheng.exchange.granting.applications import for_society
from huicheng.exchange.granting.conditions import Condition, WrongFilter, where
from huicheng.exchange.granting.grants import Grant, check_case, matching, may_use, why_not
from huicheng.exchange.granting.refusals import NoGrant
from huicheng.exchange.refusals import AccessDenied
from huicheng.ground.api import Actor
from huicheng.lake import api as lake

Show = Literal["plain", "masked"]

# The city and the district in front of a street; 小区, 校区 and the like are no districts, nor is what follows a number.
PLACE = "^(?:[^0-9０-９路街巷号]{0,12}?市)?(?:[^0-9０-９路街巷号]{0,8}?(?:[^小社园校厂景院住活0-9０-９路街巷号]区|县|市))?"
# A mask shows at most half of a value, and hides six characters or all of it; of a name all but the first. Of a number
# it shows the province and city alone: its end is told by the day of birth and the check digit.
MASKS: Mapping[Mask, str] = {
    "id": "CASE WHEN {c} IS NULL THEN NULL WHEN length({c}) < 16 THEN '**********' "
    "ELSE left({c}, 4) || '**************' END",
    "name": "CASE WHEN {c} IS NULL THEN NULL WHEN length({c}) < 2 THEN '*' "
    "ELSE left({c}, 1) || repeat('*', length({c}) - 1) END",
    "phone": "CASE WHEN {c} IS NULL THEN NULL WHEN length({c}) < 11 THEN '******' "
    "ELSE left({c}, 3) || '******' || right({c}, 2) END",
    "address": "CASE WHEN {c} IS NULL THEN NULL WHEN length({c}) >= greatest(6 + length({place}), 2 * length({place})) "
    "THEN {place} || '******' ELSE '******' END",
    "hide": "CASE WHEN {c} IS NULL THEN NULL ELSE '******' END",
}


@dataclass(frozen=True)
class Decision:
    """``columns`` empty = denied; ``reason`` says why, for the log, ``refusal`` for the person refused.

    Under a ``grant`` its quota is taken before an answer goes out. Where there is a ``smallest_group`` only sums do, over
    groups that are no smaller, and they are made on an ``edition``.
    ``where`` is said again in ``filter``, in words that another city understands.
    ``version`` is the one that the decision was made on, where that matters. ``granted_above`` is another city's grant.
    """

    columns: Mapping[str, Show]
    reason: str
    where: str | None = None
    filter: tuple[Condition, ...] = ()
    grant: Grant | None = None
    case: str = ""
    refusal: AccessDenied | None = None
    version: int | None = None
    smallest_group: int = 0
    edition: Path | None = None
    granted_above: str = ""

    @property
    def allowed(self) -> bool:
        return bool(self.columns)


def decide(
    resource: Resource, actor: Actor, purpose: str, *, case: str = "", statistic: bool = False
) -> Decision:
    """The decision on one resource.

    What is open is everybody's. A live grant for just this purpose decides; else the first row of ``RULES`` that applies; else nobody may.
    ``statistic``: it is for a declared question whose answer is sums, see ``figures``.
    """
    rules = (*RULES[:OF_EVERYBODY], FOR_STATISTICS, *RULES[OF_EVERYBODY:]) if statistic else RULES
    rule = next((one for one in rules if one[0](resource, actor)), None)
    closed = rule is None or rule[1] == "masked"
    if closed and (found := matching(resource, actor, purpose.strip())):
        return _granted(found, resource, case)
    if rule is None:
        refusal = why_not(resource, actor, purpose.strip())
        return Decision({}, REASONS.get(type(refusal).__name__, NOT_GRANTED), refusal=refusal)
    _applies, outcome, reason = rule
    if outcome not in ("open", "whole") and not purpose.strip():
        return Decision({}, "没有写明用途")
    return _outcome(outcome, resource, actor, reason)


def _granted(found: Grant, resource: Resource, case: str) -> Decision:
    """The grant's columns as far as they are still declared; what became personal since is masked.

    What is internal it shows where it says on what basis; a grant from before that was asked says it for none.
    """
    if refusal := check_case(found, case):
        return Decision({}, "没有写明办件编号", refusal=refusal)
    try:
        rows = where(resource, found.filter)
    except WrongFilter:
        return Decision({}, "授权的行范围与目录不再相符")
    plain = () if found.account else found.plain
    known = for_society(resource) if found.account else [f.name for f in resource.fields]
    columns: dict[str, Show] = {
        f.name: "plain" if f.sensitivity != "personal" or f.name in plain else "masked"
        for f in resource.fields
        if f.name in found.columns
        and f.name in known
        and (f.sensitivity != "internal" or found.basis.strip())
    }
    if not columns:
        return Decision({}, NOT_GRANTED)
    sums = found.aggregate_only or (bool(found.account) and resource.about_people)
    least = found.smallest_group if sums else 0
    return Decision(
        columns,
        "依申请开放" if found.account else "部门间授权",
        rows,
        found.filter,
        grant=found,
        case=case.strip(),
        smallest_group=least,
    )


@dataclass(frozen=True)
class GrantAbove:
    """Another city's grant: the owner's yes was given there."""

    id: str
    expires: datetime


@dataclass(frozen=True)
class Bounds:
    """What a decision leaves of a table, in words that another city understands; ``grant`` is what it stands on."""

    columns: Mapping[str, Show]
    filter: tuple[Condition, ...] = ()
    smallest_group: int = 0
    grant: GrantAbove | None = None

    def as_dict(self) -> dict[str, Any]:
        rows = [one.as_list() for one in self.filter]
        return {"columns": dict(self.columns), "filter": rows, "smallest_group": self.smallest_group}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], grant: GrantAbove | None = None) -> "Bounds":
        rows = tuple(map(Condition.from_list, data["filter"]))
        return cls(dict(data["columns"]), rows, int(data["smallest_group"]), grant)


def bounds_of(decision: Decision) -> Bounds:
    return Bounds(dict(decision.columns), decision.filter, decision.smallest_group)


def decide_within(
    resource: Resource, actor: Actor, purpose: str, bounds: Bounds, *, case: str = ""
) -> Decision:
    """What our decision and another city's both leave. Where we know of no grant, one that was given there counts."""
    ours = decide(resource, actor, purpose, case=case)
    if type(ours.refusal) is NoGrant and bounds.grant and _honoured(bounds.grant, resource, actor):
        ours = _under(bounds.grant, resource, bounds, case)
    return narrowed(resource, ours, bounds) if ours.allowed else ours


def _honoured(one: GrantAbove, resource: Resource, actor: Actor) -> bool:
    """It is our centre's word alone, so it opens nothing that is shared with nobody here."""
    return may_use(actor) and resource.share != "none" and timezone.now() < one.expires


def _under(one: GrantAbove, resource: Resource, bounds: Bounds, case: str) -> Decision:
    """As of a grant of ours: the columns that are declared here, none plainer than there."""
    columns = {f.name: bounds.columns[f.name] for f in resource.fields if f.name in bounds.columns}
    return Decision(columns, "上级的授权", granted_above=one.id, case=case.strip())


def narrowed(resource: Resource, decision: Decision, bounds: Bounds) -> Decision:
    """What both decisions leave."""
    columns: dict[str, Show] = {
        name: "plain" if show == bounds.columns[name] == "plain" else "masked"
        for name, show in decision.columns.items()
        if name in bounds.columns
    }
    try:
        rows = [f"({one})" for one in (decision.where, where(resource, bounds.filter)) if one]
    except WrongFilter:
        return Decision({}, "授权的行范围与目录不再相符")
    if not columns:
        return Decision({}, NOT_GRANTED)
    least = max(decision.smallest_group, bounds.smallest_group)
    both = (*decision.filter, *bounds.filter)
    return replace(
        decision, columns=columns, where=" AND ".join(rows) or None, filter=both, smallest_group=least
    )


def _outcome(outcome: str, resource: Resource, actor: Actor, reason: str) -> Decision:
    columns = {f.name: show for f in resource.fields if (show := SHOWS[outcome].get(f.sensitivity))}
    if outcome != "own":
        return Decision(columns, reason if columns else NOT_GRANTED)
    his = (Condition(resource.subject, "=", actor.person or ""),)
    return Decision(columns, reason, f'"{resource.subject}" = {lake.literal(actor.person or "")}', his)


def _steward(resource: Resource, actor: Actor) -> bool:
    return actor.kind == "official" and actor.department == "shuju" and actor.may("steward")


def _of_its_owner(resource: Resource, actor: Actor) -> bool:
    may = actor.may("read") or actor.may("deliver")
    return actor.serves_department and actor.department == resource.owner and may


def _own_department(resource: Resource, actor: Actor) -> bool:
    return _of_its_owner(resource, actor) and not resource.of_platform


def _own_register(resource: Resource, actor: Actor) -> bool:
    """The data bureau keeps the registers, but their values are others'."""
    return _of_its_owner(resource, actor) and resource.of_platform and resource.share != "none"


def _register_in_sums(resource: Resource, actor: Actor) -> bool:
    """Leaders and readers look at the city, and never at a row of it."""
    register = resource.code.startswith("base.") and resource.share != "none"
    may = actor.may("decide") or actor.may("read") or actor.may("steward")
    return actor.kind == "official" and register and may


def _shared_with_all(resource: Resource, actor: Actor) -> bool:
    may = actor.may("read") or actor.may("decide")
    return actor.serves_department and resource.share == "unconditional" and may


def _about_oneself(resource: Resource, actor: Actor) -> bool:
    """His rows in the register and beside it; how rows were linked is fusion's own."""
    linked = resource.code.endswith("_links")
    own = resource.about == "person" and resource.subject == "base_id" and not linked
    return own and bool(actor.person) and actor.kind == "resident" and not actor.scope


NOT_GRANTED = "没有授权"
REASONS = {"GrantExpired": "授权已到期", "GrantRevoked": "授权已撤销"}
# What each outcome shows of a field, by its sensitivity; what is not here is withheld.
SHOWS: Mapping[str, Mapping[str, Show]] = {
    "open": {"public": "plain"},
    "whole": {"public": "plain", "internal": "plain", "personal": "masked"},
    "plain": {"public": "plain", "internal": "plain", "personal": "plain"},
    "own": {"public": "plain", "internal": "plain", "personal": "plain"},
    "inner": {"public": "plain", "internal": "plain", "personal": "masked"},
    "masked": {"public": "plain", "personal": "masked"},
}
# Whatever is shared with other departments on a condition, or with none, has no row here: it takes a grant.
RULES = (
    (lambda r, a: r.open and (a.kind == "system" or _of_its_owner(r, a)), "whole", "向社会开放"),
    (lambda r, a: r.open, "open", "向社会开放"),
    (lambda r, a: a.kind == "system", "plain", "平台自身运行"),
    (_about_oneself, "own", "本人数据"),
    (_steward, "masked", "数据管理员"),
    (_own_department, "inner", "本部门资源"),
    (_own_register, "masked", "本部门资源"),
    (_shared_with_all, "masked", "无条件共享"),
)
OF_EVERYBODY = 4
# Where the answer is sums, the columns that cut them are seen by the question, and their rows by nobody.
FOR_STATISTICS = (_register_in_sums, "inner", "城市运行统计")


# A field that was declared after the table's newest version is empty until the next one, not an error.
ABSENT: Mapping[str, str] = {
    "integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "datetime": "TIMESTAMP", "boolean": "BOOLEAN",
}  # fmt: skip


def mount_of(resource: Resource, decision: Decision) -> lake.Mount:
    """The decision as the engine sees it."""
    columns = {
        f.name: _column(f, decision.columns[f.name]) for f in resource.fields if f.name in decision.columns
    }
    if decision.edition:
        columns = {name: _told(name, decision.columns[name]) for name in columns}
    absent = {name: f"CAST(NULL AS {ABSENT.get(resource.field(name).kind, 'VARCHAR')})" for name in columns}
    return lake.Mount(
        columns=columns, absent=absent, where=decision.where, version=decision.version, rows=decision.edition
    )


def _told(name: str, show: Show) -> str:
    """Editions are made for all of a department's grants: of what this one masks it has only that it is there."""
    return f'"{name}"' if show == "plain" else f"CASE WHEN \"{name}\" IS NULL THEN NULL ELSE '*' END"


def _column(field: Field, show: Show) -> str:
    quoted = f'"{field.name}"'
    return quoted if show == "plain" else masked(field.masking, quoted)


def masked(mask: Mask, column: str) -> str:
    """The SQL of what is shown of a column."""
    text = f"CAST({column} AS VARCHAR)"
    return MASKS[mask].format(c=text, place=f"regexp_extract({text}, '{PLACE}')")
