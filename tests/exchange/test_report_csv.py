"""Questions as CSV: every cell comes back as it was written, and none of them runs."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.exchange.report_csv import COLUMNS, neutral, report_csv

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
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
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
    assert row["text"].removeprefix("'") == text.removeprefix("'")


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
