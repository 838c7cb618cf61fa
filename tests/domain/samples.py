"""One sample of every event, written by hand: the event, the rows it becomes, and a history in which it happens."""

from typing import Any, NamedTuple

from server.domain.meeting import answering, asking, duty, erasing, facts, lifecycle, returning
from server.domain.meeting.state import Clearance, Licence
from tests.support.meetings import (
    CORA,
    DUE_BY,
    ELK,
    ENDED,
    LENA,
    LIVE,
    MESA,
    OPENED,
    PINE,
    RUTH,
    SYSTEM,
    VERA,
    Caused,
    acknowledged,
    appealed,
    asked_back,
    begun,
    call_answered,
    call_ended,
    called,
    closed,
    declined,
    deferred,
    handed_over,
    merged,
    not_found,
    off_duty,
    offered,
    on_duty,
    on_the_way,
    out,
    relayed,
    released,
    reopened,
    seen,
    taken_over,
    unmerged,
    with_relief,
    withdrawn,
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
        (SYSTEM, facts.RoomRostered(site_id=PINE, student_ids=("max", "pia"), supervisor_ids=("rolf",), due_by=DUE_BY)),
        {"site_id": "pine-ridge", "student_ids": ["max", "pia"], "supervisor_ids": ["rolf"], "due_by": 1792099800000},
    ),
    Sample(
        "room.removed",
        [LIVE, relayed("q1"), relayed("m1", MESA)],
        (SYSTEM, facts.RoomRemoved(site_id=PINE)),
        {"site_id": "pine-ridge"},
    ),
    Sample("meeting.lobby_opened", [OPENED], (VERA, lifecycle.LobbyOpened()), {}),
    Sample("meeting.reconciled", [LIVE, ENDED], (VERA, lifecycle.MeetingReconciled()), {}),
    Sample("duty.signed_on", [LIVE], on_duty(RUTH, PINE), {"site_id": "pine-ridge"}),
    Sample(
        "duty.stepped_out",
        [LIVE, with_relief(), on_duty(RUTH, PINE), on_duty(LENA, PINE)],
        out(RUTH, PINE, covered_by="lena"),
        {"site_id": "pine-ridge", "covered_by": "lena", "reason": None},
    ),
    Sample(
        "duty.returned",
        [LIVE, on_duty(RUTH, PINE), out(RUTH, PINE, reason="other")],
        (RUTH, duty.Returned(site_id=PINE)),
        {"site_id": "pine-ridge"},
    ),
    Sample(
        "duty.offered",
        [LIVE, with_relief(), on_duty(RUTH, PINE)],
        offered(RUTH, PINE, "lena"),
        {"site_id": "pine-ridge", "to_id": "lena"},
    ),
    Sample(
        "duty.offer_dropped",
        [LIVE, with_relief(), on_duty(RUTH, PINE), offered(RUTH, PINE, "lena")],
        (LENA, duty.OfferDropped(site_id=PINE, person_id="ruth")),
        {"site_id": "pine-ridge", "person_id": "ruth"},
    ),
    Sample(
        "duty.handed_over",
        [LIVE, with_relief(), on_duty(RUTH, PINE), offered(RUTH, PINE)],
        handed_over(LENA, PINE, "ruth"),
        {"site_id": "pine-ridge", "person_id": "ruth"},
    ),
    Sample(
        "duty.taken_over",
        [LIVE, with_relief(), on_duty(RUTH, PINE)],
        taken_over(LENA, PINE, "ruth"),
        {"site_id": "pine-ridge", "person_id": "ruth"},
    ),
    Sample(
        "duty.signed_off",
        [LIVE, on_duty(RUTH, PINE)],
        off_duty(RUTH, PINE, "room_is_empty"),
        {"site_id": "pine-ridge", "reason": "room_is_empty"},
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
            asking.QuestionRelayed(
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
        (VERA, answering.QuestionSeen(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.claimed",
        [LIVE, on_the_way("q1", "seen")],
        (VERA, answering.QuestionClaimed(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.answered",
        [LIVE, on_the_way("q1", "claimed")],
        (VERA, answering.QuestionAnswered(question_id="q1", form="written", text="F = ma")),
        {"question_id": "q1", "form": "written"},
        {"text": "F = ma"},
    ),
    Sample(
        "question.delivered",
        [LIVE, on_the_way("q1", "answered")],
        (RUTH, returning.AnswerDelivered(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.confirmed",
        [LIVE, on_the_way("q1", "delivered")],
        (RUTH, returning.AnswerConfirmed(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.stuck",
        [LIVE, on_the_way("q1", "delivered")],
        (RUTH, returning.StudentStillStuck(question_id="q1")),
        {"question_id": "q1"},
    ),
    Sample(
        "question.erased",
        [LIVE, on_the_way("q1", "claimed")],
        (CORA, erasing.QuestionErased(question_id="q1", reason="names_somebody")),
        {"question_id": "q1", "reason": "names_somebody"},
    ),
    Sample(
        "question.begun",
        [LIVE, on_the_way("q1", "claimed")],
        begun("q1"),
        {"question_id": "q1"},
    ),
    Sample(
        "question.released",
        [LIVE, on_the_way("q1", "answering")],
        released("q1"),
        {"question_id": "q1"},
    ),
    Sample(
        "question.asked_back",
        [LIVE, on_the_way("q1", "claimed")],
        asked_back("q1", "which drawing?"),
        {"question_id": "q1"},
        {"note": "which drawing?"},
    ),
    Sample(
        "question.restated",
        [LIVE, on_the_way("q1", "asked_back", shareable=True)],
        (RUTH, asking.QuestionRestated(question_id="q1", text="the second drawing", verbatim=False)),
        {"question_id": "q1", "verbatim": False},
        {"text": "the second drawing"},
    ),
    Sample(
        "question.withdrawn",
        [LIVE, on_the_way("q1", "seen")],
        withdrawn("q1"),
        {"question_id": "q1"},
    ),
    Sample(
        "question.merged",
        [LIVE, relayed("e1", ELK, shareable=True), relayed("q1", urgency="blocking"), seen("q1")],
        merged("q1", "e1"),
        {"question_id": "q1", "into": "e1", "moved_from": None},
    ),
    Sample(
        "question.unmerged",
        [LIVE, relayed("e1", ELK, shareable=True), relayed("q1", urgency="blocking"), seen("q1"), merged("q1", "e1")],
        unmerged("q1", "e1"),
        {"question_id": "q1", "lead_id": "e1"},
    ),
    Sample(
        "question.deferred",
        [LIVE, on_the_way("q1", "claimed")],
        deferred("q1", 1_792_099_800_000),
        {"question_id": "q1", "due_at": 1_792_099_800_000},
    ),
    Sample(
        "question.reopened",
        [LIVE, on_the_way("q1", "deferred")],
        reopened("q1"),
        {"question_id": "q1"},
    ),
    Sample(
        "question.declined",
        [LIVE, on_the_way("q1", "seen")],
        declined("q1", "other", "ask me after class"),
        {"question_id": "q1", "reason": "other"},
        {"note": "ask me after class"},
    ),
    Sample(
        "question.acknowledged",
        [LIVE, on_the_way("q1", "declined")],
        acknowledged("q1"),
        {"question_id": "q1"},
    ),
    Sample(
        "question.appealed",
        [LIVE, on_the_way("q1", "declined")],
        appealed("q1", "it is in the book"),
        {"question_id": "q1"},
        {"note": "it is in the book"},
    ),
    Sample(
        "question.student_not_found",
        [LIVE, on_the_way("q1", "answered")],
        not_found("q1", 1_792_099_800_000),
        {"question_id": "q1", "due_at": 1_792_099_800_000},
    ),
    Sample(
        "question.closed",
        [LIVE, on_the_way("q1", "closed")[:-1]],
        closed("q1"),
        {"question_id": "q1", "reason": "not_found"},
    ),
    Sample(
        "student.called",
        [LIVE, relayed("q1")],
        called("c1", PINE, "q1"),
        {"call_id": "c1", "site_id": "pine-ridge", "student_id": "pia", "question_id": "q1"},
    ),
    Sample(
        "student.call_answered",
        [LIVE, called("c1")],
        call_answered("c1", "not_here"),
        {"call_id": "c1", "response": "not_here"},
    ),
    Sample("student.call_ended", [LIVE, called("c1")], call_ended("c1"), {"call_id": "c1"}),
]
