"""The database door: statements compiled once, transactions as plain functions, two engines behind one face."""

from perdure.kernel.db.database import Database
from perdure.kernel.db.schema import (
    BigId,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Millis,
    Table,
    Text,
    UniqueConstraint,
    metadata,
)
from perdure.kernel.db.statement import Query, any_of, delete_some, sql
from perdure.kernel.db.tx import Row, Tx

__all__ = [
    "BigId",
    "Boolean",
    "Column",
    "Database",
    "ForeignKey",
    "Index",
    "Integer",
    "LargeBinary",
    "Millis",
    "Query",
    "Row",
    "Table",
    "Text",
    "Tx",
    "UniqueConstraint",
    "any_of",
    "delete_some",
    "metadata",
    "sql",
]
