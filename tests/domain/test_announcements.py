"""Announcements: to whom, and a receipt from each room; nothing of it is another site's to see."""

from typing import Any

import pytest

from server.domain.fields import ERASED
from server.domain.meeting.announcements import (
    AnnouncementErased,
    AnnouncementHeard,
    AnnouncementMade,
    AnnouncementReached,
    AnnouncementWithdrawn,
    EraseAnnouncement,
    MakeAnnouncement,
    ReachAnnouncement,
    ReadOut,
    WithdrawAnnouncement,
    unread,
)
from server.domain.meeting.facts import MeetingCancelled, MeetingReinstated
from server.domain.meeting.lifecycle import MeetingReconciled, ReconcileMeeting
from server.domain.messages import Refused, parse_command
from server.domain.owed import Owed, owed
from server.domain.views import Audience, summary, view
from tests.support.given import given, refused
from tests.support.meetings import (
    ATTENDED,
    CORA,
    DUE_BY,
    ELK,
    ENDED,
    IDLE_TEACHER,
    LENA,
    LIVE,
    LOBBY,
    MESA,
    NOW,
    OPENED,
    PINE,
    RUTH,
    SAM,
    SYSTEM,
    THEO,
    VERA,
    announced,
    announcement_withdrawn,
    heard,
    on_duty,
    reached,
    with_relief,
)

TOLD = (*ATTENDED, announced("a1", PINE, MESA))


def test_nothing_is_read_out_in_a_class_that_was_cancelled() -> None:
    history = (OPENED, LOBBY, announced("a1", PINE), (SYSTEM, MeetingCancelled(reason="weather")))
    read_out = ReadOut(announcement_id="a1", site_id=PINE)
    given(*history).when(read_out, by=RUTH).then(refused("meeting_cancelled"))
    given(*history).when(read_out, by=SAM).then(refused("unknown_announcement", "announcement_id"))
    held = given(*history, (SYSTEM, MeetingReinstated()))
    held.when(read_out, by=RUTH).then(AnnouncementHeard(announcement_id="a1", site_id=PINE))


def make(**changes: Any) -> MakeAnnouncement:
    return MakeAnnouncement(**({"announcement_id": "a1", "text": "open page 112"} | changes))


def receipt(state: Any, site_id: str = PINE) -> Any:
    shown = view(state, "announcement", "a1", Audience("teacher"))
    assert shown is not None
    return next(one for one in shown["rooms"] if one["site_id"] == site_id)


@pytest.mark.parametrize("before", [(OPENED, LOBBY), (ATTENDED,)])
def test_it_goes_to_one_to_some_or_to_all(before: Any) -> None:
    told = given(*before)
    for site_ids, expected in (
        ((MESA,), (MESA,)),
        ((PINE, ELK, PINE), (ELK, PINE)),
        (None, (ELK, MESA, PINE)),
    ):
        made = AnnouncementMade(announcement_id="a1", site_ids=expected, text="open page 112")
        told.when(make(site_ids=site_ids), by=THEO).then(made)


def test_a_room_that_is_not_in_the_class_is_neither_told_nor_owes_its_word() -> None:
    without = given(LIVE, on_duty(RUTH, PINE))
    told = AnnouncementMade(announcement_id="a1", site_ids=(PINE,), text="open page 112")
    without.when(make(), by=VERA).then(told)
    given(LIVE).when(make(), by=VERA).then(refused("too_short", "site_ids"))
    named = given(LIVE, on_duty(RUTH, PINE), announced("a1", PINE, MESA), heard("a1"))
    assert unread(named.state, named.state.announcements["a1"]) == frozenset()
    came = given(LIVE, on_duty(RUTH, PINE), announced("a1", PINE, MESA), heard("a1"), on_duty(SAM, MESA))
    assert unread(came.state, came.state.announcements["a1"]) == {MESA}


def test_what_was_not_read_out_is_owed_after_class() -> None:
    assert owed(given(TOLD).state, Audience("teacher")) == []
    over = given(TOLD, heard("a1"), ENDED).state
    assert owed(over, Audience("teacher")) == [Owed("read_out", MESA, DUE_BY, announcement_id="a1")]
    assert owed(over, Audience("supervisor", (PINE,))) == []
    assert summary(over)["owed"] == 1
    assert summary(given(TOLD, heard("a1"), ENDED, announcement_withdrawn("a1")).state)["owed"] == 0


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"site_ids": ()}, "too_short", "site_ids"),
        ({"site_ids": (PINE, "mars")}, "not_on_roster", "site_ids"),
        ({"announcement_id": "a0"}, "id_taken", "announcement_id"),
    ],
)
def test_one_that_cannot_be(changed: dict[str, Any], code: str, field: str) -> None:
    given(ATTENDED, announced("a0")).when(make(**changed), by=VERA).then(refused(code, field))


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "too_short"), (" \n", "too_short"), ("x" * 501, "too_long"), ("a\x07", "control_characters")],
)
def test_its_words_have_bounds(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_command("announcement.make", {"announcement_id": "a1", "text": text})
    assert (caught.value.code, caught.value.field) == (code, "text")


def test_only_its_teachers_and_only_while_the_rooms_are_gathered() -> None:
    for actor in (IDLE_TEACHER, RUTH, CORA):
        given(ATTENDED).when(make(), by=actor).then(refused("not_your_section"))
        given(TOLD).when(WithdrawAnnouncement(announcement_id="a1"), by=actor).then(refused("not_your_section"))
    given(OPENED).when(make(), by=VERA).then(refused("meeting_not_live"))
    given(ATTENDED, ENDED).when(make(), by=VERA).then(refused("meeting_ended"))


def test_a_dark_room_owes_its_receipt_until_it_is_back() -> None:
    history = given(TOLD)
    assert receipt(history.state) == {"site_id": PINE, "reached_at": None, "read_out_at": None, "read_out_by": None}
    reach = ReachAnnouncement(announcement_id="a1", site_id=PINE)
    state = history.when(reach, by=RUTH, at=NOW).then(AnnouncementReached(announcement_id="a1", site_id=PINE))
    assert receipt(state)["reached_at"] == NOW
    assert receipt(state, MESA)["reached_at"] is None
    given(TOLD, reached("a1")).when(reach, by=RUTH).then()


def test_read_out_is_said_once_by_any_supervisor_of_the_room() -> None:
    read = ReadOut(announcement_id="a1", site_id=PINE)
    told = AnnouncementHeard(announcement_id="a1", site_id=PINE)
    state = given(TOLD).when(read, by=RUTH, at=NOW).then(told)
    assert receipt(state) == {"site_id": PINE, "reached_at": NOW, "read_out_at": NOW, "read_out_by": "ruth"}
    given(TOLD, heard("a1")).when(read, by=RUTH).then()
    given(TOLD, with_relief(PINE, LENA)).when(read, by=LENA).then(told)
    given(TOLD, ENDED).when(read, by=RUTH).then(told)


@pytest.mark.parametrize("command", [ReachAnnouncement, ReadOut])
def test_what_was_addressed_elsewhere_does_not_exist_for_you(command: Any) -> None:
    unknown = refused("unknown_announcement", "announcement_id")
    given(TOLD).when(command(announcement_id="a1", site_id=ELK), by=LENA).then(unknown)
    given(TOLD).when(command(announcement_id="a1", site_id=PINE), by=SAM).then(unknown)
    given(TOLD).when(command(announcement_id="a1", site_id="mars"), by=RUTH).then(unknown)
    given(TOLD).when(command(announcement_id="a2", site_id=PINE), by=RUTH).then(unknown)
    given(TOLD).when(WithdrawAnnouncement(announcement_id="a2"), by=VERA).then(unknown)


def test_what_is_withdrawn_is_not_read_out() -> None:
    withdraw = WithdrawAnnouncement(announcement_id="a1")
    given(TOLD).when(withdraw, by=THEO).then(AnnouncementWithdrawn(announcement_id="a1"))
    gone = given(TOLD, announcement_withdrawn("a1"))
    gone.when(withdraw, by=VERA).then()
    gone.when(ReadOut(announcement_id="a1", site_id=PINE), by=RUTH).then(refused("wrong_state"))
    gone.when(ReachAnnouncement(announcement_id="a1", site_id=PINE), by=RUTH).then()


def test_each_site_sees_what_was_addressed_to_it_and_its_own_receipt() -> None:
    state = given(TOLD, heard("a1")).state
    shown = view(state, "announcement", "a1", Audience("supervisor", (MESA,)))
    assert shown is not None
    assert shown["text"] == "open page 112"
    assert [one["site_id"] for one in shown["rooms"]] == [MESA]
    assert view(state, "announcement", "a1", Audience("supervisor", (ELK,))) is None
    everything = view(state, "announcement", "a1", Audience("coordinator"))
    assert everything == view(state, "announcement", "a1", Audience("teacher"))


def test_a_class_is_not_reconciled_over_an_announcement_nobody_read_out() -> None:
    owed = given(ATTENDED, announced("a1", PINE), ENDED)
    owed.when(ReconcileMeeting(), by=VERA).then(refused("still_owed"))
    for settled in (heard("a1"), announcement_withdrawn("a1")):
        given(ATTENDED, announced("a1", PINE), ENDED, settled).when(ReconcileMeeting(), by=VERA).then(
            MeetingReconciled()
        )


def test_its_words_can_be_erased() -> None:
    erase = EraseAnnouncement(announcement_id="a1", reason="names_somebody")
    state = given(TOLD).when(erase, by=CORA).then(AnnouncementErased(announcement_id="a1", reason="names_somebody"))
    assert state.announcements["a1"].text == ERASED
    erased = given(TOLD, (CORA, AnnouncementErased(announcement_id="a1", reason="harmful")))
    erased.when(erase, by=CORA).then()
    given(ATTENDED).when(erase, by=CORA).then(refused("unknown_announcement", "announcement_id"))
