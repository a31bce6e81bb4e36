"""Compiles every ``django.po`` to the ``.mo`` that gettext reads: run at set-up, and after an edit."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent


def compile_all() -> int:
    files = sorted(PACKAGE.rglob("locale/*/LC_MESSAGES/django.po"))
    for path in files:
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source))
    return len(files)


if __name__ == "__main__":
    print(f"{compile_all()} translation files compiled")
