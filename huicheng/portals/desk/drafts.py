"""Files on their way in: kept in the city's home until they are delivered, or a week has passed."""

from __future__ import annotations

import json
import re
import shutil
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from huicheng.ground.api import Actor, BadInput, home

WEEK = 7 * 24 * 3600
LARGEST = 2 * 1024**3
LONGEST = 200  # bytes: a file system takes 255, and a Chinese character is three
TOKEN = re.compile(r"[0-9a-f]{32}")


class UploadRefused(BadInput):
    """A file that was not taken in."""


@dataclass(frozen=True)
class Draft:
    token: str
    resource: str
    name: str
    owner: str

    @property
    def path(self) -> Path:
        """In a folder of its own, so that no name meets the note beside it."""
        return _folder() / self.token / "file" / _stored(self.name)


def _folder() -> Path:
    path = home() / "uploads"
    path.mkdir(exist_ok=True)
    return path


def _stored(name: str) -> str:
    """As the receipt will name it: the whole name where it fits, else its beginning and its kind."""
    if len(name.encode()) <= LONGEST:
        return name
    suffix = Path(name).suffix if len(Path(name).suffix) < 10 else ""
    room = LONGEST - len(suffix.encode())
    return name.removesuffix(suffix).encode()[:room].decode(errors="ignore") + suffix


def keep(file: UploadedFile, *, resource: str, actor: Actor) -> Draft:
    """Write the upload beside the lake; the name keeps only its last part."""
    name = Path(file.name or "").name
    if not file.size:
        raise UploadRefused(_("文件 %(name)s 是空的，没有收下。请检查后重新选择。") % {"name": name})
    if file.size > LARGEST:
        raise UploadRefused(
            _("文件 %(name)s 超过 2 GB，网页收不下。请让大数据局用命令 huicheng deliver 交付。")
            % {"name": name}
        )
    _sweep()
    draft = Draft(uuid.uuid4().hex, resource, name, actor.id)
    draft.path.parent.mkdir(parents=True)
    with draft.path.open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    _note(draft.token).write_text(json.dumps(asdict(draft), ensure_ascii=False))
    return draft


def _note(token: str) -> Path:
    return _folder() / token / "draft.json"


def find(token: str, actor: Actor) -> Draft | None:
    """One's own draft only; a token is not enough."""
    if not TOKEN.fullmatch(token) or not _note(token).exists():
        return None
    draft = Draft(**json.loads(_note(token).read_text()))
    return draft if draft.owner == actor.id and draft.path.exists() else None


def keep_returned(token: str, book: bytes) -> None:
    """What an import gives back lies where the upload lay, for the same week."""
    (_folder() / token / "returned.xlsx").write_bytes(book)


def returned(token: str) -> Path | None:
    path = _folder() / token / "returned.xlsx"
    return path if TOKEN.fullmatch(token) and path.is_file() else None


def drop(token: str) -> None:
    if TOKEN.fullmatch(token):
        shutil.rmtree(_folder() / token, ignore_errors=True)


def drop_all(resource: str, *, before: float) -> None:
    """The uploads for a resource that came before this moment."""
    for folder in [path for path in _folder().iterdir() if path.stat().st_mtime <= before]:
        try:
            mine = json.loads(_note(folder.name).read_text())["resource"] == resource
        except (OSError, ValueError, KeyError):
            continue  # half an upload: the week takes it
        if mine:
            drop(folder.name)


def _sweep() -> None:
    for folder in _folder().iterdir():
        if folder.stat().st_mtime < time.time() - WEEK:
            shutil.rmtree(folder, ignore_errors=True)
