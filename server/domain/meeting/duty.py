"""Who is on duty in a room: signing on, stepping out and back, handing over, taking over, signing off.

A room is never silently unowned (domain.md §2). The last adult in it leaves only with a reason, which the record keeps;
to hand over needs none. Whose duty ends because the directory moved them, or with the class, is told by `facts` and
`lifecycle`.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..actors import Permission
from ..fields import Id, Millis
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .lifecycle import LOBBY_LEAD, LobbyOpened
from .state import Meeting, require_gathered, require_held, require_supervisor
from .timeline import (
    Adult,
    Interval,
    LeaveReason,
    Mark,
    MarkKind,
    Offer,
    RoomTimeline,
    came,
    marked,
    stepped_out,
    went,
)

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("duty.sign_on", may=Permission.KEEP_DUTY)
@dataclass(frozen=True, slots=True, kw_only=True)
class SignOn:
    """The supervisor is in the room, and answers for it."""

    site_id: Id


@command("duty.step_out", may=Permission.KEEP_DUTY)
@dataclass(frozen=True, slots=True, kw_only=True)
class StepOut:
    """They leave the room for a while; `covered_by` is another adult on duty there, or nobody."""

    site_id: Id
    covered_by: Id | None = None
    reason: LeaveReason | None = None


@command("duty.return", may=Permission.KEEP_DUTY)
@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """They are back."""

    site_id: Id


@command("duty.offer", may=Permission.KEEP_DUTY)
@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDuty:
    """They would hand over: to one of the room's supervisors, or (`to_id` null) to whoever of them comes first."""

    site_id: Id
    to_id: Id | None = None


@command("duty.drop_offer", may=Permission.KEEP_DUTY)
@dataclass(frozen=True, slots=True, kw_only=True)
class DropOffer:
    """Who offered takes it back, or who was asked says no. `person_id` is who offered."""

    site_id: Id
    person_id: Id


@command("duty.accept", may=Permission.KEEP_DUTY)
@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptDuty:
    """They take over what `person_id` offered."""

    site_id: Id
    person_id: Id


@command("duty.take_over", may=Permission.KEEP_DUTY)
@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """`person_id` has gone without handing over: they take the duty on. The record keeps that nobody was asked."""

    site_id: Id
    person_id: Id


@command("duty.sign_off", may=Permission.KEEP_DUTY)
@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """They leave the room for good; the last adult gives a reason."""

    site_id: Id
    reason: LeaveReason | None = None


@command("duty.leave", may=Permission.END_DUTY)
@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveDuty:
    """`person_id` has signed on at another site in another class at `since`, and is here no more."""

    site_id: Id
    person_id: Id
    since: Millis


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("duty.signed_on")
@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOn:
    """The event's actor is on duty in the room."""

    site_id: str


@event("duty.stepped_out")
@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedOut:
    """The event's actor left the room for a while; `reason`: given by the last adult in it, else null."""

    site_id: str
    covered_by: str | None
    reason: LeaveReason | None


@event("duty.returned")
@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The event's actor is back in the room."""

    site_id: str


@event("duty.offered")
@dataclass(frozen=True, slots=True, kw_only=True)
class DutyOffered:
    """The event's actor would hand over."""

    site_id: str
    to_id: str | None


@event("duty.offer_dropped")
@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDropped:
    """What `person_id` offered was taken back or turned down, by the event's actor."""

    site_id: str
    person_id: str


@event("duty.handed_over")
@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """`person_id` was relieved by the event's actor, who accepted."""

    site_id: str
    person_id: str


@event("duty.taken_over")
@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """The event's actor took the duty of `person_id`, who had gone."""

    site_id: str
    person_id: str


@event("duty.signed_off")
@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOff:
    """The event's actor is on duty no more; `reason`: given by the last adult in the room, else null."""

    site_id: str
    reason: LeaveReason | None


@event("duty.went_elsewhere")
@dataclass(frozen=True, slots=True, kw_only=True)
class WentElsewhere:
    """`person_id` is on duty at another site, in another class, since then (milliseconds, UTC), and here no more."""

    site_id: str
    person_id: str
    since: int


# ── For whoever asks who was there ────────────────────────────────────────────────────────────────────────────────


def on_duty_intervals(state: Meeting, site_id: str) -> tuple[Interval, ...]:
    """Which adult was in the room from when to when, in the order in which they came, to the millisecond.

    Stepping out ends an interval and coming back begins another. All of it follows from the log alone.
    """
    return timeline_of(state, site_id).intervals


def is_cleared(state: Meeting, person_id: str) -> bool:
    """Whether the adult's clearance stands on the meeting's date, by the directory's last word.

    The stream holds no time zone: the date is that of UTC at the planned start. In the Americas an evening's class so
    asks for one day more, which is the safe side.
    """
    credentials = state.credentials.get(person_id)
    clearance = credentials and credentials.clearance
    if not clearance or clearance.status not in ("cleared", "expiring"):
        return False
    if clearance.expires_on is None:
        return True
    return datetime.fromtimestamp(state.starts_at / 1000, UTC).date().isoformat() <= clearance.expires_on


def timeline_of(state: Meeting, site_id: str) -> RoomTimeline:
    """The room's timeline; an empty one where nothing has happened yet."""
    return state.timelines.get(site_id, _NOTHING)


_NOTHING = RoomTimeline()

# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(SignOn)
def sign_on(state: Meeting, command: SignOn, context: Context) -> list[object]:
    """One adult is in one room at a time. The first to come within the lead time opens the lobby."""
    require_supervisor(state, command.site_id, context, "site_id")
    require_held(state)
    if state.status == "scheduled" and context.at < state.starts_at - LOBBY_LEAD:
        minutes = LOBBY_LEAD // 60_000
        raise Refused("too_early", f"the lobby opens {minutes} minutes before the class, or when its teacher opens it")
    if state.is_over:
        raise Refused("meeting_ended", "the class has ended")
    _require_nowhere_else(state, command.site_id, context)
    held = timeline_of(state, command.site_id).adults.get(context.actor.person_id)
    if held is not None and held.away_since is not None:
        raise Refused("wrong_state", "you have stepped out of this room: say that you are back")
    opens = [LobbyOpened()] if state.status == "scheduled" else []
    return [*opens, SignedOn(site_id=command.site_id)] if held is None else []


@decides(StepOut)
def step_out(state: Meeting, command: StepOut, context: Context) -> list[object]:
    """Somebody covers, or nobody does; the last adult says why the room stays alone."""
    adult = _on_duty(state, command.site_id, context)
    if adult.away_since is not None:
        return []
    others = timeline_of(state, command.site_id).present - {adult.person_id}
    if command.covered_by is not None and command.covered_by not in others:
        raise Refused("not_on_duty", "only another adult who is on duty in this room can cover", "covered_by")
    reason = _reason_to_leave(others, command.reason)
    return [SteppedOut(site_id=command.site_id, covered_by=command.covered_by, reason=reason)]


@decides(Return)
def return_to_duty(state: Meeting, command: Return, context: Context) -> list[object]:
    """Who was relieved meanwhile does not come back into the duty that another has: they sign on anew."""
    adult = _on_duty(state, command.site_id, context)
    return [] if adult.away_since is None else [Returned(site_id=command.site_id)]


@decides(OfferDuty)
def offer_duty(state: Meeting, command: OfferDuty, context: Context) -> list[object]:
    """Only a supervisor of this room can be asked. An offer takes the place of the one before."""
    adult = _on_duty(state, command.site_id, context)
    room = state.rooms[command.site_id]
    if command.to_id is not None and command.to_id not in room.supervisor_ids - {adult.person_id}:
        raise Refused("unknown_adult", "there is no other supervisor of this room with this id", "to_id")
    held = timeline_of(state, command.site_id).offers.get(adult.person_id)
    if held is not None and held.to_id == command.to_id:
        return []
    return [DutyOffered(site_id=command.site_id, to_id=command.to_id)]


@decides(DropOffer)
def drop_offer(state: Meeting, command: DropOffer, context: Context) -> list[object]:
    """Nothing is left to do where the offer has gone already."""
    require_supervisor(state, command.site_id, context, "site_id")
    require_gathered(state)
    offer = timeline_of(state, command.site_id).offers.get(command.person_id)
    if offer is None:
        return []
    if context.actor.person_id not in (offer.person_id, offer.to_id):
        raise Refused("not_yours", "only who offered, or who was asked, ends the offer", "person_id")
    return [OfferDropped(site_id=command.site_id, person_id=command.person_id)]


@decides(AcceptDuty)
def accept_duty(state: Meeting, command: AcceptDuty, context: Context) -> list[object]:
    """The relief begins at the instant in which the other's duty ends; of two who accept, the second learns who was
    first."""
    held = _relievable(state, command.site_id, command.person_id, context)
    offer = held.offers.get(command.person_id)
    if offer is None or offer.to_id not in (None, context.actor.person_id):
        raise Refused("not_offered", "this duty is not offered to you: take it over if they have gone", "person_id")
    return [HandedOver(site_id=command.site_id, person_id=command.person_id)]


@decides(TakeOver)
def take_over(state: Meeting, command: TakeOver, context: Context) -> list[object]:
    """No adult can be asked who has gone, so that another supervisor of the room may take the duty on unasked. Of two
    who do, the second learns who was first."""
    _relievable(state, command.site_id, command.person_id, context)
    return [TakenOver(site_id=command.site_id, person_id=command.person_id)]


@decides(SignOff)
def sign_off(state: Meeting, command: SignOff, context: Context) -> list[object]:
    """The last adult hands over, or says why the room stays alone. Who has stepped out leaves nothing by signing off
    that they have not left already."""
    adult = _on_duty(state, command.site_id, context)
    others = timeline_of(state, command.site_id).present - {adult.person_id}
    reason = _reason_to_leave(others, command.reason) if adult.away_since is None else None
    return [SignedOff(site_id=command.site_id, reason=reason)]


@decides(LeaveDuty)
def leave_duty(state: Meeting, command: LeaveDuty, context: Context) -> list[object]:
    """Nobody is at two schools: the later sign-on counts. The word of one that was earlier than theirs here is old."""
    adult = timeline_of(state, command.site_id).adults.get(command.person_id)
    if not state.is_open_to_rooms or adult is None or command.since < adult.since:
        return []
    return [WentElsewhere(site_id=command.site_id, person_id=command.person_id, since=min(command.since, context.at))]


def _on_duty(state: Meeting, site_id: str, context: Context) -> Adult:
    require_supervisor(state, site_id, context, "site_id")
    require_gathered(state)
    held, person_id = timeline_of(state, site_id), context.actor.person_id
    adult = held.adults.get(person_id)
    if adult is None and person_id in held.relieved_by:
        raise Refused("relieved", f"{held.relieved_by[person_id]} has relieved you: sign on again if you stay")
    if adult is None:
        raise Refused("not_on_duty", "you are not on duty in this room: sign on first")
    return adult


def _relievable(state: Meeting, site_id: str, person_id: str, context: Context) -> RoomTimeline:
    require_supervisor(state, site_id, context, "site_id")
    require_gathered(state)
    _require_nowhere_else(state, site_id, context)
    held = timeline_of(state, site_id)
    if person_id == context.actor.person_id:
        raise Refused("wrong_state", "nobody relieves themselves", "person_id")
    if person_id in held.relieved_by:
        by = held.relieved_by[person_id]
        raise Refused("already_relieved", f"{by} was first and has relieved them", "person_id")
    if person_id not in held.adults:
        raise Refused("not_on_duty", "they are not on duty in this room", "person_id")
    return held


def _require_nowhere_else(state: Meeting, site_id: str, context: Context) -> None:
    for other, held in sorted(state.timelines.items()):
        if other != site_id and context.actor.person_id in held.adults:
            raise Refused("on_duty_elsewhere", f"you are on duty at {other}: sign off there first", "site_id")


def _reason_to_leave(others: frozenset[str], reason: LeaveReason | None) -> LeaveReason | None:
    if others:
        return None
    if reason is None:
        raise Refused("last_adult", "you are the last adult here: hand over, or say why the room stays alone", "reason")
    return reason


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(SignedOn)
def signed_on(state: Meeting, event: SignedOn, recorded: Recorded) -> Meeting:
    held = came(timeline_of(state, event.site_id), recorded.actor_id, recorded.at)
    return _put(state, event, recorded, held, "signed_on")


@applies(SteppedOut)
def left_for_a_while(state: Meeting, event: SteppedOut, recorded: Recorded) -> Meeting:
    held = stepped_out(timeline_of(state, event.site_id), recorded.actor_id, event.covered_by, recorded.at)
    return _put(state, event, recorded, held, "stepped_out", event.covered_by, event.reason)


@applies(Returned)
def returned(state: Meeting, event: Returned, recorded: Recorded) -> Meeting:
    held = came(timeline_of(state, event.site_id), recorded.actor_id, recorded.at)
    return _put(state, event, recorded, held, "returned")


@applies(DutyOffered)
def duty_offered(state: Meeting, event: DutyOffered, recorded: Recorded) -> Meeting:
    held = timeline_of(state, event.site_id)
    offer = Offer(recorded.actor_id, event.to_id, recorded.at)
    held = replace(held, offers={**held.offers, recorded.actor_id: offer})
    return _put(state, event, recorded, held, "offered", event.to_id)


@applies(OfferDropped)
def offer_dropped(state: Meeting, event: OfferDropped, recorded: Recorded) -> Meeting:
    held = timeline_of(state, event.site_id)
    held = replace(held, offers={k: one for k, one in held.offers.items() if k != event.person_id})
    return _put(state, event, recorded, held, "offer_dropped", event.person_id)


@applies(HandedOver)
def handed_over(state: Meeting, event: HandedOver, recorded: Recorded) -> Meeting:
    return _put(state, event, recorded, _relieved(state, event, recorded), "handed_over", event.person_id)


@applies(TakenOver)
def taken_over(state: Meeting, event: TakenOver, recorded: Recorded) -> Meeting:
    return _put(state, event, recorded, _relieved(state, event, recorded), "taken_over", event.person_id)


@applies(SignedOff)
def signed_off(state: Meeting, event: SignedOff, recorded: Recorded) -> Meeting:
    held = went(timeline_of(state, event.site_id), recorded.actor_id, recorded.at)
    return _put(state, event, recorded, held, "signed_off", reason=event.reason)


@applies(WentElsewhere)
def went_elsewhere(state: Meeting, event: WentElsewhere, recorded: Recorded) -> Meeting:
    held = timeline_of(state, event.site_id)
    # Who stepped out and back after they had signed on elsewhere was here until then, by their own word.
    came_at = max((one.from_at for one in held.intervals if one.person_id == event.person_id), default=0)
    at = max(event.since, came_at)
    held = marked(went(held, event.person_id, at), Mark(at, "went_elsewhere", event.person_id))
    return replace(state, timelines={**state.timelines, event.site_id: held})


def _relieved(state: Meeting, event: HandedOver | TakenOver, recorded: Recorded) -> RoomTimeline:
    held = went(timeline_of(state, event.site_id), event.person_id, recorded.at, recorded.actor_id)
    return came(held, recorded.actor_id, recorded.at)


def _put(
    state: Meeting,
    event: SignedOn | SteppedOut | Returned | DutyOffered | OfferDropped | HandedOver | TakenOver | SignedOff,
    recorded: Recorded,
    held: RoomTimeline,
    what: MarkKind,
    other_id: str | None = None,
    reason: LeaveReason | None = None,
) -> Meeting:
    mark = Mark(recorded.at, what, recorded.actor_id, other_id, reason)
    return replace(state, timelines={**state.timelines, event.site_id: marked(held, mark)})
