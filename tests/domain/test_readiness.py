"""Whether a room is ready, until when that counts, and without whom a class may start."""

from dataclasses import replace

import pytest

from server.domain.meeting.facts import AccommodationsEntered, BriefEntered
from server.domain.meeting.lifecycle import MeetingStarted, StartMeeting
from server.domain.meeting.readiness import (
    AccommodationsWereSeen,
    AcknowledgeBrief,
    BeginReadiness,
    BriefAcknowledged,
    NeedShown,
    ReadinessBegun,
    ReadinessReported,
    ReportReadiness,
    SeeAccommodations,
    readiness_at,
)
from server.domain.views import Audience, view
from tests.support.given import given, refused
from tests.support.meetings import (
    ALL_THERE,
    ENDED,
    LIVE,
    LOBBY,
    NOW,
    OPENED,
    PINE,
    RUTH,
    SAM,
    STARTS_AT,
    SYSTEM,
    VERA,
    linked,
    on_duty,
    reported,
    with_relief,
)

T = STARTS_AT + 20_000
A_DAY = 86_400_000
BRIEF = (SYSTEM, BriefEntered(version=1))
NEEDED = (NeedShown(student_id="pia", codes=("extended_time",)),)
"""What the room's students need, as the directory has it at first."""
START = StartMeeting()
OTHERS_THERE = [one for one in ALL_THERE if one[0] != RUTH]


def readiness_of(state: object, audience: Audience = Audience("teacher")) -> dict:  # noqa: B008
    shown = view(state, "room", PINE, audience)  # type: ignore[arg-type]
    assert shown is not None
    held: dict = shown["readiness"]
    return held


def test_a_report_says_what_was_found_and_until_when_it_counts() -> None:
    found = {"microphone": "ok", "camera": "missing", "round_trip_ms": 80, "loss_percent": 5, "phone": "reached"}
    report = ReportReadiness(site_id=PINE, status="ready", note="no camera", **found)
    event = ReadinessReported(site_id=PINE, status="ready", note="no camera", **found)
    state = given(OPENED).when(report, by=RUTH).then(event)
    expected = {"status": "ready", "by": "ruth", "at": NOW, "expires_at": NOW + A_DAY, "note": "no camera", **found}
    assert readiness_of(state) == {"report": expected, "brief": None, "accommodations": None}
    assert readiness_at(state, PINE, NOW + A_DAY - 1) == "ready"
    assert readiness_at(state, PINE, NOW + A_DAY) == "unreported"


def test_a_later_report_takes_the_place_of_the_earlier() -> None:
    state = given(OPENED, reported("down", note="no power"), reported("ready", microphone="ok")).state
    report = readiness_of(state)["report"]
    assert (report["status"], report["microphone"], report["note"]) == ("ready", "ok", None)
    state = (
        given(OPENED, reported("ready", microphone="ok"))
        .when(BeginReadiness(site_id=PINE), by=RUTH)
        .then(ReadinessBegun(site_id=PINE))
    )
    assert readiness_of(state)["report"]["status"] == "checking"
    assert readiness_of(state)["report"]["microphone"] == "not_checked"


def test_to_begin_again_does_nothing_until_that_expired() -> None:
    begin = BeginReadiness(site_id=PINE)
    history = given(OPENED, T, (RUTH, ReadinessBegun(site_id=PINE)))
    history.when(begin, by=RUTH, at=T + A_DAY - 1).then()
    history.when(begin, by=RUTH, at=T + A_DAY).then(ReadinessBegun(site_id=PINE))


@pytest.mark.parametrize("microphone", ["denied", "missing"])
def test_a_room_without_a_microphone_is_not_ready(microphone: str) -> None:
    command = ReportReadiness(site_id=PINE, status="ready", microphone=microphone)  # type: ignore[arg-type]
    given(OPENED).when(command, by=RUTH).then(refused("not_ready", "status"))
    given(OPENED).when(replace(command, status="degraded"), by=RUTH).events()


@pytest.mark.parametrize(
    "command",
    [
        BeginReadiness(site_id=PINE),
        ReportReadiness(site_id=PINE, status="ready"),
        AcknowledgeBrief(site_id=PINE, brief_version=1),
        SeeAccommodations(site_id=PINE, needs=NEEDED),
    ],
)
def test_it_is_the_rooms_own_word_until_the_class_is_over(command: object) -> None:
    given(OPENED).when(command, by=SAM).then(refused("not_your_site", "site_id"))
    for history in (OPENED, [OPENED, LOBBY], LIVE):
        assert given(history, BRIEF).when(command, by=RUTH).events()
    given(LIVE, ENDED).when(command, by=RUTH).then(refused("meeting_ended"))


def test_the_version_of_the_brief_that_was_read_is_kept() -> None:
    read = (RUTH, BriefAcknowledged(site_id=PINE, brief_version=1))
    given(OPENED, BRIEF, read).when(AcknowledgeBrief(site_id=PINE, brief_version=1), by=RUTH).then()
    newer = AcknowledgeBrief(site_id=PINE, brief_version=2)
    given(OPENED, BRIEF, read).when(newer, by=RUTH).then(refused("stale_version", "brief_version"))
    given(OPENED).when(AcknowledgeBrief(site_id=PINE, brief_version=1), by=RUTH).then(
        refused("stale_version", "brief_version")
    )
    again = given(OPENED, BRIEF, read, (SYSTEM, BriefEntered(version=2)))
    again.when(AcknowledgeBrief(site_id=PINE, brief_version=1), by=RUTH).then(refused("stale_version", "brief_version"))
    state = again.when(newer, by=RUTH).then(BriefAcknowledged(site_id=PINE, brief_version=2))
    assert readiness_of(state)["brief"] == {"version": 2, "by": "ruth", "at": NOW}


@pytest.mark.parametrize(
    "change", [(SYSTEM, AccommodationsEntered(student_id="pia", codes=("breaks",))), with_relief(PINE)]
)
def test_what_was_seen_is_current_until_a_student_or_a_code_changes(change: tuple) -> None:
    see = SeeAccommodations(site_id=PINE, needs=NEEDED)
    seen = given(OPENED, T, (RUTH, AccommodationsWereSeen(site_id=PINE)))
    assert readiness_of(seen.state)["accommodations"] == {"by": "ruth", "at": T, "is_current": True}
    seen.when(see, by=RUTH).then()
    changed = given(OPENED, T, (RUTH, AccommodationsWereSeen(site_id=PINE)), change)
    # A further adult in the room changes nothing that a student needs.
    is_current = change == with_relief(PINE)
    assert readiness_of(changed.state)["accommodations"]["is_current"] is is_current
    if is_current:
        changed.when(see, by=RUTH).then()
    else:
        changed.when(see, by=RUTH).then(refused("stale_version", "needs"))
        now = SeeAccommodations(site_id=PINE, needs=(NeedShown(student_id="pia", codes=("breaks",)),))
        changed.when(now, by=RUTH).then(AccommodationsWereSeen(site_id=PINE))


def test_what_was_not_on_the_screen_yet_was_not_seen() -> None:
    """Somebody needs something more since the tablet read its roster: the tap says nothing about that."""
    entered = (SYSTEM, AccommodationsEntered(student_id="pia", codes=("breaks", "epipen")))
    history = given(OPENED, entered)
    for codes in ((), ("breaks",), ("breaks", "epipen", "more")):
        old = SeeAccommodations(site_id=PINE, needs=(NeedShown(student_id="pia", codes=codes),))
        history.when(old, by=RUTH).then(refused("stale_version", "needs"))
    whole = SeeAccommodations(site_id=PINE, needs=(NeedShown(student_id="pia", codes=("epipen", "breaks")),))
    history.when(whole, by=RUTH).then(AccommodationsWereSeen(site_id=PINE))


def test_another_site_does_not_see_it() -> None:
    state = given(OPENED, reported("down", note="no power")).state
    assert view(state, "room", PINE, Audience("supervisor", ("mesa",))) is None
    assert readiness_of(state, Audience("supervisor", (PINE,))) == readiness_of(state, Audience("coordinator"))


# ── Without whom a class starts ───────────────────────────────────────────────────────────────────────────────────


def test_a_class_does_not_start_without_a_room_that_nobody_planned_for() -> None:
    needs = refused("needs_catch_up_plan", "without")
    given(OPENED).when(START, by=VERA).then(needs)
    given(OPENED, OTHERS_THERE).when(START, by=VERA).then(needs)
    given(OPENED, ALL_THERE).when(START, by=VERA).then(MeetingStarted())


@pytest.mark.parametrize("status", ["down", "closed"])
def test_an_adult_on_duty_does_not_make_up_for_a_room_that_is_out_until_that_expires(status: str) -> None:
    history = given(OPENED, ALL_THERE, T, reported(status))
    history.when(START, by=VERA, at=T + A_DAY - 1).then(refused("needs_catch_up_plan", "without"))
    history.when(START, by=VERA, at=T + A_DAY).then(MeetingStarted())
    given(OPENED, ALL_THERE, reported("degraded")).when(START, by=VERA).then(MeetingStarted())


def test_a_room_that_is_heard_is_there() -> None:
    heard = given(OPENED, OTHERS_THERE, T, linked("connected", T))
    heard.when(START, by=VERA).then(MeetingStarted())
    lost = [T, linked("connected", T), T + 60_000, linked("lost", T)]
    given(OPENED, OTHERS_THERE, lost).when(START, by=VERA).then(refused("needs_catch_up_plan", "without"))
    staffed = given(OPENED, ALL_THERE, lost)
    staffed.when(START, by=VERA).then(MeetingStarted())


def test_a_ready_word_alone_puts_nobody_in_the_room() -> None:
    given(OPENED, OTHERS_THERE, reported("ready")).when(START, by=VERA).then(refused("needs_catch_up_plan", "without"))
    given(OPENED, OTHERS_THERE, reported("ready"), on_duty(RUTH, PINE)).when(START, by=VERA).then(MeetingStarted())
