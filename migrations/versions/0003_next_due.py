"""When time alone decides something in a stream: kept beside its head, so that it is found without reading logs.

No stream of an older release has anything due, so that null is right for every row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    comment = "when time alone decides something here, milliseconds UTC"
    op.add_column("streams", sa.Column("next_due_at", sa.BigInteger, comment=comment))
    op.create_index(
        "ix_streams_next_due_at",
        "streams",
        ["next_due_at"],
        sqlite_where=sa.text("next_due_at IS NOT NULL"),
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
