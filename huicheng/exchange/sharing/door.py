"""What the exchange's door offers of shared tables."""

from huicheng.exchange.sharing.links import SharedFileFetched
from huicheng.exchange.sharing.making import TableShared
from huicheng.exchange.sharing.tables import Shared, shareable

__all__ = ["Shared", "SharedFileFetched", "TableShared", "shareable"]
