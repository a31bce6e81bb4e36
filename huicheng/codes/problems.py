"""What can be wrong with a value: a short code in the data, a sentence for the person who must mend it."""

from __future__ import annotations

from functools import cache


class Refused(ValueError):
    """A value that has no standard form; `code` says why, the message says it in words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return problem_text(self.code)


@cache
def problem_codes() -> tuple[str, ...]:
    from huicheng.codes.wording import SENTENCES

    return tuple(SENTENCES)


def problem_text(code: str) -> str:
    """What happened and what to do about it, in the reader's language."""
    from django.conf import settings
    from django.utils.translation import gettext

    from huicheng.codes.wording import SENTENCES

    sentence = SENTENCES[code]
    return gettext(sentence) if settings.configured else sentence


def is_doubt(code: str) -> bool:
    """A doubt leaves the value standing: flag it, whatever the field says about errors."""
    from huicheng.codes.wording import DOUBTS

    return code in DOUBTS
