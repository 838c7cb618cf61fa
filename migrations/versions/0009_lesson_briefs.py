"""Lesson briefs: what the people of a meeting read before it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "lesson_briefs",
        sa.Column("meeting_id", sa.String(64), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("program_id", sa.String(64), sa.ForeignKey("programs.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("today", sa.Text, nullable=False),
        sa.Column("hand_out", sa.Text, nullable=False),
        sa.Column("watch_for", sa.Text, nullable=False),
        sa.Column("link_dies", sa.Text, nullable=False, comment="what the room does when it has lost the class"),
        sa.Column("materials", sa.JSON, nullable=False, comment="[{title, url}]"),
        sa.Column("written_by", sa.String(64), nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        comment="what the people of a meeting read before it",
    )
