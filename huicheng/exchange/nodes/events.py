"""What happens between nodes and their centre."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from huicheng.ground.api import Event


@dataclass(frozen=True, kw_only=True)
class NodeInvited(Event):
    """A one-time code was made; the code itself is told to whoever made it, and kept nowhere."""

    department: str
    title: str
    level: str
    division: str
    expires: str


@dataclass(frozen=True, kw_only=True)
class NodeJoined(Event):
    department: str
    title: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class NodeRevoked(Event):
    why: str


@dataclass(frozen=True, kw_only=True)
class NodeRequestRefused(Event):
    """A request of a node, or of somebody who says to be one, that was not let in; ``problem`` is its name."""

    problem: str
    path: str
    words: str


@dataclass(frozen=True, kw_only=True)
class BatchTaken(Event):
    """The centre took a batch, for good or as refused; ``signed`` is the receipt that the node keeps too."""

    resource: str
    seq: int
    outcome: str
    delivery: str
    signed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CentreJoined(Event):
    """This home has a centre from now on."""

    url: str
    node: str


@dataclass(frozen=True, kw_only=True)
class CentreKeyTrusted(Event):
    """Somebody here compared the fingerprint of a later key of the centre, and takes what it signs."""

    key: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class ResourceOffered(Event):
    """This node tells its centre of a resource; ``stays``: its rows never leave."""

    resource: str
    stays: bool


@dataclass(frozen=True, kw_only=True)
class DeliveryCut(Event):
    """The accepted rows of a delivery lie in the outbox."""

    resource: str
    delivery: str
    batches: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class BatchesRenewed(Event):
    """Rows of batches that had not been sent were erased: these were signed anew without them."""

    resource: str
    batches: int


@dataclass(frozen=True, kw_only=True)
class BatchAcknowledged(Event):
    """The centre's receipt is here and its signature holds."""

    resource: str
    seq: int
    outcome: str
    receipt: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NodeAsked(Event):
    """A question waits for a node; ``signed`` has the hashes of its words and of the document that the node will check."""

    resource: str
    signed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NodeAnswered(Event):
    """A node's signed answer, or why it gave none; of the rows only their hash."""

    question: str
    outcome: str
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NodeAnswerRead(Event):
    """Whoever asked a node was handed the answer whose hash this is."""

    question: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class NodeAnswersWiped(Event):
    """Words and answers of so many questions are gone: their time was over, or rows of a resource were erased."""

    questions: int
    why: str


@dataclass(frozen=True, kw_only=True)
class CentreAnswered(Event):
    """This node answered a question of its centre; ``signed`` is what it said."""

    question: str
    outcome: str
    signed: dict[str, Any] = field(default_factory=dict)
