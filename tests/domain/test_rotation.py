"""The queue's order: blocking, then still stuck, then fair rotation among sites, then age."""

from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from server.domain.meeting import Meeting, order
from server.domain.meeting.answering import ClaimQuestion, ReleaseQuestion
from server.domain.meeting.merging import MergeQuestion
from server.domain.meeting.state import Room
from server.domain.messages import Context, Recorded, apply, decide
from tests.support.given import given
from tests.support.meetings import ELK, LIVE, MESA, PINE, SUPERVISOR_OF, VERA, claimed, relay, relayed, seen, stuck
from tests.support.meetings import answered as answer_of
from tests.support.meetings import delivered as delivery_of

ARRIVALS = st.lists(st.sampled_from([PINE, MESA, ELK, "claim"]), min_size=1, max_size=40)


class Lesson:
    """A live class in which questions arrive and the teacher always takes the head of the queue."""

    def __init__(self) -> None:
        self.state: Any = given(LIVE).state
        self.events = 0
        self.given_back = 0

    def do(self, actor: Any, command: Any) -> None:
        self.events += 1
        at = 1_791_994_900_000 + self.events
        for event in decide(self.state, command, Context(actor, at)):
            self.state = apply(self.state, Recorded(self.events, at, actor.person_id, event))

    def queue(self) -> list[Any]:
        return order.queue(self.state)

    def ask(self, site_id: str, **fields: Any) -> str:
        question_id = f"q{self.events}"
        self.do(SUPERVISOR_OF[site_id], relay(question_id, site_id, **fields))
        return question_id

    def play(self, steps: list[tuple[str, str, str, int]]) -> None:
        """Ask, take the head, merge two that wait, or give back what was taken last."""
        for step, site_id, urgency, choice in steps:
            queue = self.queue()
            taken = [q for q in self.state.questions.values() if q.status == "claimed"]
            if step == "ask":
                self.ask(site_id, urgency=urgency, shareable=choice % 2 == 0)
            elif step == "take":
                self.take_the_head()
            elif step == "merge" and len(queue) > 1:
                lead, follower = queue[choice % len(queue)], queue[(choice + 1) % len(queue)]
                if lead.shareable:
                    self.do(VERA, MergeQuestion(question_id=follower.question_id, into=lead.question_id))
            elif step == "give back" and taken:
                self.given_back += 1
                self.do(VERA, ReleaseQuestion(question_id=taken[-1].question_id))

    def foremost(self, lead: Any) -> Any:
        """The member of the lead's group that gives it its place."""
        group = [lead, *(self.state.questions[one] for one in lead.followers)]
        return min((q for q in group if q is lead or q.status == "merged"), key=order._own_key)

    def take_the_head(self) -> str | None:
        queue = self.queue()
        if not queue:
            return None
        self.do(VERA, ClaimQuestion(question_id=queue[0].question_id))
        return str(queue[0].site_id)


def is_quiet(state: Meeting, site_id: str) -> bool:
    """Nothing of the site waits, and the round that is served now has not had a question of it."""
    room: Room = state.rooms[site_id]
    return not room.waiting and (room.last_turn < state.turn or room.last_turn == -1)


@for_all(ARRIVALS, st.sampled_from([PINE, MESA, ELK]), ARRIVALS)
def test_a_quiet_site_waits_for_at_most_one_question_of_each_other(before: list, site: str, after: list) -> None:
    lesson = Lesson()
    for step in before:
        lesson.take_the_head() if step == "claim" else lesson.ask(step)
    if not is_quiet(lesson.state, site):
        return
    question_id = lesson.ask(site)
    served: list[str | None] = []
    for step in [*after, *["claim"] * 200]:
        if lesson.state.questions[question_id].status == "claimed":
            break
        if step == "claim":
            served.append(lesson.take_the_head())
        else:
            lesson.ask(step)
    *others, own = served
    assert own == site
    assert site not in others
    assert all(others.count(other) <= 1 for other in (PINE, MESA, ELK)), f"{others} went before {site}"


@for_all(ARRIVALS)
def test_one_sites_questions_are_taken_in_the_order_they_were_asked(steps: list) -> None:
    lesson = Lesson()
    asked: dict[str, list[str]] = {PINE: [], MESA: [], ELK: []}
    for step in steps:
        if step == "claim":
            lesson.take_the_head()
        else:
            asked[step].append(lesson.ask(step))
    for site_id, question_ids in asked.items():
        waiting = [q.question_id for q in lesson.queue() if q.site_id == site_id]
        assert waiting == question_ids[len(question_ids) - len(waiting) :]


def test_ten_questions_of_one_site_do_not_stand_before_the_first_of_another() -> None:
    ten = [relayed(f"p{turn}", PINE, turn=turn) for turn in range(10)]
    state = given(LIVE, ten, relayed("m0", MESA, turn=0), relayed("e0", ELK, turn=0), relayed("m1", MESA, turn=1)).state
    queue = order.queue(state)
    assert [q.question_id for q in queue][:6] == ["p0", "m0", "e0", "p1", "m1", "p2"]


def test_a_site_that_was_quiet_gains_nothing_by_it() -> None:
    taken = [event for n in range(3) for event in (seen(f"p{n}"), claimed(f"p{n}"))]
    asked = [relayed(f"p{turn}", PINE, turn=turn) for turn in range(5)]
    state = given(LIVE, asked, taken, relayed("m0", MESA, turn=2), relayed("m1", MESA, turn=3)).state
    queue = order.queue(state)
    assert [q.question_id for q in queue] == ["m0", "p3", "m1", "p4"]


def test_blocking_then_still_stuck_then_the_rotation() -> None:
    round_trip = [seen("s"), claimed("s"), answer_of("s"), delivery_of("s"), stuck("s")]
    urgent = [relayed("b", MESA, turn=1, urgency="blocking"), relayed("n", MESA, turn=2), relayed("e", ELK, turn=0)]
    history = [relayed("s", PINE, turn=0), relayed("m", MESA, turn=0), *round_trip, *urgent]
    queue = order.queue(given(LIVE, history).state)
    assert [q.question_id for q in queue] == ["b", "s", "m", "e", "n"]


STARVING = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "take", "take", "merge", "give back"]),
        st.sampled_from([PINE, MESA, ELK]),
        st.sampled_from(["normal", "normal", "normal", "blocking"]),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=40,
)


@for_all(STARVING, st.sampled_from([PINE, MESA, ELK]), STARVING)
def test_no_site_starves_whatever_the_others_ask(before: list, site: str, after: list) -> None:
    """A normal question is taken up after at most (its turn − the rotation's turn + 1) places of the rotation of each
    other site: 1 for a site that was quiet, one more for each question that its own site has asked ahead of it.

    Not counted is what goes before its turn by the school's own rules (blocking, still stuck); a group counts as one,
    for the site whose member was foremost. What was given back counts again.
    """
    lesson = Lesson()
    lesson.play(before)
    turn = order.next_turn(lesson.state, site)
    bound = 2 * (turn - lesson.state.turn + 1)
    # What was given back stands at its old turn, which the rotation has left behind.
    bound += sum(one.site_id != site and one.turn < lesson.state.turn for one in lesson.queue())
    question_id, given_back = lesson.ask(site, shareable=True), lesson.given_back
    served = 0
    for step in [*after, *[("take", site, "normal", 0)] * 200]:
        question = lesson.state.questions[question_id]
        if question.status not in ("queued", "seen"):
            break
        if step[0] != "take":
            lesson.play([step])
            continue
        head = lesson.queue()[0]
        is_normal, _, head_turn, _ = order.key_of(lesson.state, head)
        foremost = lesson.foremost(head)
        served += bool(is_normal and foremost.site_id != site and head_turn <= turn)
        lesson.play([step])
    assert lesson.state.questions[question_id].status in ("claimed", "merged"), "it was never taken up"
    assert served <= bound + lesson.given_back - given_back, f"{served} of other sites went before it"


def test_one_taken_from_further_back_does_not_move_the_rotation() -> None:
    """The teacher picks a site's last question first: the site that was quiet is next all the same."""
    lesson = Lesson()
    ids = [lesson.ask(PINE) for _ in range(10)]
    lesson.do(VERA, ClaimQuestion(question_id=ids[-1]))
    quiet = lesson.ask(MESA)
    assert [q.question_id for q in lesson.queue()][:3] == [ids[0], quiet, ids[1]]
