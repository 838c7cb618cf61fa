"""Where a section is seen, and a meeting of it that is seen elsewhere: a link, for people to follow."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for table in ("sections", "meetings"):
        comment = "https; where the class is seen: shown as a link and never fetched"
        op.add_column(table, sa.Column("video_url", sa.String(500), comment=comment))
        op.add_column(table, sa.Column("video_provider", sa.String(64), comment="its name, as people say it"))
