"""How a site makes up for a class that goes on without it: a plan that the teacher records and the site carries out.

A class starts without a room only with such a plan (domain.md §1), and the plan is owed until it was carried out or
dropped. The minutes that a site led under it are supervised seat time (domain.md §4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ..actors import Permission
from ..fields import Id, LedMinutes, Millis, NoteText
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .cover import joins_late_at
from .deferring import default_due
from .readiness import readiness_at
from .state import (
    CatchUpKind,
    CatchUpPlan,
    DropReason,
    Meeting,
    require_held,
    require_live,
    require_supervisor,
    require_teacher,
)

WhyMissing: TypeAlias = Literal["down", "closed", "nobody_there"]
_OUT: Mapping[str, WhyMissing] = {"down": "down", "closed": "closed"}

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPlan:
    """The plan for one room, as it comes with the start of a class without it, or alone."""

    site_id: Id
    plan_id: Id
    kind: CatchUpKind
    note: NoteText | None = None
    due_at: Millis | None = None


@command("catch_up.plan", may=Permission.PLAN_CATCH_UP)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCatchUp(RoomPlan):
    """The teacher says how the site makes up for the class, by `due_at`; without it, by the room's default."""


@command("catch_up.revise", may=Permission.PLAN_CATCH_UP)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseCatchUp:
    """The teacher plans it otherwise: kind and note whole; `due_at` null leaves the time as it is."""

    plan_id: Id
    kind: CatchUpKind
    note: NoteText | None = None
    due_at: Millis | None = None


@command("catch_up.carry_out", may=Permission.CARRY_OUT_CATCH_UP)
@dataclass(frozen=True, slots=True, kw_only=True)
class CarryOutCatchUp:
    """The site has done it; `minutes` is how long an adult there led it."""

    plan_id: Id
    minutes: LedMinutes


@command("catch_up.drop", may=Permission.PLAN_CATCH_UP)
@dataclass(frozen=True, slots=True, kw_only=True)
class DropCatchUp:
    """The teacher says that it need not be carried out, and why."""

    plan_id: Id
    reason: DropReason


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("catch_up.planned", personal=("note",))
@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUpPlanned:
    """The site makes up for the class so, by `due_at` (milliseconds, UTC)."""

    plan_id: str
    site_id: str
    kind: CatchUpKind
    note: str | None
    due_at: int


@event("catch_up.revised", personal=("note",))
@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUpRevised:
    """The plan is another now."""

    plan_id: str
    kind: CatchUpKind
    note: str | None
    due_at: int


@event("catch_up.carried_out")
@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUpCarriedOut:
    """The event's actor says that the site has done it, and for how many minutes it was led."""

    plan_id: str
    minutes: int


@event("catch_up.dropped")
@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUpDropped:
    """It need not be carried out."""

    plan_id: str
    reason: DropReason


# ── For whoever starts a class, or asks what it owes ──────────────────────────────────────────────────────────────


def missing(state: Meeting, at: int) -> dict[str, WhyMissing]:
    """The rooms, by site, that a class which starts at that moment goes on without, and why.

    A room is missing whose report says down or closed and has not expired, or where nobody is: no adult on duty, and
    its link lost or never heard. Who is away by its own calendar, or joins only later by its own bells, is not missed.
    """
    rooms = sorted(state.rooms.items())
    here = (site_id for site_id, room in rooms if room.away is None and joins_late_at(state, room) <= at)
    found = ((site_id, _why(state, site_id, at)) for site_id in here)
    return {site_id: why for site_id, why in found if why is not None}


def _why(state: Meeting, site_id: str, at: int) -> WhyMissing | None:
    status = readiness_at(state, site_id, at)
    if status in _OUT:
        return _OUT[status]
    timeline, link = state.timelines.get(site_id), state.links.get(site_id)
    is_linked = link is not None and link.status != "lost"
    return None if is_linked or (timeline is not None and timeline.adults) else "nobody_there"


def open_plans(state: Meeting) -> list[CatchUpPlan]:
    """The plans still to be carried out, in the order in which they were made."""
    return [one for one in state.catch_ups.values() if one.status == "open"]


def planned_without(state: Meeting, plans: Iterable[RoomPlan], context: Context) -> list[object]:
    """The plans with which the class starts now: one for each room that is missing and has none yet.

    A plan for a room that came meanwhile, or that has one, is not needed and not recorded.
    """
    needed = missing(state, context.at).keys() - {one.site_id for one in open_plans(state)}
    planned: dict[str, CatchUpPlanned] = {}
    for plan in plans:
        if plan.site_id not in state.rooms:
            raise Refused("not_on_roster", "one of these sites takes no part in the class", "without")
        if plan.site_id in planned or plan.plan_id in {one.plan_id for one in planned.values()}:
            raise Refused("id_taken", "one plan for each site, each with an id of its own", "without")
        if plan.site_id in needed:
            planned[plan.site_id] = _planned(state, plan, context)
    unplanned = sorted(needed - planned.keys())
    if unplanned:
        message = f"the class would start without {', '.join(unplanned)}: wait, or give a catch-up plan for each"
        raise Refused("needs_catch_up_plan", message, "without")
    return list(planned.values())


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(PlanCatchUp)
def plan_catch_up(state: Meeting, command: PlanCatchUp, context: Context) -> list[object]:
    """Before the class, in it or after it, until it is closed for good; one open plan for each site."""
    require_teacher(state, context)
    _require_unreconciled(state)
    if command.site_id not in state.rooms:
        raise Refused("not_on_roster", "this site takes no part in the class", "site_id")
    if any(one.site_id == command.site_id for one in open_plans(state)):
        raise Refused("already_planned", "this site has an open plan: revise it instead", "site_id")
    return [_planned(state, command, context)]


@decides(ReviseCatchUp)
def revise_catch_up(state: Meeting, command: ReviseCatchUp, context: Context) -> list[object]:
    """Nothing is left to do where it says what the plan says."""
    require_teacher(state, context)
    held = _open(state, command.plan_id)
    _require_note(command.kind, command.note)
    _require_to_come(command.due_at, context)
    due_at = held.due_at if command.due_at is None else command.due_at
    if (held.kind, held.note, held.due_at) == (command.kind, command.note, due_at):
        return []
    return [CatchUpRevised(plan_id=held.plan_id, kind=command.kind, note=command.note, due_at=due_at)]


@decides(CarryOutCatchUp)
def carry_out_catch_up(state: Meeting, command: CarryOutCatchUp, context: Context) -> list[object]:
    """Not before the class has begun: until then the room may still come. A second adult who says so is too late."""
    held = state.catch_ups.get(command.plan_id)
    if held is None:
        raise _unknown()
    try:
        require_supervisor(state, held.site_id, context)
    except Refused:
        # To another site the plan does not exist.
        raise _unknown() from None
    if not state.is_over:
        require_live(state)
    held = _open(state, command.plan_id)
    return [CatchUpCarriedOut(plan_id=held.plan_id, minutes=command.minutes)]


@decides(DropCatchUp)
def drop_catch_up(state: Meeting, command: DropCatchUp, context: Context) -> list[object]:
    """Only the teacher may say that a site owes the class nothing; the reason stays in the record.

    Before the class a dropped plan leaves the room without one again, and the start asks for another.
    """
    require_teacher(state, context)
    held = _open(state, command.plan_id)
    return [CatchUpDropped(plan_id=held.plan_id, reason=command.reason)]


def _planned(state: Meeting, plan: RoomPlan, context: Context) -> CatchUpPlanned:
    if plan.plan_id in state.catch_ups:
        raise Refused("id_taken", "a plan of this id exists: give each an id of its own", "plan_id")
    _require_note(plan.kind, plan.note)
    _require_to_come(plan.due_at, context)
    due_at = default_due(state, plan.site_id, context.at) if plan.due_at is None else plan.due_at
    return CatchUpPlanned(plan_id=plan.plan_id, site_id=plan.site_id, kind=plan.kind, note=plan.note, due_at=due_at)


def _require_note(kind: CatchUpKind, note: str | None) -> None:
    if kind == "other" and not (note or "").strip():
        raise Refused("missing_field", "say in the note what the site is to do", "note")


def _require_to_come(due_at: int | None, context: Context) -> None:
    if due_at is not None and due_at <= context.at:
        raise Refused("out_of_range", "this time is past: choose one that is still to come", "due_at")


def _require_unreconciled(state: Meeting) -> None:
    require_held(state)
    if state.status == "reconciled":
        raise Refused("wrong_state", "the class is closed for good")


def _open(state: Meeting, plan_id: str) -> CatchUpPlan:
    _require_unreconciled(state)
    held = state.catch_ups.get(plan_id)
    if held is None:
        raise _unknown()
    if held.status != "open":
        done = "carried out" if held.status == "carried_out" else "dropped"
        raise Refused("wrong_state", f"this plan was {done}: make another")
    return held


def _unknown() -> Refused:
    return Refused("unknown_plan", "there is no such plan at your sites", "plan_id")


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(CatchUpPlanned)
def catch_up_planned(state: Meeting, event: CatchUpPlanned, recorded: Recorded) -> Meeting:
    said = {name: getattr(event, name) for name in CatchUpPlanned.__dataclass_fields__}
    return _put(state, CatchUpPlan(**said, by=recorded.actor_id, at=recorded.at))


@applies(CatchUpRevised)
def catch_up_revised(state: Meeting, event: CatchUpRevised, recorded: Recorded) -> Meeting:
    held = state.catch_ups[event.plan_id]
    return _put(state, replace(held, kind=event.kind, note=event.note, due_at=event.due_at, is_erased=False))


@applies(CatchUpCarriedOut)
def catch_up_carried_out(state: Meeting, event: CatchUpCarriedOut, recorded: Recorded) -> Meeting:
    return _closed(state, event.plan_id, recorded, status="carried_out", minutes=event.minutes)


@applies(CatchUpDropped)
def catch_up_dropped(state: Meeting, event: CatchUpDropped, recorded: Recorded) -> Meeting:
    return _closed(state, event.plan_id, recorded, status="dropped", drop_reason=event.reason)


def _closed(state: Meeting, plan_id: str, recorded: Recorded, **changes: object) -> Meeting:
    by = {"closed_by": recorded.actor_id, "closed_at": recorded.at}
    return _put(state, replace(state.catch_ups[plan_id], **changes, **by))  # type: ignore[arg-type]


def _put(state: Meeting, plan: CatchUpPlan) -> Meeting:
    return replace(state, catch_ups={**state.catch_ups, plan.plan_id: plan})
