"""What is told of a run: its counts, waits and rate, and which question was acknowledged under which id."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .classroom import Classroom, Played
from .description import AskedQuestion, PlayedLesson, RefusedRow, Report
from .lessons import BadRow


def figures(classroom: Classroom, bad: Sequence[BadRow], seconds: float) -> dict[str, Any]:
    """Waits are milliseconds by this machine's clock: from asking to what the supervisor's own copy showed."""
    every = list(classroom.asked)
    confirmed = [asked for asked in every if asked.confirmed_at is not None]
    return {
        "asked": len(every),
        "acknowledged": sum(asked.was_acknowledged for asked in every),
        "confirmed": len(confirmed),
        "still_stuck": sum(asked.is_to_be_stuck for asked in confirmed),
        "refused": sum(asked.refused is not None for asked in every),
        "bad_rows": len(bad),
        "waits_ms": {
            "answered": _spread(one.answered_at - one.asked_at for one in every if one.answered_at is not None),
            "confirmed": _spread(one.confirmed_at - one.asked_at for one in every if one.confirmed_at is not None),
        },
        "seconds": round(seconds, 1),
        "rate": round(len(confirmed) / seconds, 1) if seconds else 0.0,
        "reconnects": classroom.reconnects,
    }


def _spread(seconds: Iterable[float]) -> dict[str, int | None]:
    """The p90 is the nearest rank: a wait that somebody had."""
    waits = sorted(seconds)
    if not waits:
        return {"median": None, "p90": None}
    return {
        "median": round(statistics.median(waits) * 1_000),
        "p90": round(waits[-(-9 * len(waits) // 10) - 1] * 1_000),
    }


def milliseconds(value: int | None) -> str:
    """A wait, for people."""
    return "–" if value is None else f"{value:,} ms"


def report(base_url: str, classroom: Classroom, told: Mapping[str, Any]) -> Report:
    """What `verify` holds against the record: each question that the server acknowledged, and each that it refused."""
    refused: list[RefusedRow] = [
        {"line": asked.row.line, "code": asked.refused.code, "message": asked.refused.message}
        for asked in classroom.asked
        if asked.refused is not None
    ]
    meetings = {played.meeting_id: _meeting(played) for played in classroom.played}
    return {"base_url": base_url, "meetings": meetings, "refused": refused, "figures": told}


def _meeting(played: Played) -> PlayedLesson:
    acknowledged = [asked for asked in played.asked.values() if asked.was_acknowledged]
    questions: list[AskedQuestion] = [
        {
            "question_id": asked.question_id,
            "site_id": asked.site_id,
            "student_id": asked.student_id,
            "text": asked.row.text,
            "line": asked.row.line,
        }
        for asked in acknowledged
    ]
    return {"lesson": played.lesson.name, "questions": questions}
