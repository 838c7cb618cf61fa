"""SQLite: events in the order of their commits, beside an index by stream.

Kept in the order of (stream, seq), each append went into the middle of the table and rewrote three pages around it.
PostgreSQL keeps rows in this order anyway.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.rename_table("events", "events_by_stream")
    op.create_table(
        "events",
        sa.Column("stream_id", sa.String(72), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False, comment="the server's clock, milliseconds UTC"),
        sa.Column("actor_id", sa.String(64), nullable=False),
        sa.Column("command_id", sa.String(64), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False, comment="JSON, without the personal fields"),
        sa.Column("personal", sa.LargeBinary, comment="JSON of the personal fields; null once erased"),
    )
    op.execute("INSERT INTO events SELECT * FROM events_by_stream ORDER BY at, stream_id, seq")
    op.drop_table("events_by_stream")
