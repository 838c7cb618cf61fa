"""Patterns, holidays, closures, early dismissals and substitutes; bell offsets; cancelled and moved meetings and what
their people are told of it; and the addresses of people's calendars.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("section_sites", _minutes("joins_after", "minutes after the class's start"))
    op.add_column("section_sites", _minutes("leaves_before", "minutes before its end"))
    _calendars()
    _meetings()
    _substitutes()
    _notices()
    _feeds()


def _calendars() -> None:
    _directory_table("holidays", _text("title", 200), *_span(), _withdrawn(), comment="of the whole program")
    _directory_table(
        "closures",
        _reference("sites", "site_id"),
        _text("reason", 16),
        *_span(),
        _withdrawn(),
        comment="days on which a school is closed",
    )
    _directory_table(
        "early_dismissals",
        _reference("sites", "site_id"),
        _text("day", 10),
        _text("local_time", 5, comment="when it lets out, by its own clock: 13:15"),
        _withdrawn(),
    )
    _directory_table(
        "patterns",
        _reference("sections", "section_id"),
        _text("title", 200),
        sa.Column("weekdays", sa.JSON, nullable=False, comment="mon to sun"),
        _text("local_time", 5, comment="of the start, by the clock of time_zone: 10:20"),
        sa.Column("minutes", sa.Integer, nullable=False),
        _text("time_zone", 64),
        _text("begins_on", 10, nullable=True, comment="null: the term's first day"),
        _text("ends_on", 10, nullable=True, comment="null: the term's last day"),
        sa.Column("excluded_days", sa.JSON, nullable=False),
        comment="a class that comes every week; its meetings are planned from it",
    )


def _meetings() -> None:
    pattern = sa.Column("pattern_id", sa.String(64), sa.ForeignKey("patterns.id"), nullable=True)
    day = _text(
        "pattern_day", 10, nullable=True, comment="which of the pattern's days it stands for, wherever it was moved"
    )
    first = "the first plan's time; null: never moved"
    op.add_column("meetings", _minutes("facts_count", "how often other facts were entered"))
    op.add_column("meetings", sa.Column("facts_at", sa.BigInteger, comment="when they were last entered"))
    op.add_column("meetings", pattern, inline_references=True)
    op.add_column("meetings", day)
    op.add_column("meetings", sa.Column("cancelled_at", sa.BigInteger))
    op.add_column("meetings", _text("cancel_reason", 16, nullable=True))
    op.add_column("meetings", sa.Column("moved_from_starts_at", sa.BigInteger, comment=first))
    op.add_column("meetings", sa.Column("moved_from_ends_at", sa.BigInteger))
    op.create_index("ix_meetings_pattern_id", "meetings", ["pattern_id"])
    op.create_index("ix_meetings_pattern_id_pattern_day", "meetings", ["pattern_id", "pattern_day"], unique=True)


def _substitutes() -> None:
    _directory_table(
        "substitutes",
        _reference("sections", "section_id"),
        _reference("people", "person_id"),
        _text("role", 16, comment="teacher or supervisor"),
        _reference("sites", "site_id", nullable=True),
        _reference("meetings", "meeting_id", nullable=True),
        _text("begins_on", 10, nullable=True, comment="null: for the one meeting"),
        _text("ends_on", 10, nullable=True),
        _withdrawn(),
        comment="who stands in for a teacher, or in a site's room, for one meeting or for some days of a section",
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("program_id", sa.String(64), sa.ForeignKey("programs.id"), nullable=False),
        _reference("meetings", "meeting_id"),
        _text("change", 16, comment="cancelled, moved or reinstated"),
        _text("reason", 16),
        sa.Column("at", sa.BigInteger, nullable=False),
        _text("by_role", 16, comment="whose change it was; who exactly is in the audit"),
        sa.Column("was_starts_at", sa.BigInteger, nullable=False),
        sa.Column("was_ends_at", sa.BigInteger, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column(
            "shown_until", sa.BigInteger, nullable=False, comment="the end of the day, old or new, that is later"
        ),
        sa.Index("ix_notices_program_id_shown_until", "program_id", "shown_until"),
        comment="what the people of a meeting are told of its plan",
    )
    op.create_table(
        "notice_receipts",
        sa.Column("notice_id", sa.String(64), sa.ForeignKey("notices.id"), primary_key=True),
        sa.Column("person_id", sa.String(64), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "token_hash", sa.LargeBinary(32), nullable=False, unique=True, comment="SHA-256; the token is not kept"
        ),
        _reference("people", "person_id"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        comment="the addresses under which people's calendars are read",
    )


def _directory_table(name: str, *columns: Any, comment: str | None = None) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String(64), primary_key=True),
        _reference("programs", "program_id"),
        sa.Column("version", sa.Integer, nullable=False),
        *columns,
        comment=comment,
    )


def _text(name: str, longest: int, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(longest), **{"nullable": False, **options})


def _reference(table: str, name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), sa.ForeignKey(f"{table}.id"), nullable=nullable, index=True)


def _minutes(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"), comment=comment)


def _withdrawn() -> sa.Column[bool]:
    comment = "it does not hold after all"
    return sa.Column("is_withdrawn", sa.Boolean, nullable=False, server_default=sa.false(), comment=comment)


def _span() -> tuple[sa.Column[str], sa.Column[str]]:
    return _text("begins_on", 10), _text("ends_on", 10, nullable=True)
