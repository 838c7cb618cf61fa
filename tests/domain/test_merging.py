"""Merging: one answer settles all, nobody follows a follower, and what is private stays with its site."""

from typing import Any

import pytest

from server.domain.meeting.answering import (
    AnswerQuestion,
    ClaimQuestion,
    QuestionAnswered,
    QuestionClaimed,
    QuestionSeen,
)
from server.domain.meeting.asking import QuestionWithdrawn, WithdrawQuestion
from server.domain.meeting.declining import DeclineQuestion, QuestionDeclined
from server.domain.meeting.deferring import QuestionDeferred
from server.domain.meeting.lifecycle import EndMeeting, MeetingEnded
from server.domain.meeting.merging import MergeQuestion, QuestionMerged, QuestionUnmerged, UnmergeQuestion
from server.domain.meeting.order import place_of, queue
from server.domain.meeting.returning import (
    AnswerConfirmed,
    AnswerDelivered,
    ConfirmAnswer,
    DeliverAnswer,
    ReportStillStuck,
    StudentStillStuck,
)
from server.domain.views import Audience, view
from tests.support.given import given, refused
from tests.support.meetings import (
    DUE_BY,
    ELK,
    IDLE_TEACHER,
    LENA,
    LIVE,
    MESA,
    PINE,
    RUTH,
    SAM,
    THEO,
    VERA,
    answered,
    claimed,
    confirmed,
    deferred,
    delivered,
    ended,
    merged,
    on_the_way,
    relayed,
    seen,
    stuck,
    unmerged,
)

LEAD = relayed("lead", ELK, shareable=True)
FOLLOWER = [relayed("f", PINE), seen("f")]
GROUP = [LIVE, LEAD, FOLLOWER, merged("f", "lead")]
TEACHER, AT_PINE, AT_MESA, AT_ELK = (
    Audience("teacher"),
    Audience("supervisor", (PINE,)),
    Audience("supervisor", (MESA,)),
    Audience("supervisor", (ELK,)),
)


def merge(question_id: str, into: str) -> MergeQuestion:
    return MergeQuestion(question_id=question_id, into=into)


def was_merged(question_id: str, into: str, moved_from: str | None = None) -> QuestionMerged:
    return QuestionMerged(question_id=question_id, into=into, moved_from=moved_from)


def was_unmerged(question_id: str, lead_id: str = "lead") -> QuestionUnmerged:
    return QuestionUnmerged(question_id=question_id, lead_id=lead_id)


def spoken(question_id: str) -> QuestionAnswered:
    return QuestionAnswered(question_id=question_id, form="spoken_to_all", text=None)


# ── Into which ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_question_follows_another_that_asks_the_same() -> None:
    state = given(LIVE, LEAD, FOLLOWER).when(merge("f", "lead"), by=VERA).then(was_merged("f", "lead"))
    assert (state.questions["f"].status, state.questions["f"].merged_into) == ("merged", "lead")
    assert state.questions["lead"].followers == ("f",)
    assert (state.questions["lead"].status, state.questions["lead"].version) == ("queued", 1)
    assert "f" in state.rooms[PINE].waiting, "the student still waits"


def test_what_is_merged_was_seen() -> None:
    history = given(LIVE, LEAD, relayed("f"))
    history.when(merge("f", "lead"), by=VERA).then(QuestionSeen(question_id="f"), was_merged("f", "lead"))


def test_merging_ends_the_claim_of_who_merges_and_is_refused_to_others() -> None:
    history = given(LIVE, LEAD, FOLLOWER, claimed("f"))
    state = history.when(merge("f", "lead"), by=VERA).then(was_merged("f", "lead"))
    assert state.questions["f"].claimed_by is None
    history.when(merge("f", "lead"), by=THEO).then(refused("not_yours"))
    history.when(merge("f", "lead"), by=IDLE_TEACHER).then(refused("not_your_section"))


@pytest.mark.parametrize("status", ["seen", "claimed", "answering", "asked_back"])
def test_a_lead_waits_for_an_answer(status: str) -> None:
    history = given(LIVE, on_the_way("lead", status, ELK, shareable=True), FOLLOWER)
    history.when(merge("f", "lead"), by=VERA).then(was_merged("f", "lead"))


@pytest.mark.parametrize(
    "status",
    ["answered", "delivered", "confirmed", "deferred", "declined", "cannot_find", "withdrawn", "closed"],
)
def test_what_was_decided_takes_nobody_along(status: str) -> None:
    lead = on_the_way("lead", status, MESA, shareable=True)
    at = given(LIVE, FOLLOWER, lead)
    at.when(merge("f", "lead"), by=VERA).then(refused("wrong_state", "into"))


def test_a_question_that_nobody_asked_leads_nobody() -> None:
    given(LIVE, FOLLOWER).when(merge("f", "mars"), by=VERA).then(refused("unknown_question", "into"))


def test_nobody_follows_a_follower_and_the_words_say_whom_to_follow() -> None:
    history = given(GROUP, relayed("m", MESA), seen("m"))
    when = history.when(merge("m", "f"), by=VERA)
    when.then(refused("already_merged", "into"))
    with pytest.raises(Exception, match="choose its lead, lead"):
        when.events()


def test_there_is_no_ring() -> None:
    group = given(GROUP)
    group.when(merge("lead", "f"), by=VERA).then(refused("merge_cycle", "into"))
    group.when(merge("lead", "lead"), by=VERA).then(refused("merge_cycle", "into"))
    group.when(merge("f", "lead"), by=VERA).then(refused("wrong_state"))


def test_a_private_question_leads_only_private_ones_of_its_own_site() -> None:
    private = relayed("lead", ELK)
    given(LIVE, private, FOLLOWER).when(merge("f", "lead"), by=VERA).then(refused("private_question", "into"))
    own = [relayed("e2", ELK, turn=1), seen("e2")]
    given(LIVE, private, own).when(merge("e2", "lead"), by=VERA).then(was_merged("e2", "lead"))
    shared = [relayed("e2", ELK, turn=1, shareable=True), seen("e2")]
    # Whoever sees the shared one would read what the private one was answered.
    given(LIVE, private, shared).when(merge("e2", "lead"), by=VERA).then(refused("private_question", "into"))
    given(LIVE, private, shared, seen("lead")).when(merge("lead", "e2"), by=VERA).then(was_merged("lead", "e2"))


def test_a_leads_followers_move_along() -> None:
    other = relayed("m", MESA, shareable=True)
    state = (
        given(GROUP, other, seen("lead"))
        .when(merge("lead", "m"), by=VERA)
        .then(was_merged("lead", "m"), was_merged("f", "m", "lead"))
    )
    followers = {one: state.questions[one].followers for one in ("lead", "f", "m")}
    assert followers == {"lead": (), "f": (), "m": ("lead", "f")}


# ── Out again ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_taking_out_undoes_it() -> None:
    before = given(LIVE, LEAD, FOLLOWER).state
    state = given(GROUP).when(UnmergeQuestion(question_id="f"), by=THEO).then(was_unmerged("f"))
    assert [q.question_id for q in queue(state)] == [q.question_id for q in queue(before)]
    assert (state.questions["f"].status, state.questions["f"].merged_into) == ("seen", None)
    assert state.questions["lead"].followers == ()


def test_a_site_takes_back_what_follows() -> None:
    state = (
        given(GROUP)
        .when(WithdrawQuestion(question_id="f"), by=RUTH)
        .then(was_unmerged("f"), QuestionWithdrawn(question_id="f"))
    )
    assert state.questions["lead"].followers == ()


def test_without_its_lead_a_follower_stands_for_itself() -> None:
    group = given(GROUP)
    group.when(WithdrawQuestion(question_id="lead"), by=LENA).then(
        QuestionWithdrawn(question_id="lead"), was_unmerged("f")
    )
    state = group.when(DeclineQuestion(question_id="lead", reason="off_topic"), by=VERA).then(
        QuestionSeen(question_id="lead"),
        QuestionDeclined(question_id="lead", reason="off_topic", note=None),
        was_unmerged("f"),
    )
    assert (state.questions["f"].status, state.questions["lead"].followers) == ("seen", ())


def test_at_the_end_of_class_followers_stay_with_their_lead() -> None:
    due_at = deferred("lead")[1].due_at
    state = given(GROUP).when(EndMeeting(), by=VERA)
    [over, put_off] = state.events()
    assert (over, put_off.question_id) == (MeetingEnded(), "lead")
    assert due_at == DUE_BY


def test_after_class_a_follower_without_its_lead_is_owed_an_answer() -> None:
    over = given(GROUP, ended(deferred("lead", given(GROUP).when(EndMeeting(), by=VERA).events()[1].due_at)))
    over.when(WithdrawQuestion(question_id="lead"), by=LENA).then(
        QuestionWithdrawn(question_id="lead"), was_unmerged("f"), QuestionDeferred(question_id="f", due_at=DUE_BY)
    )


# ── One answer ────────────────────────────────────────────────────────────────────────────────────────────────────

TAKEN_UP = [*GROUP, seen("lead"), claimed("lead")]
ANSWERED = [*TAKEN_UP, answered("lead"), answered("f")]


def test_one_answer_settles_all_and_each_site_brings_it_back_by_itself() -> None:
    given(TAKEN_UP).when(AnswerQuestion(question_id="lead"), by=VERA).then(spoken("lead"), spoken("f"))
    together = given(ANSWERED)
    state = together.when(DeliverAnswer(question_id="f"), by=RUTH).then(AnswerDelivered(question_id="f"))
    assert (state.questions["f"].status, state.questions["lead"].status) == ("delivered", "answered")
    assert state.questions["f"].merged_into == "lead", "what it was answered with stays on record"
    for adult in (SAM, LENA):
        together.when(DeliverAnswer(question_id="f"), by=adult).then(refused("unknown_question", "question_id"))


def test_who_is_still_stuck_leaves_the_group_and_goes_before_their_turn() -> None:
    history = given(ANSWERED, relayed("m", MESA, turn=0))
    state = history.when(ReportStillStuck(question_id="f"), by=RUTH).then(
        AnswerDelivered(question_id="f"), StudentStillStuck(question_id="f"), was_unmerged("f")
    )
    assert (state.questions["f"].status, state.questions["f"].merged_into) == ("queued", None)
    assert (state.questions["lead"].status, state.questions["lead"].followers) == ("answered", ())
    assert [q.question_id for q in queue(state)] == ["f", "m"]


def test_a_lead_that_is_still_stuck_takes_nobody_along_a_second_time() -> None:
    again = [delivered("lead", LENA), stuck("lead", LENA), seen("lead"), claimed("lead")]
    state = given(ANSWERED, again).when(AnswerQuestion(question_id="lead"), by=VERA).then(spoken("lead"))
    assert len(state.questions["f"].answers) == 1
    given(ANSWERED, again).when(ConfirmAnswer(question_id="f"), by=RUTH).then(
        AnswerDelivered(question_id="f"), AnswerConfirmed(question_id="f")
    )


# ── The order ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lead_stands_where_the_foremost_of_its_group_would() -> None:
    history = [
        relayed("m", MESA),
        relayed("lead", ELK, shareable=True),
        relayed("f", PINE, urgency="blocking"),
        seen("f"),
    ]
    apart = given(LIVE, history)
    assert [q.question_id for q in queue(apart.state)] == ["f", "m", "lead"]
    together = given(LIVE, history, merged("f", "lead")).state
    assert [q.question_id for q in queue(together)] == ["lead", "m"]
    place = place_of(together, "m")
    assert place is not None
    assert (place.place, place.of, place.behind) == (2, 2, None)
    assert place.ahead == ("lead", "blocking")
    assert place_of(together, "f") is None


def test_a_blocking_follower_served_does_not_move_the_rotation() -> None:
    backlog = [relayed(f"p{turn}", PINE, turn=turn, shareable=True) for turn in range(5)]
    urgent = [relayed("e", ELK, urgency="blocking"), seen("e"), merged("e", "p4")]
    served = given(LIVE, backlog, urgent, seen("p4"), claimed("p4"))
    assert served.state.turn == 0
    served.when(ClaimQuestion(question_id="p0"), by=VERA).then(
        QuestionSeen(question_id="p0"), QuestionClaimed(question_id="p0")
    )


# ── Who sees what of a group ──────────────────────────────────────────────────────────────────────────────────────


def shown(state: Any, question_id: str, audience: Audience) -> Any:
    return view(state, "question", question_id, audience)


def test_only_the_teacher_sees_who_follows() -> None:
    state = given(GROUP).state
    assert shown(state, "lead", TEACHER)["followers"] == ["f"]
    assert "followers" not in shown(state, "lead", AT_ELK)
    assert "followers" not in shown(state, "lead", AT_MESA)
    assert shown(state, "f", AT_MESA) is None
    assert (shown(state, "f", AT_PINE)["merged_into"], shown(state, "f", AT_PINE)["is_together"]) == ("lead", True)
    assert (shown(state, "lead", AT_ELK)["merged_into"], shown(state, "lead", AT_ELK)["is_together"]) == (None, False)


def test_another_site_reads_no_note_of_a_shared_question() -> None:
    state = given(LIVE, on_the_way("q1", "asked_back", PINE, shareable=True)).state
    assert shown(state, "q1", AT_PINE)["asked_back"] is not None
    private = {"asked_back", "declined", "appeal", "due_at", "merged_into", "is_together", "followers", "restated"}
    for audience in (AT_MESA, Audience("coordinator")):
        assert shown(state, "q1", audience).keys().isdisjoint(private)


def test_a_confirmed_follower_is_settled_whatever_its_lead_does() -> None:
    history = given(ANSWERED, delivered("f"), confirmed("f"), delivered("lead", LENA), stuck("lead", LENA))
    assert history.state.questions["f"].status == "confirmed"
    given(GROUP, unmerged("f", "lead")).when(merge("lead", "f"), by=VERA).then(refused("private_question", "into"))
