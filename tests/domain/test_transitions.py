"""One table says which command a question takes in which status: it is whole, and it is the one in docs/protocol.md."""

from pathlib import Path

from server.domain.meeting.transitions import STATUSES, TABLE
from server.domain.messages import COMMANDS

PROTOCOL = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")


def test_every_command_of_a_question_is_in_the_table_but_the_one_that_makes_it() -> None:
    assert TABLE.keys() == {name for name in COMMANDS if name.startswith("question.")} - {"question.relay"}


def test_each_why_not_says_how_it_stands_and_what_it_needs() -> None:
    words = {name: [one for one in row.values() if one is not None] for name, row in TABLE.items()}
    for name, row in TABLE.items():
        assert row.keys() == set(STATUSES), name
        assert all(one.startswith("the question ") and ": " in one for one in words[name]), name
    assert TABLE["question.deliver"]["closed"] == (
        "the question was closed, as its student was not found in time: "
        "only an answer that is on its way can be delivered"
    )


def test_the_protocol_shows_the_same_table() -> None:
    drawn = PROTOCOL.partition("### Which command in which status")[2].split("```")[1].strip("\n").splitlines()
    header, *rows = drawn
    columns = {header.index(f" {status}") + 1: status for status in header.split()}
    assert set(columns.values()) == set(STATUSES)
    shown: dict[str, set[str]] = {}
    for row in rows:
        name = row.split()[0]
        marks = [at for at, sign in enumerate(row) if at >= 22 and sign in "x·"]
        shown[name] = {columns[max(start for start in columns if start <= at + 1)] for at in marks}
    allowed = {name: {status for status, why_not in row.items() if why_not is None} for name, row in TABLE.items()}
    assert shown == allowed
