"""What discovery keeps."""

from perdure.kernel.db import BigId, Column, ForeignKey, Millis, Table, metadata

suggestion_dismissal = Table(
    "suggestion_dismissal",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("target_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("created_at", Millis, nullable=False),
)
