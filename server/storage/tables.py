"""The tables of the log. `metadata` holds these and the directory's; migrations must equal it."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

database_info = Table(
    "database_info",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("value", String(255), nullable=False),
    comment="`epoch`: the log's incarnation; a restore begins another, so that no client trusts an old seq",
)

streams = Table(
    "streams",
    metadata,
    Column("stream_id", String(72), primary_key=True),
    Column("program_id", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False, comment="the head: the last event's seq"),
    Column("status", String(32), nullable=False),
    Column(
        "summary",
        JSON,
        nullable=False,
        comment="domain summary(state) at the head; `longroom check` recomputes it",
    ),
    Column("next_due_at", BigInteger, comment="when time alone decides something here, milliseconds UTC"),
    Column(
        "owed_due_at",
        BigInteger,
        comment="of what is over: when the first of what it owes is due, milliseconds UTC; null: nothing",
    ),
    Index("ix_streams_program_id_status", "program_id", "status"),
    # Of the few that have one: each second somebody asks for the earliest.
    Index(
        "ix_streams_next_due_at",
        "next_due_at",
        sqlite_where=text("next_due_at IS NOT NULL"),
        postgresql_where=text("next_due_at IS NOT NULL"),
    ),
    # The classes of weeks are over, and few of them owe anything: those are found without reading the others' heads.
    Index(
        "ix_streams_program_id_owed_due_at",
        "program_id",
        "owed_due_at",
        sqlite_where=text("owed_due_at IS NOT NULL"),
        postgresql_where=text("owed_due_at IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("stream_id", String(72), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False, comment="the server's clock, milliseconds UTC"),
    Column("actor_id", String(64), nullable=False),
    Column("command_id", String(64), nullable=False),
    Column("type", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False, comment="JSON, without the personal fields"),
    Column("personal", LargeBinary, comment="JSON of the personal fields; null once erased"),
    # With SQLite's rowid: each append lands on the table's last page, and only the index is written in many places.
)

receipts = Table(
    "receipts",
    metadata,
    # The time-ordered id leads: each insert then lands on the key's last page, whoever acts.
    Column("command_id", String(64), primary_key=True),
    Column("actor_id", String(64), primary_key=True),
    Column("stream_id", String(72), nullable=False),
    Column("seq", BigInteger, nullable=False, comment="the head after the command"),
    Column("digest", LargeBinary(16), nullable=False, comment="of the command's content"),
    sqlite_with_rowid=False,
)

link_leases = Table(
    "link_leases",
    metadata,
    Column("stream_id", String(72), primary_key=True),
    Column("site_id", String(64), primary_key=True),
    Column("node_id", String(36), primary_key=True, comment="one process of a server"),
    Column(
        "heard_at",
        BigInteger,
        nullable=False,
        comment="when this node last heard the room, milliseconds UTC; renewed every ten seconds at most",
    ),
    sqlite_with_rowid=False,
)
