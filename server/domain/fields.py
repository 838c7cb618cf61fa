"""The field types that commands are made of, with their limits; each limit is one that a refusal can name."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, Strict, StringConstraints
from pydantic_core import PydanticCustomError

MAX_QUESTION_CHARACTERS = 2_000
MAX_ANSWER_CHARACTERS = 4_000
MAX_NOTE_CHARACTERS = 500
MAX_ANNOUNCEMENT_CHARACTERS = 500
"""What a supervisor can read out in one breath or two."""
ERASED = "[erased]"
"""What stands where a personal text was erased: in the state, in every view, and for what the log holds no more."""

# Line feed and tab are words' own layout; every other control character, and the bidirectional overrides
# that make a text read as something else than it is, have no business in what a person says.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]")


def _plain(text: str) -> str:
    found = _FORBIDDEN.search(text)
    if found:
        raise PydanticCustomError(
            "control_characters",
            "character {position} is a control character (U+{code}): remove it",
            {"position": found.start() + 1, "code": f"{ord(found.group()):04X}"},
        )
    return text


# Letters that show nothing: Hangul fillers and the empty Braille cell.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def _is_visible(character: str) -> bool:
    # Letters, numbers, punctuation and symbols; not spaces, joiners, marks alone or tags.
    return unicodedata.category(character)[0] in "LNPS" and character not in _BLANK_LETTERS


def _said(text: str) -> str:
    if not any(map(_is_visible, text)):
        raise PydanticCustomError("too_short", "nothing was written: say at least one word", {})
    return text


ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Id = Annotated[str, Strict(), StringConstraints(pattern=f"^{ID_PATTERN.pattern}$")]
"""An opaque identifier: 1 to 64 letters, digits, `_`, `.`, `-`; the first a letter or a digit."""

QuestionText = Annotated[
    str, Strict(), Field(max_length=MAX_QUESTION_CHARACTERS), AfterValidator(_plain), AfterValidator(_said)
]
AnswerText = Annotated[str, Strict(), Field(max_length=MAX_ANSWER_CHARACTERS), AfterValidator(_plain)]
BriefText = Annotated[str, Strict(), Field(max_length=MAX_QUESTION_CHARACTERS), AfterValidator(_plain)]
NoteText = Annotated[str, Strict(), Field(max_length=MAX_NOTE_CHARACTERS), AfterValidator(_plain)]
AnnouncementText = Annotated[
    str, Strict(), Field(max_length=MAX_ANNOUNCEMENT_CHARACTERS), AfterValidator(_plain), AfterValidator(_said)
]
AppealText = Annotated[
    str, Strict(), Field(max_length=MAX_NOTE_CHARACTERS), AfterValidator(_plain), AfterValidator(_said)
]

LAST_MILLIS = 253_402_300_799_999
Millis = Annotated[int, Strict(), Field(ge=0, le=LAST_MILLIS)]
"""A moment: whole milliseconds since 1970-01-01T00:00:00Z, up to the end of the year 9999."""

ScheduledAt = Annotated[int, Strict(), Field(ge=0, le=7_258_118_400_000)]
"""A moment that something is planned for: up to the year 2200, so that a day's reckoning from it in any time zone, and
some days on, stays within the calendar."""

RoundTrip = Annotated[int, Strict(), Field(ge=0, le=600_000)]
"""How long a message took there and back, in milliseconds; up to ten minutes."""

LossPercent = Annotated[int, Strict(), Field(ge=0, le=100)]
"""How many of a hundred messages did not come back."""

LedMinutes = Annotated[int, Strict(), Field(ge=1, le=600)]
"""How long a site led its catch-up plan: up to ten hours."""

BriefVersion = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)]
"""How often a lesson's brief was written; 0: there is none."""

MAX_EXACT = 2**53 - 1
Version = Annotated[int, Strict(), Field(ge=1, le=MAX_EXACT)]
"""A question's version. The bound is that of JSON's exact integers; beyond 64 bits nothing could encode it."""

Flag = Annotated[bool, Strict()]
