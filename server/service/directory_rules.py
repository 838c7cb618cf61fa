"""What a row of the directory must be beside well-formed: its references, its dates, and its neighbours.

A rule is asked in the transaction that writes the row, with the row as it will stand.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.messages import Refused
from ..storage import directory as rows
from ..storage import directory_tables as t
from ..storage.directory import Row
from .directory_kinds import KINDS, Kind

_SPANS = (("begins_on", "ends_on"), ("valid_from", "valid_to"))


async def check_row(connection: AsyncConnection, kind: Kind, row: Row) -> None:
    """Raise `Refused`, naming the field, if the row may not stand as it is."""
    _check_span(row)
    await _check_references(connection, kind, row)
    await _check_unique(connection, kind, row)
    rule = _RULES.get(kind.name)
    if rule is not None:
        await rule(connection, row)


def _check_span(row: Row) -> None:
    for begin, end in _SPANS:
        if row.get(end) is not None and row[end] < row[begin]:
            raise Refused("out_of_range", f"the last day is before the first: {begin} is later", end)
    if "starts_at" in row and row["ends_at"] <= row["starts_at"]:
        raise Refused("out_of_range", "the end must be after the start", "ends_at")


async def _check_references(connection: AsyncConnection, kind: Kind, row: Row) -> None:
    for field, other in kind.references.items():
        if row[field] is None:
            continue
        if await rows.read_row(connection, KINDS[other].table, row["program_id"], row[field]) is None:
            raise Refused("unknown_reference", f"there is no row of this id among the {other}", field)


async def _check_unique(connection: AsyncConnection, kind: Kind, row: Row) -> None:
    for fields in kind.unique:
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
    "meetings": _check_video,
    "enrolments": _check_enrolment,
}
