"""A meeting's questions and its history as CSV (RFC 4180, UTF-8), for a spreadsheet, out of the views of one audience.

What the audience may not read is not in its views, and so an empty cell here: nothing is decided anew.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Any

COLUMNS = (
    *("question_id", "site_id", "student_id", "status", "urgency", "shareable", "verbatim", "stuck", "restated"),
    *("received_at", "seen_at", "claimed_at", "answered_at", "delivered_at", "confirmed_at", "due_at"),
    *("answered_seconds", "confirmed_seconds", "merged_into", "declined", "closed"),
    *("text", "answer", "asked_back_note", "declined_note", "appeal_note"),
)
HISTORY_COLUMNS = ("seq", "at", "name", "by", "site_id", "question_id", "call_id")
_TIMES = ("at", "received_at", "seen_at", "claimed_at", "answered_at", "delivered_at", "confirmed_at", "due_at")
_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet calculate a cell, or skip to what does."""


def report_csv(questions: Iterable[Mapping[str, Any]]) -> str:
    """The header, then a row for each question view, in their order. Times are ISO 8601 in UTC, waits whole seconds."""
    return _table(COLUMNS, map(_cells, questions))


def history_csv(entries: Iterable[Mapping[str, Any]]) -> str:
    """The header, then a row for each event in their order. Times are ISO 8601 in UTC."""
    return _table(HISTORY_COLUMNS, entries)


def _table(columns: Sequence[str], records: Iterable[Mapping[str, Any]]) -> str:
    written = StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(columns)
    rows.writerows([neutral(_shown(name, record.get(name))) for name in columns] for record in records)
    return written.getvalue()


def neutral(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula: what a student asked must not run on a desk."""
    return f"'{cell}" if cell.startswith(_CALCULATED) else cell


def _cells(question: Mapping[str, Any]) -> dict[str, Any]:
    answers = question.get("answers") or [{}]
    first, last = answers[0], answers[-1]
    declined = question.get("declined") or {}
    return dict(question) | {
        "answered_at": first.get("at"),
        "delivered_at": last.get("delivered_at"),
        "confirmed_at": last.get("confirmed_at"),
        "answered_seconds": _seconds(question["received_at"], first.get("at")),
        "confirmed_seconds": _seconds(question["received_at"], last.get("confirmed_at")),
        "answer": last.get("text"),
        "declined": declined.get("reason"),
        "closed": question.get("closed_reason"),
        "asked_back_note": (question.get("asked_back") or {}).get("note"),
        "declined_note": declined.get("note"),
        "appeal_note": (question.get("appeal") or {}).get("note"),
    }


def _seconds(since: int, until: int | None) -> int | None:
    return None if until is None else (until - since) // 1_000


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in _TIMES:
        return datetime.fromtimestamp(value / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
