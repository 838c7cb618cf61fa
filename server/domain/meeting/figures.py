"""A room's figures, kept by the difference that one question makes: a recount would cost each event the sum."""

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from dataclasses import replace

from .state import ON_WAY_BACK, WAITING, Question, Room, RoomWaits, is_unheard


def tallied(room: Room, before: Question | None, after: Question) -> Room:
    """The room's figures after one of its questions changed (or, with `before` None, was asked)."""
    was = before.status if before is not None else None
    return replace(
        room,
        asked=room.asked + (before is None),
        last_turn=max(room.last_turn, after.turn),
        waiting=_waiting(room.waiting, was in WAITING, after),
        on_way_back=room.on_way_back + (after.status in ON_WAY_BACK) - (was in ON_WAY_BACK),
        deferred=room.deferred + (after.status == "deferred") - (was == "deferred"),
        unheard=room.unheard + is_unheard(after) - (before is not None and is_unheard(before)),
        waits=_waits(room.waits, before, after),
    )


def _waiting(held: Mapping[str, int], was_waiting: bool, after: Question) -> Mapping[str, int]:
    waits = after.status in WAITING
    if waits == was_waiting:
        return held
    if not waits:
        return {k: since for k, since in held.items() if k != after.question_id}
    waiting = {**held, after.question_id: after.waiting_since}
    if after.waiting_since >= max(held.values(), default=0):
        return waiting
    # One that was put off or declined comes back with the time that it has waited already.
    return dict(sorted(waiting.items(), key=lambda one: one[1]))


def _waits(held: RoomWaits, before: Question | None, after: Question) -> RoomWaits:
    if before is not None and (before.seen_at, before.answers) == (after.seen_at, after.answers):
        return held
    return RoomWaits(
        _exchanged(held.seen, _seen_wait, before, after),
        _exchanged(held.answered, _answered_wait, before, after),
        _exchanged(held.confirmed, _confirmed_wait, before, after),
    )


def _exchanged(
    held: tuple[int, ...], wait: Callable[[Question], int | None], before: Question | None, after: Question
) -> tuple[int, ...]:
    old, new = None if before is None else wait(before), wait(after)
    if old == new:
        return held
    waits = list(held)
    if old is not None:
        del waits[bisect_left(waits, old)]
    if new is not None:
        insort(waits, new)
    return tuple(waits)


def _seen_wait(question: Question) -> int | None:
    """From the moment the student began to wait (asked, or still stuck) to the teacher's screen; None: not seen yet."""
    began = max((a.stuck_at for a in question.answers if a.stuck_at is not None), default=question.received_at)
    return None if question.seen_at is None else question.seen_at - began


def _answered_wait(question: Question) -> int | None:
    """From asking to the first answer; None: there is none."""
    return question.answers[0].at - question.received_at if question.answers else None


def _confirmed_wait(question: Question) -> int | None:
    """From asking to "got it", with every round between; None: not yet."""
    confirmed_at = question.answers[-1].confirmed_at if question.answers else None
    return None if confirmed_at is None else confirmed_at - question.received_at
