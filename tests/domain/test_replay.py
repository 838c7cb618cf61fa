"""A class read again: what each audience's timeline says, and what it must not."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest

from server.domain.meeting import Meeting
from server.domain.meeting.facts import MeetingCancelled
from server.domain.meeting.timeline import LinkStatus
from server.domain.messages import EVENTS, Recorded, apply
from server.domain.replay import Step, steps
from server.domain.views import Audience, View, snapshot
from tests.support.meetings import (
    ALL_THERE,
    ENDED,
    LENA,
    LIVE,
    MESA,
    OPENED,
    PINE,
    RUTH,
    STARTED,
    STARTS_AT,
    SYSTEM,
    Caused,
    announced,
    answered,
    claimed,
    declined,
    handed_over,
    linked,
    offered,
    out,
    planned,
    relayed,
    seen,
    with_relief,
)

TEACHER, COORDINATOR = Audience("teacher"), Audience("coordinator")
AT_PINE, AT_MESA = Audience("supervisor", (PINE,)), Audience("supervisor", (MESA,))
CLASS: Sequence[Caused] = (
    *LIVE,
    relayed("private"),
    relayed("shared", MESA, turn=0, shareable=True),
    seen("shared"),
    claimed("shared"),
    answered("shared"),
    ENDED,
)


def log_of(history: Sequence[Caused]) -> list[Recorded]:
    """The history as the log keeps it, a second between any two events."""
    return [Recorded(n, STARTS_AT + n * 1_000, by.person_id, event) for n, (by, event) in enumerate(history, start=1)]


def told(audience: Audience, history: Sequence[Caused] = CLASS) -> list[Step]:
    return list(steps(log_of(history), audience))


def lines(audience: Audience) -> list[tuple[str, str | None, str | None]]:
    """What happened from the start of the class on: what, by whom, to which question."""
    begun = [step for step in told(audience) if step.seq >= len(LIVE)]
    return [(step.name, step.by, step.question_id) for step in begun]


def test_a_teacher_reads_all_of_it() -> None:
    assert lines(TEACHER) == [
        ("meeting.started", "vera", None),
        ("question.relayed", "ruth", "private"),
        ("question.relayed", "sam", "shared"),
        ("question.seen", "vera", "shared"),
        ("question.claimed", "vera", "shared"),
        ("question.answered", "vera", "shared"),
        ("meeting.ended", "vera", None),
    ]
    assert [step.site_id for step in told(TEACHER)][-6:-4] == [PINE, MESA]


def test_a_room_reads_of_another_what_was_shared_and_not_who_passed_it_on() -> None:
    assert lines(AT_PINE) == [
        ("meeting.started", "vera", None),
        ("question.relayed", "ruth", "private"),
        ("question.relayed", None, "shared"),
        ("question.seen", "vera", "shared"),
        ("question.claimed", "vera", "shared"),
        ("question.answered", "vera", "shared"),
        ("meeting.ended", "vera", None),
    ]
    assert "private" not in {step.question_id for step in told(AT_MESA)}
    assert "private" not in repr(told(AT_MESA))


def test_the_coordinator_reads_who_acted_and_no_private_words() -> None:
    assert ("question.relayed", "ruth", "private") in lines(COORDINATOR)
    assert "what is private" not in repr(told(COORDINATOR))
    assert "what is shared" in repr(told(COORDINATOR))


def test_what_changes_nothing_that_one_sees_is_no_line_and_the_machine_has_no_name() -> None:
    opening = [(step.name, step.by) for step in told(AT_PINE, LIVE)]
    assert opening == [
        ("meeting.opened", None),
        ("teachers.assigned", None),
        ("room.rostered", None),
        ("room.rostered", None),
        ("room.rostered", None),
        ("accommodations.entered", None),
        ("catch_up.planned", "vera"),
        ("meeting.started", "vera"),
    ]


@pytest.mark.parametrize("audience", [TEACHER, COORDINATOR, AT_PINE, AT_MESA], ids=lambda one: one.key)
def test_at_each_step_it_shows_what_the_screens_showed(audience: Audience) -> None:
    log, state, shown = log_of(CLASS), Meeting(), dict[tuple[str, str], View]()
    by_seq = {step.seq: step for step in steps(log, audience)}
    for recorded in log:
        state = apply(state, recorded)
        for change in by_seq[recorded.seq].changes if recorded.seq in by_seq else ():
            shown[change["kind"], change["id"]] = change["value"]
        visible = {(one["kind"], one["id"]): one["value"] for one in snapshot(state, audience)}
        assert {key: value for key, value in shown.items() if value is not None} == visible


def test_a_line_of_the_timeline_names_no_words() -> None:
    [line] = [step.as_line() for step in told(TEACHER) if step.name == "question.answered"]
    assert line == {
        "seq": 17,
        "at": STARTS_AT + 17_000,
        "name": "question.answered",
        "by": "vera",
        "site_id": MESA,
        "question_id": "shared",
        "call_id": None,
        "plan_id": None,
        "announcement_id": None,
        "reason": None,
        "other_id": None,
        "since": None,
    }


EVENTFUL: Sequence[Caused] = (
    *OPENED,
    with_relief(),
    *ALL_THERE,
    STARTED,
    offered(RUTH, PINE, to_id="lena"),
    handed_over(LENA, PINE, "ruth"),
    out(LENA, PINE, reason="emergency"),
    linked("connected", STARTS_AT, PINE),
    linked("lost", STARTS_AT + 5_000, PINE),
    announced("a-1", MESA),
    relayed("shared", MESA, turn=0, shareable=True),
    declined("shared"),
    planned("p-1", PINE),
)


def test_a_line_says_why_with_whom_and_since_when_where_that_is_ones_own() -> None:
    def said(audience: Audience) -> dict[str, list[object]]:
        last = [step for step in told(audience, EVENTFUL) if step.seq > len(EVENTFUL) - 9]
        return {
            step.name: [step.reason, step.other_id, step.plan_id, step.announcement_id, step.since] for step in last
        }

    all_of_it = {
        "duty.offered": [None, "lena", None, None, None],
        "duty.handed_over": [None, "ruth", None, None, None],
        "duty.stepped_out": ["emergency", None, None, None, None],
        "link.connected": [None, None, None, None, STARTS_AT],
        "link.lost": [None, None, None, None, STARTS_AT + 5_000],
        "announcement.made": [None, None, None, "a-1", None],
        "question.relayed": [None] * 5,
        "question.declined": ["off_topic", None, None, None, None],
        "catch_up.planned": [None, None, "p-1", None, None],
    }
    assert said(TEACHER) == said(COORDINATOR) == all_of_it
    others = {"question.relayed", "announcement.made"}
    assert said(AT_PINE) == {name: told for name, told in all_of_it.items() if name not in others} | {
        "question.relayed": [None] * 5,
        "question.declined": [None] * 5,
    }
    assert said(AT_MESA) == {name: all_of_it[name] for name in (*others, "question.declined")}
    cancelled = told(AT_PINE, [*OPENED, (SYSTEM, MeetingCancelled(reason="weather"))])
    assert [(step.name, step.reason) for step in cancelled][-1:] == [("meeting.cancelled", "weather")]


def test_every_event_that_a_timeline_may_hold_is_documented_and_has_words() -> None:
    root = Path(__file__).parents[2]
    protocol = (root / "docs" / "protocol.md").read_text("utf-8")
    words = (root / "client_static" / "locales" / "en.js").read_text("utf-8")
    shown = {name for name, declared in EVENTS.items() if declared.stream == "meeting"} - {"link.changed"}
    shown |= {f"link.{status}" for status in get_args(LinkStatus)}
    assert set(re.findall(r"^  'timeline\.(\w+\.\w+)'", words, re.MULTILINE)) == shown
    assert [name for name in sorted(shown) if f"`{name}`" not in protocol] == []
