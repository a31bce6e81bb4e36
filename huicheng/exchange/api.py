"""The door of exchange 交换: resources, deliveries, and the one way to read a table."""

from huicheng.exchange.asking import (
    AccessDenied,
    AccessRefused,
    Answer,
    NoData,
    QuestionAsked,
    ask,
    export,
    sample,
)
from huicheng.exchange.catalogue import (
    PersonalFieldOpen,
    ResourceDeclared,
    Statistics,
    TableMismatch,
    TablePublished,
    UnknownResource,
    declare,
    publish_table,
    resource,
    resources,
    search,
    statistics,
    sync_declared,
    table_of,
)
from huicheng.exchange.declarations import Field, Resource
from huicheng.exchange.policy import Decision, decide

__all__ = [
    "AccessDenied",
    "AccessRefused",
    "Answer",
    "Decision",
    "Field",
    "NoData",
    "PersonalFieldOpen",
    "QuestionAsked",
    "Resource",
    "ResourceDeclared",
    "Statistics",
    "TableMismatch",
    "TablePublished",
    "UnknownResource",
    "ask",
    "decide",
    "declare",
    "export",
    "publish_table",
    "resource",
    "resources",
    "sample",
    "search",
    "statistics",
    "sync_declared",
    "table_of",
]
