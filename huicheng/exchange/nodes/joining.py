"""A node joins a centre: the one-time code goes there, the centre's keys come here."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng import __version__
from huicheng.exchange.nodes.calling import Line, own_key
from huicheng.exchange.nodes.events import CentreJoined, CentreKeyTrusted
from huicheng.exchange.nodes.models import Centre
from huicheng.exchange.nodes.problems import AlreadyJoined, BrokenKey, MalformedRequest, NotJoined
from huicheng.ground.api import UnknownScheme, act, fingerprint, publish


def join(url: str, code: str) -> Centre:
    """Join with a one-time code; asked again after a lost answer, the centre says the same."""
    if known := Centre.objects.first():
        raise AlreadyJoined(
            _("这里已经是 %(city)s（%(url)s）的节点 %(node)s。")
            % {"city": known.city, "url": known.url, "node": known.node},
            do=_("要加入别处，请用另一个 HUICHENG_HOME。"),
        )
    key = own_key()
    line = Line(url, node="joining", pause=60)
    said = line.ask("POST", "join", data={"code": code, "pem": key.pem, "version": __version__})
    return _settle(url, said, key.fingerprint)


@act
def _settle(url: str, said: dict[str, object], own: str) -> Centre:
    try:
        words = {
            name: str(said[name]) for name in ("node", "title", "city", "department", "level", "division")
        }
        keys = [_sound(one) for one in said["keys"]]  # type: ignore[attr-defined]
    except (KeyError, TypeError, ValueError, UnknownScheme) as error:
        raise MalformedRequest(_("上级的答复不完整。")) from error
    row = Centre.objects.create(
        url=url.rstrip("/"), keys=keys, fingerprint=own, reached_at=timezone.now(), **words
    )
    publish(CentreJoined(subject=f"node:{row.node}", url=row.url, node=row.node))
    return row


def _sound(key: dict[str, str]) -> dict[str, str]:
    if fingerprint(key["pem"]) != key["fingerprint"]:
        raise ValueError("the fingerprint is another key's")
    return {name: key[name] for name in ("key", "fingerprint", "pem")}


def trust(mark: str) -> str:
    """Take a later key of the centre as its own, after somebody compared its whole fingerprint; returns its name."""
    row = centre()
    found = Line(row.url, node=row.node, pause=60).public_keys()
    for one in found if isinstance(found, list) else ():
        try:
            key = _sound(one)
        except (KeyError, TypeError, ValueError, UnknownScheme):
            continue
        if key["fingerprint"] == mark.strip().lower():
            _trusted(row, key)
            return key["key"]
    raise MalformedRequest(
        _("上级公布的公钥里没有指纹是 %(mark)s 的。") % {"mark": mark[:64]},
        do=_("请向数据局核对完整的 64 位指纹。"),
    )


@act
def _trusted(row: Centre, key: dict[str, str]) -> None:
    row.keys = [*(one for one in row.keys if one["fingerprint"] != key["fingerprint"]), key]
    row.save(update_fields=["keys"])
    publish(CentreKeyTrusted(subject=f"node:{row.node}", key=key["key"], fingerprint=key["fingerprint"]))


def centre() -> Centre:
    """The centre of this home, once this node's key is still the one that it joined with."""
    row = Centre.objects.first()
    if row is None:
        raise NotJoined(_("这里还没有加入任何上级。"), do=_("请先运行 huicheng node join 上级地址 加入码。"))
    if own_key().fingerprint != row.fingerprint:
        raise BrokenKey(
            _("本节点的密钥不是加入时的那一把（指纹应为 %(mark)s…）。") % {"mark": row.fingerprint[:16]},
            do=_("请从备份恢复 keys/ 文件夹；确实要换钥匙，请用新的文件夹和新的加入码重新加入。"),
        )
    return row
