"""The machine over the real code finds nothing; over code that was broken on purpose it finds each fault."""

import inspect
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers
from hypothesis.stateful import INVARIANT_MARKER, run_state_machine_as_test

from server.domain import messages, views
from server.domain.meeting import (
    answering,
    asking,
    duty,
    figures,
    lifecycle,
    merging,
    order,
    questions,
    settling,
    timeline,
)
from server.domain.messages import Recorded, apply
from server.service import live
from server.storage import event_log
from tests.domain.meeting_machine import STATUSES, TOURS, MeetingMachine, reached
from tests.support.meetings import PINE

QUIET = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": False,
    "derandomize": True,
}


@pytest.fixture(autouse=True)
def draws_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis mixes the constants of our own modules into what it draws: each new module would make other runs of
    these, and whether a planted fault is found in some dozens of them would hang on that."""
    monkeypatch.setattr(providers, "_get_local_constants", providers.Constants)


@pytest.fixture
def machine(sqlite_template: Path) -> Iterator[type[MeetingMachine]]:
    """The machine over a database of its own: in memory where that is a folder, as each of some thousands of steps
    commits, and what a commit survives is tested elsewhere."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder) / "longroom.db"
        shutil.copyfile(sqlite_template, path)
        yield type("Machine", (MeetingMachine,), {"url": f"sqlite:///{path}"})


@pytest.mark.timeout(400)
def test_the_machine_finds_nothing(machine: type[MeetingMachine]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=60, stateful_step_count=30, **QUIET))


def test_its_ways_come_to_every_status_and_side_state(machine: type[MeetingMachine]) -> None:
    """What the random walk is made of must be able to reach each: without that, its silence would say nothing."""
    reached.clear()
    for tour in TOURS:
        meeting = machine()
        try:
            meeting.open(is_live=True)
            meeting.go_a_whole_way(tour=tour, site=PINE, is_shareable=False, urgency="normal")
            for _, holds in inspect.getmembers(type(meeting), lambda one: hasattr(one, INVARIANT_MARKER)):
                holds(meeting)
        finally:
            meeting.teardown()
    assert reached == STATUSES | SIDE_STATES, f"never reached: {(STATUSES | SIDE_STATES) - reached}"


SIDE_STATES = {
    *("acknowledged", "appealed", "restated", "answered together", "stuck alone", "a lead with followers"),
}
"""What the machine must come to beside every status; without it, it would say nothing about them."""


# ── Planted faults ────────────────────────────────────────────────────────────────────────────────────────────────


def skipped_seq(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second event of a command gets the number after next."""
    rows = event_log._event_rows

    def faulty(one: Any) -> Iterable[Any]:
        for number, row in enumerate(rows(one)):
            yield (row[0], row[1] + number, *row[2:])

    monkeypatch.setattr(event_log, "_event_rows", faulty)


def forgotten_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question's event does not say that its room's figures changed."""
    touched = views.touched

    def faulty(state: Any, recorded: Recorded) -> tuple[views.Ref, ...]:
        refs = touched(state, recorded)
        return tuple(ref for ref in refs if ref.kind != "room") if refs[0].kind == "question" else refs

    monkeypatch.setattr(views, "touched", faulty)
    monkeypatch.setattr(live, "touched", faulty)


def leaked_student(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared question tells every site who asked."""
    question_view = views._question

    def faulty(state: Any, question: Any, audience: Any) -> Any:
        shown = question_view(state, question, audience)
        return shown and shown | {"student_id": question.student_id}

    monkeypatch.setattr(views, "_question", faulty)


def leaked_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The coordinator reads what was not shared, in a field that they may have."""
    question_view = views._question

    def faulty(state: Any, question: Any, audience: Any) -> Any:
        shown = question_view(state, question, audience)
        return shown and shown | {"urgency": question.text}

    monkeypatch.setattr(views, "_question", faulty)


def lost_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receipt is not in the commit under the command's id."""
    rows = event_log._receipt_rows
    monkeypatch.setattr(event_log, "_receipt_rows", lambda one: [(f"lost-{row[0]}", *row[1:]) for row in rows(one)])


def forgotten_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The running server does not remember what it has committed."""
    monkeypatch.setattr(live.Live, "_is_retry", lambda *_: False)


def counter_not_decremented(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that is settled still counts as on its way back."""
    tallied = figures.tallied

    def faulty(room: Any, before: Any, after: Any) -> Any:
        after_room = tallied(room, before, after)
        return replace(after_room, on_way_back=max(room.on_way_back, after_room.on_way_back))

    monkeypatch.setattr(questions, "tallied", faulty)


def apply_reads_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a question was seen is asked of the machine instead of the record."""

    def faulty(state: Any, event: Any, recorded: Recorded) -> Any:
        return questions.change(state, event.question_id, status="seen", seen_at=time.time_ns())

    monkeypatch.setitem(messages._APPLIES, answering.QuestionSeen, faulty)


def summary_of_the_state_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The head keeps figures that its last event changed."""
    to_append = live._to_append

    def faulty(stream: Any, submissions: Any) -> Any:
        one = to_append(stream, submissions)
        return one and replace(one, summary=views.summary(stream.state))

    monkeypatch.setattr(live, "_to_append", faulty)


def batch_of_the_last_event_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a commit's events only the last is announced."""
    announce = live.Live._announce
    monkeypatch.setattr(live.Live, "_announce", lambda self, *told: announce(self, *told[:3], told[3][-1:]))


def time_that_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record follows a clock that is set back."""

    def faulty(self: Any, stream: Any, submission: Any, events: Any, context: Any) -> None:
        run_ahead(self, stream, submission, events, replace(context, at=self._clock.now()))

    run_ahead = live.Live._run_ahead
    monkeypatch.setattr(live.Live, "_run_ahead", faulty)


def event_that_loses_a_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event comes back from the log without its time of asking."""
    decode = event_log.decode

    def faulty(*row: Any) -> Any:
        event = decode(*row)
        return replace(event, asked_at=0) if isinstance(event, asking.QuestionRelayed) else event

    monkeypatch.setattr(event_log, "decode", faulty)


def followers_words_in_the_leads_view(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lead's readers read what its followers asked."""
    question_view = views._question

    def faulty(state: Any, question: Any, audience: Any) -> Any:
        shown = question_view(state, question, audience)
        if shown and "text" in shown and question.followers:
            shown["text"] += "".join(state.questions[one].text for one in question.followers)
        return shown

    monkeypatch.setattr(views, "_question", faulty)


def note_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sees a question sees why it was declined."""
    question_view = views._question

    def faulty(state: Any, question: Any, audience: Any) -> Any:
        shown = question_view(state, question, audience)
        return shown and shown | ({"urgency": question.declined.note} if question.declined else {})

    monkeypatch.setattr(views, "_question", faulty)


def merge_cycle_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question may be merged into one that follows it."""
    monkeypatch.setattr(merging, "_require_no_cycle", lambda *_: None)
    monkeypatch.setattr(merging, "_require_lead", lambda *_: None)


def private_lead_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A private question may lead another site's."""
    monkeypatch.setattr(merging, "require_no_leak", lambda *_: None)


def closed_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be found is closed a day before it is due."""

    def faulty(state: Any, command: Any, context: Any) -> Any:
        return settle(state, command, replace(context, at=context.at + 86_400_000))

    settle = messages._RULES[settling.SettleDue]
    monkeypatch.setitem(messages._RULES, settling.SettleDue, faulty)


def order_without_the_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lead stands at its own place, also when one that blocks follows it."""
    monkeypatch.setattr(order, "key_of", lambda state, question: order._own_key(question))
    monkeypatch.setattr(views, "key_of", lambda state, question: order._own_key(question))


def forgotten_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event does not say that the lead's group changed."""
    monkeypatch.setattr(views, "_leads", lambda *_: ())


def class_that_ends_over_the_asked_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the site is asked to repeat is forgotten at the end of the class."""

    def faulty(state: Any, at: int) -> Any:
        events = undecided(state, at)
        return [one for one in events if state.questions[one.question_id].status != "asked_back"]

    undecided = lifecycle.undecided
    monkeypatch.setattr(lifecycle, "undecided", faulty)


def wait_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room's waits keep what was seen before the student was stuck again."""
    exchanged = figures._exchanged

    def faulty(held: Any, wait: Any, before: Any, after: Any) -> Any:
        kept = exchanged(held, wait, before, after)
        return held if len(kept) < len(held) else kept

    monkeypatch.setattr(figures, "_exchanged", faulty)


def adult_without_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who signs on is there, and the intervals do not say so."""
    monkeypatch.setattr(duty, "came", lambda held, *rest: replace(timeline.came(held, *rest), intervals=held.intervals))


def announcement_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every site reads what was addressed to one."""
    announcement_view = views._announcement
    monkeypatch.setattr(views, "_announcement", lambda held, _: announcement_view(held, views.Audience("teacher")))


FAULTS = [
    (skipped_seq, "seq: "),
    (forgotten_room, "(replay|views): "),
    (leaked_student, "hidden: .* gets {'student_id'}"),
    (leaked_text, "hidden: coordinator reads canary"),
    (lost_receipt, "receipt: "),
    (forgotten_receipt, "receipt: "),
    (counter_not_decremented, "(figures: on_way_back|summary: )"),
    (apply_reads_the_clock, "(replay|views): "),
    (summary_of_the_state_before, "summary: "),
    (batch_of_the_last_event_only, "(replay|views): "),
    (time_that_goes_back, "at: "),
    (event_that_loses_a_field, "decide: "),
    (followers_words_in_the_leads_view, "hidden: .* reads canary"),
    (note_to_everybody, "hidden: .* reads canary-note"),
    (merge_cycle_allowed, "merge: "),
    (private_lead_allowed, "(merge: a leak|hidden: )"),
    (closed_too_early, "due: closed too early"),
    (order_without_the_followers, "order: "),
    (forgotten_lead, "(replay|views): "),
    (class_that_ends_over_the_asked_back, "end: "),
    (wait_counted_twice, "figures: waits"),
    (announcement_to_everybody, "hidden: .* reads canary-told"),
    (adult_without_an_interval, "duty: "),
]

AROUND = frozenset({"keep_duty", "announce", "link", "reconcile", "get_ready", "catch_up", "call"})
"""What goes on around the questions: left out where a fault of theirs is looked for, which is sooner found so."""
QUESTIONS = frozenset({"relay", "go_a_whole_way", "merge", "answer_a_group", "take_the_next_steps", "erase", "settle"})
AGAIN = frozenset({"send_again", "use_an_id_twice", "resume", "the_clock_is_set_back"})
LEFT_OUT = {
    announcement_to_everybody: (AROUND | QUESTIONS | AGAIN) - {"announce"},
    adult_without_an_interval: (AROUND | QUESTIONS) - {"keep_duty"},
    private_lead_allowed: AROUND | AGAIN | {"erase", "settle", "answer_a_group"},
    class_that_ends_over_the_asked_back: AROUND | AGAIN | {"erase", "settle", "answer_a_group", "merge", "enter_facts"},
    wait_counted_twice: AROUND | AGAIN | {"erase", "merge", "enter_facts"},
    order_without_the_followers: AROUND | AGAIN | {"erase", "settle"},
    followers_words_in_the_leads_view: AROUND | AGAIN | {"erase", "settle"},
    forgotten_lead: AROUND | AGAIN | {"erase", "settle"},
    note_to_everybody: AROUND | AGAIN | {"erase", "settle", "merge", "answer_a_group"},
}
"""The rules that say nothing about a fault, where leaving out `AROUND` alone finds it late."""


@pytest.mark.parametrize(("plant", "found"), FAULTS, ids=lambda one: getattr(one, "__name__", ""))
def test_the_machine_finds_a_planted_fault(
    plant: Any, found: str, machine: type[MeetingMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    machine = type("Machine", (machine,), dict.fromkeys(LEFT_OUT.get(plant, AROUND)))
    with pytest.raises(AssertionError, match=f"^{found}"):
        run_state_machine_as_test(
            machine, settings=settings(max_examples=240, stateful_step_count=40, phases=[Phase.generate], **QUIET)
        )


def test_without_a_fault_the_same_run_is_green(machine: type[MeetingMachine]) -> None:
    assert messages.apply is apply
    run_state_machine_as_test(
        machine, settings=settings(max_examples=5, stateful_step_count=40, phases=[Phase.generate], **QUIET)
    )
