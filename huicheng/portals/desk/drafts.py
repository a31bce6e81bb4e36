"""Files on their way in: kept in the city's home until they are delivered, or a week has passed."""

from __future__ import annotations

import json
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
        return _folder() / self.token / self.name


def _folder() -> Path:
    path = home() / "uploads"
    path.mkdir(exist_ok=True)
    return path


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
    draft.path.parent.mkdir()
    with draft.path.open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    (draft.path.parent / "draft.json").write_text(json.dumps(asdict(draft), ensure_ascii=False))
    return draft


def find(token: str, actor: Actor) -> Draft | None:
    """One's own draft only; a token is not enough."""
    note = _folder() / token / "draft.json"
    if not token.isalnum() or not note.exists():
        return None
    draft = Draft(**json.loads(note.read_text()))
    return draft if draft.owner == actor.id and draft.path.exists() else None


def drop(token: str) -> None:
    if token.isalnum():
        shutil.rmtree(_folder() / token, ignore_errors=True)


def _sweep() -> None:
    for folder in _folder().iterdir():
        if folder.stat().st_mtime < time.time() - WEEK:
            shutil.rmtree(folder, ignore_errors=True)
