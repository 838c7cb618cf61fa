"""The directory's tables, and those of signing in: plain rows beside the log, on its `metadata`.

Dates are ISO 8601 text (`2026-09-01`): they sort as they read, mean the same on both databases, and go to the wire as
they are. The last day of a span is included, and none means open. Moments are whole milliseconds, UTC. `version`
counts a row's edits from 1; an edit names the one it saw.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from .tables import metadata


def _directory_table(name: str, *columns: Any, comment: str | None = None) -> Table:
    """A table whose rows belong to a program and are edited one version after the other."""
    return Table(
        name,
        metadata,
        Column("id", String(64), primary_key=True),
        Column("program_id", String(64), ForeignKey("programs.id"), nullable=False, index=True),
        Column("version", Integer, nullable=False),
        *columns,
        comment=comment,
    )


def _reference(table: str, *, nullable: bool = False, name: str | None = None) -> Column[str]:
    return Column(name or f"{_ONE[table]}_id", String(64), ForeignKey(f"{table}.id"), nullable=nullable, index=True)


_ONE = {
    "sites": "site",
    "people": "person",
    "courses": "course",
    "terms": "term",
    "sections": "section",
    "students": "student",
    "patterns": "pattern",
    "meetings": "meeting",
}


def _span() -> tuple[Column[str], Column[str]]:
    return Column("begins_on", String(10), nullable=False), Column("ends_on", String(10))


def _withdrawn() -> Column[bool]:
    return Column("is_withdrawn", Boolean, nullable=False, server_default=false(), comment="it does not hold after all")


programs = _directory_table(
    "programs",
    Column("name", String(200), nullable=False),
    Column("time_zone", String(64), nullable=False, comment="in which the program's own dates are read"),
    comment="a program's own row has its id as program_id",
)

sites = _directory_table(
    "sites",
    Column("name", String(200), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("jurisdiction", String(16), nullable=False, comment="whose rules hold there: US-MT"),
    Column("phone", String(32), comment="by which the room is reached when its link is lost"),
)

people = _directory_table(
    "people",
    Column("given_name", String(100), nullable=False),
    Column("family_name", String(100), nullable=False),
    Column("email", String(254), nullable=False, unique=True, comment="in lower case"),
    Column("password_hash", String(255), comment="argon2id; null: cannot sign in with a password"),
    Column("disabled_at", BigInteger),
)

grants = _directory_table(
    "grants",
    _reference("people"),
    Column("role", String(16), nullable=False),
    _reference("sites", nullable=True),
    *_span(),
)

licences = _directory_table(
    "licences",
    _reference("people"),
    Column("number", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("endorsement", String(200), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10)),
)

clearances = _directory_table(
    "clearances",
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("expires_on", String(10)),
    comment="where each adult stands now; how they came there is in the audit",
)

courses = _directory_table(
    "courses",
    Column("title", String(200), nullable=False),
    Column("local_code", String(64), nullable=False),
    Column("sced_code", String(12), nullable=False, comment="subject 2, course 3, level, credit 4, n of m"),
    UniqueConstraint("program_id", "local_code"),
)

terms = _directory_table("terms", Column("title", String(200), nullable=False), *_span())


def _video() -> tuple[Column[str], ...]:
    return (
        Column("video_url", String(500), comment="https; where the class is seen: shown as a link and never fetched"),
        Column("video_provider", String(64), comment="its name, as people say it"),
    )


sections = _directory_table(
    "sections",
    _reference("courses"),
    _reference("terms"),
    Column("title", String(200), nullable=False),
    *_video(),
)

section_teachers = _directory_table(
    "section_teachers",
    _reference("sections"),
    _reference("people"),
    *_span(),
    comment="the teacher of record, one at a time",
)

section_sites = _directory_table(
    "section_sites",
    _reference("sections"),
    _reference("sites"),
    *_span(),
    Column("joins_after", Integer, nullable=False, server_default=text("0"), comment="minutes after the class's start"),
    Column("leaves_before", Integer, nullable=False, server_default=text("0"), comment="minutes before its end"),
)

holidays = _directory_table(
    "holidays", Column("title", String(200), nullable=False), *_span(), _withdrawn(), comment="of the whole program"
)

closures = _directory_table(
    "closures",
    _reference("sites"),
    Column("reason", String(16), nullable=False),
    *_span(),
    _withdrawn(),
    comment="days on which a school is closed",
)

early_dismissals = _directory_table(
    "early_dismissals",
    _reference("sites"),
    Column("day", String(10), nullable=False),
    Column("local_time", String(5), nullable=False, comment="when it lets out, by its own clock: 13:15"),
    _withdrawn(),
)

patterns = _directory_table(
    "patterns",
    _reference("sections"),
    Column("title", String(200), nullable=False),
    Column("weekdays", JSON, nullable=False, comment="mon to sun"),
    Column("local_time", String(5), nullable=False, comment="of the start, by the clock of time_zone: 10:20"),
    Column("minutes", Integer, nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("begins_on", String(10), comment="null: the term's first day"),
    Column("ends_on", String(10), comment="null: the term's last day"),
    Column("excluded_days", JSON, nullable=False),
    comment="a class that comes every week; its meetings are planned from it",
)

students = _directory_table(
    "students",
    Column("given_name", String(100), nullable=False),
    Column("family_name", String(100), nullable=False),
    Column("state_id", String(64), nullable=False),
    Column("grade_level", String(2), nullable=False, comment="CEDS: KG, 01 to 12"),
    UniqueConstraint("program_id", "state_id"),
)

enrolments = _directory_table(
    "enrolments",
    _reference("sections"),
    _reference("students"),
    _reference("sites"),
    *_span(),
    comment="a move to another site ends one row and begins another",
)

accommodations = _directory_table(
    "accommodations", _reference("students"), Column("code", String(64), nullable=False), *_span()
)

meetings = _directory_table(
    "meetings",
    _reference("sections"),
    Column("title", String(200), nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    *_video(),
    Column("facts_digest", LargeBinary(16), comment="of the facts last entered into its stream; null: none yet"),
    Column(
        "facts_count", Integer, nullable=False, server_default=text("0"), comment="how often other facts were entered"
    ),
    Column("facts_at", BigInteger, comment="when they were last entered"),
    _reference("patterns", nullable=True),
    Column("pattern_day", String(10), comment="which of the pattern's days it stands for, wherever it was moved"),
    Column("cancelled_at", BigInteger),
    Column("cancel_reason", String(16)),
    Column("moved_from_starts_at", BigInteger, comment="the first plan's time; null: never moved"),
    Column("moved_from_ends_at", BigInteger),
    Column("changed_by", String(8), comment="whose the last change of the plan was: plan or person; null: none"),
    Index("ix_meetings_pattern_id_pattern_day", "pattern_id", "pattern_day", unique=True),
)

substitutes = _directory_table(
    "substitutes",
    _reference("sections"),
    _reference("people"),
    Column("role", String(16), nullable=False, comment="teacher or supervisor"),
    _reference("sites", nullable=True),
    _reference("meetings", nullable=True),
    Column("begins_on", String(10), comment="null: for the one meeting"),
    Column("ends_on", String(10)),
    _withdrawn(),
    comment="who stands in for a teacher, or in a site's room, for one meeting or for some days of a section",
)

notices = Table(
    "notices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("program_id", String(64), ForeignKey("programs.id"), nullable=False),
    Column("meeting_id", String(64), ForeignKey("meetings.id"), nullable=False, index=True),
    Column("change", String(16), nullable=False, comment="cancelled, moved or reinstated"),
    Column("reason", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by_role", String(16), nullable=False, comment="whose change it was; who exactly is in the audit"),
    Column("was_starts_at", BigInteger, nullable=False),
    Column("was_ends_at", BigInteger, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("shown_until", BigInteger, nullable=False, comment="the end of the day, old or new, that is later"),
    Index("ix_notices_program_id_shown_until", "program_id", "shown_until"),
    comment="what the people of a meeting are told of its plan",
)

notice_receipts = Table(
    "notice_receipts",
    metadata,
    Column("notice_id", String(64), ForeignKey("notices.id"), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

lesson_briefs = Table(
    "lesson_briefs",
    metadata,
    Column("meeting_id", String(64), ForeignKey("meetings.id"), primary_key=True),
    Column("program_id", String(64), ForeignKey("programs.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("today", Text, nullable=False),
    Column("hand_out", Text, nullable=False),
    Column("watch_for", Text, nullable=False),
    Column("link_dies", Text, nullable=False, comment="what the room does when it has lost the class"),
    Column("materials", JSON, nullable=False, comment="[{title, url}]"),
    Column("written_by", String(64), nullable=False),
    Column("written_at", BigInteger, nullable=False),
    comment="what the people of a meeting read before it",
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True, comment="SHA-256; the token is not kept"),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    comment="the addresses under which people's calendars are read",
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True, comment="SHA-256; the token is not kept"),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False, comment="cookie, bearer or demo"),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False, comment="written at most once a minute"),
    Column("expires_at", BigInteger, nullable=False, comment="the latest end, however busy"),
    Column("revoked_at", BigInteger, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("program_id", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("row_id", String(64), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Index("ix_audit_at", "at"),
    Index("ix_audit_kind_row_id", "kind", "row_id"),
    comment="append-only: written in the commit of what it tells of; never a password's hash",
)
