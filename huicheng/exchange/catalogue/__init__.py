"""目录: what there is, whose it is, what it means, how fresh it is and who may have it."""

from huicheng.exchange.catalogue.entries import (
    CYCLE,
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

__all__ = [
    "CYCLE",
    "PersonalFieldOpen",
    "ResourceDeclared",
    "Statistics",
    "TableMismatch",
    "TablePublished",
    "UnknownResource",
    "declare",
    "publish_table",
    "resource",
    "resources",
    "search",
    "statistics",
    "sync_declared",
    "table_of",
]
