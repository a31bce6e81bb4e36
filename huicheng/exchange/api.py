"""The door of exchange 交换: resources, deliveries, and the one way to read a table."""

from huicheng.exchange.ageing import RowsAged, aged
from huicheng.exchange.answering import note_refused
from huicheng.exchange.asking import (
    AccessRefused,
    Answer,
    NoData,
    ask,
    one_look,
    recall,
    sample,
)
from huicheng.exchange.catalogue import (
    Category,
    Change,
    Completeness,
    DeclaredInCode,
    Entry,
    EntryHeldBack,
    EntryMoved,
    Found,
    Imported,
    Mistake,
    NoSuchDraft,
    OwnReview,
    PersonalFieldOpen,
    Problem,
    ResourceDeclared,
    ResourceRetired,
    Statistics,
    TableMismatch,
    TablePublished,
    UnknownCategory,
    UnknownResource,
    Version,
    WrongCode,
    approve,
    categories,
    category,
    changes,
    completeness,
    count,
    count_unfinished,
    declare,
    draft,
    draft_of,
    entries,
    entry,
    export_form,
    import_form,
    may_edit,
    may_review,
    near,
    problems,
    publish_table,
    resource,
    resources,
    retire,
    retired_entries,
    return_entry,
    search,
    statistics,
    submit,
    sync_declared,
    table_of,
    take_back,
    unfinished,
    versions,
    wrote_it,
)
from huicheng.exchange.catalogue.editing import CHOICES, TYPES_OF
from huicheng.exchange.catalogue.form import latin as suggested_name
from huicheng.exchange.catalogue.form import suggested_code
from huicheng.exchange.codetables import door as codetables
from huicheng.exchange.codetables.door import *  # noqa: F403
from huicheng.exchange.databases import is_address
from huicheng.exchange.declarations import About, Field, Resource
from huicheng.exchange.delivering import deliver
from huicheng.exchange.drifting import Drift, DriftLine, drift_lines
from huicheng.exchange.editions import EditionMade
from huicheng.exchange.erasing import Erased, ErasureRefused, RowsErased, erase, forget_pending
from huicheng.exchange.erasures import Erasure, carry_over, erasures, erasures_file, is_register, settled
from huicheng.exchange.events import (
    DeliveryConfirmed,
    DeliveryFailed,
    DeliveryHeld,
    DeliveryReceived,
    DeliveryRolledBack,
    DeliverySetAside,
    DeliveryWithdrawn,
    SchemaDrifted,
)
from huicheng.exchange.evidence.finding import ReadingOf, altered_sets, readings_of
from huicheng.exchange.evidence.reading import Admitted
from huicheng.exchange.evidence.receipts import (
    DeliverySigned,
    ExportFinished,
    NotSigned,
    QuestionAsked,
    delivery_proof,
    signed_record,
)
from huicheng.exchange.evidence.sets import sql_key
from huicheng.exchange.evidence.showing import NoSuchReading, disclosed_proof, reading_of, reading_proof
from huicheng.exchange.exporting import export
from huicheng.exchange.feeding import door as feeding
from huicheng.exchange.feeding.door import *  # noqa: F403
from huicheng.exchange.gateway import door as gateway
from huicheng.exchange.gateway.door import *  # noqa: F403
from huicheng.exchange.granting import door as granting
from huicheng.exchange.granting.door import *  # noqa: F403
from huicheng.exchange.harmless import harmless_cell
from huicheng.exchange.holding import confirm, withdraw
from huicheng.exchange.mapping import (
    Match,
    Preview,
    Proposal,
    preview,
    propose_mapping,
)
from huicheng.exchange.matching import (
    MappingRemembered,
    lacking,
    remember_mapping,
)
from huicheng.exchange.nodes import door as nodes
from huicheng.exchange.nodes.door import *  # noqa: F403
from huicheng.exchange.policy import Decision, decide, mount_of
from huicheng.exchange.previewing import preview_of
from huicheng.exchange.receipts import (
    Issue,
    IssueKind,
    NeedsConfirmation,
    NoSuchReceipt,
    Receipt,
    each_issue,
    issue_kinds,
    issues,
    receipt,
    receipts,
    refused_rows,
)
from huicheng.exchange.refusals import (
    AccessDenied,
    BrokenFile,
    CompressionBomb,
    DatabaseTooSlow,
    EmptySource,
    FieldTooLong,
    MissingColumns,
    NoFile,
    NoSuchSheet,
    NotHeld,
    NothingAccepted,
    NotText,
    NotYours,
    QueryRefused,
    RollbackRefused,
    SourceRefused,
    SourceUnreachable,
    TooLarge,
    UnknownFormat,
    WrongMapping,
)
from huicheng.exchange.retention import OldFilesSwept, SweepRefused, Swept, held_still, sweep
from huicheng.exchange.returned import NoSuchFile, read_returned
from huicheng.exchange.rolling import Rollback, roll_back, rollback_of
from huicheng.exchange.sending import Asking, RightEnded, stream
from huicheng.exchange.sharing import door as sharing
from huicheng.exchange.sharing.door import *  # noqa: F403
from huicheng.exchange.snippets import Snippet, reading_snippets, service_snippet
from huicheng.exchange.stopping import why_stopped
from huicheng.exchange.subscribing import door as subscribing
from huicheng.exchange.subscribing.door import *  # noqa: F403
from huicheng.exchange.supervising import door as supervising
from huicheng.exchange.supervising.door import *  # noqa: F403
from huicheng.exchange.texts import Texts, read_texts

__all__ = [
    "CHOICES",
    "TYPES_OF",
    "About",
    "AccessDenied",
    "AccessRefused",
    "Admitted",
    "Answer",
    "Asking",
    "BrokenFile",
    "Category",
    "Change",
    "Completeness",
    "CompressionBomb",
    "DatabaseTooSlow",
    "Decision",
    "DeclaredInCode",
    "DeliveryConfirmed",
    "DeliveryFailed",
    "DeliveryHeld",
    "DeliveryReceived",
    "DeliveryRolledBack",
    "DeliverySetAside",
    "DeliverySigned",
    "DeliveryWithdrawn",
    "Drift",
    "DriftLine",
    "EditionMade",
    "EmptySource",
    "Entry",
    "EntryHeldBack",
    "EntryMoved",
    "Erased",
    "Erasure",
    "ErasureRefused",
    "ExportFinished",
    "Field",
    "FieldTooLong",
    "Found",
    "Imported",
    "Issue",
    "IssueKind",
    "MappingRemembered",
    "Match",
    "MissingColumns",
    "Mistake",
    "NeedsConfirmation",
    "NoData",
    "NoFile",
    "NoSuchDraft",
    "NoSuchFile",
    "NoSuchReading",
    "NoSuchReceipt",
    "NoSuchSheet",
    "NotHeld",
    "NotSigned",
    "NotText",
    "NotYours",
    "NothingAccepted",
    "OldFilesSwept",
    "OwnReview",
    "PersonalFieldOpen",
    "Preview",
    "Problem",
    "Proposal",
    "QueryRefused",
    "QuestionAsked",
    "ReadingOf",
    "Receipt",
    "Resource",
    "ResourceDeclared",
    "ResourceRetired",
    "RightEnded",
    "Rollback",
    "RollbackRefused",
    "RowsAged",
    "RowsErased",
    "SchemaDrifted",
    "Snippet",
    "SourceRefused",
    "SourceUnreachable",
    "Statistics",
    "SweepRefused",
    "Swept",
    "TableMismatch",
    "TablePublished",
    "Texts",
    "TooLarge",
    "UnknownCategory",
    "UnknownFormat",
    "UnknownResource",
    "Version",
    "WrongCode",
    "WrongMapping",
    "aged",
    "altered_sets",
    "approve",
    "ask",
    "carry_over",
    "categories",
    "category",
    "changes",
    "completeness",
    "confirm",
    "count",
    "count_unfinished",
    "decide",
    "declare",
    "deliver",
    "delivery_proof",
    "disclosed_proof",
    "draft",
    "draft_of",
    "drift_lines",
    "each_issue",
    "entries",
    "entry",
    "erase",
    "erasures",
    "erasures_file",
    "export",
    "export_form",
    "forget_pending",
    "harmless_cell",
    "held_still",
    "import_form",
    "is_address",
    "is_register",
    "issue_kinds",
    "issues",
    "lacking",
    "may_edit",
    "may_review",
    "mount_of",
    "near",
    "note_refused",
    "one_look",
    "preview",
    "preview_of",
    "problems",
    "propose_mapping",
    "publish_table",
    "read_returned",
    "read_texts",
    "reading_of",
    "reading_proof",
    "reading_snippets",
    "readings_of",
    "recall",
    "receipt",
    "receipts",
    "refused_rows",
    "remember_mapping",
    "resource",
    "resources",
    "retire",
    "retired_entries",
    "return_entry",
    "roll_back",
    "rollback_of",
    "sample",
    "search",
    "service_snippet",
    "settled",
    "signed_record",
    "sql_key",
    "statistics",
    "stream",
    "submit",
    "suggested_code",
    "suggested_name",
    "sweep",
    "sync_declared",
    "table_of",
    "take_back",
    "unfinished",
    "versions",
    "why_stopped",
    "withdraw",
    "wrote_it",
]
__all__ += feeding.__all__
__all__ += codetables.__all__
__all__ += granting.__all__
__all__ += supervising.__all__
__all__ += nodes.__all__
__all__ += gateway.__all__
__all__ += sharing.__all__
__all__ += subscribing.__all__
