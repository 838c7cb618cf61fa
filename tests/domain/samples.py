"""One sample of every event, written by hand: the event, the rows it becomes, and a history in which it happens."""

from typing import Any, NamedTuple

from server.domain.meeting import erasing, facts, lifecycle, questions
from server.domain.meeting.state import Clearance, Licence
from tests.support.meetings import (
    CORA,
    ELK,
    LIVE,
    MESA,
    OPENED,
    PINE,
    RUTH,
    SYSTEM,
    VERA,
    Caused,
    on_the_way,
    relayed,
)


class Sample(NamedTuple):
    """`data` and `personal` are the JSON that the log keeps."""

    name: str
    history: list[Any]
    caused: Caused
    data: dict[str, Any]
    personal: dict[str, Any] | None = None


SAMPLES = [
    Sample(
        "meeting.opened",
        [],
        (SYSTEM, facts.MeetingOpened(program_id="prairie", section_id="physics-7", starts_at=10, ends_at=20)),
        {"program_id": "prairie", "section_id": "physics-7", "starts_at": 10, "ends_at": 20},
    ),
    Sample(
        "meeting.moved",
        [OPENED],
        (SYSTEM, facts.MeetingMoved(starts_at=10, ends_at=20)),
        {"starts_at": 10, "ends_at": 20},
    ),
    Sample(
        "teachers.assigned",
        [OPENED],
        (SYSTEM, facts.TeachersAssigned(teacher_ids=("tina", "vera"))),
        {"teacher_ids": ["tina", "vera"]},
    ),
    Sample(
        "room.rostered",
        [LIVE, relayed("q1")],
        (SYSTEM, facts.RoomRostered(site_id=PINE, student_ids=("max", "pia"), supervisor_ids=("rolf",))),
        {"site_id": "pine-ridge", "student_ids": ["max", "pia"], "supervisor_ids": ["rolf"]},
    ),
    Sample(
        "room.removed",
        [LIVE, relayed("q1"), relayed("m1", MESA)],
        (SYSTEM, facts.RoomRemoved(site_id=PINE)),
        {"site_id": "pine-ridge"},
    ),
    Sample(
        "credentials.entered",
        [LIVE],
        (
            SYSTEM,
            facts.CredentialsEntered(
                person_id="sam",
                licences=(Licence("MT", "Physics", "2024-07-01", None),),
                clearance=Clearance("expiring", "2026-12-31"),
            ),
        ),
        {
            "person_id": "sam",
            "licences": [{"state": "MT", "endorsement": "Physics", "valid_from": "2024-07-01", "valid_to": None}],
            "clearance": {"status": "expiring", "expires_on": "2026-12-31"},
        },
    ),
    Sample(
        "accommodations.entered",
        [LIVE],
        (SYSTEM, facts.AccommodationsEntered(student_id="eli", codes=("breaks", "large_print"))),
        {"student_id": "eli", "codes": ["breaks", "large_print"]},
    ),
    Sample("meeting.started", [OPENED], (VERA, lifecycle.MeetingStarted()), {}),
    Sample("meeting.ended", [LIVE], (VERA, lifecycle.MeetingEnded()), {}),
    Sample(
        "question.relayed",
        [LIVE, relayed("q0")],
        (
            RUTH,
            questions.QuestionRelayed(
                question_id="q1",
                site_id=PINE,
                student_id=None,
                text="¿por qué?\n👩‍🔬",
                verbatim=False,
                urgency="blocking",
                shareable=True,
                asked_at=5,
                turn=1,
            ),
        ),
        {
            "question_id": "q1",
            "site_id": "pine-ridge",
            "student_id": None,
            "verbatim": False,
            "urgency": "blocking",
            "shareable": True,
            "asked_at": 5,
            "turn": 1,
        },
        {"text": "¿por qué?\n👩‍🔬"},
    ),
    Sample(
        "question.seen",
        [LIVE, on_the_way("q1", "queued"), relayed("e1", ELK)],
        (VERA, questions.QuestionSeen(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.claimed",
        [LIVE, on_the_way("q1", "seen")],
        (VERA, questions.QuestionClaimed(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.answered",
        [LIVE, on_the_way("q1", "claimed")],
        (VERA, questions.QuestionAnswered(question_id="q1", form="written", text="F = ma")),
        {"question_id": "q1", "form": "written"},
        {"text": "F = ma"},
    ),
    Sample(
        "question.delivered",
        [LIVE, on_the_way("q1", "answered")],
        (RUTH, questions.AnswerDelivered(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.confirmed",
        [LIVE, on_the_way("q1", "delivered")],
        (RUTH, questions.AnswerConfirmed(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.stuck",
        [LIVE, on_the_way("q1", "delivered")],
        (RUTH, questions.StudentStillStuck(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.erased",
        [LIVE, on_the_way("q1", "claimed")],
        (CORA, erasing.QuestionErased(question_id="q1", reason="names_somebody")),
        {"question_id": "q1", "reason": "names_somebody"},
    ),
]
