"""Whose the last change of a meeting's plan was: its pattern's, which may change it again, or a person's."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    comment = "whose the last change of the plan was: plan or person; null: none"
    op.add_column("meetings", sa.Column("changed_by", sa.String(8), comment=comment))
    # Until now nobody wrote it down: what may have been a person's stays theirs.
    op.execute(
        "UPDATE meetings SET changed_by = 'person' WHERE cancelled_at IS NOT NULL OR moved_from_starts_at IS NOT NULL"
    )
