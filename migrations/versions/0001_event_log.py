"""The event log: streams with their heads, events, receipts, and the database's own facts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "database_info",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("value", sa.String(255), nullable=False),
        comment="`epoch`: the log's incarnation; a restore begins another, so that no client trusts an old seq",
    )
    op.create_table(
        "streams",
        sa.Column("stream_id", sa.String(72), primary_key=True),
        sa.Column("program_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False, comment="the head: the last event's seq"),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column(
            "summary",
            sa.JSON,
            nullable=False,
            comment="domain summary(state) at the head; `longroom check` recomputes it",
        ),
        sa.Index("ix_streams_program_id_status", "program_id", "status"),
        sqlite_with_rowid=False,
    )
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
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipts",
        sa.Column("command_id", sa.String(64), primary_key=True),
        sa.Column("actor_id", sa.String(64), primary_key=True),
        sa.Column("stream_id", sa.String(72), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False, comment="the head after the command"),
        sa.Column("digest", sa.LargeBinary(16), nullable=False, comment="of the command's content"),
        sqlite_with_rowid=False,
    )
