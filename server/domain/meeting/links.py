"""Each room's link to Longroom: that it came, got worse, was lost and is back. Heartbeats stay out of the record; these
transitions are events.

A lost link makes the room's minutes *uncertain* and excludes none of them (domain.md §2). The nodes say what they hear
through `link.arrive` and `link.lapse`; every node may, and whoever comes later finds nothing to do. A loss is dated by
when the room was last heard, so that neither the time it takes to notice nor a restart of the server counts as link.
"""

from dataclasses import dataclass, replace

from ..actors import Permission
from ..fields import Id, Millis, RoundTrip
from ..messages import Context, Recorded, applies, command, decides, event
from .state import LostSpan, Meeting, RoomLink, require_supervisor
from .timeline import LINK_MARKS, LinkStatus, Mark, RoomTimeline, marked

GHOST_MS = 30_000
"""A room of which nothing is heard for longer has lost its link: two heartbeats of 10 s, and 10 s for coming back."""
DEGRADED_ROUND_TRIP_MS = 1_500
"""From this round trip on a link is degraded: an answer takes as long to show as a person takes to look up."""
GOOD_ROUND_TRIP_MS = 800
"""Below this a degraded link is good again; what lies between changes nothing, so that no link flickers."""
DEGRADED_HOLD_MS = 60_000
"""A degraded link is not called good sooner: of two tablets in a room the one may be slow while the other is not."""
SKEW_MS = 5_000
"""How far the clocks of two nodes may differ."""

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("link.arrive", may=Permission.TELL_LINKS)
@dataclass(frozen=True, slots=True, kw_only=True)
class ArriveLink:
    """A node hears the room, last at `heard_at`; before that somebody heard it at `last_heard_at`, if ever."""

    site_id: Id
    heard_at: Millis
    last_heard_at: Millis | None = None


@command("link.lapse", may=Permission.TELL_LINKS)
@dataclass(frozen=True, slots=True, kw_only=True)
class LapseLink:
    """No node has heard the room since `last_heard_at`."""

    site_id: Id
    last_heard_at: Millis


@command("link.measure", may=Permission.MEASURE_LINK)
@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureLink:
    """A tablet of the room says how long its messages take, there and back, when that got worse or better."""

    site_id: Id
    round_trip_ms: RoundTrip


# ── Event ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("link.changed")
@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """The room's link is this since then (milliseconds, UTC): a loss began when the room was last heard."""

    site_id: str
    status: LinkStatus
    since: int


# ── For whoever asks how a room was linked ────────────────────────────────────────────────────────────────────────


def lost_spans(state: Meeting, site_id: str) -> tuple[LostSpan, ...]:
    """When the room's link was lost, in order; `to_at` None: it still is. The end of the class ends a loss too."""
    held = state.links.get(site_id)
    spans = () if held is None else held.lost
    if state.ended_at is None:
        return spans
    return tuple(one if one.to_at is not None else replace(one, to_at=state.ended_at) for one in spans)


def lost_millis(state: Meeting, site_id: str, at: int) -> int:
    """How long the room's link was lost up to this moment, in milliseconds."""
    spans = ((one.from_at, at if one.to_at is None else one.to_at) for one in lost_spans(state, site_id))
    return sum(max(0, min(to_at, at) - from_at) for from_at, to_at in spans)


def rooms_of(state: Meeting, person_id: str, site_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Of the rooms that are somebody's, those that their tablet speaks for: where they are on duty, if anywhere.

    A room with somebody on duty is heard by their tablets alone: who has its page open elsewhere is no link of it.
    """
    adults = {one: state.timelines[one].adults if one in state.timelines else {} for one in site_ids}
    on_duty = tuple(one for one in site_ids if person_id in adults[one])
    return on_duty or tuple(one for one in site_ids if not adults[one])


def is_down(state: Meeting, site_id: str) -> bool:
    """Whether the record does not know yet that the room is here, in a class that it may be in."""
    held = state.links.get(site_id)
    return state.is_open_to_rooms and site_id in state.rooms and (held is None or held.status == "lost")


def is_told(state: Meeting, site_id: str, heard_at: int) -> bool:
    """Whether the record needs no more to be told of a room that nobody has heard since then: it is lost, it was heard
    again, or there is no class to be linked to."""
    held = state.links.get(site_id)
    if not state.is_open_to_rooms or held is None or held.status == "lost":
        return True
    return heard_at < held.arrived_at - SKEW_MS


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(ArriveLink)
def arrive_link(state: Meeting, command: ArriveLink, context: Context) -> list[object]:
    """A gap that nobody has told of is told now: no restart of a server hides one."""
    if not state.is_open_to_rooms or command.site_id not in state.rooms:
        return []
    site_id, heard_at = command.site_id, min(command.heard_at, context.at)
    held = state.links.get(site_id)
    if held is None:
        return [LinkChanged(site_id=site_id, status="connected", since=heard_at)]
    if held.status == "lost":
        # A beat that was under way when the loss was told of says nothing of what came after.
        is_back = heard_at > held.since
        return [LinkChanged(site_id=site_id, status="rejoined", since=heard_at)] if is_back else []
    last = command.last_heard_at
    if last is None or last < held.arrived_at - SKEW_MS or heard_at - max(last, held.since) <= GHOST_MS:
        return []
    lost = LinkChanged(site_id=site_id, status="lost", since=max(last, held.since))
    return [lost, LinkChanged(site_id=site_id, status="rejoined", since=heard_at)]


@decides(LapseLink)
def lapse_link(state: Meeting, command: LapseLink, context: Context) -> list[object]:
    """The word of a loss that comes after the room's return is old, and does nothing."""
    held = state.links.get(command.site_id)
    if held is None or is_told(state, command.site_id, command.last_heard_at):
        return []
    since = max(command.last_heard_at, held.since)
    return [LinkChanged(site_id=command.site_id, status="lost", since=since)] if context.at - since > GHOST_MS else []


@decides(MeasureLink)
def measure_link(state: Meeting, command: MeasureLink, context: Context) -> list[object]:
    """Only a change for worse or better is recorded, and for better not soon after. A lost link is not measured: the
    tablet's word waits. Who is in the room measures, not who has its page open elsewhere."""
    require_supervisor(state, command.site_id, context, "site_id")
    held = state.links.get(command.site_id)
    if not state.is_open_to_rooms or held is None or held.status == "lost":
        return []
    if not rooms_of(state, context.actor.person_id, (command.site_id,)):
        return []
    if held.status != "degraded" and command.round_trip_ms >= DEGRADED_ROUND_TRIP_MS:
        return [LinkChanged(site_id=command.site_id, status="degraded", since=context.at)]
    is_held = context.at - held.since < DEGRADED_HOLD_MS
    if held.status == "degraded" and command.round_trip_ms < GOOD_ROUND_TRIP_MS and not is_held:
        return [LinkChanged(site_id=command.site_id, status="connected", since=context.at)]
    return []


# ── What the event does ───────────────────────────────────────────────────────────────────────────────────────────


@applies(LinkChanged)
def link_changed(state: Meeting, event: LinkChanged, recorded: Recorded) -> Meeting:
    held = state.links.get(event.site_id)
    lost = () if held is None else held.lost
    if event.status == "lost":
        lost = (*lost, LostSpan(event.since))
    elif held is not None and held.status == "lost":
        lost = (*lost[:-1], replace(lost[-1], to_at=event.since))
    was_there = held is not None and held.status != "lost"
    arrived_at = held.arrived_at if held is not None and (was_there or event.status == "lost") else event.since
    links = {**state.links, event.site_id: RoomLink(event.status, event.since, arrived_at, lost)}
    timeline = state.timelines.get(event.site_id, RoomTimeline())
    mark = Mark(event.since, LINK_MARKS[event.status])
    return replace(state, links=links, timelines={**state.timelines, event.site_id: marked(timeline, mark)})
