"""Erased words are gone from the log, from memory and from the file; the audit says who did it, and no word of them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from server.cli.erase import erase
from server.domain.fields import ERASED
from server.domain.messages import Refused
from server.service.check import check_logs
from server.service.directory import Directory
from server.service.erasure import erase_question, erase_words
from server.service.live import Live
from server.storage import directory_tables as t
from server.storage.engine import Database
from server.storage.tables import events
from tests.support.clock import HOUR, FakeClock
from tests.support.school import COORDINATOR, NORTH_SUPERVISOR, PROGRAM, START_DATA, TEACHER

STREAM, EMAIL = "meeting:m1", "cora@school.example"
WORDS, ANSWER = "my father lost his job", "I am sorry about your father"


@pytest.fixture(autouse=True)
async def asked(directory: Directory, live: Live, clock: FakeClock) -> None:
    """Two questions; the first has its answer."""
    meeting = {
        "id": "m1",
        "section_id": "physics",
        "title": "Forces",
        "starts_at": clock.at,
        "ends_at": clock.at + HOUR,
    }
    await directory.create(COORDINATOR, "meetings", meeting)
    await live.run_command(TEACHER, STREAM, "c1", "meeting.start", START_DATA)
    for question_id, text in (("q1", WORDS), ("q2", "why is it so")):
        data = {"question_id": question_id, "site_id": "north", "text": text, "asked_at": clock.at}
        await live.run_command(NORTH_SUPERVISOR, STREAM, f"ask-{question_id}", "question.relay", data)
    await live.run_command(TEACHER, STREAM, "c2", "question.claim", {"question_id": "q1"})
    written = {"question_id": "q1", "form": "written", "text": ANSWER}
    await live.run_command(TEACHER, STREAM, "c3", "question.answer", written)


async def personal(database: Database) -> list[Any]:
    query = select(events.c.type, events.c.personal).where(events.c.type.in_(["question.relayed", "question.answered"]))
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(query.order_by(events.c.seq))]


async def audited(database: Database) -> list[Any]:
    async with database.reading() as connection:
        return list(await connection.execute(select(t.audit).where(t.audit.c.action == "erase")))


async def test_the_words_go_with_the_commit_that_says_so(database: Database, live: Live, clock: FakeClock) -> None:
    seq = (await erase_question(database, clock, EMAIL, STREAM, "q1", "names_somebody")).seq
    assert await personal(database) == [
        ("question.relayed", None),
        ("question.relayed", b'{"text":"why is it so"}'),
        ("question.answered", None),
    ]
    [row] = await audited(database)
    assert (row.program_id, row.actor_id, row.at, row.kind, row.row_id) == (PROGRAM, "cora", clock.at, "stream", STREAM)
    assert row.after == {"event": "question.erased", "seq": seq, "question_id": "q1", "reason": "names_somebody"}
    assert row.before is None
    # A server that was running when another process erased.
    stream = live.loaded(STREAM)
    assert stream is not None
    assert WORDS in str(stream.state)
    assert await live.stream(STREAM) is stream
    assert stream.seq == seq
    assert WORDS not in str(stream.state)
    assert ANSWER not in str(stream.state)
    again = Live(database, clock)
    assert (await again.stream(STREAM)).state == stream.state
    assert stream.state.questions["q1"].text == ERASED
    assert [checked.findings async for checked in check_logs(database)] == [()]


async def test_nothing_of_the_words_is_left_in_the_file(database: Database, clock: FakeClock) -> None:
    if not database.is_sqlite:
        return
    path = Path(database.url.database or "")

    def on_disk() -> bytes:
        return b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))

    assert WORDS.encode() in on_disk()
    assert (await erase_question(database, clock, EMAIL, STREAM, "q1", "asked_for")).is_journal_empty
    assert WORDS.encode() not in on_disk()
    assert ANSWER.encode() not in on_disk()


@pytest.mark.parametrize(
    ("email", "stream_id", "question_id", "code"),
    [
        ("tess@school.example", STREAM, "q1", "forbidden"),
        ("nobody@school.example", STREAM, "q1", "not_found"),
        ("stan@far.example", STREAM, "q1", "unknown_stream"),
        (EMAIL, "meeting:none", "q1", "unknown_stream"),
        (EMAIL, STREAM, "q9", "unknown_question"),
    ],
)
async def test_what_is_refused_leaves_all_as_it_was(
    database: Database, clock: FakeClock, email: str, stream_id: str, question_id: str, code: str
) -> None:
    before = await personal(database)
    with pytest.raises(Refused, match=code):
        await erase_question(database, clock, email, stream_id, question_id, "asked_for")
    assert (await personal(database), await audited(database)) == (before, [])


async def test_twice_is_audited_once(database: Database, clock: FakeClock) -> None:
    first = await erase_question(database, clock, EMAIL, STREAM, "q1", "asked_for")
    assert await erase_question(database, clock, EMAIL, STREAM, "q1", "asked_for") == first
    assert len(await audited(database)) == 1


async def test_a_coordinator_erases_over_the_wire_as_well(database: Database, live: Live) -> None:
    erasing = {"question_id": "q1", "reason": "harmful"}
    await live.run_command(COORDINATOR, STREAM, "erase", "question.erase", erasing)
    assert [column for _, column in await personal(database)].count(None) == 2
    assert len(await audited(database)) == 1
    assert WORDS not in str((await live.stream(STREAM)).state)
    if database.is_sqlite:
        path = Path(database.url.database or "")
        # By itself: nobody runs a command on the machine for it.
        for _ in range(200):
            on_disk = b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))
            if WORDS.encode() not in on_disk:
                break
            await asyncio.sleep(0.02)
        assert WORDS.encode() not in on_disk


def test_the_command_line_says_what_became_of_it(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LONGROOM_DATABASE_URL", database_url)
    args = [STREAM, "--question", "q1", "--as", EMAIL, "--reason", "asked_for"]
    done = CliRunner().invoke(erase, args)
    assert (done.exit_code, done.output.startswith(f"Erased. The record of {STREAM}")) == (0, True), done.output
    refused = CliRunner().invoke(erase, [*args[:2], "q9", *args[3:]])
    assert (refused.exit_code, "unknown_question" in refused.output) == (1, True)
    assert "Traceback" not in refused.output


async def test_an_announcements_words_go_the_same_way(database: Database, live: Live, clock: FakeClock) -> None:
    told = {"announcement_id": "a1", "text": WORDS, "site_ids": ["north"]}
    await live.run_command(TEACHER, STREAM, "c4", "announcement.make", told)
    await erase_words(database, clock, EMAIL, STREAM, "announcement", "a1", "names_somebody")
    async with database.reading() as connection:
        query = select(events.c.personal).where(events.c.type == "announcement.made")
        assert list((await connection.execute(query)).scalars()) == [None]
    assert [row.after["event"] for row in await audited(database)] == ["announcement.erased"]
    state = (await live.stream(STREAM)).state
    await live.catch_up(STREAM)
    assert (await live.stream(STREAM)).state.announcements["a1"].text == ERASED
    assert state.questions["q1"].text == WORDS
    assert [one.findings async for one in check_logs(database)] == [()]


async def test_a_plans_notes_and_a_rooms_reports_go_and_nothing_else(
    database: Database, live: Live, clock: FakeClock
) -> None:
    [plan_id] = [one.plan_id for one in (await live.stream(STREAM)).state.catch_ups.values() if one.site_id == "north"]
    for number, note in enumerate((WORDS, ANSWER)):
        plan = {"plan_id": plan_id, "kind": "other", "note": note}
        await live.run_command(TEACHER, STREAM, f"p{number}", "catch_up.revise", plan)
    for number, note in enumerate((WORDS, ANSWER)):
        report = {"site_id": "north", "status": "degraded", "note": note}
        await live.run_command(NORTH_SUPERVISOR, STREAM, f"r{number}", "readiness.report", report)
    await erase_words(database, clock, EMAIL, STREAM, "catch_up", plan_id, "names_somebody")
    await erase_words(database, clock, EMAIL, STREAM, "readiness", "north", "names_somebody")
    async with database.reading() as connection:
        rows = await connection.execute(select(events.c.type, events.c.personal))
        left = {type for type, held in rows if held and (WORDS.encode() in held or ANSWER.encode() in held)}
    assert left == {"question.relayed", "question.answered"}, "of the same site, and somebody else's words"
    await live.catch_up(STREAM)
    state = (await live.stream(STREAM)).state
    assert (state.catch_ups[plan_id].note, state.readiness["north"].report.note) == (ERASED, ERASED)
    assert [row.after["event"] for row in await audited(database)] == ["catch_up.erased", "readiness.erased"]
    assert [one.findings async for one in check_logs(database)] == [()]


@pytest.mark.parametrize("named", [[], ["--question", "q1", "--announcement", "a1"]])
def test_the_command_line_erases_one_thing_at_a_time(named: list[str]) -> None:
    result = CliRunner().invoke(erase, [STREAM, *named, "--reason", "harmful", "--as", EMAIL])
    assert result.exit_code == 2
    assert "--question, --announcement, --plan or --room" in result.output
