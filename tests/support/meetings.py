"""One physics class with three sites, the people around it, and its events in short words.

An event is written with who caused it, as `(actor, event)`: that is what the log keeps beside the event itself.
"""

from collections.abc import Sequence
from typing import Any

from server.domain.actors import Actor, Grant, Role, system
from server.domain.meeting import (
    announcements,
    answering,
    asking,
    calls,
    catch_up,
    declining,
    deferring,
    duty,
    facts,
    lifecycle,
    links,
    merging,
    readiness,
    returning,
    settling,
)
from server.domain.meeting.facts import AccommodationFacts, EnterFacts, RoomFacts, StaffFacts
from server.domain.meeting.state import Clearance, Licence

PROGRAM = "prairie"
SECTION = "physics-7"
STARTS_AT = 1_791_994_800_000
ENDS_AT = STARTS_AT + 3_000_000
NOW = STARTS_AT + 60_000
DUE_BY = STARTS_AT + 105_000_000
"""Thursday, 15:30 at Pine Ridge and Mesa; Elk Creek's next school day is not known."""
A_DAY_AFTER = ENDS_AT + 86_400_000
"""What is due at Elk Creek."""

PINE, MESA, ELK = "pine-ridge", "mesa", "elk-creek"
SITES = (ELK, MESA, PINE)


def person(name: str, role: Role, site_id: str | None = None) -> Actor:
    """Somebody of the program, with one role."""
    return Actor(name, PROGRAM, frozenset({Grant(role, site_id)}))


SYSTEM = system(PROGRAM)
VERA = person("vera", Role.TEACHER)
THEO = person("theo", Role.TEACHER)
IDLE_TEACHER = person("tina", Role.TEACHER)
RUTH = person("ruth", Role.SUPERVISOR, PINE)
SAM = person("sam", Role.SUPERVISOR, MESA)
LENA = Actor("lena", PROGRAM, frozenset(Grant(Role.SUPERVISOR, site_id) for site_id in SITES))
"""Elk Creek's; she relieves the others on their days off."""
CORA = person("cora", Role.COORDINATOR)
REX = person("rex", Role.REGISTRAR, PINE)
STRANGER = Actor("mallory", "elsewhere", frozenset({Grant(Role.COORDINATOR)}))
EVERYBODY = (SYSTEM, VERA, THEO, IDLE_TEACHER, RUTH, SAM, LENA, CORA, REX, STRANGER)
SUPERVISOR_OF = {PINE: RUTH, MESA: SAM, ELK: LENA}

STUDENTS = {PINE: ("pia", "pol"), MESA: ("max", "mia"), ELK: ("eli", "eva")}
LICENCE = Licence("MT", "Physics 7–12", "2024-07-01", "2028-06-30")
CLEARED = Clearance("cleared", "2027-06-30")


def room_facts(site_id: str, **changes: Any) -> RoomFacts:
    """A site as the directory has it: its students, and its one supervisor."""
    due_by = None if site_id == ELK else DUE_BY
    held = {"student_ids": STUDENTS[site_id], "supervisor_ids": (SUPERVISOR_OF[site_id].person_id,), "due_by": due_by}
    return RoomFacts(site_id=site_id, **(held | changes))


FACTS = EnterFacts(
    section_id=SECTION,
    starts_at=STARTS_AT,
    ends_at=ENDS_AT,
    teacher_ids=("theo", "vera"),
    rooms=tuple(room_facts(site_id) for site_id in SITES),
    staff=(StaffFacts(person_id="vera", licences=(LICENCE,)), StaffFacts(person_id="ruth", clearance=CLEARED)),
    accommodations=(AccommodationFacts(student_id="pia", codes=("extended_time",)),),
)
"""The whole picture of the class."""

Caused = tuple[Actor, Any]


def start_data(*site_ids: str) -> dict[str, Any]:
    """`meeting.start` as it comes over the wire, without these rooms; without all, where none is given."""
    return {
        "without": [
            {"site_id": site_id, "plan_id": f"plan-{site_id}", "kind": "recording"} for site_id in site_ids or SITES
        ]
    }


OPENED: Sequence[Caused] = (
    (SYSTEM, facts.MeetingOpened(program_id=PROGRAM, section_id=SECTION, starts_at=STARTS_AT, ends_at=ENDS_AT)),
    (SYSTEM, facts.TeachersAssigned(teacher_ids=("theo", "vera"))),
    (SYSTEM, facts.CredentialsEntered(person_id="ruth", licences=(), clearance=CLEARED)),
    (SYSTEM, facts.CredentialsEntered(person_id="vera", licences=(LICENCE,), clearance=None)),
    (SYSTEM, facts.RoomRostered(site_id=ELK, student_ids=("eli", "eva"), supervisor_ids=("lena",), due_by=None)),
    (SYSTEM, facts.RoomRostered(site_id=MESA, student_ids=("max", "mia"), supervisor_ids=("sam",), due_by=DUE_BY)),
    (SYSTEM, facts.RoomRostered(site_id=PINE, student_ids=("pia", "pol"), supervisor_ids=("ruth",), due_by=DUE_BY)),
    (SYSTEM, facts.AccommodationsEntered(student_id="pia", codes=("extended_time",))),
)
"""What `FACTS` comes to in a new stream."""
STARTED: Caused = (VERA, lifecycle.MeetingStarted())
LOBBY: Caused = (VERA, lifecycle.LobbyOpened())
ENDED: Caused = (VERA, lifecycle.MeetingEnded())
PLANNED: Sequence[Caused] = tuple(
    (
        VERA,
        catch_up.CatchUpPlanned(
            plan_id=f"plan-{site_id}",
            site_id=site_id,
            kind="recording",
            note=None,
            due_at=A_DAY_AFTER if site_id == ELK else DUE_BY,
        ),
    )
    for site_id in SITES
)
"""A catch-up plan stands for every site, as nobody is in its room yet."""
LIVE: Sequence[Caused] = (*OPENED, *PLANNED, STARTED)
"""The class is live; nobody has come to a room, and nobody has asked anything."""


def relayed(question_id: str, site_id: str = PINE, *, turn: int = 0, by: Actor | None = None, **fields: Any) -> Caused:
    """The site's supervisor relayed a question of its first student."""
    asked = {
        "student_id": STUDENTS[site_id][0],
        "text": f"what is {question_id}",
        "verbatim": True,
        "urgency": "normal",
        "shareable": False,
        "asked_at": STARTS_AT,
    }
    event = asking.QuestionRelayed(question_id=question_id, site_id=site_id, turn=turn, **(asked | fields))
    return by or SUPERVISOR_OF[site_id], event


def seen(question_id: str, by: Actor = VERA) -> Caused:
    return by, answering.QuestionSeen(question_id=question_id)


def claimed(question_id: str, by: Actor = VERA) -> Caused:
    return by, answering.QuestionClaimed(question_id=question_id)


def answered(question_id: str, by: Actor = VERA, form: Any = "spoken_to_all", text: str | None = None) -> Caused:
    return by, answering.QuestionAnswered(question_id=question_id, form=form, text=text)


def delivered(question_id: str, by: Actor = RUTH) -> Caused:
    return by, returning.AnswerDelivered(question_id=question_id)


def confirmed(question_id: str, by: Actor = RUTH) -> Caused:
    return by, returning.AnswerConfirmed(question_id=question_id)


def stuck(question_id: str, by: Actor = RUTH) -> Caused:
    return by, returning.StudentStillStuck(question_id=question_id)


def begun(question_id: str, by: Actor = VERA) -> Caused:
    return by, answering.AnswerBegun(question_id=question_id)


def released(question_id: str, by: Actor = VERA) -> Caused:
    return by, answering.QuestionReleased(question_id=question_id)


def asked_back(question_id: str, note: str | None = None, by: Actor = VERA) -> Caused:
    return by, answering.QuestionAskedBack(question_id=question_id, note=note)


def restated(question_id: str, text: str = "in other words", by: Actor = RUTH) -> Caused:
    return by, asking.QuestionRestated(question_id=question_id, text=text, verbatim=True)


def withdrawn(question_id: str, by: Actor = RUTH) -> Caused:
    return by, asking.QuestionWithdrawn(question_id=question_id)


def merged(question_id: str, into: str, moved_from: str | None = None, by: Actor = VERA) -> Caused:
    return by, merging.QuestionMerged(question_id=question_id, into=into, moved_from=moved_from)


def unmerged(question_id: str, lead_id: str, by: Actor = VERA) -> Caused:
    return by, merging.QuestionUnmerged(question_id=question_id, lead_id=lead_id)


def deferred(question_id: str, due_at: int = DUE_BY, by: Actor = VERA) -> Caused:
    return by, deferring.QuestionDeferred(question_id=question_id, due_at=due_at)


def reopened(question_id: str, by: Actor = VERA) -> Caused:
    return by, deferring.QuestionReopened(question_id=question_id)


def declined(question_id: str, reason: Any = "off_topic", note: str | None = None, by: Actor = VERA) -> Caused:
    return by, declining.QuestionDeclined(question_id=question_id, reason=reason, note=note)


def acknowledged(question_id: str, by: Actor = RUTH) -> Caused:
    return by, declining.DeclineAcknowledged(question_id=question_id)


def appealed(question_id: str, note: str = "it is on topic", by: Actor = RUTH) -> Caused:
    return by, declining.DeclineAppealed(question_id=question_id, note=note)


def not_found(question_id: str, due_at: int = DUE_BY, by: Actor = RUTH) -> Caused:
    return by, returning.StudentNotFound(question_id=question_id, due_at=due_at)


def closed(question_id: str) -> Caused:
    return SYSTEM, settling.QuestionClosed(question_id=question_id, reason="not_found")


def called(call_id: str, site_id: str = PINE, question_id: str | None = None, by: Actor = VERA) -> Caused:
    """The site's first student is called on."""
    student = STUDENTS[site_id][0]
    return by, calls.StudentCalled(call_id=call_id, site_id=site_id, student_id=student, question_id=question_id)


def call_answered(call_id: str, response: Any = "ready", by: Actor = RUTH) -> Caused:
    return by, calls.CallAnswered(call_id=call_id, response=response)


def call_ended(call_id: str, by: Actor = VERA) -> Caused:
    return by, calls.CallEnded(call_id=call_id)


def announced(announcement_id: str, *site_ids: str, text: str = "open page 112", by: Actor = VERA) -> Caused:
    """Vera tells these rooms something; all, where none is given."""
    addressed = tuple(sorted(site_ids or SITES))
    return by, announcements.AnnouncementMade(announcement_id=announcement_id, site_ids=addressed, text=text)


def reached(announcement_id: str, by: Actor = RUTH, site_id: str = PINE) -> Caused:
    return by, announcements.AnnouncementReached(announcement_id=announcement_id, site_id=site_id)


def heard(announcement_id: str, by: Actor = RUTH, site_id: str = PINE) -> Caused:
    return by, announcements.AnnouncementHeard(announcement_id=announcement_id, site_id=site_id)


def announcement_withdrawn(announcement_id: str, by: Actor = VERA) -> Caused:
    return by, announcements.AnnouncementWithdrawn(announcement_id=announcement_id)


def linked(status: Any, since: int, site_id: str = PINE, by: Actor = SYSTEM) -> Caused:
    """The room's link is this since then: the server says so, or (degraded, and good again) its tablet."""
    return by, links.LinkChanged(site_id=site_id, status=status, since=since)


def on_duty(by: Actor, site_id: str) -> Caused:
    """They signed on in the room."""
    return by, duty.SignedOn(site_id=site_id)


def out(by: Actor, site_id: str, covered_by: str | None = None, reason: Any = None) -> Caused:
    return by, duty.SteppedOut(site_id=site_id, covered_by=covered_by, reason=reason)


def back(by: Actor, site_id: str) -> Caused:
    return by, duty.Returned(site_id=site_id)


def offered(by: Actor, site_id: str, to_id: str | None = None) -> Caused:
    return by, duty.DutyOffered(site_id=site_id, to_id=to_id)


def handed_over(by: Actor, site_id: str, person_id: str) -> Caused:
    return by, duty.HandedOver(site_id=site_id, person_id=person_id)


def taken_over(by: Actor, site_id: str, person_id: str) -> Caused:
    return by, duty.TakenOver(site_id=site_id, person_id=person_id)


def off_duty(by: Actor, site_id: str, reason: Any = None) -> Caused:
    return by, duty.SignedOff(site_id=site_id, reason=reason)


ALL_THERE: Sequence[Caused] = (LOBBY, *(on_duty(SUPERVISOR_OF[site_id], site_id) for site_id in SITES))
"""The lobby is open, and every room has its adult."""

ATTENDED: Sequence[Caused] = (*OPENED, *ALL_THERE, STARTED)
"""The class is live, and every room has its adult."""


def reported(status: Any, site_id: str = PINE, by: Actor | None = None, **found: Any) -> Caused:
    """The room's supervisor says how it stands."""
    nothing = {"microphone": "not_checked", "camera": "not_checked", "round_trip_ms": None}
    rest = {"loss_percent": None, "phone": "not_checked", "note": None}
    event = readiness.ReadinessReported(site_id=site_id, status=status, **(nothing | rest | found))
    return by or SUPERVISOR_OF[site_id], event


def planned(plan_id: str, site_id: str = PINE, kind: Any = "site_led", note: str | None = None) -> Caused:
    """Vera plans how the site makes up for the class."""
    due_at = A_DAY_AFTER if site_id == ELK else DUE_BY
    return VERA, catch_up.CatchUpPlanned(plan_id=plan_id, site_id=site_id, kind=kind, note=note, due_at=due_at)


def with_relief(site_id: str = PINE, *others: Actor) -> Caused:
    """The directory names further supervisors of the room for today; Lena, where nobody else is given."""
    supervisors = {SUPERVISOR_OF[site_id].person_id, *(one.person_id for one in others or (LENA,))}
    held = room_facts(site_id)
    event = facts.RoomRostered(
        site_id=site_id,
        student_ids=tuple(sorted(held.student_ids)),
        supervisor_ids=tuple(sorted(supervisors)),
        due_by=held.due_by,
    )
    return SYSTEM, event


def on_the_way(question_id: str, status: str, site_id: str = PINE, turn: int = 0, **fields: Any) -> Sequence[Any]:
    """A question's history up to a status, as short as can be; Vera teaches, the site's supervisor does the rest.

    A merged one follows `lead-of-<id>`, a shared question of Elk Creek.
    """
    adult, lead_id = SUPERVISOR_OF[site_id], f"lead-of-{question_id}"
    due_at = A_DAY_AFTER if site_id == ELK else DUE_BY
    first = [relayed(question_id, site_id, turn=turn, **fields), seen(question_id)]
    taken_up = [*first, claimed(question_id)]
    back = [*taken_up, answered(question_id)]
    return {
        "queued": first[:1],
        "seen": first,
        "claimed": taken_up,
        "answering": [*taken_up, begun(question_id)],
        "answered": back,
        "delivered": [*back, delivered(question_id, adult)],
        "confirmed": [*back, delivered(question_id, adult), confirmed(question_id, adult)],
        "asked_back": [*first, asked_back(question_id)],
        "merged": [relayed(lead_id, ELK, turn=0, shareable=True), *first, merged(question_id, lead_id)],
        "deferred": [*first, deferred(question_id, due_at)],
        "declined": [*first, declined(question_id)],
        "cannot_find": [*back, not_found(question_id, due_at, adult)],
        "withdrawn": [*first, withdrawn(question_id, adult)],
        "closed": [*back, not_found(question_id, due_at, adult), due_at, closed(question_id)],
    }[status]


def ended(*left_open: Caused) -> Sequence[Caused]:
    """Vera ends the class; `left_open` are the events of what was left open."""
    return [ENDED, *left_open]


def relay(question_id: str, site_id: str = PINE, **fields: Any) -> asking.RelayQuestion:
    """The command behind `relayed`."""
    asked = {"student_id": STUDENTS[site_id][0], "text": f"what is {question_id}", "asked_at": STARTS_AT}
    return asking.RelayQuestion(question_id=question_id, site_id=site_id, **(asked | fields))


def relay_data(question_id: str, site_id: str = PINE, **fields: Any) -> dict[str, Any]:
    """The same as it comes over the wire."""
    asked = {"question_id": question_id, "site_id": site_id, "student_id": STUDENTS[site_id][0]}
    return asked | {"text": f"what is {question_id}", "asked_at": STARTS_AT} | fields
