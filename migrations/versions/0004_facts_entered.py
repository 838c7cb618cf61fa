"""A digest, beside each meeting, of the facts that its stream was last given."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "meetings",
        sa.Column(
            "facts_digest", sa.LargeBinary(16), comment="of the facts last entered into its stream; null: none yet"
        ),
    )
