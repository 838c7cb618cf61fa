"""Reading the questions: every row is used or named, and each has its second."""

from pathlib import Path

import pytest

from server.cli.lessons import BadFile, lessons_of, read_rows

HEADER = b"lesson,seconds_into_lesson,move,question\n"


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return tmp_path / "questions.csv"


def test_rows_keep_their_line_and_words(csv_file: Path) -> None:
    csv_file.write_bytes(
        b"\xef\xbb\xbf" + HEADER + '7,12.5,asking,"Why, then?"\n\n8,,none,"two\nlines"\n9,0,,¿Por qué?\n'.encode()
    )
    rows, bad = read_rows(csv_file)
    assert [(row.line, row.lesson, row.seconds, row.text) for row in rows] == [
        (2, "7", 12.5, "Why, then?"),
        (4, "8", None, "two\nlines"),
        (6, "9", 0.0, "¿Por qué?"),
    ]
    assert bad == []


def test_a_row_that_cannot_be_used_is_named_with_line_and_column(csv_file: Path) -> None:
    csv_file.write_bytes(
        HEADER
        + b",5,asking,No lesson\n"
        + b"1,soon,asking,No number\n"
        + b"1,-3,asking,Before it began\n"
        + b"1,nan,asking,Not a time\n"
        + b"1,99999,asking,The next day\n"
        + b"1,5,asking\n"
        + b"1,5,asking,One,too many\n"
        + b"1,5,asking,Caf\xe9\n"
        + b'1,5,asking,"quoted" badly\n'
        + b"1,5,running,No move of a talk\n"
        + b"1,5,asking,Fine\n"
        + b'1,5,asking,"never closed\n1,6,asking,swallowed\n'
    )
    rows, bad = read_rows(csv_file)
    assert [(row.line, row.text) for row in rows] == [(12, "Fine")]
    a_number = "must be blank, or a number of seconds from 0 to 24 hours"
    assert [str(one) for one in bad] == [
        "line 2, lesson: must be 1 to 64 characters, none of them a control character",
        f"line 3, seconds_into_lesson: {a_number}",
        f"line 4, seconds_into_lesson: {a_number}",
        f"line 5, seconds_into_lesson: {a_number}",
        f"line 6, seconds_into_lesson: {a_number}",
        "line 7, row: 3 columns, where the first line names 4",
        "line 8, row: 5 columns, where the first line names 4",
        "line 9, question: character 4 is not UTF-8",
        "line 10, row: ',' expected after '\"'",
        "line 11, move: must be blank, or one of: asking, claim, reasoning, relating, none",
        "line 13, row: unexpected end of data (in the lines to 14)",
    ]


def test_the_move_may_be_blank_or_missing(csv_file: Path) -> None:
    csv_file.write_bytes(HEADER + b"1,5,,Blank\n1,6, relating ,Padded\n")
    assert [row.text for row in read_rows(csv_file)[0]] == ["Blank", "Padded"]
    csv_file.write_bytes(b"lesson,seconds_into_lesson,question\n1,5,No column\n")
    assert [row.text for row in read_rows(csv_file)[0]] == ["No column"]


def test_the_sample_of_the_readme_is_read(csv_file: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    csv_file.write_text(readme.partition("```csv\n")[2].partition("```")[0], "utf-8")
    rows, bad = read_rows(csv_file)
    assert ([(row.lesson, row.seconds) for row in rows], bad) == ([("optics", 40.0), ("waves", None)], [])


@pytest.mark.parametrize("content", [b"", b"lesson,text\n1,Why?\n", b'"lesson\n'])
def test_a_file_without_its_columns_is_refused_whole(csv_file: Path, content: bytes) -> None:
    csv_file.write_bytes(content)
    with pytest.raises(BadFile, match=r"missing: .*question"):
        read_rows(csv_file)


def test_rows_without_a_time_are_spaced_evenly(csv_file: Path) -> None:
    csv_file.write_bytes(HEADER + b"a,,,1\na,,,2\nb,300,,3\nb,,,4\nb,100,,5\n")
    lessons = lessons_of(read_rows(csv_file)[0])
    timed = {lesson.name: [(seconds, row.text) for seconds, row in lesson.questions] for lesson in lessons}
    # Nothing known: over 45 minutes. Something known: up to the last second that is.
    assert timed["a"] == [(900.0, "1"), (1800.0, "2")]
    assert timed["b"] == [(100.0, "5"), (150.0, "4"), (300.0, "3")]
