"""How far each id lane has been used, where many machines share one database (PostgreSQL)."""

from perdure.kernel.db import Column, Integer, Millis, Table, metadata

id_lane = Table(
    "id_lane",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("until_ms", Millis, nullable=False),  # the last instant that the lane's holder may put into an id
    info={"derived": "which process makes ids under which number: claimed anew at each start"},
)
