"""English for Chinese: ``compile`` writes every ``django.po`` as the ``.mo`` that gettext reads, at set-up and after
an edit; ``collect`` adds the words that packs and code tables declare to the catalogue beside them."""

import ast
import os
import re
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
HAN = re.compile(r"[\u4e00-\u9fff]")
MARK = re.compile(r"^\[\w+\][✓✗]\[/\w+\]\s*")
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
    found[PACKAGE / "city" / PO] = dict.fromkeys(_printed())
    for name in codes.table_names():
        labels = codes.table(name).names.values()
        found.setdefault(PACKAGE / "codes" / PO, {}).update(dict.fromkeys(labels))
    return {path: list(words) for path, words in found.items()}


def _printed() -> Iterator[str]:
    """What the command line prints, f-strings with holes for what varies: %(a)s 个文件."""
    for path in sorted((PACKAGE / "city").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent = {id(part) for one in ast.walk(tree) for part in _not_printed(one)}
        texts = (
            _template(one) for one in ast.walk(tree) if id(one) not in silent and path.stem != "settings"
        )
        yield from (text for text in texts if HAN.search(text))


def _not_printed(one: ast.AST) -> list[ast.expr]:
    """Docstrings, the parts of an f-string, and what gettext says itself."""
    if isinstance(one, ast.JoinedStr):
        return one.values
    if isinstance(one, ast.Expr):
        return [one.value]
    called = isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in ("_", "gettext")
    return one.args if isinstance(one, ast.Call) and called else []


def _template(one: ast.AST) -> str:
    if isinstance(one, ast.Constant) and isinstance(one.value, str):
        return MARK.sub("", one.value)
    if not isinstance(one, ast.JoinedStr):
        return ""
    names = iter("abcdefghij")
    parts = (
        str(part.value) if isinstance(part, ast.Constant) else f"%({next(names)})s" for part in one.values
    )
    return MARK.sub("", "".join(parts))


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
