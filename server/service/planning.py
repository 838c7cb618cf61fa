"""The plan of the classes: meetings out of patterns, and what becomes of a meeting before it is held: cancelled, moved,
held after all.

Each is an edit of the meeting's row, with its audit row and a notice to its people in one commit; the stream learns it
as a fact. A class that has begun is not planned any more: where it began just while it was cancelled, that is undone.
The row says whose change was the last: what a pattern changed it may change again, what a person did stays theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from sqlalchemy import Row as SqlRow
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils import uuid7

from ..domain.actors import Actor, Role
from ..domain.calendar import Day, SkipReason, days_of, end_of_day, local_day
from ..domain.meeting.state import CancelReason
from ..domain.messages import Refused
from ..storage import directory as rows
from ..storage import directory_tables as t
from ..storage import rosters, schedule
from ..storage.directory import Row
from ..storage.engine import Database
from .clock import Clock
from .directory import Directory, require_editor
from .live import Live

Shown: TypeAlias = dict[str, Any]
Whose: TypeAlias = Literal["plan", "person"]
_HELD: Row = {"cancelled_at": None, "cancel_reason": None}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a pattern comes to, beside what there is."""

    pattern: Row
    days: list[Day]
    held: Mapping[str, SqlRow[Any]]
    """By day, the meetings that were planned from it."""
    taken: list[SqlRow[Any]]
    """The section's other meetings that take place."""


class Planning:
    """Plans meetings, for those who may edit the program's directory."""

    def __init__(self, database: Database, directory: Directory, live: Live, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._live = live
        self._clock = clock

    # ── One meeting ──────────────────────────────────────────────────────────────────────────────────────────

    async def cancel(
        self, actor: Actor, meeting_id: str, reason: CancelReason, version: int | None = None, whose: Whose = "person"
    ) -> Row:
        """Have the meeting not held; it stays in every list, as cancelled. Doing it again changes nothing."""
        before = await self._planned(actor, meeting_id, version)
        if before["cancelled_at"] is not None and before["cancel_reason"] == reason:
            return before
        changes = {"cancelled_at": self._clock.now(), "cancel_reason": reason, "changed_by": whose}
        after = await self._change(actor, before, changes, "cancel", "cancelled", reason)
        if await self._status(meeting_id) in {"live", "ended", "reconciled"}:
            # It began between our look and our commit: what is being held was not cancelled.
            await self._change(actor, after, dict(_HELD), "reinstate", "reinstated", reason)
            raise Refused("already_live", "the class began just now: end it instead")
        return after

    async def reinstate(self, actor: Actor, meeting_id: str, reason: CancelReason, version: int | None = None) -> Row:
        """Have a cancelled meeting held after all. Doing it again changes nothing."""
        before = await self._planned(actor, meeting_id, version)
        if before["cancelled_at"] is None:
            return before
        changes = _HELD | {"changed_by": "person"}
        return await self._change(actor, before, changes, "reinstate", "reinstated", reason)

    async def move(
        self,
        actor: Actor,
        meeting_id: str,
        starts_at: int,
        ends_at: int,
        reason: CancelReason,
        version: int | None = None,
    ) -> Row:
        """Have the meeting at another time (milliseconds, UTC), still to come; the first plan's time is kept.

        Raises `Refused`: `overlapping` where the section has another meeting then; `same_time` where this one is then.
        """
        before = await self._planned(actor, meeting_id, version)
        if before["cancelled_at"] is not None:
            raise Refused("meeting_cancelled", "the class is cancelled: have it held again, then move it")
        if starts_at < self._clock.now():
            raise Refused("out_of_range", "a class can only be moved to a time that is still to come", "starts_at")
        if (starts_at, ends_at) == (before["starts_at"], before["ends_at"]):
            raise Refused("same_time", "the class is at that time already: choose another", "starts_at")
        changes = _times(before, starts_at, ends_at) | {"changed_by": "person"}
        return await self._change(actor, before, changes, "move", "moved", reason)

    async def _planned(self, actor: Actor, meeting_id: str, version: int | None) -> Row:
        require_editor(actor)
        row = await self._directory.get(actor, "meetings", meeting_id)
        if version not in {None, row["version"]}:
            raise Refused("stale_version", "it changed since you looked: look again", "version")
        match await self._status(meeting_id):
            case "live":
                raise Refused("already_live", "the class is live: end it instead")
            case "ended" | "reconciled":
                raise Refused("meeting_ended", "the class has ended")
        return row

    async def _status(self, meeting_id: str) -> str:
        return str((await self._live.stream(f"meeting:{meeting_id}")).state.status)

    async def _change(self, actor: Actor, before: Row, changes: Row, action: str, change: str, reason: str) -> Row:
        async def within(connection: AsyncConnection, was: Row, now: Row) -> None:
            if now["cancelled_at"] is None and change != "cancelled":
                await _require_free(connection, now)
            await schedule.insert_notice(connection, await self._notice(connection, actor, was, now, change, reason))

        return await self._directory.change_plan(actor, before["id"], before["version"], changes, action, within)

    async def _notice(
        self, connection: AsyncConnection, actor: Actor, was: Row, now: Row, change: str, reason: str
    ) -> Row:
        program = await rows.read_row(connection, t.programs, actor.program_id, actor.program_id)
        zone = program["time_zone"] if program is not None else "UTC"
        last = local_day(max(was["ends_at"], now["ends_at"]), zone)
        return {
            "id": str(uuid7()),
            "program_id": actor.program_id,
            "meeting_id": was["id"],
            "change": change,
            "reason": reason,
            "at": self._clock.now(),
            "by_role": (Role.COORDINATOR if actor.has_role(Role.COORDINATOR) else Role.SYSTEM).value,
            "was_starts_at": was["starts_at"],
            "was_ends_at": was["ends_at"],
            "starts_at": now["starts_at"],
            "ends_at": now["ends_at"],
            "shown_until": end_of_day(last, zone),
        }

    # ── Patterns ─────────────────────────────────────────────────────────────────────────────────────────────

    async def plan(self, actor: Actor, pattern_id: str, *, is_dry_run: bool = False) -> list[Shown]:
        """Bring the section's meetings up to the pattern, and tell of each of its days what became of it.

        `[{day, outcome, reason, meeting_id, starts_at}]` by day; `outcome`: `created`, `kept`, `moved`, `cancelled`,
        `reinstated`, or `skipped` with the reason. Days that are past, and meetings that a person moved, cancelled or
        had held after all, are left as they are. A dry run tells what would become of them. Doing it again changes
        nothing.
        """
        require_editor(actor)
        plan = await self._read_plan(actor, pattern_id)
        shown: list[Shown] = []
        new: list[tuple[str, object]] = []
        for day in plan.days:
            held = plan.held.get(day.day.isoformat())
            outcome, reason = self._outcome(plan, day, held)
            meeting_id = held.id if held is not None else None
            if outcome == "created":
                meeting_id = str(uuid7())
                new.append(("meetings", _meeting(plan.pattern, day, meeting_id)))
            elif not is_dry_run and held is not None:
                await self._bring_up(actor, held.id, day, outcome)
            shown.append(_planned_day(day, outcome, reason, None if is_dry_run and held is None else meeting_id))
        shown += await self._drop_other_days(actor, plan, is_dry_run)
        if new and not is_dry_run:
            await self._directory.create_all(actor, new)
        return sorted(shown, key=lambda one: str(one["day"]))

    def _outcome(self, plan: _Plan, day: Day, held: SqlRow[Any] | None) -> tuple[str, str | None]:
        if held is not None and not self._is_open(held):
            return "kept", None
        is_cancelled = held is not None and held.cancelled_at is not None
        if day.skipped is not None:
            return ("skipped" if held is None else "kept" if is_cancelled else "cancelled"), day.skipped
        is_then = held is not None and (held.starts_at, held.ends_at) == (day.starts_at, day.ends_at)
        if is_then and not is_cancelled:
            return "kept", None
        if day.starts_at < self._clock.now():
            return "skipped" if held is None else "kept", "past"
        if any(_overlap(day, other) for other in plan.taken if held is None or other.id != held.id):
            return "skipped" if held is None else "kept", "overlapping"
        return ("created" if held is None else "reinstated" if is_cancelled else "moved"), None

    async def _bring_up(self, actor: Actor, meeting_id: str, day: Day, outcome: str) -> None:
        """Do to a meeting what the pattern's day makes of it; one that takes place again does so at the day's time."""
        if outcome == "cancelled":
            reason: CancelReason = "plan_changed" if day.skipped == "excluded" else "holiday"
            await self.cancel(actor, meeting_id, reason, whose="plan")
        elif outcome in ("moved", "reinstated"):
            before = await self._planned(actor, meeting_id, None)
            changes = _HELD | _times(before, day.starts_at, day.ends_at) | {"changed_by": "plan"}
            action = "move" if outcome == "moved" else "reinstate"
            await self._change(actor, before, changes, action, outcome, "plan_changed")

    async def _drop_other_days(self, actor: Actor, plan: _Plan, is_dry_run: bool) -> list[Shown]:
        """Meetings on days that are the pattern's no more are cancelled."""
        days = {day.day.isoformat() for day in plan.days}
        shown = []
        for name, held in plan.held.items():
            if name in days or held.cancelled_at is not None or not self._is_open(held):
                continue
            if not is_dry_run:
                await self.cancel(actor, held.id, "plan_changed", whose="plan")
            day = Day(date.fromisoformat(name), held.starts_at, held.ends_at, None)
            shown.append(_planned_day(day, "cancelled", "plan_changed", held.id))
        return shown

    def _is_open(self, held: SqlRow[Any]) -> bool:
        """Whether the plan may still change it: to come, and no person's change was the last."""
        is_to_come = held.status in {None, "scheduled", "cancelled"} and held.starts_at >= self._clock.now()
        return bool(is_to_come and held.changed_by != "person")

    async def _read_plan(self, actor: Actor, pattern_id: str) -> _Plan:
        pattern = await self._directory.get(actor, "patterns", pattern_id)
        section_id = pattern["section_id"]
        async with self._database.reading() as connection:
            term = await schedule.read_term(connection, section_id)
            sources = await rosters.read_sources(connection, actor.program_id, [section_id], staff_only=True)
            planned = await schedule.read_planned(connection, section_id)
        parts, calendar = sources.sites.get(section_id, []), sources.calendars

        def why_not(day: date) -> SkipReason | None:
            if any(span.holds(day) for span in calendar.holidays):
                return "holiday"
            here = [part.site_id for part in parts if rows.is_in_force(part, day.isoformat())]
            return "sites_closed" if here and all(calendar.sites[site].is_closed(day) for site in here) else None

        return _Plan(
            pattern=pattern,
            days=days_of(schedule.pattern_of(pattern, term), why_not),
            held={one.pattern_day: one for one in planned if one.pattern_id == pattern_id},
            taken=[one for one in planned if _takes_place(one)],
        )


def _times(before: Row, starts_at: int, ends_at: int) -> Row:
    """The columns of a meeting that is held at another time; back at the first plan's, it was never moved."""
    first = (before["moved_from_starts_at"], before["moved_from_ends_at"])
    if first == (None, None):
        first = (before["starts_at"], before["ends_at"])
    if first == (starts_at, ends_at):
        first = (None, None)
    moved_from = {"moved_from_starts_at": first[0], "moved_from_ends_at": first[1]}
    return {"starts_at": starts_at, "ends_at": ends_at} | moved_from


def _takes_place(meeting: SqlRow[Any]) -> bool:
    return meeting.status not in ("ended", "reconciled") and meeting.cancelled_at is None


def _overlap(day: Day, other: SqlRow[Any]) -> bool:
    return bool(day.starts_at < other.ends_at and other.starts_at < day.ends_at)


async def _require_free(connection: AsyncConnection, row: Row) -> None:
    """A section is in one place at a time."""
    for other in await schedule.read_planned(connection, row["section_id"]):
        is_then = row["starts_at"] < other.ends_at and other.starts_at < row["ends_at"]
        if other.id != row["id"] and _takes_place(other) and is_then:
            why = "the section has another class at that time: move or cancel that one"
            raise Refused("overlapping", why, "starts_at")


def _meeting(pattern: Row, day: Day, meeting_id: str) -> Row:
    return {
        "id": meeting_id,
        "section_id": pattern["section_id"],
        "title": pattern["title"],
        "starts_at": day.starts_at,
        "ends_at": day.ends_at,
        "pattern_id": pattern["id"],
        "pattern_day": day.day.isoformat(),
    }


def _planned_day(day: Day, outcome: str, reason: str | None, meeting_id: str | None) -> Shown:
    return {
        "day": day.day.isoformat(),
        "outcome": outcome,
        "reason": reason,
        "meeting_id": meeting_id,
        "starts_at": day.starts_at or None,
    }
