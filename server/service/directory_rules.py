"""What a row of the directory must be beside well-formed: its references, its dates, and its neighbours.

A rule is asked in the transaction that writes the row, with the row as it will stand.
"""

from collections.abc import Awaitable, Callable
from datetime import date, time

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.actors import Actor
from ..domain.calendar import at_local, days_of
from ..domain.messages import Refused
from ..storage import directory as rows
from ..storage import directory_tables as t
from ..storage import schedule
from ..storage.directory import Row
from .directory_kinds import KINDS, Kind

LONGEST_MS = 720 * 60_000
"""How long a class may be: as long as one of a pattern."""
_NEVER = "~"
"""Later than any date."""
_GIVING = (t.grants, t.section_teachers, t.substitutes)
_SPANS = (("begins_on", "ends_on"), ("valid_from", "valid_to"))


async def check_row(connection: AsyncConnection, kind: Kind, row: Row, before: Row | None = None) -> None:
    """Raise `Refused`, naming the field, if the row may not stand; `before`: as it was, where it is no new one."""
    _check_span(row)
    if kind.table is t.meetings:
        await _check_times(connection, row, before)
    await _check_references(connection, kind, row)
    await _check_unique(connection, kind, row)
    rule = _RULES.get(kind.name)
    if rule is not None:
        await rule(connection, row)
    if kind.table is t.section_teachers and _is_for_more(row, before):
        await _check_licensed(connection, row)


def check_not_own(actor: Actor, kind: Kind, row: Row, before: Row | None = None) -> None:
    """Nobody gives themselves a role or a class: a coordinator never acts as a teacher of record (domain.md, Who)."""
    is_own = kind.table in _GIVING and row["person_id"] == actor.person_id
    if is_own and _is_for_more(row, before):
        raise Refused("own_grant", "nobody gives this to themselves: ask another coordinator", "person_id")


def _is_for_more(row: Row, before: Row | None) -> bool:
    """Whether the row holds on a day on which it did not; what is taken away or cut short always may be."""
    if row.get("is_withdrawn"):
        return False
    if before is None or before.get("is_withdrawn"):
        return True
    begins = (row["begins_on"] or "") < (before["begins_on"] or "")
    return begins or (row["ends_on"] or _NEVER) > (before["ends_on"] or _NEVER)


def _check_span(row: Row) -> None:
    for begin, end in _SPANS:
        if row.get(end) is not None and row[begin] is not None and row[end] < row[begin]:
            raise Refused("out_of_range", f"the last day is before the first: {begin} is later", end)
    if "starts_at" in row and row["ends_at"] <= row["starts_at"]:
        raise Refused("out_of_range", "the end must be after the start", "ends_at")


async def _check_times(connection: AsyncConnection, row: Row, before: Row | None) -> None:
    """A class that has begun was held when it was held: other times would be another day's, with other people."""
    changed = [field for field in ("starts_at", "ends_at") if before is None or row[field] != before[field]]
    if not changed:
        return
    if row["ends_at"] - row["starts_at"] > LONGEST_MS:
        raise Refused("out_of_range", f"a class lasts {LONGEST_MS // 60_000} minutes at most", "ends_at")
    match None if before is None else await schedule.lock_status(connection, row["id"]):
        case "live":
            raise Refused("already_live", "the class is live: end it instead", changed[0])
        case "ended" | "reconciled":
            raise Refused("meeting_ended", "the class has ended: its times stay as they are", changed[0])


async def _check_references(connection: AsyncConnection, kind: Kind, row: Row) -> None:
    for field, other in kind.references.items():
        if row[field] is None:
            continue
        if await rows.read_row(connection, KINDS[other].table, row["program_id"], row[field]) is None:
            raise Refused("unknown_reference", f"there is no row of this id among the {other}", field)


async def _check_unique(connection: AsyncConnection, kind: Kind, row: Row) -> None:
    for fields in kind.unique:
        if any(row[field] is None for field in fields):
            continue
        same = [kind.table.c[field] == row[field] for field in fields]
        if await rows.is_held(connection, kind.table, same, but=row["id"]):
            raise Refused("already_taken", "another row holds this already", fields[-1])


async def _check_grant(connection: AsyncConnection, row: Row) -> None:
    """A supervisor stands in a room, so at a site; teachers and coordinators serve the program whole."""
    if row["role"] == "supervisor" and row["site_id"] is None:
        raise Refused("missing_field", "a supervisor is one at a site: name it", "site_id")
    if row["role"] in {"teacher", "coordinator"} and row["site_id"] is not None:
        raise Refused("not_a_choice", f"a {row['role']} serves the whole program: name no site", "site_id")


async def _check_teacher(connection: AsyncConnection, row: Row) -> None:
    """A section has one teacher of record on each day (domain.md, Who)."""
    others = [t.section_teachers.c.section_id == row["section_id"]]
    await _check_alone(connection, "section_teachers", row, others, "the section has another teacher of record then")


async def _check_licensed(connection: AsyncConnection, row: Row) -> None:
    """A teacher of record has the role and a licence on each day; without a last day, to the end of the term.

    Where the term's end is open too, they have both on the first day: what each later one was taught with, the class's
    own facts tell.
    """
    term = await schedule.read_term(connection, row["section_id"])
    last = row["ends_on"] or term.ends_on or row["begins_on"]
    await _require_held(connection, row["person_id"], "teacher", row["begins_on"], max(last, row["begins_on"]))


async def _require_held(connection: AsyncConnection, person_id: str, role: str, first: str, last: str) -> None:
    """They have the role on each of the days, and as a teacher a licence too."""
    g, held = t.grants, t.licences
    roles = select(g.c.begins_on, g.c.ends_on).where(g.c.person_id == person_id, g.c.role == role)
    if not await rows.are_covered(connection, roles, first, last):
        why = f"they are no {role} on those days: give them the role first"
        raise Refused("role_not_held", why, "person_id")
    licences = select(held.c.valid_from, held.c.valid_to).where(held.c.person_id == person_id)
    if role == "teacher" and not await rows.are_covered(connection, licences, first, last):
        why = "they hold no licence that is valid on all of those days: enter it first"
        raise Refused("not_licensed", why, "person_id")


async def _check_part(connection: AsyncConnection, row: Row) -> None:
    others = [
        t.section_sites.c.section_id == row["section_id"],
        t.section_sites.c.site_id == row["site_id"],
    ]
    await _check_alone(connection, "section_sites", row, others, "the site takes part in the section already then")


async def _check_enrolment(connection: AsyncConnection, row: Row) -> None:
    """A student sits in one room: enrolled in a section at one of its sites, on each day at one only."""
    parts = [
        t.section_sites.c.section_id == row["section_id"],
        t.section_sites.c.site_id == row["site_id"],
    ]
    if not await rows.is_held(connection, t.section_sites, parts):
        raise Refused("unknown_reference", "the site takes no part in this section", "site_id")
    others = [
        t.enrolments.c.section_id == row["section_id"],
        t.enrolments.c.student_id == row["student_id"],
    ]
    await _check_alone(connection, "enrolments", row, others, "the student is enrolled in the section already then")


async def _check_video(connection: AsyncConnection, row: Row) -> None:
    if row.get("video_provider") is not None and row.get("video_url") is None:
        raise Refused("missing_field", "a provider's name alone leads nowhere: give the link", "video_url")


async def _check_pattern(connection: AsyncConnection, row: Row) -> None:
    """A pattern stays within its section's term, and none of its days may fall into an hour that the clocks skip."""
    term = await schedule.read_term(connection, row["section_id"])
    if row["begins_on"] is not None and row["begins_on"] < term.begins_on:
        raise Refused("out_of_range", f"the term begins on {term.begins_on}", "begins_on")
    if term.ends_on is None and row["ends_on"] is None:
        raise Refused("missing_field", "the term has no last day yet: give the pattern one", "ends_on")
    if term.ends_on is not None and (row["ends_on"] or "") > term.ends_on:
        raise Refused("out_of_range", f"the term ends on {term.ends_on}", "ends_on")
    pattern = schedule.pattern_of(row, term)
    if (pattern.last - pattern.first).days > schedule.LONGEST_PATTERN_DAYS:
        raise Refused("out_of_range", f"a pattern lasts {schedule.LONGEST_PATTERN_DAYS} days at most", "ends_on")
    days_of(pattern, lambda _: None)


async def _check_dismissal(connection: AsyncConnection, row: Row) -> None:
    if row["is_withdrawn"]:
        return
    site = await rows.read_row(connection, t.sites, row["program_id"], row["site_id"])
    if site is not None:
        at_local(date.fromisoformat(row["day"]), time.fromisoformat(row["local_time"]), site["time_zone"])
    same = [
        t.early_dismissals.c.site_id == row["site_id"],
        t.early_dismissals.c.day == row["day"],
        t.early_dismissals.c.is_withdrawn.is_(False),
    ]
    if await rows.is_held(connection, t.early_dismissals, same, but=row["id"]):
        raise Refused("already_taken", "the site lets out early that day already: change or withdraw that row", "day")


async def _check_meeting(connection: AsyncConnection, row: Row) -> None:
    await _check_video(connection, row)
    if (row["pattern_id"] is None) != (row["pattern_day"] is None):
        raise Refused("missing_field", "a pattern and its day go together", "pattern_day")
    if row["pattern_id"] is not None:
        pattern = await rows.read_row(connection, t.patterns, row["program_id"], row["pattern_id"])
        if pattern is not None and pattern["section_id"] != row["section_id"]:
            raise Refused("wrong_section", "the pattern is another section's", "pattern_id")


async def _check_substitute(connection: AsyncConnection, row: Row) -> None:
    """Who stands in has the role already on those days: a substitute teacher with a licence, a supervisor at a site."""
    if row["is_withdrawn"]:
        return
    if (row["role"] == "supervisor") != (row["site_id"] is not None):
        if row["site_id"] is None:
            raise Refused("missing_field", "a supervisor stands in at a site: name it", "site_id")
        raise Refused("not_a_choice", "a teacher stands in for the whole class: name no site", "site_id")
    if row["site_id"] is not None:
        part = [
            t.section_sites.c.section_id == row["section_id"],
            t.section_sites.c.site_id == row["site_id"],
        ]
        if not await rows.is_held(connection, t.section_sites, part):
            raise Refused("unknown_reference", "the site takes no part in this section", "site_id")
    first, last = await _days_stood_in(connection, row)
    await _require_held(connection, row["person_id"], row["role"], first, last)


async def _days_stood_in(connection: AsyncConnection, row: Row) -> tuple[str, str]:
    """The first and last of the substitute's days: the one meeting's own, or those that the row gives."""
    if row["meeting_id"] is None:
        for field in ("begins_on", "ends_on"):
            if row[field] is None:
                raise Refused("missing_field", "name one meeting, or the first and the last day", field)
        return row["begins_on"], row["ends_on"]
    for field in ("begins_on", "ends_on"):
        if row[field] is not None:
            raise Refused("not_a_choice", "for one meeting there are no days to name: it may move", field)
    meeting = await rows.read_row(connection, t.meetings, row["program_id"], row["meeting_id"])
    program = await rows.read_row(connection, t.programs, row["program_id"], row["program_id"])
    if meeting is None or program is None or meeting["section_id"] != row["section_id"]:
        raise Refused("wrong_section", "the meeting is another section's", "meeting_id")
    day = rows.local_date(meeting["starts_at"], program["time_zone"])
    return day, day


async def _check_alone(
    connection: AsyncConnection, kind: str, row: Row, others: list[ColumnElement[bool]], why: str
) -> None:
    table = KINDS[kind].table
    span = rows.overlaps(table, row["begins_on"], row["ends_on"])
    if await rows.is_held(connection, table, [*others, span], but=row["id"]):
        raise Refused("overlapping", f"{why}: end that first", "begins_on")


_RULES: dict[str, Callable[[AsyncConnection, Row], Awaitable[None]]] = {
    "grants": _check_grant,
    "section_teachers": _check_teacher,
    "section_sites": _check_part,
    "sections": _check_video,
    "enrolments": _check_enrolment,
    "patterns": _check_pattern,
    "early_dismissals": _check_dismissal,
    "meetings": _check_meeting,
    "substitutes": _check_substitute,
}
