"""Where a room is reached when its link is lost: the site's phone."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    comment = "by which the room is reached when its link is lost"
    op.add_column("sites", sa.Column("phone", sa.String(32), comment=comment))
