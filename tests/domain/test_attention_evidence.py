"""A class that is played at random: nothing is called wrong without evidence, counted anew and otherwise."""

from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from server.domain.attention import Concern, concerns
from server.domain.meeting import (
    announcements,
    answering,
    catch_up,
    deferring,
    duty,
    lifecycle,
    links,
    readiness,
    returning,
)
from server.domain.meeting.duty import on_duty_intervals
from server.domain.messages import Context, Recorded, Refused, apply, decide
from tests.support.given import given
from tests.support.meetings import (
    ELK,
    ENDS_AT,
    LIVE,
    OPENED,
    PINE,
    SITES,
    STARTS_AT,
    SUPERVISOR_OF,
    SYSTEM,
    VERA,
    relay,
)

MINUTE = 60_000
T = STARTS_AT + 100_000

SITE = st.sampled_from(SITES)
NTH = st.integers(0, 3)
COMMANDS: dict[str, Any] = {
    "sign_on": lambda site, n: (SUPERVISOR_OF[site], duty.SignOn(site_id=site)),
    "step_out": lambda site, n: (SUPERVISOR_OF[site], duty.StepOut(site_id=site, reason="other")),
    "return": lambda site, n: (SUPERVISOR_OF[site], duty.Return(site_id=site)),
    "sign_off": lambda site, n: (SUPERVISOR_OF[site], duty.SignOff(site_id=site, reason="other")),
    "ask": lambda site, n: (SUPERVISOR_OF[site], relay(f"{site}-{n}", site, urgency=["normal", "blocking"][n % 2])),
    "claim": lambda site, n: (VERA, answering.ClaimQuestion(question_id=f"{site}-{n}")),
    "answer": lambda site, n: (VERA, answering.AnswerQuestion(question_id=f"{site}-{n}", form="spoken_to_all")),
    "defer": lambda site, n: (VERA, deferring.DeferQuestion(question_id=f"{site}-{n}", due_at=T + n * 5 * MINUTE)),
    "stuck": lambda site, n: (SUPERVISOR_OF[site], returning.ReportStillStuck(question_id=f"{site}-{n}")),
    "announce": lambda site, n: (VERA, announcements.MakeAnnouncement(announcement_id=f"a{n}", text="page 1")),
    "read": lambda site, n: (SUPERVISOR_OF[site], announcements.ReadOut(announcement_id=f"a{n}", site_id=site)),
    "report": lambda site, n: (
        SUPERVISOR_OF[site],
        readiness.ReportReadiness(site_id=site, status=["ready", "degraded", "down", "closed"][n]),  # type: ignore[arg-type]
    ),
    "plan": lambda site, n: (VERA, catch_up.PlanCatchUp(site_id=site, plan_id=f"{site}-{n}", kind="recording")),
    "lobby": lambda site, n: (VERA, lifecycle.OpenLobby()),
    "end": lambda site, n: (VERA, lifecycle.EndMeeting()),
    "slow": lambda site, n: (SUPERVISOR_OF[site], links.MeasureLink(site_id=site, round_trip_ms=[100, 2_000][n % 2])),
}
WAYS = {
    "go to stuck": ("ask", "claim", "answer", "stuck"),
    "go to deferred": ("ask", "claim", "defer"),
    "go slow": ("hear", "slow"),
}
"""Several steps at once, which would seldom come together."""
SECONDS = st.one_of(st.integers(1, 120), st.just(1_200))
STEPS = st.lists(
    st.tuples(st.sampled_from([*WAYS, "hear", "lapse", *COMMANDS]), SITE, NTH, SECONDS), min_size=1, max_size=40
)


class Played:
    """A class that was played, and when each of its rooms was last heard."""

    def __init__(self, steps: list[tuple[str, str, int, int]]) -> None:
        self.state: Any = given(LIVE if steps[0][1] != ELK else OPENED).state
        self.at, self.heard, self.seq = STARTS_AT + 20_000, dict[str, int](), 100
        for way, site, n, seconds in steps:
            self.at += seconds * 1_000
            for step in WAYS.get(way, (way,)):
                self.take(step, site, n)

    def take(self, step: str, site: str, n: int) -> None:
        if step == "hear":
            told = links.ArriveLink(site_id=site, heard_at=self.at, last_heard_at=self.heard.get(site))
            self.heard[site] = self.at
            self.do(SYSTEM, told)
        elif step == "lapse" and site in self.heard:
            self.do(SYSTEM, links.LapseLink(site_id=site, last_heard_at=self.heard[site]))
        elif step in COMMANDS:
            self.do(*COMMANDS[step](site, n))

    def do(self, actor: Any, command: Any) -> None:
        try:
            events = decide(self.state, command, Context(actor, self.at))
        except Refused:
            return
        for event in events:
            self.seq += 1
            self.state = apply(self.state, Recorded(self.seq, self.at, actor.person_id, event))

    def is_evident(self, one: Concern) -> bool:
        """Whether it is so, counted anew and otherwise: from the questions, the intervals, the receipts."""
        state, site, at = self.state, one.site_id or "", self.at
        asked = [q for q in state.questions.values() if q.site_id == site and q.waiting_since <= one.since]
        waiting = [q for q in asked if q.status in ("queued", "seen", "claimed", "answering", "asked_back", "merged")]
        is_silent = at - self.heard.get(site, 0) > 30_000
        receipts = [a.receipts[site] for a in state.announcements.values() if a.at == one.since and site in a.receipts]
        report = state.readiness[site].report if site in state.readiness else None
        evidence = {
            "room_uncovered": all(i.to_at is not None for i in on_duty_intervals(state, site)),
            "adult_not_cleared": {i.person_id for i in on_duty_intervals(state, site) if i.to_at is None}
            <= {"sam", "lena"},
            "link_lost": is_silent,
            "link_unheard": is_silent and site not in state.links,
            "blocking_waits": any(q.urgency == "blocking" for q in waiting) and at - one.since > 2 * MINUTE,
            "class_late": state.started_at is None and at > STARTS_AT,
            "class_not_held": state.started_at is None and at >= ENDS_AT,
            "room_out": report is not None and report.status in ("down", "closed"),
            "still_stuck": any(q.stuck for q in waiting),
            "long_wait": bool(waiting) and at - one.since > 5 * MINUTE,
            "room_unreported": report is None,
            "announcement_unread": any(r.read_out_at is None for r in receipts),
            "link_degraded": site in state.links and state.links[site].status == "degraded",
            "class_over_time": at > ENDS_AT and state.ended_at is None,
            "owed_late": any(q.due_at is None or q.due_at < at for q in state.questions.values())
            or any(p.due_at < at for p in state.catch_ups.values()),
        }
        return evidence[one.code]


@settings(max_examples=300, deadline=None)
@for_all(STEPS)
def test_no_concern_without_evidence_and_none_before_it_began(steps: list[tuple[str, str, int, int]]) -> None:
    played = Played(steps)
    found = concerns(played.state, played.heard, played.at)
    assert [one for one in found if not played.is_evident(one)] == []
    assert [one for one in found if one.since > played.at] == []
    assert len({(one.code, one.site_id) for one in found}) == len(found), "each is told once"
    assert {one.site_id for one in found} <= {None, *played.state.rooms}


@settings(max_examples=300, deadline=None)
@for_all(STEPS)
def test_a_room_that_is_live_staffed_and_heard_and_waits_for_nothing_is_well(
    steps: list[tuple[str, str, int, int]],
) -> None:
    """The other way round: what is well is not complained of."""
    played = Played(steps)
    state, at = played.state, played.at
    mine = {one.code for one in concerns(state, played.heard, at) if one.site_id == PINE}
    is_staffed = any(i.to_at is None for i in on_duty_intervals(state, PINE))
    if state.status == "live" and is_staffed and at - played.heard.get(PINE, 0) <= 30_000:
        assert not mine & {"room_uncovered", "adult_not_cleared", "link_lost", "link_unheard"}
        assert state.rooms[PINE].waiting or not mine & {"blocking_waits", "still_stuck", "long_wait"}
