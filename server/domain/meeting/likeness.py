"""Which waiting questions probably ask the same: a hint for the teacher, who alone merges.

Two questions are compared by the words that carry them, in no order and allowing for endings, and never across
different numbers: "why not three fourths?" is another question than "why not one fourth?". Among some
70,000 pairs of real students' questions in one lesson each, 39 reached the threshold and 32 of those asked the same; of
those just under it fewer than half did; a paraphrase in other words is not found.
"""

import re
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import fuzz

from .merging import may_lead
from .order import key_of
from .state import Meeting, Question

THRESHOLD = 85
"""From what likeness on (0 to 100) a pair is shown: a wrong hint costs the teacher more than a missing one."""
MOST = 200
"""How many questions are compared, the next ones first: the pairs grow with the square."""

_COMPARED = ("queued", "seen", "claimed")
_WORD = re.compile(r"\w+(?:'\w+)?")
_SMALL = frozenset(
    re.findall(
        r"\S+",
        """
        a about all am an and any are as ask at be but by can can't could couldn't did didn't do does doesn't doing
        don't for from get go going got had has have he her here him his how i i'm if in is isn't it it's its just
        know let like make me mean my of oh ok okay on one or other our out question right said same say see she
        should so some something talking than that that's the their them then there there's these they thing things
        think this those to uh um up want was we well were what what's when where which who why will with would
        wouldn't yeah yes you you're your al cómo como con cuál cuando de del donde el ella en es esta este esto la
        las lo los más o para pero por puede puedo que qué se si sí su tengo un una y ya yo
        """,
    )
)
"""Words that most questions share, English and Spanish."""
_NUMBERS = frozenset(
    re.findall(
        r"\S+",
        """
        zero two three four five six seven eight nine ten eleven twelve half third thirds fourth fourths quarter
        quarters fifth sixth first second squared cubed cero dos tres cuatro cinco seis siete ocho nueve diez mitad
        tercio cuarto
        """,
    )
)


class Likeness(NamedTuple):
    """Two questions that probably ask the same (0 to 100), and which of them may lead, the shareable or older one."""

    question_ids: tuple[str, str]
    into: str
    likeness: int


class _Words(NamedTuple):
    carrying: str
    many: int
    numbers: frozenset[str]


def likenesses(state: Meeting) -> list[Likeness]:
    """The probable pairs, the likeliest first; those that may not be merged in either direction are left out."""
    waiting = sorted((q for q in state.questions.values() if q.status in _COMPARED), key=lambda q: key_of(state, q))
    pairs: list[Likeness] = []
    for (one, its), (other, others) in combinations([(q, _words(q.text)) for q in waiting[:MOST]], 2):
        lead = _lead_of(one, other)
        likeness = _compared(its, others) if lead is not None else 0
        if lead is not None and likeness >= THRESHOLD:
            pairs.append(Likeness((one.question_id, other.question_id), lead.question_id, likeness))
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.question_ids))


def likeness_of(one: str, other: str) -> int:
    """How alike two texts are, from 0 to 100."""
    return _compared(_words(one), _words(other))


def _words(text: str) -> _Words:
    words = set(_WORD.findall(text.casefold().replace("’", "'")))
    carrying = sorted(words - _SMALL)
    numbers = frozenset(word for word in words if word in _NUMBERS or any(c.isdigit() for c in word))
    return _Words(" ".join(carrying), len(carrying), numbers)


def _compared(one: _Words, other: _Words) -> int:
    # A single word ("Again?", "This one?") says too little to compare.
    if min(one.many, other.many) < 2 or one.numbers != other.numbers:
        return 0
    return int(fuzz.ratio(one.carrying, other.carrying, score_cutoff=THRESHOLD))


def _lead_of(one: Question, other: Question) -> Question | None:
    leads = [lead for question, lead in ((one, other), (other, one)) if may_lead(question, lead)]
    return min(leads, key=lambda lead: (not lead.shareable, lead.received_at, lead.question_id), default=None)
