"""What the teacher tells one, some or all rooms, and each room's receipt that it was read out.

Said to a dark room it stays owed there, and reaches the tablet when that is back: nothing is told twice or lost.
Sites know only what was addressed to them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..actors import Permission
from ..fields import ERASED, AnnouncementText, Id
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .cover import takes_part
from .erasing import ErasureReason
from .state import Announcement, Meeting, RoomReceipt, require_gathered, require_held, require_teacher, supervises

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("announcement.make", may=Permission.ANNOUNCE)
@dataclass(frozen=True, slots=True, kw_only=True)
class MakeAnnouncement:
    """The teacher tells these rooms something; `site_ids` null: every room of the class as it is now."""

    announcement_id: Id
    text: AnnouncementText
    site_ids: tuple[Id, ...] | None = None


@command("announcement.withdraw", may=Permission.ANNOUNCE)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAnnouncement:
    """It is not to be read out any more."""

    announcement_id: Id


@command("announcement.reach", may=Permission.RECEIVE_ANNOUNCEMENT)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReachAnnouncement:
    """It is on a tablet of the room. The page says so by itself."""

    announcement_id: Id
    site_id: Id


@command("announcement.read_out", may=Permission.RECEIVE_ANNOUNCEMENT)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOut:
    """The room's receipt: the students have heard it."""

    announcement_id: Id
    site_id: Id


@command("announcement.erase", may=Permission.ERASE_TEXT)
@dataclass(frozen=True, slots=True, kw_only=True)
class EraseAnnouncement:
    """Take its words out of the record, for good."""

    announcement_id: Id
    reason: ErasureReason


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("announcement.made", personal=("text",))
@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementMade:
    """The event's actor, a teacher, tells these rooms something; they are listed in id order."""

    announcement_id: str
    site_ids: tuple[str, ...]
    text: str


@event("announcement.withdrawn")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementWithdrawn:
    """It is not to be read out any more."""

    announcement_id: str


@event("announcement.reached")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementReached:
    """It is on a tablet of the room."""

    announcement_id: str
    site_id: str


@event("announcement.heard")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementHeard:
    """The room has heard it; the event's actor says so."""

    announcement_id: str
    site_id: str


@event("announcement.erased", erases="announcement_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementErased:
    """Its words were erased, here and in the log; the event's actor decided it."""

    announcement_id: str
    reason: ErasureReason


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(MakeAnnouncement)
def make_announcement(state: Meeting, command: MakeAnnouncement, context: Context) -> list[object]:
    """To rooms that take part, reachable or not: a dark one gets it when it is back. Without rooms named, to all that
    are in the class."""
    require_teacher(state, context)
    require_gathered(state)
    everybody = [site_id for site_id in state.rooms if takes_part(state, site_id)]
    site_ids = tuple(sorted(set(everybody if command.site_ids is None else command.site_ids)))
    if not site_ids:
        raise Refused("too_short", "it is addressed to no room: choose at least one", "site_ids")
    if not state.rooms.keys() >= set(site_ids):
        raise Refused("not_on_roster", "one of these sites takes no part in the class", "site_ids")
    if command.announcement_id in state.announcements:
        raise Refused("id_taken", "an announcement of this id exists: give each an id of its own", "announcement_id")
    return [AnnouncementMade(announcement_id=command.announcement_id, site_ids=site_ids, text=command.text)]


@decides(WithdrawAnnouncement)
def withdraw_announcement(state: Meeting, command: WithdrawAnnouncement, context: Context) -> list[object]:
    """Also after the class: a room that was dark to its end cannot be told any more."""
    require_teacher(state, context)
    held = state.announcements.get(command.announcement_id)
    if held is None:
        raise _unknown_announcement()
    return [] if held.withdrawn_at is not None else [AnnouncementWithdrawn(announcement_id=held.announcement_id)]


@decides(ReachAnnouncement)
def reach_announcement(state: Meeting, command: ReachAnnouncement, context: Context) -> list[object]:
    """Once for each room: its other tablets have nothing left to say."""
    held = _addressed(state, command.announcement_id, command.site_id, context)
    if held.receipts[command.site_id].reached_at is not None or held.withdrawn_at is not None:
        return []
    return [AnnouncementReached(announcement_id=held.announcement_id, site_id=command.site_id)]


@decides(ReadOut)
def read_out(state: Meeting, command: ReadOut, context: Context) -> list[object]:
    """Any supervisor of the room, whoever is on duty, also after class: what counts is that the students heard it."""
    held = _addressed(state, command.announcement_id, command.site_id, context)
    require_held(state)
    if held.withdrawn_at is not None:
        raise Refused("wrong_state", "the teacher has withdrawn it: do not read it out")
    if held.receipts[command.site_id].read_out_at is not None:
        return []
    return [AnnouncementHeard(announcement_id=held.announcement_id, site_id=command.site_id)]


@decides(EraseAnnouncement)
def erase_announcement(state: Meeting, command: EraseAnnouncement, context: Context) -> list[object]:
    """A coordinator may erase what went only to sites that their role reaches, also after the class has ended."""
    held = state.announcements.get(command.announcement_id)
    reach = context.actor.site_scope(Permission.ERASE_TEXT)
    if held is None or (reach is not None and not reach >= held.receipts.keys()):
        raise Refused("unknown_announcement", "there is no such announcement at your sites", "announcement_id")
    if held.text == ERASED:
        return []
    return [AnnouncementErased(announcement_id=held.announcement_id, reason=command.reason)]


def unread(state: Meeting, announcement: Announcement) -> frozenset[str]:
    """The rooms, of those that take part in the class, in which it is owed: not read out, and not withdrawn."""
    if announcement.withdrawn_at is not None:
        return frozenset()
    owed = (site_id for site_id, one in announcement.receipts.items() if one.read_out_at is None)
    return frozenset(site_id for site_id in owed if takes_part(state, site_id))


def unread_count(state: Meeting) -> int:
    """How many times it is owed in all: each commit asks, so that a room is judged once."""
    open_at = Counter(
        site_id
        for one in state.announcements.values()
        if one.withdrawn_at is None
        for site_id, receipt in one.receipts.items()
        if receipt.read_out_at is None
    )
    return sum(count for site_id, count in open_at.items() if takes_part(state, site_id))


def _addressed(state: Meeting, announcement_id: str, site_id: str, context: Context) -> Announcement:
    """One that was addressed to this room; another gets the same answer as none at all."""
    held, room = state.announcements.get(announcement_id), state.rooms.get(site_id)
    if held is None or room is None or site_id not in held.receipts or not supervises(state, context.actor, room):
        raise _unknown_announcement()
    return held


def _unknown_announcement() -> Refused:
    return Refused("unknown_announcement", "there is no such announcement to your rooms", "announcement_id")


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(AnnouncementMade)
def announcement_made(state: Meeting, event: AnnouncementMade, recorded: Recorded) -> Meeting:
    receipts = {site_id: RoomReceipt() for site_id in event.site_ids}
    made = Announcement(event.announcement_id, event.text, recorded.actor_id, recorded.at, receipts)
    return _put(state, made)


@applies(AnnouncementWithdrawn)
def announcement_withdrawn(state: Meeting, event: AnnouncementWithdrawn, recorded: Recorded) -> Meeting:
    return _put(state, replace(state.announcements[event.announcement_id], withdrawn_at=recorded.at))


@applies(AnnouncementReached)
def announcement_reached(state: Meeting, event: AnnouncementReached, recorded: Recorded) -> Meeting:
    return _receipted(state, event, {"reached_at": recorded.at})


@applies(AnnouncementHeard)
def announcement_heard(state: Meeting, event: AnnouncementHeard, recorded: Recorded) -> Meeting:
    held = state.announcements[event.announcement_id].receipts[event.site_id]
    # What was read out was on the tablet, whether or not its page could say so.
    reached_at = recorded.at if held.reached_at is None else held.reached_at
    said = {"reached_at": reached_at, "read_out_at": recorded.at, "read_out_by": recorded.actor_id}
    return _receipted(state, event, said)


@applies(AnnouncementErased)
def announcement_erased(state: Meeting, event: AnnouncementErased, recorded: Recorded) -> Meeting:
    return _put(state, replace(state.announcements[event.announcement_id], text=ERASED))


def _receipted(state: Meeting, event: AnnouncementReached | AnnouncementHeard, said: Mapping[str, object]) -> Meeting:
    held = state.announcements[event.announcement_id]
    receipt = replace(held.receipts[event.site_id], **said)  # type: ignore[arg-type]
    return _put(state, replace(held, receipts={**held.receipts, event.site_id: receipt}))


def _put(state: Meeting, announcement: Announcement) -> Meeting:
    return replace(state, announcements={**state.announcements, announcement.announcement_id: announcement})
