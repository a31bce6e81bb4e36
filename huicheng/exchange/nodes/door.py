"""What the exchange's door offers of nodes and their centre."""

from huicheng.exchange.nodes.asking import NodeAnswer, ask_node, node_answer
from huicheng.exchange.nodes.cutting import BATCH_ROWS as NODE_BATCH_ROWS
from huicheng.exchange.nodes.events import (
    BatchAcknowledged,
    BatchesRenewed,
    BatchTaken,
    CentreAnswered,
    CentreJoined,
    CentreKeyTrusted,
    DeliveryCut,
    NodeAnswered,
    NodeAnswerRead,
    NodeAnswersWiped,
    NodeAsked,
    NodeInvited,
    NodeJoined,
    NodeRequestRefused,
    NodeRevoked,
    ResourceOffered,
)
from huicheng.exchange.nodes.health import NodeHealth, OpenInvitation, TakenBatch, open_invitations
from huicheng.exchange.nodes.health import batches as node_batches
from huicheng.exchange.nodes.health import node as node_health
from huicheng.exchange.nodes.health import nodes as node_list
from huicheng.exchange.nodes.inviting import LEVELS as NODE_LEVELS
from huicheng.exchange.nodes.inviting import Invited, WrongInvitation
from huicheng.exchange.nodes.inviting import invite as invite_node
from huicheng.exchange.nodes.inviting import revoke as revoke_node
from huicheng.exchange.nodes.joining import join as join_centre
from huicheng.exchange.nodes.joining import trust as trust_centre_key
from huicheng.exchange.nodes.outbox import Waiting
from huicheng.exchange.nodes.outbox import cut_new as fill_outbox
from huicheng.exchange.nodes.outbox import offer as offer_resource
from huicheng.exchange.nodes.problems import (
    AnswerWiped,
    CentreAway,
    CentreRefused,
    NodeProblem,
    NotYourQuestion,
    RightChanged,
)
from huicheng.exchange.nodes.room import room_here
from huicheng.exchange.nodes.running import NodeStatus, PublishedState
from huicheng.exchange.nodes.running import one_pass as node_pass
from huicheng.exchange.nodes.running import run as run_node
from huicheng.exchange.nodes.running import status as node_status
from huicheng.exchange.nodes.shaping import WrongDescription
from huicheng.exchange.nodes.shaping import described as described_resource

__all__ = [
    "NODE_BATCH_ROWS",
    "NODE_LEVELS",
    "AnswerWiped",
    "BatchAcknowledged",
    "BatchTaken",
    "BatchesRenewed",
    "CentreAnswered",
    "CentreAway",
    "CentreJoined",
    "CentreKeyTrusted",
    "CentreRefused",
    "DeliveryCut",
    "Invited",
    "NodeAnswer",
    "NodeAnswerRead",
    "NodeAnswered",
    "NodeAnswersWiped",
    "NodeAsked",
    "NodeHealth",
    "NodeInvited",
    "NodeJoined",
    "NodeProblem",
    "NodeRequestRefused",
    "NodeRevoked",
    "NodeStatus",
    "NotYourQuestion",
    "OpenInvitation",
    "PublishedState",
    "ResourceOffered",
    "RightChanged",
    "TakenBatch",
    "Waiting",
    "WrongDescription",
    "WrongInvitation",
    "ask_node",
    "described_resource",
    "fill_outbox",
    "invite_node",
    "join_centre",
    "node_answer",
    "node_batches",
    "node_health",
    "node_list",
    "node_pass",
    "node_status",
    "offer_resource",
    "open_invitations",
    "revoke_node",
    "room_here",
    "run_node",
    "trust_centre_key",
]
