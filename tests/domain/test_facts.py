"""What a meeting rests on: the whole picture goes in, and only what differs is recorded."""

from dataclasses import replace

import pytest

from server.domain.actors import Role
from server.domain.meeting.duty import SignOn
from server.domain.meeting.facts import (
    AccommodationFacts,
    AccommodationsEntered,
    BriefEntered,
    CredentialsEntered,
    MeetingCancelled,
    MeetingMoved,
    MeetingReinstated,
    RoomFacts,
    RoomRemoved,
    RoomRostered,
    RoomSubstituted,
    RoomTimed,
    StaffFacts,
    TeachersAssigned,
    VideoEntered,
)
from server.domain.meeting.lifecycle import EndMeeting, MeetingStarted, OpenLobby, StartMeeting
from server.domain.meeting.returning import AnswerDelivered, DeliverAnswer
from server.domain.meeting.state import Clearance, Credentials, Licence, VideoLink
from server.domain.views import Audience, audience_of, view
from tests.support.given import given, refused
from tests.support.meetings import (
    DUE_BY,
    ELK,
    ENDED,
    ENDS_AT,
    FACTS,
    LICENCE,
    LIVE,
    LOBBY,
    MESA,
    NOW,
    OPENED,
    PINE,
    PLANNED,
    RUTH,
    SAM,
    SECTION,
    STARTS_AT,
    SYSTEM,
    VERA,
    on_duty,
    on_the_way,
    person,
    relay,
    relayed,
    room_facts,
    stuck,
)


def test_a_new_stream_is_opened_with_the_whole_picture() -> None:
    meeting = given().when(FACTS, by=SYSTEM).then(*[event for _, event in OPENED])
    assert (meeting.program_id, meeting.section_id, meeting.status) == ("prairie", SECTION, "scheduled")
    assert (meeting.starts_at, meeting.ends_at) == (STARTS_AT, ENDS_AT)
    assert meeting.teacher_ids == {"theo", "vera"}
    assert {site: (r.student_ids, r.supervisor_ids) for site, r in meeting.rooms.items()} == {
        ELK: ({"eli", "eva"}, {"lena"}),
        MESA: ({"max", "mia"}, {"sam"}),
        PINE: ({"pia", "pol"}, {"ruth"}),
    }
    assert meeting.credentials["vera"] == Credentials((LICENCE,), None)
    assert meeting.accommodations == {"pia": ("extended_time",)}


def test_the_same_picture_again_records_nothing() -> None:
    given(OPENED).when(FACTS, by=SYSTEM).then()


def test_the_order_in_which_the_directory_lists_does_not_count() -> None:
    shuffled = replace(
        FACTS,
        teacher_ids=("vera", "theo"),
        rooms=tuple(room_facts(site, student_ids=room_facts(site).student_ids[::-1]) for site in (PINE, ELK, MESA)),
        staff=FACTS.staff[::-1],
    )
    given(OPENED).when(shuffled, by=SYSTEM).then()


def test_a_meeting_moves_in_time() -> None:
    later = replace(FACTS, starts_at=STARTS_AT + 1, ends_at=ENDS_AT + 1)
    moved = given(OPENED).when(later, by=SYSTEM).then(MeetingMoved(starts_at=STARTS_AT + 1, ends_at=ENDS_AT + 1))
    assert (moved.starts_at, moved.ends_at) == (STARTS_AT + 1, ENDS_AT + 1)


def test_it_never_moves_to_another_section() -> None:
    given(LIVE).when(replace(FACTS, section_id="chemistry"), by=SYSTEM).then(refused("wrong_section", "section_id"))


def test_teachers_come_and_go_as_a_whole() -> None:
    one = (
        given(LIVE).when(replace(FACTS, teacher_ids=("tina",)), by=SYSTEM).then(TeachersAssigned(teacher_ids=("tina",)))
    )
    assert one.teacher_ids == {"tina"}
    nobody = given(LIVE).when(replace(FACTS, teacher_ids=()), by=SYSTEM).then(TeachersAssigned(teacher_ids=()))
    assert nobody.teacher_ids == frozenset()


def test_a_student_who_moves_site_changes_both_rosters_and_no_other() -> None:
    rooms = (
        room_facts(ELK),
        room_facts(MESA, student_ids=("mia",)),
        room_facts(PINE, student_ids=("pol", "max", "pia")),
    )
    given(LIVE).when(replace(FACTS, rooms=rooms), by=SYSTEM).then(
        RoomRostered(site_id=MESA, student_ids=("mia",), supervisor_ids=("sam",), due_by=DUE_BY),
        RoomRostered(site_id=PINE, student_ids=("max", "pia", "pol"), supervisor_ids=("ruth",), due_by=DUE_BY),
    )


def test_a_room_gets_another_supervisor_and_keeps_its_figures() -> None:
    rooms = (room_facts(ELK), room_facts(MESA), room_facts(PINE, supervisor_ids=("ruth", "rolf")))
    history = given(LIVE, on_the_way("q1", "answered"), relayed("q2", turn=1))
    relieved = history.when(replace(FACTS, rooms=rooms), by=SYSTEM).then(
        RoomRostered(site_id=PINE, student_ids=("pia", "pol"), supervisor_ids=("rolf", "ruth"), due_by=DUE_BY)
    )
    room = relieved.rooms[PINE]
    assert room.supervisor_ids == {"rolf", "ruth"}
    assert (room.asked, list(room.waiting), room.on_way_back, room.last_turn) == (2, ["q2"], 1, 1)


def test_a_site_leaves_and_finds_its_questions_when_it_comes_back() -> None:
    rooms = (room_facts(ELK), room_facts(MESA))
    asked = (LIVE, on_the_way("q1", "answered"), stuck_again("q0", turn=1), relayed("q2", turn=2))
    gone = given(*asked).when(replace(FACTS, rooms=rooms), by=SYSTEM).then(RoomRemoved(site_id=PINE))
    assert set(gone.rooms) == {ELK, MESA}
    assert set(gone.questions) == {"q0", "q1", "q2"}, "no question dies with its room"

    away = given(*asked, (SYSTEM, RoomRemoved(site_id=PINE)))
    back = away.when(FACTS, by=SYSTEM).then(
        RoomRostered(site_id=PINE, student_ids=("pia", "pol"), supervisor_ids=("ruth",), due_by=DUE_BY)
    )
    room, before = back.rooms[PINE], given(*asked).state.rooms[PINE]
    assert replace(room, roster_version=before.roster_version) == before
    assert list(room.waiting) == ["q0", "q2"], "the longest-waiting first"


def stuck_again(question_id: str, turn: int) -> list:
    return [*on_the_way(question_id, "delivered", turn=turn), stuck(question_id)]


def test_credentials_are_recorded_whole_when_they_differ() -> None:
    suspended = StaffFacts(person_id="ruth", clearance=Clearance("suspended", None))
    renewed = StaffFacts(person_id="vera", licences=(LICENCE, Licence("OR", "Physics", "2026-01-01", None)))
    entered = (
        given(LIVE)
        .when(replace(FACTS, staff=(renewed, suspended)), by=SYSTEM)
        .then(
            CredentialsEntered(person_id="ruth", licences=(), clearance=Clearance("suspended", None)),
            CredentialsEntered(
                person_id="vera", licences=(LICENCE, Licence("OR", "Physics", "2026-01-01", None)), clearance=None
            ),
        )
    )
    assert entered.credentials["ruth"] == Credentials((), Clearance("suspended", None))


def test_accommodations_are_replaced_and_cleared() -> None:
    changed = (AccommodationFacts(student_id="max", codes=("large_print", "breaks")),)
    entered = (
        given(LIVE)
        .when(replace(FACTS, accommodations=changed), by=SYSTEM)
        .then(
            AccommodationsEntered(student_id="max", codes=("breaks", "large_print")),
            AccommodationsEntered(student_id="pia", codes=()),
        )
    )
    assert entered.accommodations == {"max": ("breaks", "large_print")}


def test_a_meeting_that_ended_keeps_the_facts_it_ended_with() -> None:
    later = replace(FACTS, starts_at=0, ends_at=1, rooms=(), accommodations=(), staff=(), brief_version=3)
    given(LIVE, ENDED).when(later, by=SYSTEM).then()


def test_who_taught_a_class_can_be_corrected_after_it() -> None:
    over = given(LIVE, on_the_way("q1", "answered"), ENDED)
    after = over.when(replace(FACTS, teacher_ids=("tina",)), by=SYSTEM).then(TeachersAssigned(teacher_ids=("tina",)))
    assert audience_of(after, VERA) is None
    assert audience_of(after, person("tina", Role.TEACHER)) == Audience("teacher")


# ── The calendar's facts ──────────────────────────────────────────────────────────────────────────────────────────

WEATHER = (SYSTEM, MeetingCancelled(reason="weather"))


def test_a_cancelled_class_is_not_started_and_may_be_held_after_all() -> None:
    cancelled = (
        given(OPENED).when(replace(FACTS, cancelled="weather"), by=SYSTEM).then(MeetingCancelled(reason="weather"))
    )
    assert (cancelled.status, cancelled.cancel_reason) == ("cancelled", "weather")
    given(OPENED, WEATHER).when(StartMeeting(), by=VERA).then(refused("meeting_cancelled"))
    given(OPENED, WEATHER).when(relay("q1"), by=RUTH).then(refused("meeting_cancelled"))
    given(OPENED, WEATHER).when(EndMeeting(), by=VERA).then(refused("meeting_cancelled"))
    given(OPENED, WEATHER).when(OpenLobby(), by=VERA).then(refused("meeting_cancelled"))
    given(OPENED, WEATHER).when(SignOn(site_id=PINE), by=RUTH).then(refused("meeting_cancelled"))
    again = given(OPENED, WEATHER).when(FACTS, by=SYSTEM).then(MeetingReinstated())
    assert (again.status, again.cancel_reason) == ("scheduled", None)
    given(OPENED, PLANNED, WEATHER, (SYSTEM, MeetingReinstated())).when(StartMeeting(), by=VERA).then(MeetingStarted())


def test_who_was_on_duty_in_the_lobby_of_a_cancelled_class_is_not_any_more() -> None:
    after = (
        given(OPENED, LOBBY, on_duty(RUTH, PINE))
        .when(replace(FACTS, cancelled="weather"), by=SYSTEM, at=NOW)
        .then(MeetingCancelled(reason="weather"))
    )
    room = after.timelines[PINE]
    assert (room.adults, [one.to_at for one in room.intervals]) == ({}, [NOW])
    assert room.marks[-1].what == "class_cancelled"


def test_another_reason_is_recorded_and_the_same_is_not() -> None:
    given(OPENED, WEATHER).when(replace(FACTS, cancelled="weather"), by=SYSTEM).then()
    given(OPENED, WEATHER).when(replace(FACTS, cancelled="illness"), by=SYSTEM).then(MeetingCancelled(reason="illness"))


def test_a_class_that_has_begun_goes_on() -> None:
    given(LIVE).when(replace(FACTS, cancelled="weather"), by=SYSTEM).then()


def test_a_room_goes_by_its_own_bells() -> None:
    rooms = (room_facts(ELK), room_facts(MESA), room_facts(PINE, joins_at=STARTS_AT + 600_000, leaves_at=ENDS_AT))
    timed = RoomTimed(site_id=PINE, joins_at=STARTS_AT + 600_000, leaves_at=ENDS_AT, away=None)
    given(OPENED).when(replace(FACTS, rooms=rooms), by=SYSTEM).then(timed)
    closed = (*rooms[:2], room_facts(PINE, joins_at=STARTS_AT, leaves_at=ENDS_AT, away="closed"))
    after = (
        given(LIVE, (SYSTEM, timed), relayed("q1"))
        .when(replace(FACTS, rooms=closed), by=SYSTEM)
        .then(RoomTimed(site_id=PINE, joins_at=STARTS_AT, leaves_at=ENDS_AT, away="closed"))
    )
    assert after.rooms[PINE].away == "closed"
    assert list(after.rooms[PINE].waiting) == ["q1"], "what a room asked does not go with it"


def test_a_substitute_acts_at_that_site_in_that_meeting_only() -> None:
    rooms = (
        room_facts(ELK),
        room_facts(MESA),
        room_facts(PINE, supervisor_ids=("ruth", "sam"), substitute_ids=("sam",)),
    )
    facts = replace(FACTS, rooms=rooms)
    rostered = RoomRostered(site_id=PINE, student_ids=("pia", "pol"), supervisor_ids=("ruth", "sam"), due_by=DUE_BY)
    substituted = RoomSubstituted(site_id=PINE, substitute_ids=("sam",))
    given(LIVE).when(facts, by=SYSTEM).then(rostered, substituted)
    stood_in = given(LIVE, (SYSTEM, rostered), (SYSTEM, substituted))
    assert [type(event).__name__ for event in stood_in.when(relay("q1"), by=SAM).events()] == ["QuestionRelayed"]
    given(LIVE).when(relay("q1"), by=SAM).then(refused("not_your_site", "site_id"))
    audience = audience_of(stood_in.state, SAM)
    assert audience is not None
    assert audience.site_ids == (MESA, PINE)
    without = person("sam", Role.TEACHER)
    stood_in.when(relay("q1"), by=without).then(refused("not_your_site", "site_id"))


def test_a_substitute_still_brings_answers_back_after_the_class() -> None:
    rostered = RoomRostered(site_id=PINE, student_ids=("pia", "pol"), supervisor_ids=("ruth", "sam"), due_by=DUE_BY)
    substituted = RoomSubstituted(site_id=PINE, substitute_ids=("sam",))
    over = given(LIVE, (SYSTEM, rostered), (SYSTEM, substituted), on_the_way("q1", "answered"), ENDED)
    over.when(DeliverAnswer(question_id="q1"), by=SAM).then(AnswerDelivered(question_id="q1"))


@pytest.mark.parametrize("left", [FACTS.rooms, ()], ids=["withdrawn", "with-its-site"])
def test_a_withdrawn_substitute_has_no_part_in_the_class_that_is_over(left: tuple[RoomFacts, ...]) -> None:
    rostered = RoomRostered(site_id=PINE, student_ids=("pia", "pol"), supervisor_ids=("ruth", "sam"), due_by=DUE_BY)
    substituted = RoomSubstituted(site_id=PINE, substitute_ids=("sam",))
    over = given(LIVE, (SYSTEM, rostered), (SYSTEM, substituted), on_the_way("q1", "answered"), ENDED)
    gone = RoomSubstituted(site_id=PINE, substitute_ids=())
    after = over.when(replace(FACTS, rooms=left), by=SYSTEM).then(gone)
    assert audience_of(after, SAM) == Audience("supervisor", (MESA,))
    assert after.rooms[PINE].supervisor_ids == {"ruth", "sam"}, "who stood there stays in the record"
    history = (LIVE, (SYSTEM, rostered), (SYSTEM, substituted), on_the_way("q1", "answered"), ENDED, (SYSTEM, gone))
    given(*history).when(DeliverAnswer(question_id="q1"), by=SAM).then(refused("unknown_question", "question_id"))


def test_where_the_class_is_seen_is_a_fact_for_everybody_in_it() -> None:
    seen = VideoLink("https://video.example/physics", "Jitsi")
    state = given(OPENED).when(replace(FACTS, video=seen), by=SYSTEM).then(VideoEntered(video=seen))
    for audience in (Audience("teacher"), Audience("supervisor", (PINE,)), Audience("coordinator")):
        shown = view(state, "meeting", "meeting", audience)
        assert shown is not None
        assert shown["video"] == {"url": "https://video.example/physics", "provider": "Jitsi"}
    gone = given(LIVE, (SYSTEM, VideoEntered(video=seen))).when(FACTS, by=SYSTEM).then(VideoEntered(video=None))
    assert gone.video is None


def test_each_writing_of_the_brief_is_known_and_an_older_one_is_not_news() -> None:
    written = replace(FACTS, brief_version=2)
    state = given(OPENED).when(written, by=SYSTEM).then(BriefEntered(version=2))
    shown = view(state, "meeting", "meeting", Audience("supervisor", (PINE,)))
    assert shown is not None
    assert shown["brief_version"] == 2
    given(OPENED, (SYSTEM, BriefEntered(version=2))).when(FACTS, by=SYSTEM).then()
