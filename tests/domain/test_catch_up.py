"""How a site makes up for a class that went on without it: planned by the teacher, carried out by the site."""

from typing import Any

import pytest

from server.domain.meeting.catch_up import (
    CarryOutCatchUp,
    CatchUpCarriedOut,
    CatchUpDropped,
    CatchUpPlanned,
    CatchUpRevised,
    DropCatchUp,
    PlanCatchUp,
    ReviseCatchUp,
    RoomPlan,
)
from server.domain.meeting.facts import RoomTimed
from server.domain.meeting.lifecycle import MeetingStarted, ReconcileMeeting, StartMeeting
from server.domain.messages import Refused
from server.domain.owed import owed
from server.domain.views import Audience, summary, view
from tests.support.given import given, refused
from tests.support.meetings import (
    ALL_THERE,
    ATTENDED,
    DUE_BY,
    ELK,
    ENDED,
    IDLE_TEACHER,
    LENA,
    MESA,
    NOW,
    OPENED,
    PINE,
    RUTH,
    SAM,
    SYSTEM,
    THEO,
    VERA,
    planned,
    reported,
)

PLAN = PlanCatchUp(plan_id="p1", site_id=PINE, kind="site_led")
DONE = CarryOutCatchUp(plan_id="p1", minutes=45)
DROP = DropCatchUp(plan_id="p1", reason="room_took_part")
REVISE = ReviseCatchUp(plan_id="p1", kind="other", note="by phone")
PINE_IS_OUT = [OPENED, ALL_THERE, reported("down")]


def without(site_id: str = PINE, plan_id: str = "p1", **fields: Any) -> RoomPlan:
    return RoomPlan(site_id=site_id, plan_id=plan_id, **({"kind": "recording"} | fields))


def test_a_plan_comes_with_the_start_and_stands_before_it() -> None:
    event = CatchUpPlanned(plan_id="p1", site_id=PINE, kind="recording", note=None, due_at=DUE_BY)
    start = StartMeeting(without=(without(),))
    state = given(PINE_IS_OUT).when(start, by=VERA).then(event, MeetingStarted())
    assert (state.status, state.catch_ups["p1"].status) == ("live", "open")
    given(PINE_IS_OUT, planned("p1")).when(StartMeeting(), by=VERA).then(MeetingStarted())


def test_a_plan_for_a_room_that_came_meanwhile_is_not_recorded() -> None:
    given(OPENED, ALL_THERE).when(StartMeeting(without=(without(),)), by=VERA).then(MeetingStarted())
    given(PINE_IS_OUT, planned("p0")).when(StartMeeting(without=(without(),)), by=VERA).then(MeetingStarted())


def test_a_room_that_is_away_by_its_own_calendar_is_not_missed() -> None:
    away = (SYSTEM, RoomTimed(site_id=PINE, joins_at=None, leaves_at=None, away="closed"))
    given(PINE_IS_OUT, away).when(StartMeeting(), by=VERA).then(MeetingStarted())


def test_a_room_that_joins_later_by_its_own_bells_is_not_missed_before() -> None:
    def joins(at: int) -> Any:
        return SYSTEM, RoomTimed(site_id=PINE, joins_at=at, leaves_at=None, away=None)

    given(PINE_IS_OUT, joins(NOW + 1)).when(StartMeeting(), by=VERA).then(MeetingStarted())
    given(PINE_IS_OUT, joins(NOW)).when(StartMeeting(), by=VERA).then(refused("needs_catch_up_plan", "without"))


@pytest.mark.parametrize(
    ("plans", "code", "field"),
    [
        ([without(MESA)], "needs_catch_up_plan", "without"),
        ([without("nowhere")], "not_on_roster", "without"),
        ([without(), without(plan_id="p2")], "id_taken", "without"),
        ([without(kind="other")], "missing_field", "note"),
        ([without(kind="other", note="  ")], "missing_field", "note"),
        ([without(due_at=NOW)], "out_of_range", "due_at"),
    ],
)
def test_a_start_with_a_bad_plan_is_refused(plans: list, code: str, field: str) -> None:
    given(PINE_IS_OUT).when(StartMeeting(without=tuple(plans)), by=VERA).then(refused(code, field))


def test_the_refusal_names_every_site_that_has_no_plan() -> None:
    with pytest.raises(Refused, match=f"without {ELK}, {MESA}: "):
        given(OPENED, planned("p1")).when(StartMeeting(), by=VERA).events()


def test_a_plan_may_follow_in_class_or_after_it_and_is_one_for_each_site() -> None:
    event = CatchUpPlanned(plan_id="p1", site_id=PINE, kind="site_led", note=None, due_at=DUE_BY)
    for history in (OPENED, ATTENDED, [ATTENDED, ENDED]):
        given(history).when(PLAN, by=THEO).then(event)
    stands = given(ATTENDED, planned("p0"))
    stands.when(PLAN, by=VERA).then(refused("already_planned", "site_id"))
    given(ATTENDED, planned("p1", MESA)).when(PLAN, by=VERA).then(refused("id_taken", "plan_id"))
    given(ATTENDED, planned("p0"), (VERA, CatchUpDropped(plan_id="p0", reason="planned_in_error"))).when(
        PLAN, by=VERA
    ).then(event)
    given(ATTENDED).when(PLAN, by=IDLE_TEACHER).then(refused("not_your_section"))


def test_it_can_be_planned_otherwise_and_keeps_its_time() -> None:
    history = given(ATTENDED, planned("p1"))
    event = CatchUpRevised(plan_id="p1", kind="other", note="by phone", due_at=DUE_BY)
    state = history.when(REVISE, by=THEO).then(event)
    assert (state.catch_ups["p1"].kind, state.catch_ups["p1"].note) == ("other", "by phone")
    history.when(ReviseCatchUp(plan_id="p1", kind="site_led"), by=VERA).then()
    history.when(ReviseCatchUp(plan_id="p1", kind="other"), by=VERA).then(refused("missing_field", "note"))
    history.when(ReviseCatchUp(plan_id="p2", kind="site_led"), by=VERA).then(refused("unknown_plan", "plan_id"))


def test_the_site_carries_it_out_once_the_class_has_begun() -> None:
    event = CatchUpCarriedOut(plan_id="p1", minutes=45)
    given(OPENED, planned("p1")).when(DONE, by=RUTH).then(refused("meeting_not_live"))
    for history in ([ATTENDED, planned("p1")], [ATTENDED, planned("p1"), ENDED]):
        state = given(history).when(DONE, by=RUTH).then(event)
    plan = state.catch_ups["p1"]
    assert (plan.status, plan.minutes, plan.closed_by, plan.closed_at) == ("carried_out", 45, "ruth", NOW)
    for other in (SAM, LENA):
        given(ATTENDED, planned("p1")).when(DONE, by=other).then(refused("unknown_plan", "plan_id"))
    done = given(ATTENDED, planned("p1"), (RUTH, event))
    for command, by in ((DONE, RUTH), (DROP, VERA), (REVISE, VERA)):
        done.when(command, by=by).then(refused("wrong_state"))


def test_it_is_owed_until_it_is_carried_out_or_dropped() -> None:
    over = [ATTENDED, planned("p1", note="with Mr Cole"), ENDED]
    asked = given(over).when(ReconcileMeeting(), by=VERA)
    asked.then(refused("still_owed"))
    with pytest.raises(Refused, match="the catch-up plan p1"):
        asked.events()
    state = given(over).state
    [debt] = owed(state, Audience("supervisor", (PINE,)))
    assert (debt.what, debt.plan_id, debt.question_id, debt.due_at) == ("catch_up", "p1", None, DUE_BY)
    assert owed(state, Audience("supervisor", (MESA,))) == []
    assert summary(state)["owed"] == 1
    for by, event in (
        (RUTH, CatchUpCarriedOut(plan_id="p1", minutes=45)),
        (VERA, CatchUpDropped(plan_id="p1", reason="room_took_part")),
    ):
        settled = given(over, (by, event))
        assert (owed(settled.state, Audience("teacher")), summary(settled.state)["owed"]) == ([], 0)
        settled.when(ReconcileMeeting(), by=VERA).events()


def test_the_note_is_between_the_teacher_and_the_site() -> None:
    state = given(ATTENDED, planned("p1", note="with Mr Cole")).state
    for audience in (Audience("teacher"), Audience("supervisor", (PINE,))):
        assert (view(state, "catch_up", "p1", audience) or {})["note"] == "with Mr Cole"
    coordinator = view(state, "catch_up", "p1", Audience("coordinator"))
    assert coordinator is not None
    assert "note" not in coordinator
    assert view(state, "catch_up", "p1", Audience("supervisor", (MESA,))) is None
