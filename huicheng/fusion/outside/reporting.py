"""A page that one opens from a folder: what was linked by what, what each agreement was worth, how good the columns are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.template import Context, Engine
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from huicheng.fusion.linking.keys import Ints
from huicheng.fusion.outside.outcome import Outcome

PAGE = Path(__file__).parent / "report.html"
RULE_WORDS = {
    "code": gettext_noop("号码相同"),
    "code_mended": gettext_noop("号码改正一处后相同"),
    "evidence": gettext_noop("没有号码，由其他列认出"),
    "gathered": gettext_noop("彼此相像而归到一起"),
    "alone": gettext_noop("只有自己"),
    "evidence_code_disowned": gettext_noop("号码是别人的，由其他列认出"),
    "unlinked": gettext_noop("内容太少，认不出是谁"),
}
LEVEL_WORDS = {
    "unlike": gettext_noop("不同"),
    "differs": gettext_noop("不同"),
    "alike": gettext_noop("有些像"),
    "near": gettext_noop("很像"),
    "two_off": gettext_noop("差两个字符"),
    "one_off": gettext_noop("差一个字符"),
    "mended": gettext_noop("改正一处后相同"),
    "surname": gettext_noop("同姓"),
    "sound_common": gettext_noop("读音相同（常见）"),
    "sound_rare": gettext_noop("读音相同（少见）"),
    "over_1000": gettext_noop("相同，千人以上都用的值"),
    "to_1000": gettext_noop("相同，千人以内的值"),
    "to_100": gettext_noop("相同，百人以内的值"),
    "to_10": gettext_noop("相同，十人以内的值"),
    "to_2": gettext_noop("相同，只有两处的值"),
    "same": gettext_noop("相同"),
    "same_family": gettext_noop("相同，家人的号码"),
    "district": gettext_noop("同区县"),
    "community": gettext_noop("同社区"),
    "site": gettext_noop("同小区或门牌"),
    "flat": gettext_noop("同一户"),
}
EDGES = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 50), (51, 10**9))


def report(outcome: Outcome, quality: pa.Table, sizes: Ints) -> str:
    waterfall = outcome.figures["waterfall"]
    weights = outcome.figures["weights"]
    context = Context(
        {
            "language": get_language(),
            "kind": {"people": _("人"), "firms": _("企业"), "houses": _("房屋")}[outcome.kind],
            "outcome": outcome,
            "facts": [
                (_("来源行"), f"{outcome.rows:,}"),
                (_("认出"), f"{outcome.entities:,}"),
                (_("最大一组"), f"{int(sizes.max(initial=0)):,}"),
                (_("读不了的行"), f"{outcome.refused:,}"),
                (_("用时（秒）"), f"{outcome.seconds:,.1f}"),
            ],
            "waterfall": _bars(
                ((_(RULE_WORDS[name]), count) for name, count in waterfall.items() if count), outcome.rows
            ),
            "sizes": _bars(_clusters(sizes), len(sizes)),
            "weights": _weights(weights),
            "quality": [_column(one) for one in quality.to_pylist()],
        }
    )
    return (
        Engine(builtins=["django.templatetags.i18n"])
        .from_string(PAGE.read_text(encoding="utf-8"))
        .render(context)
    )


def _bars(lines: Iterable[tuple[str, int]], whole: int) -> list[dict[str, Any]]:
    return [
        {"label": label, "count": f"{count:,}", "share": 100 * count / max(1, whole)}
        for label, count in lines
    ]


def _clusters(sizes: Ints) -> list[tuple[str, int]]:
    found = []
    for low, high in EDGES:
        count = int(np.sum((sizes >= low) & (sizes <= high)))
        label = str(low) if low == high else f"{low}-{high}" if high < 10**9 else f"> {low - 1}"
        if count:
            found.append((label, count))
    return found


def _weights(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bits for and against, each as far to its side as it weighs."""
    most = max((abs(one["bits"]) for one in lines if one["level"]), default=1.0) or 1.0
    return [
        {
            **one,
            "level": _level(one["level"]),
            "share": 50 * abs(one["bits"]) / most,
            "against": one["bits"] < 0,
        }
        for one in lines
        if one["level"] not in ("", "missing")
    ]


def _level(name: str) -> str:
    word = LEVEL_WORDS.get(name.removeprefix("same_")) or LEVEL_WORDS.get(name)
    return _(word) if word else name


def _column(one: dict[str, Any]) -> dict[str, Any]:
    filled, rows = one["filled"], max(1, one["rows"])
    valid = None if one["valid"] is None else 100 * one["valid"] / max(1, filled)
    return {
        **one,
        "filled_share": 100 * filled / rows,
        "valid_share": valid,
        "often": 100 * one["most_rows"] / rows,
    }
