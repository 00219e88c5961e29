"""The shared metadata and the few column types we use.

Types are kept to what both engines store alike and the change log can carry without loss: 64-bit integers, text
without NUL, booleans, bytes. Instants are milliseconds since the epoch, UTC (``Millis``). JSON is text.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# On SQLite only a column declared INTEGER PRIMARY KEY is the rowid itself; BIGINT would cost a second B-tree.
BigId = BigInteger().with_variant(Integer(), "sqlite")
Millis = BigInteger().with_variant(Integer(), "sqlite")

__all__ = [
    "BigId",
    "Boolean",
    "Column",
    "ForeignKey",
    "Index",
    "Integer",
    "LargeBinary",
    "Millis",
    "Table",
    "Text",
    "UniqueConstraint",
    "metadata",
]
