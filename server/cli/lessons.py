"""Questions that students asked, out of a CSV file: one lesson after the other, and each row that cannot be used.

Columns: `lesson`, `seconds_into_lesson` (may be blank), `question`, and where there is one `move`: a student's talk
move of the TalkMoves dataset (Suresh et al., 2022), or blank. It is read, not sent. What a question may hold is the
server's to say; here is only refused what could not even be sent, or is none of the columns' words.
"""

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LESSON_SECONDS = 45 * 60.0
"""How long a lesson is taken to last where none of its rows has a time."""
LONGEST_SECONDS = 24 * 3_600.0

# What the decoder makes of bytes that are not UTF-8.
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_LESSON = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,64}")
MOVES = ("asking", "claim", "reasoning", "relating", "none")
_REQUIRED = ("lesson", "seconds_into_lesson", "question")


class BadFile(Exception):
    """A file of which no row can be read."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: at which line, in which column, and why."""

    line: int
    column: str
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Row:
    """One question. `line` is where its row begins; `seconds` after the lesson's beginning, if it is known."""

    line: int
    lesson: str
    seconds: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson's questions, each with its second, in the order in which they are asked."""

    name: str
    questions: Sequence[tuple[float, Row]]


def read_rows(path: Path) -> tuple[list[Row], list[BadRow]]:
    """The rows in the file's order, and those that cannot be used. Raises `BadFile` where there is no header."""
    rows: list[Row] = []
    bad: list[BadRow] = []
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        records = _records(csv.reader(file, strict=True))
        _, header = next(records, (0, []))
        missing = [name for name in _REQUIRED if name not in header] if isinstance(header, list) else _REQUIRED
        if missing:
            raise BadFile(f"{path}: the first line must name the columns; these are missing: {', '.join(missing)}")
        for line, record in records:
            row = BadRow(line, "row", record) if isinstance(record, str) else _row(line, list(header), record)
            if isinstance(row, Row):
                rows.append(row)
            else:
                bad.append(row)
    return rows, bad


def _records(reader: Any) -> Iterator[tuple[int, list[str] | str]]:
    """Each record with the line on which it begins, or what is wrong with it; blank lines are none."""
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"{error}" + (f" (in the lines to {reader.line_num})" if reader.line_num > line else "")
        else:
            if record:
                yield line, record


def _row(line: int, header: Sequence[str], record: Sequence[str]) -> Row | BadRow:
    if len(record) != len(header):
        return BadRow(line, "row", f"{len(record)} columns, where the first line names {len(header)}")
    cells = dict(zip(header, record, strict=True))
    for column in _REQUIRED:
        found = _NOT_UTF8.search(cells[column])
        if found:
            return BadRow(line, column, f"character {found.start() + 1} is not UTF-8")
    if not _LESSON.fullmatch(cells["lesson"].strip()):
        return BadRow(line, "lesson", "must be 1 to 64 characters, none of them a control character")
    try:
        seconds = _seconds(cells["seconds_into_lesson"].strip())
    except ValueError:
        return BadRow(line, "seconds_into_lesson", "must be blank, or a number of seconds from 0 to 24 hours")
    if cells.get("move", "").strip() not in ("", *MOVES):
        return BadRow(line, "move", f"must be blank, or one of: {', '.join(MOVES)}")
    return Row(line, cells["lesson"].strip(), seconds, cells["question"])


def _seconds(text: str) -> float | None:
    if not text:
        return None
    seconds = float(text)
    if not math.isfinite(seconds) or not 0 <= seconds <= LONGEST_SECONDS:
        raise ValueError(text)
    return seconds


def lessons_of(rows: Sequence[Row]) -> list[Lesson]:
    """The lessons in the order in which the file names them first."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.lesson, []).append(row)
    return [Lesson(name, _timed(of_lesson)) for name, of_lesson in by_name.items()]


def _timed(rows: Sequence[Row]) -> Sequence[tuple[float, Row]]:
    """Rows without a time are spaced evenly, by their place, from the lesson's beginning to its last known second."""
    length = max((row.seconds for row in rows if row.seconds is not None), default=0.0) or LESSON_SECONDS
    timed = [
        (length * (place + 1) / (len(rows) + 1) if row.seconds is None else row.seconds, row)
        for place, row in enumerate(rows)
    ]
    return sorted(timed, key=lambda one: one[0])
