"""What can go wrong between a node and its centre, each by its own name."""

from __future__ import annotations

from typing import Any, ClassVar

from huicheng.exchange.refusals import code_of
from huicheng.ground.api import BadInput


class NodeProblem(BadInput):
    """``passing``: the same request may succeed later, so the node tries again by itself."""

    status: ClassVar[int] = 400
    passing: ClassVar[bool] = False

    def __init__(self, message: str, *, do: str = "", **facts: Any) -> None:
        self.message, self.do, self.facts = message, do, facts
        super().__init__(message + do)

    @property
    def code(self) -> str:
        return code_of(self)


class BadSignature(NodeProblem):
    """The request is not signed as it should be, or by another key than the node's."""

    status = 401


class UnknownNode(NodeProblem):
    """No node of this number has joined here."""

    status = 401


class RevokedNode(NodeProblem):
    """The bureau took the node's right to deliver away."""

    status = 403


class ClockSkew(NodeProblem):
    """The two clocks are too far apart to tell a fresh request from an old one."""

    status = 401


class ReplayedRequest(NodeProblem):
    """The very same request came before."""

    status = 409


class TamperedBody(NodeProblem):
    """The body is not the one that was signed: altered or cut short on the way."""


class UnknownCode(NodeProblem):
    """No invitation has this code."""

    status = 403


class UsedCode(NodeProblem):
    """Another node joined with this code."""

    status = 403


class ExpiredCode(NodeProblem):
    """The invitation ran out."""

    status = 403


class MalformedRequest(NodeProblem):
    """Something that a request needs is missing or not what it should be."""


class TamperedBatch(NodeProblem):
    """The batch's bytes or manifest are not those its node signed."""


class ReplayedBatch(NodeProblem):
    """A number, or a content, that was taken before under another one."""

    status = 409


class ReorderedBatch(NodeProblem):
    """The batch does not follow the one that was taken last."""

    status = 409


class MissingBatch(NodeProblem):
    """There is a gap: batches before this one never came."""

    status = 409


class NotInYourSlice(NodeProblem):
    """The resource is another's, or was never published by this node."""

    status = 403


class AwaitingReview(NodeProblem):
    """The resource's entry is not published yet; its rows wait at the node."""

    status, passing = 409, True


class WrongOffset(NodeProblem):
    """The bytes do not begin where the centre's copy ends; ``offset`` says where."""

    status, passing = 409, True


class NoRoom(NodeProblem):
    """The disk is full."""

    status, passing = 507, True


class InboxBusy(NodeProblem):
    """The same batch is being taken right now."""

    status, passing = 503, True


class CentreFault(NodeProblem):
    """Something failed inside the centre; nothing of the batch was taken."""

    status, passing = 503, True


class BatchTooLarge(NodeProblem):
    """More bytes than one batch may have."""

    status = 413


class NoSuchNode(NodeProblem):
    """No node has this number."""

    status = 404


class QuestionToNodeRefused(NodeProblem):
    """The centre may not ask this, or the node did not answer it."""

    status = 403


class NotYourQuestion(NodeProblem):
    """No question has this number, or another asked it."""

    status = 404


class RightChanged(NodeProblem):
    """What the asker may see is no longer what he might when he asked."""

    status = 403


class AnswerWiped(NodeProblem):
    """The time for which an answer is kept is over, or its rows were erased."""

    status = 410


class CentreAway(NodeProblem):
    """The centre cannot be reached; everything waits in the outbox."""

    passing = True


class CentreRefused(NodeProblem):
    """The centre said no; ``told`` is the name it gave for it."""

    def __init__(self, told: str, message: str, *, do: str, status: int, passing: bool, **facts: Any) -> None:
        self.told, self.answer, self.again = told, status, passing
        super().__init__(message, do=do, **facts)


class NotJoined(NodeProblem):
    """This home has no centre yet."""


class AlreadyJoined(NodeProblem):
    """This home has a centre."""


class BrokenKey(NodeProblem):
    """The node's key is damaged, gone, or not the one it joined with."""


class DamagedBatch(NodeProblem):
    """A file of the outbox is not what was signed, and could not be cut again to the same bytes."""


class ForgedReceipt(NodeProblem):
    """The answer does not carry the centre's signature, or is about something else."""
