"""A meeting's questions, history and rooms as CSV (RFC 4180, UTF-8), for a spreadsheet, out of one audience's views.

What the audience may not read is not in its views, and so an empty cell here: nothing is decided anew.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from ..domain.waits import WaitReport

COLUMNS = (
    *("question_id", "site_id", "student_id", "status", "urgency", "shareable", "verbatim", "stuck", "restated"),
    *("received_at", "seen_at", "claimed_at", "answered_at", "delivered_at", "confirmed_at", "due_at"),
    *("answered_seconds", "confirmed_seconds", "merged_into", "declined", "closed"),
    *("text", "answer", "asked_back_note", "declined_note", "appeal_note"),
)
HISTORY_COLUMNS = (
    *("seq", "at", "name", "by", "site_id", "question_id", "call_id"),
    *("reason", "other_id", "plan_id", "announcement_id", "since"),
)
ROOMS_COLUMNS = (
    *("site_id", "what", "person_id", "question_id", "plan_id", "announcement_id", "from_at", "to_at", "seconds"),
    *("due_at", "count", "median_seconds", "p90_seconds"),
)
_TIMES = {name for name in (*COLUMNS, *ROOMS_COLUMNS) if name.endswith("_at")} | {"at", "since"}
_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet calculate a cell, or skip to what does."""
_AFTER_A_DIVIDER = re.compile(r"(?<=[;\t\r\n])(\s*)(?=[=+\-@＝＋－＠])")
"""Where a spreadsheet that divides a line at semicolons or tabs would see another cell that begins so."""


def report_csv(questions: Iterable[Mapping[str, Any]]) -> str:
    """The header, then a row for each question view, in their order. Times are ISO 8601 in UTC, waits whole seconds."""
    return _table(COLUMNS, map(_cells, questions))


def history_csv(entries: Iterable[Mapping[str, Any]]) -> str:
    """The header, then a row for each event in their order. Times are ISO 8601 in UTC."""
    return _table(HISTORY_COLUMNS, entries)


def rooms_csv(
    timelines: Iterable[Mapping[str, Any]],
    waits: WaitReport,
    owed: Iterable[Mapping[str, Any]],
    until: int,
) -> str:
    """The header, then of each room its waits, who was in it from when to when, when it needed somebody and nobody was
    there, when its link was lost, and what is owed; first the waits of all rooms together, without a site.

    `until`: when the class ended, or how far it has come, in milliseconds UTC: a span that goes on has no `to_at`, and
    its whole seconds are counted until then. Times are ISO 8601 in UTC.
    """
    records = [*_waits("", waits["overall"])]
    of_site = {one["site_id"]: one for one in waits["sites"]}
    debts = list(owed)
    for room in sorted(timelines, key=lambda one: str(one["site_id"])):
        site_id = room["site_id"]
        records += _waits(site_id, of_site[site_id]) if site_id in of_site else []
        records += _spans(site_id, "on_duty", room["on_duty"], until)
        records += _spans(site_id, "uncovered", room["uncovered"], until)
        records += _spans(site_id, "link_lost", room["lost"], until)
        records += [{**one, "what": f"owed_{one['what']}"} for one in debts if one["site_id"] == site_id]
    return _table(ROOMS_COLUMNS, records)


def _waits(site_id: str, waits: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for what in ("seen", "answered", "confirmed"):
        wait = waits[what]
        figures = {f"{name}_seconds": _seconds(0, wait[name]) for name in ("median", "p90")}
        yield {"site_id": site_id, "what": f"wait_{what}", "count": wait["count"], **figures}


def _spans(site_id: str, what: str, spans: Iterable[Mapping[str, Any]], end: int) -> Iterator[dict[str, Any]]:
    for one in spans:
        until = end if one["to_at"] is None else one["to_at"]
        yield {"site_id": site_id, "what": what, **one, "seconds": _seconds(one["from_at"], max(until, one["from_at"]))}


def _table(columns: Sequence[str], records: Iterable[Mapping[str, Any]]) -> str:
    written = StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(columns)
    rows.writerows([neutral(_shown(name, record.get(name))) for name in columns] for record in records)
    return written.getvalue()


def neutral(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula: what a student asked must not run on a desk."""
    inner = _AFTER_A_DIVIDER.sub(r"\1'", cell)
    return f"'{inner}" if cell.startswith(_CALCULATED) else inner


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
