"""The directory's tables, sessions and the audit."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _programs_people_sites()
    _courses_and_sections()
    _students()
    _sessions_and_audit()


def _programs_people_sites() -> None:
    _directory_table(
        "programs",
        _text("name", 200),
        _text("time_zone", 64, comment="in which the program's own dates are read"),
        comment="a program's own row has its id as program_id",
    )
    _directory_table(
        "sites",
        _text("name", 200),
        _text("time_zone", 64),
        _text("jurisdiction", 16, comment="whose rules hold there: US-MT"),
    )
    _directory_table(
        "people",
        _text("given_name", 100),
        _text("family_name", 100),
        _text("email", 254, unique=True, comment="in lower case"),
        _text("password_hash", 255, nullable=True, comment="argon2id; null: cannot sign in with a password"),
        sa.Column("disabled_at", sa.BigInteger),
    )
    _directory_table(
        "grants",
        _reference("people", "person_id"),
        _text("role", 16),
        _reference("sites", "site_id", nullable=True),
        *_span(),
    )
    _directory_table(
        "licences",
        _reference("people", "person_id"),
        _text("number", 64),
        _text("state", 16),
        _text("endorsement", 200),
        _text("valid_from", 10),
        _text("valid_to", 10, nullable=True),
    )
    _directory_table(
        "clearances",
        sa.Column("person_id", sa.String(64), sa.ForeignKey("people.id"), nullable=False, unique=True),
        _text("status", 16),
        _text("expires_on", 10, nullable=True),
        comment="where each adult stands now; how they came there is in the audit",
    )


def _courses_and_sections() -> None:
    _directory_table(
        "courses",
        _text("title", 200),
        _text("local_code", 64),
        _text("sced_code", 12, comment="subject 2, course 3, level, credit 4, n of m"),
        sa.UniqueConstraint("program_id", "local_code"),
    )
    _directory_table("terms", _text("title", 200), *_span())
    _directory_table(
        "sections", _reference("courses", "course_id"), _reference("terms", "term_id"), _text("title", 200)
    )
    _directory_table(
        "section_teachers",
        _reference("sections", "section_id"),
        _reference("people", "person_id"),
        *_span(),
        comment="the teacher of record, one at a time",
    )
    _directory_table("section_sites", _reference("sections", "section_id"), _reference("sites", "site_id"), *_span())
    _directory_table(
        "meetings",
        _reference("sections", "section_id"),
        _text("title", 200),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )


def _students() -> None:
    _directory_table(
        "students",
        _text("given_name", 100),
        _text("family_name", 100),
        _text("state_id", 64),
        _text("grade_level", 2, comment="CEDS: KG, 01 to 12"),
        sa.UniqueConstraint("program_id", "state_id"),
    )
    _directory_table(
        "enrolments",
        _reference("sections", "section_id"),
        _reference("students", "student_id"),
        _reference("sites", "site_id"),
        *_span(),
        comment="a move to another site ends one row and begins another",
    )
    _directory_table("accommodations", _reference("students", "student_id"), _text("code", 64), *_span())


def _sessions_and_audit() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "token_hash",
            sa.LargeBinary(32),
            nullable=False,
            unique=True,
            comment="SHA-256; the token is not kept",
        ),
        _reference("people", "person_id"),
        _text("kind", 8, comment="cookie, bearer or demo"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False, comment="written at most once a minute"),
        sa.Column("expires_at", sa.BigInteger, nullable=False, comment="the latest end, however busy"),
        sa.Column("revoked_at", sa.BigInteger, index=True),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.String(64), primary_key=True),
        _text("program_id", 64),
        sa.Column("at", sa.BigInteger, nullable=False),
        _text("actor_id", 64),
        _text("action", 32),
        _text("kind", 32),
        _text("row_id", 64),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sa.Index("ix_audit_at", "at"),
        sa.Index("ix_audit_kind_row_id", "kind", "row_id"),
        comment="append-only: written in the commit of what it tells of; never a password's hash",
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


def _span() -> tuple[sa.Column[str], sa.Column[str]]:
    return _text("begins_on", 10), _text("ends_on", 10, nullable=True)
