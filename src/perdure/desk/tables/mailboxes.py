"""How far mailboxes were read."""

from typing import Final

from perdure.kernel.db import BigId, Column, Millis, Table, Text, metadata

mailbox: Final = Table(
    "mailbox",
    metadata,
    Column("name", Text, primary_key=True),  # server, user and folder, without the password
    Column("validity", BigId, nullable=False),  # UIDVALIDITY: with another one every number means something else
    Column("uid", BigId, nullable=False),  # of the last mail that was stored here
    Column("received_at", Millis, nullable=False),  # when that one reached the mailbox
    Column("read_at", Millis, nullable=False),
)
