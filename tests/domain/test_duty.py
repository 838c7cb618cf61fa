"""On duty in a room: who is there from when to when, and that no room is left without a word."""

from typing import Any

import pytest

from server.domain.actors import Grant, Role
from server.domain.meeting.cover import uncovered_since
from server.domain.meeting.duty import (
    AcceptDuty,
    DropOffer,
    HandedOver,
    LeaveDuty,
    OfferDropped,
    OfferDuty,
    Return,
    Returned,
    SignedOff,
    SignedOn,
    SignOff,
    SignOn,
    StepOut,
    SteppedOut,
    TakenOver,
    TakeOver,
    WentElsewhere,
    on_duty_intervals,
)
from server.domain.meeting.lifecycle import LOBBY_LEAD, LobbyOpened
from server.domain.meeting.timeline import Interval
from server.domain.views import Audience, view
from tests.support.given import given, refused
from tests.support.meetings import (
    CORA,
    ELK,
    ENDED,
    LENA,
    LIVE,
    LOBBY,
    MESA,
    OPENED,
    PINE,
    PROGRAM,
    RUTH,
    SAM,
    SITES,
    STARTED,
    STARTS_AT,
    SYSTEM,
    VERA,
    back,
    handed_over,
    linked,
    off_duty,
    offered,
    on_duty,
    out,
    person,
    taken_over,
    with_relief,
)

T = STARTS_AT + 100_000
OTIS = person("otis", Role.SUPERVISOR, PINE)
"""A third supervisor of Pine Ridge."""
STAFFED = (*LIVE, with_relief(PINE, LENA, OTIS))
RUTHS = (*STAFFED, T, on_duty(RUTH, PINE))
"""Ruth is alone on duty since T; Lena and Otis could relieve her."""
BOTH = (*RUTHS, on_duty(LENA, PINE))


def room(state: Any, site_id: str = PINE) -> Any:
    shown = view(state, "room", site_id, Audience("teacher"))
    assert shown is not None
    return shown["duty"]


# ── Signing on ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_signing_on_is_a_fact_with_its_second() -> None:
    state = given(LIVE).when(SignOn(site_id=PINE), by=RUTH, at=T).then(SignedOn(site_id=PINE))
    assert on_duty_intervals(state, PINE) == (Interval("ruth", T, None),)
    assert room(state) == {
        "adults": [{"person_id": "ruth", "since": T, "away_since": None, "covered_by": None, "is_cleared": True}],
        "offers": [],
        "uncovered_since": None,
        "needed_until": None,
    }
    given(LIVE, on_duty(RUTH, PINE)).when(SignOn(site_id=PINE), by=RUTH).then()


@pytest.mark.parametrize("actor", [SAM, LENA, VERA, CORA, SYSTEM])
def test_nobody_signs_on_without_the_sites_grant_or_without_being_named_for_the_room(actor: Any) -> None:
    given(LIVE).when(SignOn(site_id=PINE), by=actor).then(refused("not_your_site", "site_id"))


def test_who_lost_the_grant_today_does_not_sign_on() -> None:
    moved = type(RUTH)("ruth", PROGRAM, frozenset({Grant(Role.SUPERVISOR, MESA)}))
    given(LIVE).when(SignOn(site_id=PINE), by=moved).then(refused("not_your_site", "site_id"))
    given(LIVE).when(SignOn(site_id="mars"), by=RUTH).then(refused("not_your_site", "site_id"))


@pytest.mark.parametrize("at_pine", [[], [on_duty(RUTH, PINE)]])
@pytest.mark.parametrize("is_out", [False, True])
def test_nobody_is_on_duty_at_two_sites_also_while_they_have_stepped_out(at_pine: Any, is_out: bool) -> None:
    stepped = [out(LENA, ELK, reason="other")] if is_out else []
    history = given(STAFFED, at_pine, on_duty(LENA, ELK), stepped)
    history.when(SignOn(site_id=PINE), by=LENA).then(refused("on_duty_elsewhere", "site_id"))
    history.when(TakeOver(site_id=PINE, person_id="ruth"), by=LENA).then(refused("on_duty_elsewhere", "site_id"))
    gone = given(STAFFED, at_pine, on_duty(LENA, ELK), off_duty(LENA, ELK, "room_is_empty"))
    gone.when(SignOn(site_id=PINE), by=LENA).then(SignedOn(site_id=PINE))


def test_the_first_who_signs_on_in_time_opens_the_lobby() -> None:
    in_time = STARTS_AT - LOBBY_LEAD
    on = SignOn(site_id=PINE)
    given(OPENED).when(on, by=RUTH, at=in_time - 1).then(refused("too_early"))
    state = given(OPENED).when(on, by=RUTH, at=in_time).then(LobbyOpened(), SignedOn(site_id=PINE))
    assert (state.status, state.lobby_at) == ("lobby", in_time)
    given(OPENED, LOBBY).when(on, by=RUTH, at=in_time - 1).then(SignedOn(site_id=PINE))
    given(LIVE, ENDED).when(on, by=RUTH).then(refused("meeting_ended"))


# ── Leaving ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_adult_leaves_only_with_a_reason() -> None:
    alone, two = given(RUTHS), given(BOTH)
    alone.when(StepOut(site_id=PINE), by=RUTH).then(refused("last_adult", "reason"))
    alone.when(SignOff(site_id=PINE), by=RUTH).then(refused("last_adult", "reason"))
    said = SteppedOut(site_id=PINE, covered_by=None, reason="emergency")
    state = alone.when(StepOut(site_id=PINE, reason="emergency"), by=RUTH, at=T + 500).then(said)
    assert uncovered_since(state, PINE) == T + 500
    alone.when(SignOff(site_id=PINE, reason="room_is_empty"), by=RUTH).then(
        SignedOff(site_id=PINE, reason="room_is_empty")
    )
    two.when(SignOff(site_id=PINE, reason="other"), by=RUTH).then(SignedOff(site_id=PINE, reason=None))
    two.when(StepOut(site_id=PINE), by=LENA).then(SteppedOut(site_id=PINE, covered_by=None, reason=None))


def test_only_who_is_there_covers() -> None:
    covered = StepOut(site_id=PINE, covered_by="lena")
    given(RUTHS).when(covered, by=RUTH).then(refused("not_on_duty", "covered_by"))
    given(BOTH, out(LENA, PINE)).when(covered, by=RUTH).then(refused("not_on_duty", "covered_by"))
    given(BOTH).when(StepOut(site_id=PINE, covered_by="ruth"), by=RUTH).then(refused("not_on_duty", "covered_by"))
    state = (
        given(BOTH).when(covered, by=RUTH, at=T + 9_000).then(SteppedOut(site_id=PINE, covered_by="lena", reason=None))
    )
    assert room(state)["adults"][0] == {
        "person_id": "ruth",
        "since": T,
        "away_since": T + 9_000,
        "covered_by": "lena",
        "is_cleared": True,
    }
    left = given(BOTH, out(RUTH, PINE, covered_by="lena"), off_duty(LENA, PINE, "emergency")).state
    assert room(left)["adults"][0]["covered_by"] is None


def test_stepping_out_and_coming_back_are_two_intervals() -> None:
    history = given(RUTHS, T + 60_000, out(RUTH, PINE, reason="other"), T + 90_000, back(RUTH, PINE))
    assert on_duty_intervals(history.state, PINE) == (
        Interval("ruth", T, T + 60_000),
        Interval("ruth", T + 90_000, None),
    )
    history.when(Return(site_id=PINE), by=RUTH).then()
    away = given(RUTHS, out(RUTH, PINE, reason="other"))
    away.when(StepOut(site_id=PINE), by=RUTH).then()
    away.when(SignOn(site_id=PINE), by=RUTH).then(refused("wrong_state"))
    away.when(Return(site_id=PINE), by=RUTH).then(Returned(site_id=PINE))
    away.when(SignOff(site_id=PINE), by=RUTH).then(SignedOff(site_id=PINE, reason=None))


@pytest.mark.parametrize(
    "command", [StepOut(site_id=PINE), Return(site_id=PINE), OfferDuty(site_id=PINE), SignOff(site_id=PINE)]
)
def test_who_is_not_on_duty_cannot_leave_it(command: Any) -> None:
    given(STAFFED).when(command, by=RUTH).then(refused("not_on_duty"))
    given(STAFFED, on_duty(LENA, PINE)).when(command, by=RUTH).then(refused("not_on_duty"))
    given(OPENED).when(command, by=RUTH).then(refused("meeting_not_live"))
    given(LIVE, ENDED).when(command, by=RUTH).then(refused("meeting_ended"))
    given(LIVE).when(command, by=SAM).then(refused("not_your_site", "site_id"))


# ── Handing over ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_handover_leaves_no_instant_without_an_adult() -> None:
    history = given(RUTHS, T + 30_000, offered(RUTH, PINE, "lena"))
    assert room(history.state)["offers"] == [{"person_id": "ruth", "to_id": "lena", "at": T + 30_000}]
    accept = AcceptDuty(site_id=PINE, person_id="ruth")
    state = history.when(accept, by=LENA, at=T + 40_000).then(HandedOver(site_id=PINE, person_id="ruth"))
    assert on_duty_intervals(state, PINE) == (
        Interval("ruth", T, T + 40_000),
        Interval("lena", T + 40_000, None),
    )
    assert room(state) == {
        "adults": [
            {"person_id": "lena", "since": T + 40_000, "away_since": None, "covered_by": None, "is_cleared": False}
        ],
        "offers": [],
        "uncovered_since": None,
        "needed_until": None,
    }


def test_an_offer_names_a_supervisor_of_the_room_or_all() -> None:
    offer = given(RUTHS)
    for to_id in ("sam", "ruth", "nobody"):
        offer.when(OfferDuty(site_id=PINE, to_id=to_id), by=RUTH).then(refused("unknown_adult", "to_id"))
    open_to_all = given(RUTHS, offered(RUTH, PINE))
    open_to_all.when(OfferDuty(site_id=PINE), by=RUTH).then()
    named = given(RUTHS, offered(RUTH, PINE, "lena"))
    named.when(AcceptDuty(site_id=PINE, person_id="ruth"), by=OTIS).then(refused("not_offered", "person_id"))
    given(RUTHS).when(AcceptDuty(site_id=PINE, person_id="ruth"), by=LENA).then(refused("not_offered", "person_id"))


def test_of_two_who_accept_one_wins_and_the_other_learns_who() -> None:
    history = given(RUTHS, offered(RUTH, PINE), handed_over(OTIS, PINE, "ruth"))
    late = history.when(AcceptDuty(site_id=PINE, person_id="ruth"), by=LENA)
    late.then(refused("already_relieved", "person_id"))
    with pytest.raises(Exception, match="otis was first"):
        late.events()


def test_of_two_who_take_over_one_wins_and_the_other_learns_who() -> None:
    taken = TakenOver(site_id=PINE, person_id="ruth")
    given(RUTHS).when(TakeOver(site_id=PINE, person_id="ruth"), by=LENA).then(taken)
    history = given(RUTHS, taken_over(LENA, PINE, "ruth"))
    late = history.when(TakeOver(site_id=PINE, person_id="ruth"), by=OTIS)
    late.then(refused("already_relieved", "person_id"))
    with pytest.raises(Exception, match="lena was first"):
        late.events()
    given(STAFFED).when(TakeOver(site_id=PINE, person_id="ruth"), by=LENA).then(refused("not_on_duty", "person_id"))
    given(RUTHS).when(TakeOver(site_id=PINE, person_id="ruth"), by=RUTH).then(refused("wrong_state", "person_id"))


def test_who_was_relieved_while_out_does_not_come_back_into_the_duty() -> None:
    history = given(RUTHS, out(RUTH, PINE, reason="relief_is_near"), taken_over(LENA, PINE, "ruth"))
    history.when(Return(site_id=PINE), by=RUTH).then(refused("relieved"))
    history.when(SignOn(site_id=PINE), by=RUTH).then(SignedOn(site_id=PINE))
    again = given(RUTHS, taken_over(LENA, PINE, "ruth"), on_duty(RUTH, PINE))
    again.when(AcceptDuty(site_id=PINE, person_id="ruth"), by=OTIS).then(refused("not_offered", "person_id"))


def test_who_was_out_and_takes_over_is_back() -> None:
    history = given(BOTH, T + 60_000, out(LENA, PINE), offered(RUTH, PINE), T + 80_000, handed_over(LENA, PINE, "ruth"))
    assert on_duty_intervals(history.state, PINE) == (
        Interval("ruth", T, T + 80_000),
        Interval("lena", T + 1_000, T + 60_000),
        Interval("lena", T + 80_000, None),
    )


def test_an_offer_ends_by_either_side_or_with_the_one_who_made_it() -> None:
    drop = DropOffer(site_id=PINE, person_id="ruth")
    history = given(RUTHS, offered(RUTH, PINE, "lena"))
    for either in (RUTH, LENA):
        history.when(drop, by=either).then(OfferDropped(site_id=PINE, person_id="ruth"))
    history.when(drop, by=OTIS).then(refused("not_yours", "person_id"))
    given(RUTHS).when(drop, by=RUTH).then()
    gone = given(BOTH, offered(RUTH, PINE), off_duty(RUTH, PINE))
    assert room(gone.state)["offers"] == []
    gone.when(AcceptDuty(site_id=PINE, person_id="ruth"), by=OTIS).then(refused("not_on_duty", "person_id"))


# ── Never silently unowned ────────────────────────────────────────────────────────────────────────────────────────


def test_a_room_is_uncovered_from_the_lobby_until_somebody_comes() -> None:
    assert uncovered_since(given(OPENED).state, PINE) is None
    lobby = given(OPENED, T, LOBBY)
    assert {uncovered_since(lobby.state, site) for site in SITES} == {T}
    on = [linked("connected", T, site_id) for site_id in SITES]
    assert uncovered_since(given(OPENED, T, LOBBY, on, T + 60_000, STARTED).state, PINE) == T
    assert uncovered_since(given(LIVE, on_duty(RUTH, PINE)).state, PINE) is None
    assert uncovered_since(given(LIVE, ENDED).state, PINE) is None


def test_whom_the_directory_moves_away_is_on_duty_no_more() -> None:
    state = given(BOTH, T + 60_000, with_relief(PINE, OTIS)).state
    assert on_duty_intervals(state, PINE)[1] == Interval("lena", T + 1_000, T + 60_000)
    assert state.timelines[PINE].marks[-1].what == "unassigned"
    alone = given(STAFFED, T, on_duty(LENA, PINE), T + 60_000, with_relief(PINE, OTIS))
    assert uncovered_since(alone.state, PINE) == T + 60_000
    alone.when(SignOff(site_id=PINE), by=LENA).then(refused("not_your_site", "site_id"))


def test_duty_ends_with_the_class() -> None:
    state = given(BOTH, T + 60_000, ENDED).state
    assert [one.to_at for one in on_duty_intervals(state, PINE)] == [T + 60_000, T + 60_000]
    assert room(state) == {"adults": [], "offers": [], "uncovered_since": None, "needed_until": T + 60_000}


def test_the_timeline_tells_all_of_it_in_order_and_only_to_its_own_room() -> None:
    state = given(
        RUTHS, T + 30_000, out(RUTH, PINE, reason="emergency"), T + 40_000, taken_over(LENA, PINE, "ruth")
    ).state
    shown = view(state, "timeline", PINE, Audience("supervisor", (PINE,)))
    assert shown == {
        "site_id": PINE,
        "lost": [],
        "marks": [
            {"at": T, "what": "signed_on", "person_id": "ruth", "other_id": None, "reason": None},
            {"at": T + 30_000, "what": "stepped_out", "person_id": "ruth", "other_id": None, "reason": "emergency"},
            {"at": T + 40_000, "what": "taken_over", "person_id": "lena", "other_id": "ruth", "reason": None},
        ],
        "on_duty": [
            {"person_id": "ruth", "from_at": T, "to_at": T + 30_000},
            {"person_id": "lena", "from_at": T + 40_000, "to_at": None},
        ],
        "uncovered": [
            {"from_at": state.started_at, "to_at": T},
            {"from_at": T + 30_000, "to_at": T + 40_000},
        ],
        "is_in_class": True,
    }
    assert view(state, "timeline", PINE, Audience("coordinator")) == shown
    assert view(state, "timeline", PINE, Audience("supervisor", (MESA,))) is None


# ── At another school ─────────────────────────────────────────────────────────────────────────────────────────────


def test_who_has_signed_on_at_another_school_is_here_until_then() -> None:
    leave = LeaveDuty(site_id=PINE, person_id="ruth", since=T + 9_000)
    went = WentElsewhere(site_id=PINE, person_id="ruth", since=T + 9_000)
    state = given(STAFFED, T, on_duty(RUTH, PINE)).when(leave, by=SYSTEM, at=T + 12_000).then(went)
    assert on_duty_intervals(state, PINE) == (Interval("ruth", T, T + 9_000),)
    assert uncovered_since(state, PINE) == T + 9_000
    assert (state.timelines[PINE].marks[-1].what, state.timelines[PINE].marks[-1].at) == ("went_elsewhere", T + 9_000)
    given(STAFFED, T, on_duty(RUTH, PINE), T + 12_000, (SYSTEM, went)).when(leave, by=SYSTEM, at=T + 13_000).then()


def test_the_word_of_an_earlier_duty_elsewhere_is_old() -> None:
    again = given(STAFFED, T + 10_000, on_duty(RUTH, PINE))
    again.when(LeaveDuty(site_id=PINE, person_id="ruth", since=T + 9_000), by=SYSTEM, at=T + 12_000).then()
    over = given(STAFFED, T, on_duty(RUTH, PINE), ENDED)
    over.when(LeaveDuty(site_id=PINE, person_id="ruth", since=T + 9_000), by=SYSTEM, at=T + 12_000).then()
