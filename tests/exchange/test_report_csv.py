"""Questions as CSV: every cell comes back as it was written, and none of them runs."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.exchange.report_csv import COLUMNS, ROOMS_COLUMNS, neutral, report_csv, rooms_csv

FIGURES = {
    "question_id": "q1",
    "site_id": "mesa",
    "status": "queued",
    "urgency": "normal",
    "received_at": 1_791_994_800_000,
    "stuck": 0,
}


def read(written: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(written, newline="")))


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("x;=1+1", "x;'=1+1"),
        ("a\t=2+2", "a\t'=2+2"),
        ("first\n =HYPERLINK(0)\nend", "first\n '=HYPERLINK(0)\nend"),
        ("from 3, -4 to 5; then 6", "from 3, -4 to 5; then 6"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
        ("＝1+1", "'＝1+1"),
        ("why = ?", "why = ?"),
        ("'", "'"),
        ("", ""),
    ],
)
def test_a_cell_is_text_and_no_formula(cell: str, shown: str) -> None:
    assert neutral(cell) == shown


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")))
def test_what_was_asked_comes_back_in_one_cell(text: str) -> None:
    [row] = read(report_csv([FIGURES | {"text": text}]))
    assert row["text"] == neutral(text)
    assert row["text"].replace("'", "") == text.replace("'", "")


def test_emoji_markup_right_to_left_and_sixty_lines_stay_one_row() -> None:
    text = "\n".join(f'{n}; "لماذا", <b>👩‍🔬</b>' for n in range(60))
    written = report_csv([FIGURES | {"text": text}, FIGURES | {"question_id": "q2"}])
    assert [row["question_id"] for row in read(written)] == ["q1", "q2"]
    assert read(written)[0]["text"] == text


def test_what_is_not_in_the_view_is_an_empty_cell() -> None:
    [row] = read(report_csv([FIGURES]))
    told = {name: cell for name, cell in row.items() if cell}
    assert told == {
        "question_id": "q1",
        "site_id": "mesa",
        "status": "queued",
        "urgency": "normal",
        "stuck": "0",
        "received_at": "2026-10-14T16:20:00Z",
    }


def test_a_file_without_questions_has_its_header() -> None:
    assert report_csv([]) == ",".join(COLUMNS) + "\r\n"


def test_each_thing_in_its_cell() -> None:
    answers: list[dict[str, Any]] = [
        {"text": None, "at": 1_791_994_860_000, "delivered_at": 1_791_994_870_000, "confirmed_at": None},
        {"text": "F = ma", "at": 1_791_994_980_000, "delivered_at": None, "confirmed_at": 1_791_995_100_999},
    ]
    declined = {"reason": "other", "note": "n1", "at": 1, "acknowledged_at": None}
    more = {"answers": answers, "declined": declined, "appeal": {"note": "n2", "at": 1}, "closed_reason": "not_found"}
    [row] = read(report_csv([FIGURES | more | {"asked_back": {"note": "n3", "at": 1}, "verbatim": True}]))
    assert (row["answered_at"], row["confirmed_at"], row["delivered_at"]) == (
        "2026-10-14T16:21:00Z",
        "2026-10-14T16:25:00Z",
        "",
    )
    assert (row["answered_seconds"], row["confirmed_seconds"], row["answer"]) == ("60", "300", "F = ma")
    assert (row["declined"], row["declined_note"], row["appeal_note"], row["asked_back_note"]) == (
        "other",
        "n1",
        "n2",
        "n3",
    )
    assert (row["closed"], row["verbatim"]) == ("not_found", "yes")


# ── The rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────

MINUTE, AT = 60_000, 1_791_994_800_000
NONE = {"count": 0, "median": None, "p90": None}


def span(since: int, until: int | None, **more: str) -> dict[str, Any]:
    """From so many minutes after the start to so many."""
    return {**more, "from_at": AT + since * MINUTE, "to_at": None if until is None else AT + until * MINUTE}


def waits(seen: dict[str, int | None]) -> Any:
    return {"seen": seen, "answered": NONE, "confirmed": NONE}


def test_each_room_in_rows_by_what_they_tell() -> None:
    mesa = {
        "site_id": "mesa",
        "on_duty": [span(-5, 20, person_id="sam"), span(25, None, person_id="lena")],
        "uncovered": [span(20, 25)],
        "lost": [],
    }
    elk = {"site_id": "elk", "on_duty": [], "uncovered": [span(0, 50)], "lost": [span(3, 4), span(49, None)]}
    median, p90 = {"count": 3, "median": 61_999, "p90": 90_000}, {"count": 1, "median": 500, "p90": 500}
    report: Any = {
        "overall": waits(median),
        "sites": [{"site_id": "elk", **waits(p90)}, {"site_id": "mesa", **waits(NONE)}],
    }
    debts = [
        {"site_id": "mesa", "question_id": "q1", "plan_id": None, "what": "bring", "due_at": AT},
        {"site_id": "elk", "question_id": None, "plan_id": "p1", "what": "catch_up", "due_at": AT + MINUTE},
    ]
    written = rooms_csv([mesa, elk], report, debts, AT + 50 * MINUTE)
    assert written.partition("\r\n")[0] == ",".join(ROOMS_COLUMNS)
    told = [tuple(cell for cell in row.values() if cell) for row in read(written)]
    assert told == [
        ("wait_seen", "3", "61", "90"),
        ("wait_answered", "0"),
        ("wait_confirmed", "0"),
        ("elk", "wait_seen", "1", "0", "0"),
        ("elk", "wait_answered", "0"),
        ("elk", "wait_confirmed", "0"),
        ("elk", "uncovered", "2026-10-14T16:20:00Z", "2026-10-14T17:10:00Z", "3000"),
        ("elk", "link_lost", "2026-10-14T16:23:00Z", "2026-10-14T16:24:00Z", "60"),
        ("elk", "link_lost", "2026-10-14T17:09:00Z", "60"),
        ("elk", "owed_catch_up", "p1", "2026-10-14T16:21:00Z"),
        ("mesa", "wait_seen", "0"),
        ("mesa", "wait_answered", "0"),
        ("mesa", "wait_confirmed", "0"),
        ("mesa", "on_duty", "sam", "2026-10-14T16:15:00Z", "2026-10-14T16:40:00Z", "1500"),
        ("mesa", "on_duty", "lena", "2026-10-14T16:45:00Z", "1500"),
        ("mesa", "uncovered", "2026-10-14T16:40:00Z", "2026-10-14T16:45:00Z", "300"),
        ("mesa", "owed_bring", "q1", "2026-10-14T16:20:00Z"),
    ]
