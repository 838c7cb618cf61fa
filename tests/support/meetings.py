"""One physics class with three sites, the people around it, and its events in short words.

An event is written with who caused it, as `(actor, event)`: that is what the log keeps beside the event itself.
"""

from collections.abc import Sequence
from typing import Any

from server.domain.actors import Actor, Grant, Role, system
from server.domain.meeting import facts, lifecycle, questions
from server.domain.meeting.facts import AccommodationFacts, EnterFacts, RoomFacts, StaffFacts
from server.domain.meeting.state import Clearance, Licence

PROGRAM = "prairie"
SECTION = "physics-7"
STARTS_AT = 1_791_994_800_000
ENDS_AT = STARTS_AT + 3_000_000
NOW = STARTS_AT + 60_000

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
LENA = person("lena", Role.SUPERVISOR, ELK)
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
    held = {"student_ids": STUDENTS[site_id], "supervisor_ids": (SUPERVISOR_OF[site_id].person_id,)}
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

OPENED: Sequence[Caused] = (
    (SYSTEM, facts.MeetingOpened(program_id=PROGRAM, section_id=SECTION, starts_at=STARTS_AT, ends_at=ENDS_AT)),
    (SYSTEM, facts.TeachersAssigned(teacher_ids=("theo", "vera"))),
    (SYSTEM, facts.CredentialsEntered(person_id="ruth", licences=(), clearance=CLEARED)),
    (SYSTEM, facts.CredentialsEntered(person_id="vera", licences=(LICENCE,), clearance=None)),
    (SYSTEM, facts.RoomRostered(site_id=ELK, student_ids=("eli", "eva"), supervisor_ids=("lena",))),
    (SYSTEM, facts.RoomRostered(site_id=MESA, student_ids=("max", "mia"), supervisor_ids=("sam",))),
    (SYSTEM, facts.RoomRostered(site_id=PINE, student_ids=("pia", "pol"), supervisor_ids=("ruth",))),
    (SYSTEM, facts.AccommodationsEntered(student_id="pia", codes=("extended_time",))),
)
"""What `FACTS` comes to in a new stream."""
STARTED: Caused = (VERA, lifecycle.MeetingStarted())
ENDED: Caused = (VERA, lifecycle.MeetingEnded())
LIVE: Sequence[Caused] = (*OPENED, STARTED)
"""The class is live and nobody has asked anything."""


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
    event = questions.QuestionRelayed(question_id=question_id, site_id=site_id, turn=turn, **(asked | fields))
    return by or SUPERVISOR_OF[site_id], event


def seen(question_id: str, by: Actor = VERA) -> Caused:
    return by, questions.QuestionSeen(question_id=question_id)


def claimed(question_id: str, by: Actor = VERA) -> Caused:
    return by, questions.QuestionClaimed(question_id=question_id)


def answered(question_id: str, by: Actor = VERA, form: Any = "spoken_to_all", text: str | None = None) -> Caused:
    return by, questions.QuestionAnswered(question_id=question_id, form=form, text=text)


def delivered(question_id: str, by: Actor = RUTH) -> Caused:
    return by, questions.AnswerDelivered(question_id=question_id)


def confirmed(question_id: str, by: Actor = RUTH) -> Caused:
    return by, questions.AnswerConfirmed(question_id=question_id)


def stuck(question_id: str, by: Actor = RUTH) -> Caused:
    return by, questions.StudentStillStuck(question_id=question_id)


def on_the_way(question_id: str, status: str, site_id: str = PINE, turn: int = 0) -> Sequence[Caused]:
    """A question's history up to a status; Vera answers, the site's supervisor brings it back."""
    adult = SUPERVISOR_OF[site_id]
    steps = {
        "queued": relayed(question_id, site_id, turn=turn),
        "seen": seen(question_id),
        "claimed": claimed(question_id),
        "answered": answered(question_id),
        "delivered": delivered(question_id, adult),
        "confirmed": confirmed(question_id, adult),
    }
    return list(steps.values())[: list(steps).index(status) + 1]


def relay(question_id: str, site_id: str = PINE, **fields: Any) -> questions.RelayQuestion:
    """The command behind `relayed`."""
    asked = {"student_id": STUDENTS[site_id][0], "text": f"what is {question_id}", "asked_at": STARTS_AT}
    return questions.RelayQuestion(question_id=question_id, site_id=site_id, **(asked | fields))


def relay_data(question_id: str, site_id: str = PINE, **fields: Any) -> dict[str, Any]:
    """The same as it comes over the wire."""
    asked = {"question_id": question_id, "site_id": site_id, "student_id": STUDENTS[site_id][0]}
    return asked | {"text": f"what is {question_id}", "asked_at": STARTS_AT} | fields
