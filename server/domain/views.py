"""What each audience may see: the one place where a stream becomes what a screen, a socket or a report shows.

A view is a plain dict that encodes to JSON, or None where the audience may not see the thing: None is the default, and
each field is listed by hand. Views hold ids, never names; a name comes from the scoped roster read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from .actors import Actor, Role
from .meeting.announcements import unread_count
from .meeting.catch_up import open_plans
from .meeting.cover import needed_span, takes_part, uncovered_since, uncovered_spans
from .meeting.duty import is_cleared, timeline_of
from .meeting.links import lost_spans
from .meeting.order import key_of
from .meeting.readiness import expires_at, is_seen
from .meeting.state import Announcement, Answer, Call, CatchUpPlan, Meeting, Question, supervises
from .messages import Recorded
from .waits import waits_of

View: TypeAlias = dict[str, Any]


class Ref(NamedTuple):
    """One thing that has views: its kind (as `refs` has them: `meeting`, `room`, …) and its id within the stream."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks. Everybody with an equal audience sees equal views; `site_ids` is for supervisors only."""

    part: Literal["teacher", "supervisor", "coordinator"]
    site_ids: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The audience as a word, for the wire: a resume under another audience gets a snapshot."""
        return ":".join((self.part, *self.site_ids))


def audience_of(state: Meeting, actor: Actor) -> Audience | None:
    """The part that the actor has in the meeting, from what the stream holds; None: no part, and nothing to see."""
    if not state.is_open or actor.program_id != state.program_id:
        return None
    if actor.has_role(Role.TEACHER) and actor.person_id in state.teacher_ids:
        return Audience("teacher")
    mine = tuple(sorted(room.site_id for room in state.rooms.values() if supervises(state, actor, room)))
    if mine:
        return Audience("supervisor", mine)
    if actor.has_role(Role.COORDINATOR):
        return Audience("coordinator")
    return None


def refs(state: Meeting) -> Iterator[Ref]:
    """Everything in the stream that has views, in the order of a snapshot."""
    yield Ref("meeting", "meeting")
    yield from (Ref(kind, site_id) for kind in ("room", "timeline") for site_id in sorted(state.rooms))
    yield from (Ref("question", question_id) for question_id in state.questions)
    yield from (Ref("call", call_id) for call_id in state.calls)
    yield from (Ref("announcement", announcement_id) for announcement_id in state.announcements)
    yield from (Ref("catch_up", plan_id) for plan_id in state.catch_ups)


def touched(state: Meeting, recorded: Recorded) -> tuple[Ref, ...]:
    """What the event may have changed; `state` is the one after it. Too much is harmless, too little is not."""
    event: Any = recorded.event
    call_id = getattr(event, "call_id", None)
    if call_id is not None:
        return (Ref("call", call_id),)
    announcement_id = getattr(event, "announcement_id", None)
    if announcement_id is not None:
        return (Ref("announcement", announcement_id),)
    plan_id = getattr(event, "plan_id", None)
    if plan_id is not None:
        # A plan leaves its room out of the class, so that it needs no adult.
        site_id = state.catch_ups[plan_id].site_id
        return (Ref("catch_up", plan_id), Ref("room", site_id), Ref("timeline", site_id))
    question = state.questions.get(getattr(event, "question_id", ""))
    if question is not None:
        return (Ref("question", question.question_id), Ref("room", question.site_id), *_leads(question, event))
    # What names no room is the whole class's: where a room stands without an adult, its beginning and end tell.
    site_ids = (event.site_id,) if hasattr(event, "site_id") else tuple(sorted(state.rooms))
    rooms = (Ref(kind, site_id) for site_id in site_ids for kind in ("room", "timeline"))
    return (Ref("meeting", "meeting"), *rooms)


def _leads(question: Question, event: Any) -> Iterator[Ref]:
    """The questions whose group, and so whose place in the queue, the event may have changed."""
    # Named by the event too: `state` may be many events later, when the question has left its lead again.
    named = (getattr(event, name, None) for name in ("into", "moved_from", "lead_id"))
    return (Ref("question", lead) for lead in (question.merged_into, *named) if lead is not None)


def view(state: Meeting, kind: str, id: str, audience: Audience) -> View | None:
    """What the audience sees of one thing; None where it does not exist or is not theirs to see."""
    if kind == "question":
        question = state.questions.get(id)
        return None if question is None else _question(state, question, audience)
    if kind == "room":
        return _room(state, id, audience)
    if kind == "timeline":
        return _timeline(state, id, audience)
    if kind == "call":
        call = state.calls.get(id)
        return None if call is None else _call(call, audience)
    if kind == "announcement":
        announcement = state.announcements.get(id)
        return None if announcement is None else _announcement(announcement, audience)
    if kind == "catch_up":
        plan = state.catch_ups.get(id)
        return None if plan is None else _catch_up(plan, audience)
    if kind == "meeting" and id == "meeting":
        return _meeting(state)
    return None


def _meeting(state: Meeting) -> View:
    return {
        "section_id": state.section_id,
        "status": state.status,
        "cancel_reason": state.cancel_reason,
        "starts_at": state.starts_at,
        "ends_at": state.ends_at,
        "lobby_at": state.lobby_at,
        "started_at": state.started_at,
        "ended_at": state.ended_at,
        "reconciled_at": state.reconciled_at,
        "video": state.video and {"url": state.video.url, "provider": state.video.provider},
        "brief_version": state.brief_version,
        "teacher_ids": sorted(state.teacher_ids),
        "site_ids": sorted(state.rooms),
    }


def _is_shown(state: Meeting, site_id: str, audience: Audience) -> bool:
    """A room is its own supervisors' to see, and not another site's."""
    return site_id in state.rooms and (audience.part != "supervisor" or site_id in audience.site_ids)


def _room(state: Meeting, site_id: str, audience: Audience) -> View | None:
    if not _is_shown(state, site_id, audience):
        return None
    room = state.rooms[site_id]
    return {
        "site_id": site_id,
        "supervisor_ids": sorted(room.supervisor_ids),
        "students": len(room.student_ids),
        "roster_version": room.roster_version,
        "asked": room.asked,
        "waiting": len(room.waiting),
        "waiting_since": next(iter(room.waiting.values()), None),
        "on_way_back": room.on_way_back,
        "deferred": room.deferred,
        "due_by": room.due_by,
        "joins_at": room.joins_at,
        "leaves_at": room.leaves_at,
        "away": room.away,
        "waits": waits_of(room.waits),
        "duty": _duty(state, site_id),
        "is_in_class": takes_part(state, site_id),
        "link": _link(state, site_id),
        "readiness": _readiness(state, site_id),
    }


def _readiness(state: Meeting, site_id: str) -> View | None:
    """What was said of the room before class; None: nothing yet. No clock: who looks sees by `expires_at`.

    The coordinator reads the note too: it is about the equipment, and theirs to have mended.
    """
    held = state.readiness.get(site_id)
    if held is None:
        return None
    report, brief, seen = held.report, held.brief, held.seen
    return {
        "report": report
        and {
            "status": report.status,
            "by": report.by,
            "at": report.at,
            "expires_at": expires_at(report),
            "microphone": report.microphone,
            "camera": report.camera,
            "round_trip_ms": report.round_trip_ms,
            "loss_percent": report.loss_percent,
            "phone": report.phone,
            "note": report.note,
        },
        "brief": brief and {"version": brief.version, "by": brief.by, "at": brief.at},
        "accommodations": seen and {"by": seen.by, "at": seen.at, "is_current": is_seen(state, site_id)},
    }


def _link(state: Meeting, site_id: str) -> View | None:
    """How the room is linked; None: it was never heard. After the class only what was lost still counts."""
    held = state.links.get(site_id)
    if held is None:
        return None
    ended = (one for one in lost_spans(state, site_id) if one.to_at is not None)
    return {
        "status": held.status,
        "since": held.since,
        "lost_ms": sum((one.to_at or 0) - one.from_at for one in ended),
    }


def _duty(state: Meeting, site_id: str) -> View:
    held, needed = timeline_of(state, site_id), needed_span(state, site_id)
    return {
        "adults": [
            {
                "person_id": one.person_id,
                "since": one.since,
                "away_since": one.away_since,
                "covered_by": one.covered_by,
                "is_cleared": is_cleared(state, one.person_id),
            }
            for one in held.adults.values()
        ],
        "offers": [{"person_id": one.person_id, "to_id": one.to_id, "at": one.at} for one in held.offers.values()],
        "uncovered_since": uncovered_since(state, site_id),
        "needed_until": None if needed is None else needed.to_at,
    }


def _timeline(state: Meeting, site_id: str, audience: Audience) -> View | None:
    if not _is_shown(state, site_id, audience):
        return None
    held = timeline_of(state, site_id)
    return {
        "site_id": site_id,
        "marks": [
            {
                "at": one.at,
                "what": one.what,
                "person_id": one.person_id,
                "other_id": one.other_id,
                "reason": one.reason,
            }
            for one in held.marks
        ],
        "lost": [{"from_at": one.from_at, "to_at": one.to_at} for one in lost_spans(state, site_id)],
        "on_duty": [{"person_id": one.person_id, "from_at": one.from_at, "to_at": one.to_at} for one in held.intervals],
        "uncovered": [one._asdict() for one in uncovered_spans(state, site_id)],
        "is_in_class": takes_part(state, site_id),
    }


def _announcement(announcement: Announcement, audience: Audience) -> View | None:
    """A site sees what was addressed to it, and of its own receipts only."""
    is_site = audience.part == "supervisor"
    receipts = {
        site_id: one for site_id, one in announcement.receipts.items() if not is_site or site_id in audience.site_ids
    }
    if not receipts:
        return None
    return {
        "announcement_id": announcement.announcement_id,
        "text": announcement.text,
        "by": announcement.by,
        "at": announcement.at,
        "withdrawn_at": announcement.withdrawn_at,
        "rooms": [
            {
                "site_id": site_id,
                "reached_at": one.reached_at,
                "read_out_at": one.read_out_at,
                "read_out_by": one.read_out_by,
            }
            for site_id, one in receipts.items()
        ],
    }


def _catch_up(plan: CatchUpPlan, audience: Audience) -> View | None:
    """The note is between the teacher and that site, as a question's words are: it may be about their students."""
    is_own = audience.part == "teacher" or plan.site_id in audience.site_ids
    if not is_own and audience.part != "coordinator":
        return None
    shown = {
        "plan_id": plan.plan_id,
        "site_id": plan.site_id,
        "kind": plan.kind,
        "due_at": plan.due_at,
        "by": plan.by,
        "at": plan.at,
        "status": plan.status,
        "minutes": plan.minutes,
        "drop_reason": plan.drop_reason,
        "closed_by": plan.closed_by,
        "closed_at": plan.closed_at,
    }
    return shown | {"note": plan.note} if is_own else shown


def _call(call: Call, audience: Audience) -> View | None:
    """Whom the teacher calls on is between them and that room."""
    if audience.part != "teacher" and call.site_id not in audience.site_ids:
        return None
    return {
        "call_id": call.call_id,
        "site_id": call.site_id,
        "student_id": call.student_id,
        "question_id": call.question_id,
        "status": call.status,
        "called_by": call.called_by,
        "called_at": call.called_at,
        "answered_by": call.answered_by,
        "answered_at": call.answered_at,
    }


def _question(state: Meeting, question: Question, audience: Audience) -> View | None:
    own = audience.part == "teacher" or question.site_id in audience.site_ids
    if not own and not question.shareable and audience.part == "supervisor":
        return None
    shown: View = {
        "question_id": question.question_id,
        "site_id": question.site_id,
        "status": question.status,
        "urgency": question.urgency,
        "received_at": question.received_at,
        "waiting_since": question.waiting_since,
        "stuck": question.stuck,
        "version": question.version,
        "order": list(key_of(state, question)),
    }
    if own or question.shareable:
        shown["text"] = question.text
        shown["answers"] = [_answer(answer) for answer in question.answers]
    if own:
        shown |= {
            "student_id": question.student_id,
            "relayed_by": question.relayed_by,
            "verbatim": question.verbatim,
            "shareable": question.shareable,
            "asked_at": question.asked_at,
            "seen_at": question.seen_at,
            "claimed_by": question.claimed_by,
            "claimed_at": question.claimed_at,
            "due_at": question.due_at,
            "restated": question.restated,
            "closed_reason": question.closed_reason,
        }
        shown |= _said_between(question) | _group(state, question, audience)
    return shown


def _said_between(question: Question) -> View:
    """What the teacher and the site said to each other about the question: nobody else's to read."""
    back, declined, appeal = question.asked_back, question.declined, question.appeal
    return {
        "asked_back": back and {"at": back.at, "note": back.note},
        "declined": declined
        and {
            "reason": declined.reason,
            "note": declined.note,
            "at": declined.at,
            "acknowledged_at": declined.acknowledged_at,
        },
        "appeal": appeal and {"note": appeal.note, "at": appeal.at},
    }


def _group(state: Meeting, question: Question, audience: Audience) -> View:
    """Which questions belong together: the teacher knows all, a site its own and those that it may see."""
    shown: View = {"merged_into": question.merged_into, "is_together": question.merged_into is not None}
    if audience.part == "teacher":
        return shown | {"followers": list(question.followers)}
    lead = state.questions.get(question.merged_into or "")
    if lead is not None and not lead.shareable and lead.site_id not in audience.site_ids:
        shown["merged_into"] = None
    return shown


def _answer(answer: Answer) -> View:
    return {
        "form": answer.form,
        "text": answer.text,
        "by": answer.by,
        "at": answer.at,
        "delivered_at": answer.delivered_at,
        "confirmed_at": answer.confirmed_at,
        "stuck_at": answer.stuck_at,
    }


def snapshot(state: Meeting, audience: Audience) -> list[View]:
    """All that the audience sees, as `[{kind, id, value}]`."""
    seen = ((ref, view(state, ref.kind, ref.id, audience)) for ref in refs(state))
    return [{"kind": ref.kind, "id": ref.id, "value": value} for ref, value in seen if value is not None]


def changes(before: Meeting | None, after: Meeting, touched: Iterable[Ref], audience: Audience) -> list[View]:
    """What the audience must upsert to come from `before` to `after`, as `[{kind, id, value}]`; null takes away.

    `before` None: not at hand (a resume). Then every touched thing is sent, and a hidden one as null, which tells
    an id and nothing else.
    """
    result: list[View] = []
    for ref in dict.fromkeys(touched):
        value = view(after, ref.kind, ref.id, audience)
        if value is None and before is not None and view(before, ref.kind, ref.id, audience) is None:
            continue
        result.append({"kind": ref.kind, "id": ref.id, "value": value})
    return result


def summary(state: Meeting) -> View:
    """The figures that lists across meetings show; kept beside the stream's head in the same commit."""
    rooms = state.rooms.values()
    return {
        "section_id": state.section_id,
        "starts_at": state.starts_at,
        "ends_at": state.ends_at,
        "started_at": state.started_at,
        "ended_at": state.ended_at,
        "rooms": len(rooms),
        "asked": len(state.questions),
        "waiting": sum(len(room.waiting) for room in rooms),
        "on_way_back": sum(room.on_way_back for room in rooms),
        "on_duty": _on_duty_since(state),
        "owed": sum(room.on_way_back + room.deferred + room.unheard for room in rooms)
        + len(open_plans(state))
        + unread_count(state),
    }


def _on_duty_since(state: Meeting) -> dict[str, list[Any]]:
    """Who is on duty in the class now: by person, the site and since when (milliseconds, UTC)."""
    if not state.is_open_to_rooms:
        return {}
    held = ((site_id, one) for site_id, timeline in state.timelines.items() for one in timeline.adults.values())
    return {one.person_id: [site_id, one.since] for site_id, one in held}
