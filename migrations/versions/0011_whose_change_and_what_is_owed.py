"""Whose the last change of a meeting's plan was, and since when a class that is over owes somebody something.

Both were written down nowhere. What may have been a person's change of the plan stays theirs. Of what a class owes the
head knows at most how much: until something happens to it, its planned end stands for when the first of it is due, so
that it is looked at and not passed over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    comment = "whose the last change of the plan was: plan or person; null: none"
    op.add_column("meetings", sa.Column("changed_by", sa.String(8), comment=comment))
    op.execute(
        "UPDATE meetings SET changed_by = 'person' WHERE cancelled_at IS NOT NULL OR moved_from_starts_at IS NOT NULL"
    )
    comment = "of what is over: when the first of what it owes is due, milliseconds UTC; null: nothing"
    op.add_column("streams", sa.Column("owed_due_at", sa.BigInteger, comment=comment))
    _look_at_what_may_owe()
    op.create_index(
        "ix_streams_program_id_owed_due_at",
        "streams",
        ["program_id", "owed_due_at"],
        sqlite_where=sa.text("owed_due_at IS NOT NULL"),
        postgresql_where=sa.text("owed_due_at IS NOT NULL"),
    )


def _look_at_what_may_owe() -> None:
    columns = (sa.column("stream_id"), sa.column("status"), sa.column("summary", sa.JSON), sa.column("owed_due_at"))
    streams = sa.table("streams", *columns)
    over = sa.select(streams.c.stream_id, streams.c.summary).where(streams.c.status.in_(("ended", "reconciled")))
    found = [
        {"id": row.stream_id, "at": row.summary["ends_at"]}
        for row in op.get_bind().execute(over)
        if row.summary.get("owed") != 0
    ]
    if found:
        same = streams.c.stream_id == sa.bindparam("id")
        op.get_bind().execute(sa.update(streams).where(same).values(owed_due_at=sa.bindparam("at")), found)
