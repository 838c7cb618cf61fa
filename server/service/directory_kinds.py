"""The kinds of rows in the directory, as the wire gives and gets them: fields, forms and limits.

A kind declares the fields that make a row. Its patch (all optional, `version` required, without the fields that say
whose row it is) and its answer (with `id`, `program_id`, `version`) follow from it and from its table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError
from sqlalchemy import Index, Table, UniqueConstraint

from ..domain.calendar import WEEKDAYS
from ..domain.fields import AnswerText, Flag, Id, ScheduledAt, Version
from ..storage import directory_tables as t


def _line(longest: int) -> Any:
    def one_line(text: str) -> str:
        text = text.strip()
        if not text:
            raise PydanticCustomError("string_too_short", "empty", {"min_length": 1})
        if len(text) > longest:
            raise PydanticCustomError("string_too_long", "too long", {"max_length": longest})
        if "\n" in text or "\t" in text:
            raise PydanticCustomError("control_characters", "a line break or tab has no place here: remove it", {})
        return text

    return AfterValidator(one_line)


def _form(pattern: str, what: str) -> AfterValidator:
    form = re.compile(pattern)

    def has_form(text: str) -> str:
        if not form.fullmatch(text):
            raise PydanticCustomError("form", "{what}", {"what": what})
        return text

    return AfterValidator(has_form)


def _is_date(text: str) -> str:
    try:
        # Python reads further forms of ISO 8601, which would not sort beside this one.
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise PydanticCustomError("form", "not a date: write it as 2026-09-01", {})


def _is_local_time(text: str) -> str:
    try:
        if len(text) == 5:
            return time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        pass
    raise PydanticCustomError("form", "not a time of day: write it as 13:05", {})


def _once_each(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise PydanticCustomError("form", "one of these stands there twice: name each once", {})
    return sorted(names, key=lambda name: (WEEKDAYS.index(name) if name in WEEKDAYS else 0, name))


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_time_zone(text: str) -> str:
    if text not in _time_zones():
        known = {"expected": "the IANA time zones, such as America/Denver"}
        raise PydanticCustomError("literal_error", "unknown time zone", known)
    return text


def _is_sced(text: str) -> str:
    # The last two characters: which part of how many.
    if text[10] > text[11]:
        raise PydanticCustomError("form", "not a SCED code: its last two digits are a part of so many", {})
    return text


def _is_video_url(text: str) -> str:
    """https with a host, and nothing in it that would show one address and lead to another."""
    try:
        parts = urlsplit(text)
        is_good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or any(character.isspace() or not character.isprintable() for character in text) or "\\" in text:
        what = "not a link to a video class: write it as https://video.example/room, without a user name or spaces"
        raise PydanticCustomError("form", "{what}", {"what": what})
    return text


Name = Annotated[AnswerText, _line(100)]
Title = Annotated[AnswerText, _line(200)]
Number = Annotated[AnswerText, _line(64)]
Email = Annotated[
    AnswerText,
    _line(254),
    AfterValidator(str.lower),
    _form(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", "not an e-mail address: like name@school.example"),
]
Date = Annotated[AnswerText, AfterValidator(_is_date)]
LocalTime = Annotated[AnswerText, AfterValidator(_is_local_time)]
VideoUrl = Annotated[AnswerText, _line(500), AfterValidator(_is_video_url)]
TimeZone = Annotated[AnswerText, AfterValidator(_is_time_zone)]
Jurisdiction = Annotated[AnswerText, _form(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "not a jurisdiction: like US-MT")]
Phone = Annotated[
    AnswerText,
    Field(max_length=32),
    _form(r"[+(]?[0-9][0-9 ().-]{3,24}[0-9]( x[0-9]{1,6})?", "not a phone number: like +1 406 555 0134"),
]
State = Annotated[AnswerText, _form(r"[A-Z]{2,3}", "not a state: like MT")]
SCED = r"[0-9]{5}[BEGHCX][0-9]\.[0-9]{2}[1-9][1-9]"
ScedCode = Annotated[AnswerText, _form(SCED, "not a SCED code: like 03151G1.0011"), AfterValidator(_is_sced)]
GrantedRole = Literal["teacher", "supervisor", "registrar", "coordinator"]
ClearanceStatus = Literal["invited", "in_training", "cleared", "expiring", "suspended"]
ClosureReason = Literal["holiday", "weather", "staff_day", "testing", "emergency", "other"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Minutes = Annotated[int, Field(ge=0, le=720)]
Length = Annotated[int, Field(ge=5, le=720)]
MAX_EXCLUDED = 200
GradeLevel = Literal["PK", "KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"]


class NewRow(BaseModel):
    """What makes a row. Its id may come from the client; else the server gives one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Id | None = None


class Spanned(NewRow):
    """A row that holds from its first day to its last, both included; no last day: until further notice."""

    begins_on: Date
    ends_on: Date | None = None


class Program(NewRow):
    """A consortium; its time zone is the one in which its own dates are read."""

    name: Title
    time_zone: TimeZone


class Site(NewRow):
    """A school."""

    name: Title
    time_zone: TimeZone
    jurisdiction: Jurisdiction
    phone: Phone | None = None


class Person(NewRow):
    """An adult. Passwords and disabling have routes of their own."""

    given_name: Name
    family_name: Name
    email: Email


class RoleGrant(Spanned):
    """A role: a supervisor's at a site, a registrar's at a site or all, a teacher's or coordinator's in the program."""

    person_id: Id
    role: GrantedRole
    site_id: Id | None = None


class TeachingLicence(NewRow):
    """A licence to teach; its last valid day is included."""

    person_id: Id
    number: Number
    state: State
    endorsement: Title
    valid_from: Date
    valid_to: Date | None = None


class AdultClearance(NewRow):
    """Where an adult's clearance stands (domain.md §8)."""

    person_id: Id
    status: ClearanceStatus
    expires_on: Date | None = None


class Course(NewRow):
    """A course, by its local and its SCED code."""

    title: Title
    local_code: Number
    sced_code: ScedCode


class Term(Spanned):
    """A term of the school year."""

    title: Title


class Section(NewRow):
    """A course taught in a term."""

    course_id: Id
    term_id: Id
    title: Title
    video_url: VideoUrl | None = None
    video_provider: Number | None = None


class SectionTeacher(Spanned):
    """The teacher of record of a section, for a while."""

    section_id: Id
    person_id: Id


class SectionSite(Spanned):
    """A site's part in a section, for a while, and its bell offset: its room joins `joins_after` minutes after the
    class's start and leaves `leaves_before` minutes before its end."""

    section_id: Id
    site_id: Id
    joins_after: Minutes = 0
    leaves_before: Minutes = 0


class Holiday(Spanned):
    """Days on which the whole program holds no class."""

    title: Title
    is_withdrawn: Flag = False


class Closure(Spanned):
    """Days on which a school is closed: its room is away, and the class is held for the others."""

    site_id: Id
    reason: ClosureReason
    is_withdrawn: Flag = False


class EarlyDismissal(NewRow):
    """A day on which a school lets out early, by its own clock."""

    site_id: Id
    day: Date
    local_time: LocalTime
    is_withdrawn: Flag = False


class WeeklyPattern(NewRow):
    """A class that comes every week, by the wall clock of one time zone: the program's or its teacher's.

    Without days of its own it goes from the term's first day to its last.
    """

    section_id: Id
    title: Title
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7), AfterValidator(_once_each)]
    local_time: LocalTime
    minutes: Length
    time_zone: TimeZone
    begins_on: Date | None = None
    ends_on: Date | None = None
    excluded_days: Annotated[list[Date], Field(max_length=MAX_EXCLUDED), AfterValidator(_once_each)] = []


class Substitute(NewRow):
    """Somebody who stands in: for the teacher, or as supervisor in a site's room; for one meeting or for some days."""

    section_id: Id
    person_id: Id
    role: Literal["teacher", "supervisor"]
    site_id: Id | None = None
    meeting_id: Id | None = None
    begins_on: Date | None = None
    ends_on: Date | None = None
    is_withdrawn: Flag = False


class Student(NewRow):
    """A student, known across schools by the state's id."""

    given_name: Name
    family_name: Name
    state_id: Number
    grade_level: GradeLevel


class Enrolment(Spanned):
    """A student's place in a section at a site, for a while."""

    section_id: Id
    student_id: Id
    site_id: Id


class Accommodation(Spanned):
    """An accommodation of a student, by code."""

    student_id: Id
    code: Id


class ScheduledMeeting(NewRow):
    """One scheduled live class of a section; times in milliseconds, UTC. A video link of its own goes before the
    section's."""

    section_id: Id
    title: Title
    starts_at: ScheduledAt
    ends_at: ScheduledAt
    pattern_id: Id | None = None
    pattern_day: Date | None = None
    video_url: VideoUrl | None = None
    video_provider: Number | None = None


OWNED: Mapping[str, Mapping[str, Any]] = {
    "people": {"disabled_at": int | None},
    "meetings": {
        "cancelled_at": int | None,
        "cancel_reason": str | None,
        "moved_from_starts_at": int | None,
        "moved_from_ends_at": int | None,
        "changed_by": str | None,
    },
}
"""Fields that are shown and that an edit of the row does not set: what sets them has a route of its own."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row: its table, what creates, patches and shows a row, and what it refers to."""

    name: str
    table: Table
    create: type[NewRow]
    patch: type[BaseModel]
    row: type[BaseModel]
    references: Mapping[str, str]
    """Field → the kind it refers to."""
    unique: tuple[tuple[str, ...], ...]
    """Fields that together no two rows share."""


def _kind(table: Table, create: type[NewRow], *, fixed: tuple[str, ...] = ()) -> Kind:
    given: dict[str, Any] = {
        name: info.rebuild_annotation() for name, info in create.model_fields.items() if name != "id"
    }
    # Whether a field was given is asked of `model_fields_set`; a default never counts as a change.
    optional = {name: (field, Field(default_factory=lambda: None)) for name, field in given.items()}
    patch: dict[str, Any] = {"version": (Version, ...)} | {k: one for k, one in optional.items() if k not in fixed}
    shown: dict[str, Any] = {"id": str, "program_id": str, "version": int} | given
    shown |= OWNED.get(table.name, {})
    closed = ConfigDict(extra="forbid", strict=True)
    return Kind(
        name=table.name,
        table=table,
        create=create,
        patch=create_model(f"{create.__name__}Patch", __config__=closed, **patch),
        row=create_model(f"{create.__name__}Row", **shown),
        references={
            column.name: key.column.table.name
            for column in table.c
            for key in column.foreign_keys
            if column.name != "program_id"
        },
        unique=tuple(
            sorted(
                tuple(one.columns.keys())
                for one in (*table.constraints, *table.indexes)
                if isinstance(one, UniqueConstraint) or (isinstance(one, Index) and one.unique)
            )
        ),
    )


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind(t.programs, Program),
        _kind(t.sites, Site),
        _kind(t.people, Person),
        _kind(t.grants, RoleGrant, fixed=("person_id", "role", "site_id")),
        _kind(t.licences, TeachingLicence, fixed=("person_id",)),
        _kind(t.clearances, AdultClearance, fixed=("person_id",)),
        _kind(t.courses, Course),
        _kind(t.terms, Term),
        _kind(t.sections, Section),
        _kind(t.section_teachers, SectionTeacher, fixed=("section_id", "person_id")),
        _kind(t.section_sites, SectionSite, fixed=("section_id", "site_id")),
        _kind(t.students, Student),
        _kind(t.enrolments, Enrolment, fixed=("section_id", "student_id", "site_id")),
        _kind(t.accommodations, Accommodation, fixed=("student_id", "code")),
        _kind(t.holidays, Holiday),
        _kind(t.closures, Closure, fixed=("site_id",)),
        _kind(t.early_dismissals, EarlyDismissal, fixed=("site_id", "day")),
        _kind(t.patterns, WeeklyPattern, fixed=("section_id",)),
        _kind(t.meetings, ScheduledMeeting, fixed=("section_id", "pattern_id", "pattern_day")),
        _kind(t.substitutes, Substitute, fixed=("section_id", "person_id", "role", "site_id", "meeting_id")),
    )
}
"""In an order in which a row comes after what it refers to. What a field fixes at creation ends, and begins anew."""
