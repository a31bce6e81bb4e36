"""Whether a service's answer is what its schema promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from referencing import Registry
from referencing.exceptions import Unresolvable

from huicheng.exchange.gateway.calling import Answer
from huicheng.exchange.gateway.refusals import AnswerUnfit


def read_json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise AnswerUnfit(_("服务的应答不是 JSON。"), place="JSON") from None


def _no_number(word: str) -> Any:
    raise ValueError(word)  # NaN and Infinity, which Python reads and JSON does not know


def fits(schema: Any, body: Any) -> None:
    if rule := unsafe(schema):
        raise _unfit("/", rule)
    plain = (
        {name: part for name, part in schema.items() if name != "$schema"}
        if isinstance(schema, dict)
        else schema
    )
    # An empty registry: a schema's reference to elsewhere is never fetched.
    checker = Checker(plain, registry=Registry())
    try:
        problem = next(iter(checker.iter_errors(body)), None)
    except (RecursionError, Unresolvable):
        raise _unfit("/", "$ref") from None
    if problem is not None:
        raise _unfit("/".join(str(one) for one in problem.absolute_path)[:100] or "/", str(problem.validator))


def unsafe(schema: Any) -> str:
    """The first part of a schema that an answer cannot be checked against in time; empty where there is none.

    A part with a ``$schema`` of its own would be checked by its own rules, and names by patterns are in no way ours.
    """
    waiting = [(schema, True)]
    while waiting:
        part, root = waiting.pop()
        if isinstance(part, dict):
            if isinstance(part.get("pattern"), str) and _matches_in_time(part["pattern"], "") is None:
                return "pattern"
            if part.get("patternProperties"):
                return "patternProperties"
            if isinstance(part.get("$schema"), str) and not root:
                return "$schema"
        inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        waiting += [(one, False) for one in inside]
    return ""


def _matches_in_time(pattern: str, text: str) -> pa.Scalar | None:
    """By an engine whose time grows with the text alone; None for a pattern that it does not know."""
    try:
        found = pc.match_substring_regex(pa.scalar(text.encode(errors="replace").decode()), pattern)
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    return found


def _pattern(checker: Any, pattern: str, text: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    if checker.is_type(text, "string"):
        found = _matches_in_time(pattern, text)
        if found is None or not found.as_py():
            yield jsonschema.ValidationError("pattern")


Checker = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})


def _unfit(place: str, rule: str) -> AnswerUnfit:
    told = _("服务的应答与登记的结构不符，在 %(place)s（%(rule)s）。") % {"place": place, "rule": rule}
    return AnswerUnfit(told, place=f"{place} {rule}")
