from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from huicheng.exchange.granting.door import UnknownGrant, grant
from huicheng.exchange.sharing.making import folder, forget_grant
from huicheng.exchange.sharing.models import Fetched
from huicheng.exchange.sharing.tables import shareable
from huicheng.ground.api import Progress, job


@job("sharing.tidy", title=gettext_noop("清理共享表"), every=timedelta(days=1))
def tidy(progress: Progress) -> dict[str, Any]:
    """Files of grants that have ended, and the marks of addresses that ran out long ago."""
    places = folder("x").parent
    ended = [path.name for path in places.glob("[!.]*") if path.is_dir() and not _holds(path.name)]
    for number in ended:
        forget_grant(number)
    old, _kinds = Fetched.objects.filter(at__lt=timezone.now() - timedelta(days=2)).delete()
    return {"grants": len(ended), "addresses": old}


def _holds(number: str) -> bool:
    try:
        return shareable(grant(number))
    except UnknownGrant:
        return False
