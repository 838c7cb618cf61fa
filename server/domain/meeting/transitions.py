"""Which command a question takes in which status, and the words for why not: one table, for every rule.

Nothing else lists statuses: a rule asks `require_allowed`, and what a whole class's end decides is read from here too.
Who may do it, and under which further conditions, is each rule's own.
"""

from collections.abc import Mapping
from typing import Any, get_args

from ..messages import COMMAND_TYPES, Refused
from .state import ON_WAY_BACK, OPEN, UNDECIDED, Question, QuestionStatus

STATUSES: tuple[QuestionStatus, ...] = get_args(QuestionStatus)

_IS: Mapping[QuestionStatus, str] = {
    "queued": "waits in the queue",
    "seen": "was seen and waits to be taken up",
    "claimed": "is claimed by a teacher",
    "answering": "is being answered",
    "answered": "is answered",
    "delivered": "is answered, and the answer was delivered",
    "confirmed": "is settled: the student got it",
    "asked_back": "is with its site, which was asked to say it again",
    "merged": "follows the question that it was merged into",
    "deferred": "was put off, to be answered in writing",
    "declined": "was declined",
    "cannot_find": "is answered, and its student cannot be found",
    "withdrawn": "was withdrawn by its site",
    "closed": "was closed, as its student was not found in time",
}
_UNCLAIMED: tuple[QuestionStatus, ...] = ("queued", "seen")
_TAKEN_UP: tuple[QuestionStatus, ...] = ("claimed", "answering")

_ROWS: Mapping[str, tuple[tuple[QuestionStatus, ...], str]] = {
    # Two screens of one teacher show the same question: the second has nothing left to do, and did nothing wrong.
    "question.see": (STATUSES, "any question can be seen"),
    "question.claim": (_UNCLAIMED, "only one that waits can be claimed"),
    "question.begin": ((*_UNCLAIMED, "claimed"), "only one that waits or is claimed can be begun"),
    "question.release": (_TAKEN_UP, "only one that was taken up can be given back"),
    "question.answer": ((*_TAKEN_UP, "deferred"), "claim it before you answer it"),
    "question.ask_back": ((*_UNCLAIMED, *_TAKEN_UP), "only one that waits for the teacher can be asked back"),
    "question.merge": ((*_UNCLAIMED, "claimed"), "only one that nobody answers yet can be merged"),
    "question.unmerge": (("merged",), "only a merged one can be taken out again"),
    "question.defer": (UNDECIDED, "only one that nothing was decided about can be put off"),
    "question.reopen": (("deferred",), "only one that was put off can be opened again"),
    "question.decline": ((*UNDECIDED, "deferred"), "only an open one can be declined, and a merged one by its lead"),
    "question.restate": (("asked_back",), "only one that was asked back can be said again"),
    "question.withdraw": (OPEN, "only an open one can be withdrawn"),
    "question.acknowledge": (("declined",), "only a declined one is acknowledged"),
    "question.appeal": (("declined",), "only a declined one can be appealed"),
    "question.deliver": (("answered", "cannot_find"), "only an answer that is on its way can be delivered"),
    "question.confirm": (ON_WAY_BACK, "only an answer that is on its way can be confirmed"),
    "question.still_stuck": (ON_WAY_BACK, "only after an answer can a student still be stuck"),
    "question.cannot_find": (("answered", "delivered"), "only an answer that is on its way looks for its student"),
}
"""Command → the statuses it is allowed in, and what it needs."""

TABLE: Mapping[str, Mapping[QuestionStatus, str | None]] = {
    name: {status: None if status in allowed else f"the question {_IS[status]}: {needs}" for status in STATUSES}
    for name, (allowed, needs) in _ROWS.items()
}
"""Command → status → why not; None: it is allowed."""


def is_allowed(name: str, question: Question) -> bool:
    """Whether the question's status allows the command of this wire name."""
    return TABLE[name][question.status] is None


def require_allowed(question: Question, command: Any) -> None:
    """The question's status must allow the command."""
    why_not = TABLE[COMMAND_TYPES[type(command)].name][question.status]
    if why_not is not None:
        raise Refused("wrong_state", why_not)
