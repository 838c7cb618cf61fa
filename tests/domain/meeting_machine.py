"""A machine that holds a meeting: it issues commands, good and bad, and looks at everything after each.

The commands go through the real service into a real log. Beside it stands what the machine works out by itself: the
rule's outcome on the replayed state, each room's figures counted anew, and which words nobody else may read.
"""

import asyncio
from collections.abc import Iterable
from itertools import count
from typing import Any, ClassVar

import orjson
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy.event import listen

from server.domain import views
from server.domain.actors import Actor
from server.domain.fields import ERASED
from server.domain.meeting import Meeting
from server.domain.meeting.cover import needed_span, takes_part
from server.domain.meeting.duty import on_duty_intervals
from server.domain.meeting.facts import AccommodationFacts, EnterFacts, RoomFacts, StaffFacts
from server.domain.meeting.links import lost_spans
from server.domain.meeting.readiness import accommodations_of
from server.domain.meeting.state import Clearance, Question
from server.domain.messages import COMMANDS, Context, Recorded, Refused, apply, decide, parse_command
from server.domain.replay import steps
from server.domain.views import Audience
from server.service.live import Batch, Live, Receipt, Stream
from server.storage import codec, event_log
from server.storage.engine import Database
from tests.support.clock import FakeClock
from tests.support.meetings import (
    CORA,
    DUE_BY,
    ELK,
    ENDS_AT,
    EVERYBODY,
    FACTS,
    LENA,
    LICENCE,
    MESA,
    PINE,
    PROGRAM,
    RUTH,
    SAM,
    SECTION,
    SITES,
    STARTS_AT,
    STRANGER,
    STUDENTS,
    SUPERVISOR_OF,
    SYSTEM,
    THEO,
    VERA,
    start_data,
)

AUDIENCES = [
    Audience("teacher"),
    Audience("supervisor", (PINE,)),
    Audience("supervisor", (MESA,)),
    Audience("supervisor", (ELK,)),
    Audience("supervisor", (ELK, MESA)),
    Audience("coordinator"),
]
PUBLIC = {
    *("question_id", "site_id", "status", "urgency", "received_at", "waiting_since", "stuck", "version", "order"),
}
"""What others may know of any question; of a shared one they also see the text and the answers."""
REACH = {"ruth": {PINE}, "sam": {MESA}, "lena": set(SITES)}
"""Where each supervisor's role holds: after the class it alone decides."""
REFUSALS = {
    *("already_claimed", "already_live", "forbidden", "id_taken", "meeting_ended", "meeting_not_live"),
    *("missing_field", "not_on_roster", "not_your_section", "not_your_site", "not_yours", "stale_version"),
    *("unknown_question", "unknown_stream", "wrong_state"),
    *("already_appealed", "already_merged", "merge_cycle", "private_question"),
    *("not_a_choice", "out_of_range", "unknown_call"),
    *("too_early", "last_adult", "not_on_duty", "on_duty_elsewhere", "relieved", "already_relieved", "not_offered"),
    *("unknown_adult", "still_owed", "unknown_announcement"),
    *("not_ready", "needs_catch_up_plan", "already_planned", "unknown_plan", "too_short"),
}
"""What may be answered to commands that can be read. `internal` and `busy` are never among them."""
NEXT_STEPS = {
    "queued": ("question.begin", "question.claim", "question.see", "question.ask_back", "question.decline"),
    "seen": ("question.begin", "question.claim", "question.merge", "question.defer", "question.ask_back"),
    "claimed": ("question.answer", "question.begin", "question.answer", "question.release", "question.merge"),
    "answering": ("question.answer", "question.answer", "question.ask_back", "question.defer"),
    "asked_back": ("question.restate", "question.restate", "question.withdraw", "question.defer"),
    "merged": ("question.unmerge", "question.withdraw"),
    "deferred": ("question.answer", "question.answer", "question.reopen", "question.withdraw", "question.decline"),
    "declined": ("question.acknowledge", "question.appeal"),
    "answered": ("question.deliver", "question.confirm", "question.still_stuck", "question.cannot_find"),
    "delivered": ("question.confirm", "question.still_stuck", "question.cannot_find"),
    "cannot_find": ("question.deliver", "question.confirm", "question.still_stuck"),
}
"""What somebody may do next, for every status that is not settled. Each first one is possible also after the class."""
SETTLED = {"confirmed", "withdrawn", "closed"}
TEACHERS_STEPS = {
    *("question.see", "question.claim", "question.begin", "question.release", "question.answer"),
    *("question.ask_back", "question.merge", "question.unmerge", "question.defer", "question.reopen"),
    "question.decline",
}
SITES_STEPS = {
    *("question.restate", "question.withdraw", "question.acknowledge", "question.appeal"),
    *("question.deliver", "question.confirm", "question.still_stuck", "question.cannot_find"),
}
QUESTION_COMMANDS = sorted(TEACHERS_STEPS | SITES_STEPS)
WAITING = ("queued", "seen", "claimed", "answering", "asked_back", "merged")
ON_WAY_BACK = ("answered", "delivered", "cannot_find")
TOURS = {
    "confirmed": ["begin", "answer", "deliver", "confirm"],
    "restated": ["claim", "ask_back", "restate", "release"],
    "acknowledged": ["decline", "acknowledge"],
    "appealed": ["decline", "appeal", "decline"],
    "written later": ["defer", "answer", "confirm"],
    "reopened": ["defer", "reopen", "see"],
    "withdrawn": ["ask_back", "withdraw"],
    "closed": ["begin", "answer", "cannot_find", "settle_an_hour_early", "settle"],
    "led by a private one": ["merge_lead_into_mine", "begin", "answer"],
    "found": ["begin", "answer", "deliver", "cannot_find", "still_stuck"],
    "taken out": ["merge", "unmerge", "merge"],
    "together": ["merge", "merge_another", "answer_lead", "deliver", "still_stuck"],
    "lead stuck": ["merge", "answer_lead", "lead_stuck", "merge_another"],
    "lead declined": ["merge", "merge_another", "decline_lead"],
    "lead withdrawn": ["merge", "withdraw_lead"],
    "moved along": ["merge", "merge_another", "move_lead", "answer_lead"],
    "ends in class": ["merge", "ask_back_lead", "end"],
}
"""Ways through the loop that a random walk seldom takes to its end."""
STATUSES = {*NEXT_STEPS, *SETTLED}
"""Every status of a question, by hand."""
reached: set[str] = set()
"""What the runs so far have come to: statuses, and what is told apart within one."""

_meetings = count(1)
actors = st.sampled_from(EVERYBODY)
nth = st.integers(0, 200)
"""A choice among however many there are by then."""
QUESTIONS = st.tuples(
    st.sampled_from(SITES),
    st.sampled_from([None, "pia", "pol", "max", "eli"]),
    st.sampled_from([None, None, None, None, *EVERYBODY]),
    st.sampled_from(["normal", "normal", "blocking"]),
    st.booleans(),
    st.sampled_from([False, False, False, True]),
)
"""Site, student, who relays (None: the site's supervisor), urgency, shareable, and whether the id may be taken."""


class MeetingMachine(RuleBasedStateMachine):
    """Subclass it with a `url` of a migrated SQLite database; each run holds a meeting of its own in it."""

    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.stream_id = f"meeting:machine-{next(_meetings)}"
        self.clock = FakeClock(STARTS_AT)
        self.runner = asyncio.Runner()
        self.database = Database(self.url)
        # What the disk keeps when the power fails is another test's question; here thousands of commits are looked at.
        listen(self.database._committer, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        self.batches: list[Batch] = []
        self.live = self.start_live()
        self.log: list[Recorded] = []
        self.states: list[Any] = [Meeting()]
        """The replayed state after each seq."""
        self.snapshots: dict[tuple[int, str], dict[tuple[str, str], views.View]] = {}
        self.changed: set[str] = set()
        """The questions whose next step is to be looked at: a change of the class or its people asks for all."""
        self.receipts: list[tuple[Actor, str, str, Any, int]] = []
        self.commands = 0

    def start_live(self) -> Live:
        live = Live(self.database, self.clock)
        live.on_commit.append(self.batches.append)
        self.runner.run(live.start())
        return live

    def teardown(self) -> None:
        try:
            self.a_replay_comes_to_what_is_shown_now()
        finally:
            self.runner.run(self.live.close())
            self.runner.run(self.database.close())
            self.runner.close()

    @property
    def state(self) -> Meeting:
        held: Meeting = self.states[-1]
        return held

    @property
    def stream(self) -> Stream:
        stream = self.live.loaded(self.stream_id)
        assert stream is not None
        return stream

    # ── Issuing commands ───────────────────────────────────────────────────────────────────────────────────────

    def ask(self, actor: Actor, name: str, data: Any) -> None:
        """Issue a command under a new id; it must do exactly what its rule says."""
        self.commands += 1
        self.clock.advance(seconds=1)
        command_id = f"{self.stream_id[8:]}-{self.commands}"
        before, expected = len(self.log), self.outcome_by_rule(actor, name, data)
        outcome = self.send(actor, command_id, name, data)
        self.read_log()
        if isinstance(outcome, Refused):
            assert outcome.code in REFUSALS, f"refused: {outcome.code}"
            assert expected == outcome.code, "decide: the service refused what the rule allows, or otherwise"
            assert len(self.log) == before, "refused: something was written"
            return
        assert [one.event for one in self.log[before:]] == expected, "decide: the log is not what the rule decided"
        assert outcome.seq == len(self.log), "seq: the receipt is not the head"
        if expected:
            self.receipts.append((actor, command_id, name, data, outcome.seq))

    def outcome_by_rule(self, actor: Actor, name: str, data: Any) -> Any:
        """The events that the rule decides on the replayed state, or the code of its refusal."""
        command = data if isinstance(data, EnterFacts) else parse_command(name, data)[1]
        if actor.program_id != PROGRAM:
            return "unknown_stream"
        if not actor.may(COMMANDS[name].may):
            return "forbidden"
        try:
            return decide(self.state, command, Context(actor, max(self.clock.at, self.last_at)))
        except Refused as refusal:
            return refusal.code

    @property
    def last_at(self) -> int:
        return self.log[-1].at if self.log else 0

    def send(self, actor: Actor, command_id: str, name: str, data: Any) -> Receipt | Refused:
        async def send() -> Receipt | Refused:
            try:
                async with asyncio.timeout(10):
                    return await self.live.run_command(actor, self.stream_id, command_id, name, data)
            except Refused as refusal:
                return refusal

        return self.runner.run(send())

    def read_log(self) -> None:
        """Take in what the database holds now; each event must follow the last."""
        for recorded in self.runner.run(self.read_events(len(self.log))):
            assert recorded.seq == len(self.log) + 1, f"seq: {recorded.seq} stands at place {len(self.log) + 1}"
            assert recorded.at >= self.last_at, "at: the record goes back in time"
            assert codec.decode(*codec.encode(recorded.event)) == recorded.event, "codec: the event did not survive"
            if type(recorded.event).__name__ == "QuestionClosed":
                due_at = self.state.questions[recorded.event.question_id].due_at
                assert due_at is not None, "due: closed without a due time"
                assert due_at <= recorded.at, "due: closed too early"
            self.log.append(recorded)
            self.states.append(apply(self.state, recorded))
            question = self.state.questions.get(getattr(recorded.event, "question_id", None) or "")
            if question is not None:
                self.note(question)
            self.changed |= {question.question_id} if question is not None else self.state.questions.keys()

    async def read_events(self, after: int) -> list[Recorded]:
        async with self.database.reading() as connection:
            return await event_log.read_events(connection, self.stream_id, after)

    # ── Rules: the class ───────────────────────────────────────────────────────────────────────────────────────

    @initialize(is_live=st.sampled_from([True, True, True, False]))
    def open(self, is_live: bool) -> None:
        self.ask(SYSTEM, "meeting.enter_facts", FACTS)
        if is_live:
            self.ask(VERA, "meeting.start", start_data())

    @rule(seconds=st.integers(1, 60))
    def the_clock_is_set_back(self, seconds: int) -> None:
        self.clock.advance(seconds=-seconds)

    @precondition(lambda self: self.state.status != "live")
    @rule(actor=st.sampled_from([VERA, VERA, *EVERYBODY]), without=st.sampled_from([SITES, (PINE,), (MESA, MESA)]))
    def start(self, actor: Actor, without: tuple[str, ...]) -> None:
        self.ask(actor, "meeting.start", start_data(*without))

    @precondition(lambda self: len(self.log) > 30)
    @rule(actor=actors)
    def end(self, actor: Actor) -> None:
        self.ask(actor, "meeting.end", {})

    @rule(
        teachers=st.sampled_from([("theo", "vera"), ("vera",), ("tina", "vera"), ()]),
        away=st.sampled_from([(), (), (PINE,), (MESA, ELK)]),
        moved=st.sampled_from([None, *SITES]),
        relief=st.sampled_from([None, None, *SITES]),
        later=st.integers(0, 1),
        codes=st.sampled_from([(), ("breaks",)]),
        status=st.sampled_from(["cleared", "suspended"]),
        actor=st.sampled_from([SYSTEM, SYSTEM, SYSTEM, RUTH]),
    )
    def enter_facts(
        self, teachers: Any, away: Any, moved: Any, relief: Any, later: int, codes: Any, status: Any, actor: Actor
    ) -> None:
        """The directory changed: Pia moves, Lena takes a second room, a site leaves or is back, teachers change."""
        rooms = []
        for site_id in SITES:
            students = tuple(s for s in STUDENTS[site_id] if s != "pia" or moved is None)
            supervisors = (SUPERVISOR_OF[site_id].person_id, *(("lena",) if relief == site_id != ELK else ()))
            moved_in = ("pia",) if moved == site_id else ()
            due_by = None if site_id == ELK else DUE_BY + later
            people = {"student_ids": students + moved_in, "supervisor_ids": supervisors}
            rooms.append(RoomFacts(site_id=site_id, due_by=due_by, **people))
        picture = EnterFacts(
            section_id=SECTION,
            starts_at=STARTS_AT + later,
            ends_at=ENDS_AT + later,
            teacher_ids=teachers,
            rooms=tuple(room for room in rooms if room.site_id not in away),
            staff=(
                StaffFacts(person_id="vera", licences=(LICENCE,)),
                StaffFacts(person_id="ruth", clearance=Clearance(status, None)),
            ),
            accommodations=(AccommodationFacts(student_id="pia", codes=codes),),
        )
        self.ask(actor, "meeting.enter_facts", picture)

    # ── Rules: questions ───────────────────────────────────────────────────────────────────────────────────────

    @rule(several=st.lists(QUESTIONS, min_size=1, max_size=4))
    def relay(self, several: list[Any]) -> None:
        for site, student, actor, urgency, is_shareable, is_taken in several:
            data = {
                "question_id": f"q{self.commands - is_taken}",
                "site_id": site,
                "student_id": student,
                "text": f"canary-{self.commands};",
                "urgency": urgency,
                "shareable": is_shareable,
                "asked_at": self.clock.at,
            }
            self.ask(actor or SUPERVISOR_OF[site], "question.relay", data)

    @precondition(lambda self: self.state.status == "live" and self.log)
    @rule(
        tour=st.sampled_from(sorted(TOURS)),
        site=st.sampled_from(SITES),
        is_shareable=st.booleans(),
        urgency=st.sampled_from(["normal", "blocking"]),
    )
    def go_a_whole_way(self, tour: str, site: str, is_shareable: bool, urgency: str) -> None:
        """A new question, and if need be the ones that it goes together with, taken through the loop."""
        self.ask(SYSTEM, "meeting.enter_facts", FACTS)
        number = self.commands
        mine, others = f"t{number}", [f"t{number}-lead", f"t{number}-other", f"t{number}-last"]
        together = others if any("merge" in step for step in TOURS[tour]) else []
        for question_id, of, shared in [(mine, site, is_shareable), *((one, ELK, True) for one in together)]:
            asked = {"question_id": question_id, "site_id": of, "text": f"canary-{self.commands};"}
            rest = {"shareable": shared, "urgency": urgency if question_id == mine else "normal"}
            self.ask(SUPERVISOR_OF[of], "question.relay", asked | rest | {"asked_at": self.clock.at})
        for step in TOURS[tour]:
            self.take(step, mine, *others)

    def take(self, step: str, mine: str, lead: str, other: str, last: str) -> None:
        match step:
            case "settle":
                self.clock.advance(hours=72)
                self.ask(SYSTEM, "meeting.settle_due", {})
            case "settle_an_hour_early":
                self.clock.at = (self.state.questions[mine].due_at or self.clock.at) - 3_600_000
                self.ask(SYSTEM, "meeting.settle_due", {})
            case "end":
                self.ask(VERA, "meeting.end", {})
            case "merge_lead_into_mine":
                self.ask(VERA, "question.merge", {"question_id": lead, "into": mine})
            case "merge":
                self.ask(VERA, "question.merge", {"question_id": mine, "into": lead})
            case "merge_another":
                self.ask(VERA, "question.merge", {"question_id": other, "into": lead})
            case "move_lead":
                self.ask(VERA, "question.merge", {"question_id": lead, "into": last})
            case "answer_lead":
                at = self.state.questions[lead]
                at = self.state.questions[at.merged_into] if at.status == "merged" and at.merged_into else at
                for name in ("question.begin", "question.answer"):
                    self.ask(VERA, name, self.data_of(name, at, "none"))
            case "lead_stuck":
                self.ask(LENA, "question.still_stuck", {"question_id": lead})
            case "decline_lead" | "ask_back_lead" | "withdraw_lead":
                name = f"question.{step.removesuffix('_lead')}"
                actor = LENA if name in SITES_STEPS else VERA
                self.ask(actor, name, {"question_id": lead} | ({"reason": "off_topic"} if "decline" in name else {}))
            case _:
                name, question = f"question.{step}", self.state.questions[mine]
                data = self.data_of(name, question, "current")
                if step == "decline":
                    data |= {"reason": "other", "note": f"canary-note-{self.commands};"}
                self.ask(SUPERVISOR_OF[question.site_id] if name in SITES_STEPS else VERA, name, data)

    @precondition(lambda self: len(self.state.questions) > 1)
    @rule(several=st.lists(st.tuples(nth, nth, st.booleans(), st.booleans()), min_size=1, max_size=6))
    def merge(self, several: list[Any]) -> None:
        """Merge what there is, possible or not: into itself, into a follower, into a private one, round in a ring."""
        for one, other, by_theo, is_apt in several:
            question, lead = self.question(one), self.question(other)
            if is_apt:
                waiting = [q for q in self.state.questions.values() if q.status in ("queued", "seen", "claimed")]
                shared = [q for q in waiting if q.shareable]
                if not shared:
                    continue
                question, lead = waiting[one % len(waiting)], shared[other % len(shared)]
            data = {"question_id": question.question_id, "into": lead.question_id}
            self.ask(THEO if by_theo else VERA, "question.merge", data)

    @precondition(lambda self: any(q.status == "merged" for q in self.state.questions.values()))
    @rule(choice=nth, form=st.sampled_from(["spoken_to_all", "written"]))
    def answer_a_group(self, choice: int, form: str) -> None:
        leads = sorted({q.merged_into for q in self.state.questions.values() if q.status == "merged"})
        lead = self.state.questions[leads[choice % len(leads)]]
        teacher = self.whose_turn(lead, "question.answer", False)
        if lead.status in ("queued", "seen"):
            self.ask(teacher, "question.claim", {"question_id": lead.question_id})
        data = {"question_id": lead.question_id, "form": form, "text": f"canary-answer-{self.commands};"}
        self.ask(teacher, "question.answer", data)

    @rule(
        site=st.sampled_from(SITES),
        choice=nth,
        name=st.sampled_from(["student.call_on", "student.answer_call", "student.answer_call", "student.end_call"]),
        response=st.sampled_from(["ready", "not_here"]),
        actor=st.sampled_from([None, None, None, *EVERYBODY]),
    )
    def call(self, site: str, choice: int, name: str, response: str, actor: Any) -> None:
        calls = list(self.state.calls.values())
        call = calls[choice % len(calls)] if calls and choice % 10 else None
        data: dict[str, Any] = {"call_id": call.call_id if call else "nobody-called"}
        if name == "student.call_on":
            about = [q.question_id for q in self.state.questions.values()]
            data = {"call_id": f"c{self.commands - (choice % 8 == 1)}", "site_id": site}
            data |= {"student_id": ["pia", "max", "eli", "pol"][choice % 4]}
            data |= {"question_id": about[choice % len(about)] if about and choice % 3 == 0 else None}
        elif name == "student.answer_call":
            data["response"] = response
        adult = SUPERVISOR_OF[call.site_id] if call else RUTH
        self.ask(actor or (adult if name == "student.answer_call" else VERA), name, data)

    @rule(
        several=st.lists(
            st.tuples(
                st.sampled_from(
                    ["sign_on", "sign_on", "step_out", "return", "offer", "accept", "take_over", "sign_off", "leave"]
                ),
                st.sampled_from([None, None, None, RUTH, LENA, SAM]),
                st.sampled_from(SITES),
                st.sampled_from([None, "ruth", "lena"]),
                st.sampled_from(["emergency", "emergency", None]),
            ),
            min_size=1,
            max_size=6,
        )
    )
    def keep_duty(self, several: list[Any]) -> None:
        """Supervisors come, go and relieve each other, also where they have no business to."""
        for what, actor, site, other, reason in several:
            fields = {
                "step_out": {"covered_by": other, "reason": reason},
                "offer": {"to_id": other},
                "accept": {"person_id": other or "sam"},
                "take_over": {"person_id": other or "sam"},
                "sign_off": {"reason": reason},
                "leave": {"person_id": other or "sam", "since": self.clock.now() - 5_000},
            }
            usual = SYSTEM if what == "leave" else SUPERVISOR_OF[site]
            self.ask(actor or usual, f"duty.{what}", {"site_id": site} | fields.get(what, {}))

    @rule(
        what=st.sampled_from(["make", "make", "reach", "read_out", "withdraw", "erase"]),
        site=st.sampled_from(SITES),
        choice=nth,
        actor=st.sampled_from([None, None, None, *EVERYBODY]),
    )
    def announce(self, what: str, site: str, choice: int, actor: Any) -> None:
        made = list(self.state.announcements)
        announcement_id = made[choice % len(made)] if made and choice % 9 else f"a{self.commands}"
        data: dict[str, Any] = {"announcement_id": announcement_id}
        if what == "make":
            data |= {"text": f"canary-told-{self.commands};", "site_ids": [[site], [site, ELK], None][choice % 3]}
        elif what == "erase":
            data |= {"reason": "harmful"}
        elif what != "withdraw":
            data |= {"site_id": site}
        usual = {"reach": SUPERVISOR_OF[site], "read_out": SUPERVISOR_OF[site], "erase": CORA}.get(what, VERA)
        self.ask(actor or usual, f"announcement.{what}", data)

    @rule(
        what=st.sampled_from(["begin", "report", "report", "acknowledge_brief", "see_accommodations"]),
        site=st.sampled_from(SITES),
        status=st.sampled_from(["ready", "degraded", "down", "closed"]),
        microphone=st.sampled_from(["ok", "denied", "not_checked"]),
        version=st.integers(1, 2),
        hours=st.sampled_from([0, 0, 0, 24]),
        actor=st.sampled_from([None, None, None, *EVERYBODY]),
    )
    def get_ready(
        self, what: str, site: str, status: str, microphone: str, version: int, hours: int, actor: Any
    ) -> None:
        self.clock.advance(hours=hours)
        data: dict[str, Any] = {"site_id": site}
        if what == "report":
            data |= {"status": status, "microphone": microphone, "note": f"as is {self.commands}"}
        elif what == "acknowledge_brief":
            data |= {"brief_version": version if version == 1 else max(1, self.state.brief_version)}
        elif what == "see_accommodations":
            codes = accommodations_of(self.state, site)[1] if version > 1 else ()
            data |= {"needs": [{"student_id": one, "codes": list(of)} for one, of in sorted(codes)]}
        self.ask(actor or SUPERVISOR_OF[site], f"readiness.{what}", data)

    @rule(
        what=st.sampled_from(["plan", "plan", "revise", "carry_out", "drop"]),
        site=st.sampled_from(SITES),
        choice=nth,
        kind=st.sampled_from(["recording", "other"]),
        actor=st.sampled_from([None, None, None, *EVERYBODY]),
    )
    def catch_up(self, what: str, site: str, choice: int, kind: str, actor: Any) -> None:
        made = list(self.state.catch_ups.values())
        plan = made[choice % len(made)] if made and choice % 9 else None
        data: dict[str, Any] = {"plan_id": plan.plan_id if plan else f"p{self.commands}"}
        if what == "plan":
            data |= {"plan_id": f"p{self.commands}", "site_id": site}
        if what in ("plan", "revise"):
            data |= {"kind": kind, "note": f"canary-plan-{self.commands};"}
        elif what == "carry_out":
            data |= {"minutes": 45}
        else:
            data |= {"reason": "planned_in_error"}
        usual = SUPERVISOR_OF[plan.site_id if plan else site] if what == "carry_out" else VERA
        self.ask(actor or usual, f"catch_up.{what}", data)

    @rule(
        what=st.sampled_from(["arrive", "arrive", "lapse", "measure"]),
        site=st.sampled_from(SITES),
        ago=st.integers(0, 90),
        before=st.one_of(st.none(), st.integers(0, 90)),
        slow=st.sampled_from([90, 1_000, 2_000]),
        passes=st.integers(0, 60),
    )
    def link(self, what: str, site: str, ago: int, before: Any, slow: int, passes: int) -> None:
        """Nodes hear rooms and hear them no more; what they say comes late, twice and in any order."""
        self.clock.advance(seconds=passes)
        heard = self.clock.at - ago * 1_000
        last = None if before is None else heard - before * 1_000
        data = {
            "arrive": {"heard_at": heard, "last_heard_at": last},
            "lapse": {"last_heard_at": heard},
            "measure": {"round_trip_ms": slow},
        }[what]
        actor = SUPERVISOR_OF[site] if what == "measure" else SYSTEM
        for _ in range(2):
            self.ask(actor, f"link.{what}", {"site_id": site} | data)

    @precondition(lambda self: self.state.is_over)
    @rule(actor=st.sampled_from([VERA, THEO]))
    def reconcile(self, actor: Actor) -> None:
        self.ask(actor, "meeting.reconcile", {})

    @rule(hours=st.sampled_from([1, 30]), actor=st.sampled_from([SYSTEM, SYSTEM, SYSTEM, RUTH]))
    @precondition(lambda self: len(self.log) > 12)
    def settle(self, hours: int, actor: Actor) -> None:
        """Hours pass, and the clock's service looks. What is not due stays as it is."""
        self.clock.advance(hours=hours)
        now = self.clock.at + 1_000
        due = {q.question_id for q in self.state.questions.values() if q.status == "cannot_find" and q.due_at <= now}
        self.ask(actor, "meeting.settle_due", {})
        closed = {q for q, before in self.state.questions.items() if before.status == "closed"}
        if actor is SYSTEM:
            assert due <= closed, "due: what was due is still open"
        left = [q for q in self.state.questions.values() if q.status == "cannot_find"]
        assert actor is not SYSTEM or all(q.due_at > now for q in left), "due: settled too late"

    @precondition(lambda self: self.state.questions)
    @rule(several=st.lists(st.tuples(nth, nth, st.sampled_from([False, False, True])), min_size=1, max_size=8))
    def take_the_next_steps(self, several: list[Any]) -> None:
        """Somebody who may do it brings a question on."""
        for choice, step, other in several:
            question = self.question(choice)
            steps = NEXT_STEPS.get(question.status)
            if steps is not None:
                name = steps[step % len(steps)]
                self.ask(self.whose_turn(question, name, other), name, self.data_of(name, question, "current"))

    @precondition(lambda self: self.state.questions)
    @rule(choice=nth, actor=st.sampled_from([CORA, CORA, CORA, VERA, RUTH, STRANGER]))
    def erase(self, choice: int, actor: Actor) -> None:
        """The words go out of the log and out of every memory, and a replay still gives what lives."""
        question_id = self.question(choice).question_id
        self.ask(actor, "question.erase", {"question_id": question_id, "reason": "harmful"})
        state: Any = Meeting()
        for recorded in self.runner.run(self.read_events(0)):
            state = apply(state, recorded)
            words = getattr(recorded.event, "text", None)
            if actor is CORA and getattr(recorded.event, "question_id", None) == question_id:
                assert words in {None, ERASED}, "erase: the log still holds the words"
        assert state == self.state, "erase: the replay is not what lives"

    def whose_turn(self, question: Question, name: str, other: bool) -> Actor:
        if name in SITES_STEPS:
            return LENA if other else SUPERVISOR_OF[question.site_id]
        return {"vera": VERA, "theo": THEO}.get(question.claimed_by or "", THEO if other else VERA)

    @rule(
        choice=nth,
        name=st.sampled_from(QUESTION_COMMANDS),
        actor=st.sampled_from([VERA, THEO, RUTH, SAM, LENA, *EVERYBODY]),
        version=st.sampled_from(["none", "none", "current", "stale"]),
    )
    def do_anything(self, choice: int, name: str, actor: Actor, version: str) -> None:
        question = self.question(choice) if self.state.questions and choice % 10 else None
        self.ask(actor, name, self.data_of(name, question, version))

    def question(self, choice: int) -> Question:
        """One of the questions, sooner a new one than an old."""
        newest_first = list(self.state.questions.values())[::-1]
        return newest_first[choice % min(len(newest_first), 5)]

    def data_of(self, name: str, question: Question | None, version: str) -> dict[str, Any]:
        data: dict[str, Any] = {"question_id": question.question_id if question else "nobody-asked"}
        number = self.commands
        match name:
            case "question.answer":
                data |= {"form": "written", "text": f"canary-answer-{number};"}
            case "question.restate":
                data |= {"text": f"canary-{number};", "verbatim": number % 2 == 0}
            case "question.ask_back":
                data |= {"note": f"canary-note-{number};" if number % 2 else None}
            case "question.decline":
                data |= {
                    "reason": ["off_topic", "other"][number % 2],
                    "note": [f"canary-note-{number};", None][number % 3 > 1],
                }
            case "question.appeal":
                data |= {"note": f"canary-note-{number};"}
            case "question.defer":
                data |= {"due_at": [None, self.clock.at + 90_000_000, self.clock.at][number % 3]}
            case "question.merge":
                others = [q for q in self.state.questions if q != data["question_id"]]
                data |= {"into": others[number % len(others)] if others else data["question_id"]}
        if question is not None and version != "none":
            data["version"] = question.version + (version == "stale")
        return data

    # ── Rules: a bad link and a restart ────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.receipts)
    @rule(choice=nth, times=st.integers(0, 2), is_new=st.booleans())
    def send_again(self, choice: int, times: int, is_new: bool) -> None:
        """The acknowledgement was lost; the client sends the same again, and has one effect and the first receipt.

        In between the process may have ended and another started on the same database.
        """
        if is_new:
            self.runner.run(self.live.close())
            self.live = self.start_live()
            self.runner.run(self.live.stream(self.stream_id))
        actor, command_id, name, data, seq = self.receipts[choice % len(self.receipts)]
        for _ in range(times):
            assert self.send(actor, command_id, name, data) == Receipt(seq), "receipt: a retry got another answer"
        self.read_log()
        assert len(self.log) == self.stream.seq, "receipt: a retry had an effect"

    @precondition(lambda self: self.receipts)
    @rule(choice=nth)
    def use_an_id_twice(self, choice: int) -> None:
        actor, command_id, name, _, _ = self.receipts[choice % len(self.receipts)]
        other = "meeting.start" if name != "meeting.start" else "meeting.end"
        outcome = self.send(actor, command_id, other, {})
        expected = "command_id_reused" if actor.may(COMMANDS[other].may) else "forbidden"
        assert isinstance(outcome, Refused), "receipt: an id was used twice"
        assert outcome.code == expected, f"receipt: {outcome.code}"

    @precondition(lambda self: self.log)
    @rule(one=nth, other=nth)
    def resume(self, one: int, other: int) -> None:
        """A client comes back: from any place in the log it gets to any later one."""
        after, seq = sorted((one % len(self.states), other % len(self.states)))
        told = [ref for recorded in self.log[after:seq] for ref in views.touched(self.states[recorded.seq], recorded)]
        for audience in AUDIENCES:
            for before in (self.states[after], None):
                changes = views.changes(before, self.states[seq], told, audience)
                self.check_copy(after, seq, audience, changes)

    # ── What must hold after every step ────────────────────────────────────────────────────────────────────────

    @invariant()
    def the_committed_state_is_the_replay(self) -> None:
        if self.log:
            assert self.stream.seq == len(self.log), "seq: the head is not the last event"
            assert self.stream.state == self.state, "replay: the live state is not what the log gives"

    @invariant()
    def the_room_figures_are_a_recount(self) -> None:
        for room in self.state.rooms.values():
            asked = [q for q in self.state.questions.values() if q.site_id == room.site_id]
            waiting = {q.question_id: _waits_since(q) for q in asked if q.status in WAITING}
            on_way_back = [q for q in asked if q.status in ON_WAY_BACK]
            assert room.asked == len(asked), "figures: asked"
            assert dict(room.waiting) == waiting, "figures: waiting"
            assert list(room.waiting.values()) == sorted(waiting.values()), "figures: not the longest-waiting first"
            assert room.on_way_back == len(on_way_back), "figures: on_way_back"
            assert room.deferred == sum(q.status == "deferred" for q in asked), "figures: deferred"
            assert room.last_turn == max((q.turn for q in asked), default=-1), "figures: last_turn"
            seen = sorted(q.seen_at - _waits_since(q) for q in asked if q.seen_at is not None)
            answered = sorted(q.answers[0].at - q.received_at for q in asked if q.answers)
            got = [(q.answers[-1].confirmed_at, q.received_at) for q in asked if q.answers]
            confirmed = sorted(at - since for at, since in got if at is not None)
            waits = (list(room.waits.seen), list(room.waits.answered), list(room.waits.confirmed))
            assert waits == (seen, answered, confirmed), "figures: waits"

    @invariant()
    def an_adult_is_in_one_room_and_a_room_without_one_says_so(self) -> None:
        here = [one for held in self.state.timelines.values() for one in held.present]
        assert len(here) == len(set(here)), "duty: somebody is in two rooms"
        for site_id, room in self.state.rooms.items():
            shown = views.view(self.state, "room", site_id, Audience("teacher"))
            assert shown is not None
            open_now = [one.person_id for one in on_duty_intervals(self.state, site_id) if one.to_at is None]
            present = [one["person_id"] for one in shown["duty"]["adults"] if one["away_since"] is None]
            assert sorted(open_now) == sorted(present), "duty: the intervals are not who is there"
            assert set(present) <= room.supervisor_ids, "duty: somebody who does not supervise the room"
            is_owed = self.state.status in ("lobby", "live") and needed_span(self.state, site_id) is not None
            assert (shown["duty"]["uncovered_since"] is not None) is (is_owed and not present), "duty: silently unowned"

    @invariant()
    def losses_follow_each_other_and_none_is_of_nothing(self) -> None:
        for site_id, held in self.state.links.items():
            spans = lost_spans(self.state, site_id)
            edges = [at for one in spans for at in (one.from_at, one.to_at) if at is not None]
            assert edges == sorted(edges), "link: losses overlap"
            assert all(one.to_at is None or one.to_at > one.from_at for one in spans), "link: a loss of nothing"
            is_open = any(one.to_at is None for one in held.lost)
            assert is_open is (held.status == "lost"), "link: lost and not counted, or counted and not lost"

    @invariant()
    def what_is_due_is_a_recount(self) -> None:
        due = {q.question_id: q.due_at for q in self.state.questions.values() if q.status == "cannot_find"}
        assert dict(self.state.due) == due, "due: not what cannot be found"
        for question in self.state.questions.values():
            has_due = question.status in ("deferred", "cannot_find")
            assert (question.due_at is not None) is has_due, "due: a time for what has none, or none for what has"

    @invariant()
    def a_group_has_one_lead(self) -> None:
        """No chain and no ring: a lead of waiting followers stands for itself, and each of the two knows the other."""
        questions = self.state.questions
        for question in questions.values():
            following = {q.question_id for q in questions.values() if q.merged_into == question.question_id}
            assert set(question.followers) == following, "merge: the lead does not know its followers"
            assert len(question.followers) == len(following), "merge: a follower is counted twice"
            if question.status == "merged":
                lead = questions[question.merged_into or ""]
                assert lead.status in (*WAITING, "deferred"), f"merge: it follows what is {lead.status}"
                assert lead.status != "merged", "merge: a chain"
                assert lead.shareable or (lead.site_id == question.site_id and not question.shareable), "merge: a leak"

    @invariant()
    def a_lead_stands_where_the_foremost_of_its_group_would(self) -> None:
        for question in self.state.questions.values():
            group = [question, *(q for q in self.state.questions.values() if _follows(q, question))]
            keys = [[q.urgency != "blocking", q.stuck == 0, q.turn, q.received_at] for q in group]
            shown = views.view(self.state, "question", question.question_id, Audience("teacher"))
            assert shown is not None
            assert shown["order"] == min(keys), "order: not that of the foremost"

    @invariant()
    def every_open_question_has_a_next_step(self) -> None:
        """For each status that is not settled, somebody may do something, also after the class."""
        for question in (self.state.questions[one] for one in sorted(self.changed)):
            is_settled = question.status in SETTLED or (question.declined and question.declined.acknowledged_at)
            if is_settled or question.site_id not in self.state.rooms or not self.state.teacher_ids:
                continue
            assert question.status in NEXT_STEPS, f"next step: none is written for {question.status}"
            assert any(self.is_possible(name, question) for name in NEXT_STEPS[question.status]), (
                f"next step: nobody can bring on what is {question.status}"
            )
            is_undecided = question.status in ("claimed", "answering", "asked_back", "queued")
            if self.state.is_over and is_undecided:
                touched = [r for r in self.log if getattr(r.event, "question_id", None) == question.question_id]
                assert touched[-1].at >= (self.state.ended_at or 0), "end: the class ended over an open question"

        self.changed.clear()

    def is_possible(self, name: str, question: Question) -> bool:
        adults = self.state.rooms[question.site_id].supervisor_ids
        people = adults if name in SITES_STEPS else self.state.teacher_ids
        data = self.data_of(name, question, "none")
        command = parse_command(name, data)[1]
        for actor in (one for one in EVERYBODY if one.person_id in people):
            try:
                if decide(self.state, command, Context(actor, max(self.clock.at, self.last_at))):
                    return True
            except Refused:
                continue
        return False

    def note(self, question: Question) -> None:
        reached.add(question.status)
        if question.declined and question.declined.acknowledged_at:
            reached.add("acknowledged")
        reached.update(
            word
            for word, is_so in {
                "appealed": question.appeal is not None,
                "restated": question.restated > 0,
                "answered together": question.status == "answered" and question.merged_into is not None,
                "stuck alone": question.stuck > 0 and question.status == "queued" and bool(question.answers),
                "a lead with followers": len(question.followers) > 1,
            }.items()
            if is_so
        )

    @invariant()
    def the_head_keeps_the_summary(self) -> None:
        if not self.log:
            return
        [head] = self.runner.run(self.read_heads())
        rooms = self.state.rooms
        seated = [q for q in self.state.questions.values() if q.site_id in rooms]
        assert head.seq == len(self.log), "summary: the head's seq"
        assert head.status == self.state.status, "summary: the head's status"
        assert head.summary == {
            "section_id": SECTION,
            "starts_at": self.state.starts_at,
            "ends_at": self.state.ends_at,
            "started_at": self.state.started_at,
            "ended_at": self.state.ended_at,
            "rooms": len(rooms),
            "asked": len(self.state.questions),
            "waiting": sum(q.status in WAITING for q in seated),
            "on_duty": {
                person_id: [site_id, adult.since]
                for site_id, held in self.state.timelines.items()
                for person_id, adult in held.adults.items()
                if self.state.status in ("lobby", "live")
            },
            "on_way_back": sum(q.status in ON_WAY_BACK for q in seated),
            "owed": sum(
                q.status in (*ON_WAY_BACK, "deferred")
                or (q.status == "declined" and q.declined is not None and q.declined.acknowledged_at is None)
                for q in seated
            )
            + sum(plan.status == "open" for plan in self.state.catch_ups.values())
            + sum(
                receipt.read_out_at is None and takes_part(self.state, site_id)
                for told in self.state.announcements.values()
                for site_id, receipt in told.receipts.items()
                if told.withdrawn_at is None
            ),
        }, "summary: not what the events give"
        due = [q.due_at for q in self.state.questions.values() if q.status == "cannot_find"]
        assert head.next_due_at == min(due, default=None), "summary: the head's due time"

    async def read_heads(self) -> list[event_log.Head]:
        async with self.database.reading() as connection:
            return await event_log.read_heads(connection, [self.stream_id])

    @invariant()
    def each_batch_brings_every_audience_on(self) -> None:
        for batch in self.batches:
            if batch.stream.id == self.stream_id:
                for audience in AUDIENCES:
                    changes = views.changes(batch.before, batch.state, batch.touched, audience)
                    self.check_copy(batch.after, batch.seq, audience, changes)
        self.batches.clear()

    @invariant()
    def every_audience_can_resume_from_what_the_ring_holds(self) -> None:
        if not self.log:
            return
        for after in {len(self.log) - 1, len(self.log) // 2}:
            for audience in AUDIENCES:
                changes = self.stream.changes_since(after, audience)
                if changes is not None:
                    self.check_copy(after, len(self.log), audience, changes)

    @invariant()
    def nobodys_part_reaches_beyond_the_stream(self) -> None:
        for actor in EVERYBODY:
            audience = views.audience_of(self.state, actor)
            mine = {
                site
                for site, room in self.state.rooms.items()
                if actor.person_id in room.supervisor_ids
                or (
                    self.state.status in ("ended", "reconciled")
                    and actor.person_id in REACH
                    and site in REACH[actor.person_id]
                )
            }
            if actor.person_id in ("vera", "theo", "tina"):
                expected = Audience("teacher") if actor.person_id in self.state.teacher_ids else None
            elif actor.person_id == "cora":
                expected = Audience("coordinator")
            else:
                expected = Audience("supervisor", tuple(sorted(mine))) if mine else None
            assert audience == (expected if self.log else None), "audience: not the part that the stream gives"

    def a_replay_comes_to_what_is_shown_now(self) -> None:
        """At the end, as it reads all from the first event on: step by step nothing hidden, and then the snapshot."""
        for audience in AUDIENCES:
            copy: dict[tuple[str, str], views.View] = {}
            for step in steps(self.log, audience):
                _check_hidden(self.states[step.seq], audience, list(step.changes))
                _upsert(copy, step.changes)
            assert copy == self.snapshot(len(self.log), audience), f"replay: {audience.key} does not come to the end"

    def check_copy(self, after: int, seq: int, audience: Audience, changes: list[views.View]) -> None:
        """A client that held the snapshot at `after` and takes the changes in holds the snapshot at `seq`."""
        copy = dict(self.snapshot(after, audience))
        _upsert(copy, changes)
        assert copy == self.snapshot(seq, audience), f"views: {audience.key} is not brought from {after} to {seq}"
        _check_hidden(self.states[seq], audience, changes)

    def snapshot(self, seq: int, audience: Audience) -> dict[tuple[str, str], views.View]:
        """The snapshot at `seq`, by kind and id; made and looked through once."""
        key = (seq, audience.key)
        if key not in self.snapshots:
            shown = views.snapshot(self.states[seq], audience)
            _check_hidden(self.states[seq], audience, shown)
            self.snapshots[key] = {(one["kind"], one["id"]): one["value"] for one in shown}
        return self.snapshots[key]


def _upsert(copy: dict[tuple[str, str], views.View], changes: Iterable[views.View]) -> None:
    for change in changes:
        key = (change["kind"], change["id"])
        if change["value"] is None:
            copy.pop(key, None)
        else:
            copy[key] = change["value"]


def _waits_since(question: Question) -> int:
    return max([question.received_at, *(a.stuck_at for a in question.answers if a.stuck_at is not None)])


def _follows(question: Question, lead: Question) -> bool:
    return question.status == "merged" and question.merged_into == lead.question_id


def _check_hidden(state: Meeting, audience: Audience, shown: list[views.View]) -> None:
    """No word of a hidden question, no key that is not public, and no student of another site."""
    written = orjson.dumps(shown)
    # What a private one was answered together with a shared lead is that lead's answer too, and stays so.
    shared = {answer.text for question in state.questions.values() if question.shareable for answer in question.answers}
    for question in state.questions.values():
        if audience.part == "teacher" or question.site_id in audience.site_ids:
            continue
        for note in _notes(question):
            assert note == ERASED or note.encode() not in written, f"hidden: {audience.key} reads {note}"
        if not question.shareable:
            for words in (question.text, *(a.text for a in question.answers if a.text not in shared)):
                known = words in {None, ERASED}
                assert known or words.encode() not in written, f"hidden: {audience.key} reads {words}"
        for value in (one["value"] for one in shown if (one["kind"], one["id"]) == ("question", question.question_id)):
            if value is None:
                continue
            assert audience.part == "coordinator" or question.shareable, f"hidden: {audience.key} sees a private one"
            allowed = PUBLIC | ({"text", "answers"} if question.shareable else set())
            assert set(value) <= allowed, f"hidden: {audience.key} gets {set(value) - allowed}"
    for told in state.announcements.values():
        if audience.part == "supervisor" and not set(audience.site_ids) & told.receipts.keys():
            assert told.text == ERASED or told.text.encode() not in written, f"hidden: {audience.key} reads {told.text}"
    for plan in state.catch_ups.values():
        if audience.part != "teacher" and plan.site_id not in audience.site_ids and plan.note:
            assert plan.note.encode() not in written, f"hidden: {audience.key} reads {plan.note}"
    others = [one for one in shown if one["kind"] != "meeting" and not _is_own(one, audience)]
    for student in (student for students in STUDENTS.values() for student in students):
        assert f'"{student}"'.encode() not in orjson.dumps(others), f"hidden: {audience.key} learns of {student}"


def _notes(question: Question) -> list[str]:
    said = (question.asked_back, question.declined, question.appeal)
    return [one.note for one in said if one is not None and one.note]


def _is_own(one: views.View, audience: Audience) -> bool:
    value = one["value"] or {}
    return audience.part == "teacher" or value.get("site_id") in audience.site_ids
