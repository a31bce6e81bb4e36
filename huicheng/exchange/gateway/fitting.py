"""Whether a service's answer is what its schema promises."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
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
    # An empty registry: a schema's reference to elsewhere is never fetched.
    checker = jsonschema.Draft202012Validator(schema, registry=Registry())
    try:
        problem = next(iter(checker.iter_errors(body)), None)
    except (RecursionError, Unresolvable):
        raise _unfit("/", "$ref") from None
    if problem is not None:
        raise _unfit("/".join(str(one) for one in problem.absolute_path)[:100] or "/", str(problem.validator))


def _unfit(place: str, rule: str) -> AnswerUnfit:
    told = _("服务的应答与登记的结构不符，在 %(place)s（%(rule)s）。") % {"place": place, "rule": rule}
    return AnswerUnfit(told, place=f"{place} {rule}")
