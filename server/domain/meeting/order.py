"""The queue's order: blocking, then still stuck, then fair rotation among sites, then age (domain.md §3).

A question's place is a key of four numbers, compared one after the other. A lead stands where the foremost of its group
would stand, so that nobody loses by being merged, and taking one out again undoes it.
"""

from typing import Literal, NamedTuple, TypeAlias

from .state import Meeting, Question

IN_QUEUE = ("queued", "seen")

Rule: TypeAlias = Literal["blocking", "still_stuck", "turn", "age"]
RULES: tuple[Rule, ...] = ("blocking", "still_stuck", "turn", "age")
"""The rules, in the order in which they are asked; a key has one number for each."""

Key: TypeAlias = tuple[int, int, int, int]


class Neighbour(NamedTuple):
    """Who stands next in the queue, and the first rule in which the two differ."""

    question_id: str
    rule: Rule


class Place(NamedTuple):
    """Where a question stands: `place` of `of`, from 1, between its neighbours, by its key."""

    place: int
    of: int
    key: Key
    ahead: Neighbour | None
    behind: Neighbour | None


def next_turn(state: Meeting, site_id: str) -> int:
    """The turn of a site's next question: fair rotation among sites as one number, fixed when the question arrives.

    Start-time fair queueing: a site's questions follow each other one turn apart, and a site that was quiet starts at
    the turn that is being served now. So ten questions from one site never stand before the first of another.
    """
    return max(state.turn, state.rooms[site_id].last_turn + 1)


def turn_served(state: Meeting, question: Question) -> int:
    """The rotation's turn once the question is taken up.

    The rotation has come as far as the lowest turn that is served or still waits. What goes before its turn (blocking,
    still stuck) does not move it, and neither does one that the teacher picks from further back: or a site's last of
    ten, taken first, would put the other nine before the first of a site that was quiet.
    """
    keys = [key_of(state, one) for one in state.questions.values() if one is question or one.status in IN_QUEUE]
    turns = [turn for is_normal, is_first_time, turn, _ in keys if is_normal and is_first_time]
    is_normal, is_first_time, *_ = key_of(state, question)
    return max(state.turn, min(turns)) if is_normal and is_first_time else state.turn


def key_of(state: Meeting, question: Question) -> Key:
    """The question's place in the queue as a sort key: that of the foremost in its group."""
    if not question.followers:
        return _own_key(question)
    following = (state.questions[follower] for follower in question.followers)
    return min([_own_key(question), *(_own_key(one) for one in following if one.status == "merged")])


def _own_key(question: Question) -> Key:
    is_blocking, is_stuck = question.urgency == "blocking", question.stuck > 0
    return (0 if is_blocking else 1, 0 if is_stuck else 1, question.turn, question.received_at)


def queue(state: Meeting) -> list[Question]:
    """What waits to be taken up, the next one first."""
    waiting = (question for question in state.questions.values() if question.status in IN_QUEUE)
    return sorted(waiting, key=lambda question: (key_of(state, question), question.question_id))


def place_of(state: Meeting, question_id: str) -> Place | None:
    """Why a question stands where it stands; None where it does not stand in the queue."""
    standing = queue(state)
    index = next((at for at, one in enumerate(standing) if one.question_id == question_id), None)
    if index is None:
        return None
    mine = standing[index]

    def neighbour(at: int) -> Neighbour | None:
        if not 0 <= at < len(standing):
            return None
        return Neighbour(standing[at].question_id, _differ(key_of(state, mine), key_of(state, standing[at])))

    return Place(index + 1, len(standing), key_of(state, mine), neighbour(index - 1), neighbour(index + 1))


def _differ(one: Key, other: Key) -> Rule:
    """The first rule in which the two differ; equal in all, the older id goes first, which is age again."""
    return next((rule for rule, a, b in zip(RULES, one, other, strict=True) if a != b), "age")
