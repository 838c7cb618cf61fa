"""Whether what was played is in the record: the meetings' own reports held against what was asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .description import AskedQuestion, Report
from .lessons import Row
from .rest_client import RestClient


async def verify(teacher: RestClient, report: Report, rows: Sequence[Row] | None) -> list[str]:
    """Each difference, in a sentence; none: every row is in the record, once, in its words, and confirmed.

    `report` is what `longroom drive --report` wrote; `rows` are the file's, as far as they were to be played, or None:
    the report alone says what was asked. The record is read as the meetings' teacher may see it.
    """
    differences = [] if rows is None else list(_lost(report, rows))
    for meeting_id, played in report["meetings"].items():
        recorded = await teacher.get(f"/api/meetings/{meeting_id}/report")
        where = f"lesson {played['lesson']} (meeting {meeting_id})"
        if recorded["meeting"]["status"] not in ("ended", "reconciled"):
            differences.append(f"{where} is {recorded['meeting']['status']}, not ended")
        differences += [f"{where}: {one}" for one in _compare(played["questions"], recorded["questions"])]
    return differences


def _lost(report: Report, rows: Iterable[Row]) -> Iterator[str]:
    """Rows of the file that the report does not account for, or not in their own words."""
    texts = {one["line"]: one["text"] for played in report["meetings"].values() for one in played["questions"]}
    refused = {one["line"] for one in report["refused"]}
    for row in rows:
        if row.line in refused:
            continue
        if row.line not in texts:
            yield f"line {row.line} was never acknowledged"
        elif texts.pop(row.line) != row.text:
            yield f"line {row.line} was asked in other words"
    for line in texts:
        yield f"line {line} is not a question of the file"


def _compare(asked: Sequence[AskedQuestion], recorded: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    by_id = {question["question_id"]: question for question in recorded}
    if len(by_id) < len(recorded):
        yield f"{len(recorded) - len(by_id)} questions are in the record twice"
    for expected in asked:
        found = by_id.pop(expected["question_id"], None)
        named = f"question {expected['question_id']} (line {expected['line']})"
        if found is None:
            yield f"{named} is lost"
            continue
        for field in ("site_id", "student_id", "text"):
            if found[field] != expected[field]:
                yield f"{named} has another {field}"
        if found["status"] != "confirmed":
            yield f"{named} is {found['status']}, not confirmed"
    for question_id in by_id:
        yield f"question {question_id} is in the record, and nobody asked it"
