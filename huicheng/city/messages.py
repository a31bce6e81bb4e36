"""English for Chinese: ``compile`` writes every ``django.po`` as the ``.mo`` that gettext reads, at set-up and after
an edit; ``collect`` adds the words that packs and code tables declare to the catalogue beside them."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import escape, read_po

PACKAGE = Path(__file__).resolve().parent.parent
HEADER = """msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""
PO = Path("locale", "en", "LC_MESSAGES", "django.po")


def compile_all() -> int:
    files = sorted(PACKAGE.rglob("locale/*/LC_MESSAGES/django.po"))
    for path in files:
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source))
    return len(files)


def declared() -> dict[Path, list[str]]:
    """{catalogue: the words it owes}; read from what is loaded, since titles stand in no call to gettext."""
    from huicheng.codes import api as codes
    from huicheng.ground.api import declared_words

    found: dict[Path, dict[str, None]] = {}
    for pack, words in declared_words():
        found.setdefault(_room(pack.folder) / PO, {})[words] = None
    for name in codes.table_names():
        labels = codes.table(name).names.values()
        found.setdefault(PACKAGE / "codes" / PO, {}).update(dict.fromkeys(labels))
    return {path: list(words) for path, words in found.items()}


def _room(folder: Path) -> Path:
    """A pack speaks for itself, a shelf of a room through the room's catalogue."""
    above = (one for one in (folder, *folder.parents) if (one / "apps.py").exists())
    return next(above, folder)


def collect() -> Iterator[str]:
    """Add what a catalogue lacks, without its English, and say what was added; what stands there is not touched."""
    for path, words in declared().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(HEADER, encoding="utf-8")
        with path.open("rb") as file:
            known = read_po(file)
        lacking = [one for one in words if one not in known]
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f'\nmsgid {escape(one)}\nmsgstr ""\n' for one in lacking)
        yield from (f"{path.relative_to(PACKAGE)}: {one}" for one in lacking)


if __name__ == "__main__":
    if sys.argv[1:] == ["collect"]:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huicheng.city.settings")
        django.setup()
        print("\n".join(collect()) or "every declared word is in its catalogue")
    print(f"{compile_all()} translation files compiled")
