"""Which node last heard which room: leases, so that no node declares lost what another one holds."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "link_leases",
        sa.Column("stream_id", sa.String(72), primary_key=True),
        sa.Column("site_id", sa.String(64), primary_key=True),
        sa.Column("node_id", sa.String(36), primary_key=True, comment="one process of a server"),
        sa.Column(
            "heard_at",
            sa.BigInteger,
            nullable=False,
            comment="when this node last heard the room, milliseconds UTC; renewed every ten seconds at most",
        ),
        sqlite_with_rowid=False,
    )
