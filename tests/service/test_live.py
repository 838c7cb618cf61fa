"""The live record on both databases: what is acknowledged is committed, once, in order, whatever happens meanwhile."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import make_dataclass
from typing import Any

import asyncpg
import pytest
from pydantic import TypeAdapter
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import messages, views
from server.domain.meeting import answering, asking, facts
from server.domain.messages import Recorded, Refused
from server.domain.views import Audience
from server.service import live as live_module
from server.service.clock import SystemClock
from server.service.live import Batch, Live, Receipt
from server.storage import event_log
from server.storage.engine import Database
from server.storage.event_log import Append, Effect
from server.storage.tables import receipts
from tests.support.clock import FakeClock
from tests.support.meetings import (
    CORA,
    FACTS,
    MESA,
    PROGRAM,
    REX,
    RUTH,
    SAM,
    STRANGER,
    SYSTEM,
    THEO,
    VERA,
    relay_data,
    start_data,
)

MEETING = "meeting:physics"
OPEN = 12
"""The head of a meeting that was opened and started."""


async def open_meeting(live: Live, stream_id: str = MEETING) -> None:
    tag = stream_id.removeprefix("meeting:")
    await live.run_command(SYSTEM, stream_id, f"open-{tag}", "meeting.enter_facts", FACTS)
    assert await live.run_command(VERA, stream_id, f"start-{tag}", "meeting.start", start_data()) == Receipt(OPEN)


@pytest.fixture
async def meeting(live: Live) -> str:
    """A live meeting with nothing asked."""
    await open_meeting(live)
    return MEETING


async def read(database: Database, stream_id: str = MEETING, after: int = OPEN) -> list[Recorded]:
    async with database.reading() as connection:
        return await event_log.read_events(connection, stream_id, after)


async def asked_ids(database: Database, stream_id: str = MEETING) -> list[str]:
    """The questions in the order in which the log has them."""
    relayed = (one.event for one in await read(database, stream_id))
    return [event.question_id for event in relayed if isinstance(event, asking.QuestionRelayed)]


async def refusal_of(work: Awaitable[Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        await work
    return caught.value


@asynccontextmanager
async def commits_held(database_url: str) -> AsyncIterator[AsyncConnection]:
    """While it is open, nobody else's commit to the log gets through; reading goes on. Its own writing is committed."""
    other = Database(database_url)
    try:
        async with other._writer.begin() as connection:
            if not other.is_sqlite:
                await connection.execute(text("LOCK TABLE streams IN EXCLUSIVE MODE"))
            yield connection
    finally:
        await other.close()


async def write_as_another_node(connection: AsyncConnection, after: int, *caused: Any, command_id: str) -> None:
    """What another node commits to the meeting: events by somebody, under one command id."""
    recorded = [Recorded(after + n, 1, actor.person_id, event) for n, (actor, event) in enumerate(caused, start=1)]
    effect = Effect(caused[0][0].person_id, command_id, b"digest of another", recorded)
    append = Append(MEETING, PROGRAM, after, [effect], "live", {})
    assert await connection.run_sync(lambda sync: event_log._append(sync, [append])) == set()


class Told:
    """Who is told what, in order."""

    def __init__(self, live: Live, stream_id: str = MEETING) -> None:
        self.live = live
        self.stream_id = stream_id
        self.outcomes: list[tuple[str, Any]] = []
        self._changed = asyncio.Event()

    def submit(self, actor: Any, command_id: str, name: str, data: Any) -> None:
        stream = self.live.loaded(self.stream_id)
        assert stream is not None
        self.live.submit(stream, actor, command_id, name, data, lambda outcome: self._take(command_id, outcome))

    def _take(self, command_id: str, outcome: Any) -> None:
        self.outcomes.append((command_id, outcome.code if isinstance(outcome, Refused) else outcome.seq))
        self._changed.set()

    async def until(self, number: int) -> list[tuple[str, Any]]:
        async with asyncio.timeout(20):
            while len(self.outcomes) < number:
                self._changed.clear()
                await self._changed.wait()
        return self.outcomes


# ── Acknowledging ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_is_told_or_shown_before_the_commit(
    live: Live, meeting: str, database: Database, database_url: str
) -> None:
    told, batches = Told(live), list[Batch]()
    live.on_commit.append(batches.append)
    stream = await live.stream(meeting)
    async with commits_held(database_url):
        told.submit(RUTH, "c1", "question.relay", relay_data("q1"))
        assert stream.ahead_seq == OPEN + 1, "it is decided"
        for _ in range(20):
            assert await read(database) == []
            assert (told.outcomes, batches) == ([], [])
            assert (stream.seq, list(stream.state.questions)) == (OPEN, [])
            assert await live.heads([meeting]) == {meeting: OPEN}
    assert await told.until(1) == [("c1", OPEN + 1)]
    assert await asked_ids(database) == ["q1"]
    assert [(batch.after, batch.seq, list(batch.state.questions)) for batch in batches] == [(OPEN, OPEN + 1, ["q1"])]


async def test_a_listener_hears_before_the_sender_and_its_fault_is_its_own(
    live: Live, meeting: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []

    def fail(batch: Batch) -> None:
        heard.append("failing")
        raise OSError("planted")

    live.on_commit += [fail, lambda batch: heard.append("listening")]
    stream = await live.stream(meeting)
    done = asyncio.get_running_loop().create_future()
    live.submit(
        stream, RUTH, "c1", "question.relay", relay_data("q1"), lambda o: (heard.append("told"), done.set_result(o))
    )
    assert await done == Receipt(OPEN + 1)
    assert heard == ["failing", "listening", "told"]
    assert "announcing a commit failed" in caplog.text


async def test_what_arrives_together_shares_a_commit(live: Live, meeting: str, database_url: str) -> None:
    told, batches = Told(live), list[Batch]()
    live.on_commit.append(batches.append)
    async with commits_held(database_url):
        for number in range(50):
            told.submit(RUTH, f"c{number}", "question.relay", relay_data(f"q{number}"))
    assert await told.until(50) == [(f"c{number}", OPEN + 1 + number) for number in range(50)]
    assert len(batches) <= 2


@pytest.mark.parametrize(
    ("command_id", "actor", "name", "data", "code", "field"),
    [
        ("c1", VERA, "meeting.pause", {}, "unknown_command", "name"),
        ("c1", VERA, "question.relay", relay_data("q1"), "forbidden", None),
        ("c1", REX, "question.relay", relay_data("q1"), "forbidden", None),
        ("c1", CORA, "meeting.end", {}, "forbidden", None),
        ("c1", VERA, "meeting.enter_facts", FACTS, "forbidden", None),
        ("c1", STRANGER, "meeting.start", {}, "unknown_stream", "stream"),
        ("c1", SAM, "question.relay", relay_data("q1"), "not_your_site", "site_id"),
        ("c1", RUTH, "question.relay", relay_data("q1", text=""), "too_short", "text"),
        ("c1", RUTH, "question.relay", relay_data("q1") | {"x": 1}, "unknown_field", "x"),
        ("c1", VERA, "question.see", {"question_id": "q1", "version": 2**70}, "out_of_range", "version"),
        ("", VERA, "meeting.end", {}, "bad_id", "command_id"),
        ("a b", VERA, "meeting.end", {}, "bad_id", "command_id"),
        ("x" * 65, VERA, "meeting.end", {}, "bad_id", "command_id"),
        ("c1\n", VERA, "meeting.end", {}, "bad_id", "command_id"),
        (None, VERA, "meeting.end", {}, "bad_id", "command_id"),
        (7, VERA, "meeting.end", {}, "bad_id", "command_id"),
    ],
)
async def test_a_refused_command_leaves_nothing(
    live: Live,
    meeting: str,
    database: Database,
    command_id: Any,
    actor: Any,
    name: str,
    data: Any,
    code: str,
    field: str,
) -> None:
    refusal = await refusal_of(live.run_command(actor, meeting, command_id, name, data))
    assert (refusal.code, refusal.field) == (code, field)
    assert await read(database) == []
    async with database.reading() as connection:
        assert await event_log.read_receipt(connection, (actor.person_id, str(command_id))) is None


@pytest.mark.parametrize("stream_id", ["meeting:none", "window:1", "meeting", "", "meeting:" + "x" * 200])
async def test_an_unknown_stream(live: Live, stream_id: str) -> None:
    assert (await refusal_of(live.stream(stream_id))).code == "unknown_stream"
    assert (
        await refusal_of(live.run_command(VERA, stream_id, "c1", "meeting.start", start_data()))
    ).code == "unknown_stream"


async def test_a_rule_that_breaks_is_our_fault_and_hurts_nobody_else(
    live: Live, meeting: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Any:
        raise ZeroDivisionError

    for registry, of in ((messages._RULES, answering.SeeQuestion), (messages._APPLIES, answering.QuestionClaimed)):
        monkeypatch.setitem(registry, of, broken)
    await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1"))
    told = Told(live)
    told.submit(RUTH, "c2", "question.relay", relay_data("q2"))
    told.submit(VERA, "c3", "question.see", {"question_id": "q1"})
    told.submit(VERA, "c4", "question.claim", {"question_id": "q1"})
    told.submit(RUTH, "c5", "question.relay", relay_data("q3"))
    assert sorted(await told.until(4)) == [("c2", OPEN + 2), ("c3", "internal"), ("c4", "internal"), ("c5", OPEN + 3)]
    assert "ZeroDivisionError" in caplog.text


# ── Sending again ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_retry_in_flight_shares_the_first_ones_fate(
    live: Live, meeting: str, database: Database, database_url: str
) -> None:
    told = Told(live)
    async with commits_held(database_url):
        for _ in range(3):
            told.submit(RUTH, "c1", "question.relay", relay_data("q1"))
        told.submit(RUTH, "c1", "question.relay", relay_data("q2"))
        assert told.outcomes == [("c1", "command_id_reused")], "other content is refused at once"
    assert await told.until(4) == [("c1", "command_id_reused"), *[("c1", OPEN + 1)] * 3]
    assert await asked_ids(database) == ["q1"]


async def test_a_retry_after_the_commit_gets_the_first_receipt(live: Live, meeting: str, database: Database) -> None:
    first = await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1"))
    await live.run_command(RUTH, meeting, "c2", "question.relay", relay_data("q2"))
    for _ in range(3):
        assert await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1")) == first
    assert await asked_ids(database) == ["q1", "q2"]


async def test_defaults_written_out_are_the_same_content(live: Live, meeting: str) -> None:
    first = await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1"))
    written_out = relay_data("q1", urgency="normal", verbatim=True, shareable=False)
    assert await live.run_command(RUTH, meeting, "c1", "question.relay", written_out) == first


async def test_a_retry_after_a_restart_gets_the_first_receipt(live: Live, meeting: str, database: Database) -> None:
    first = await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1"))
    await live.run_command(VERA, meeting, "c2", "meeting.end", {})
    after = Live(database, SystemClock())
    await after.start()
    try:
        assert await after.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1")) == first
        refusal = await refusal_of(after.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q2")))
        assert (refusal.code, refusal.field) == ("command_id_reused", "command_id")
    finally:
        await after.close()
    assert await asked_ids(database) == ["q1"]


async def test_one_persons_id_is_not_anothers(live: Live, meeting: str, database: Database) -> None:
    await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1"))
    await live.run_command(SAM, meeting, "c1", "question.relay", relay_data("q2", MESA))
    assert await asked_ids(database) == ["q1", "q2"]


@pytest.mark.parametrize("is_loaded", [True, False], ids=["in memory", "from the log"])
async def test_an_id_used_in_another_stream_is_refused(
    live: Live, meeting: str, database: Database, is_loaded: bool
) -> None:
    await open_meeting(live, "meeting:chemistry")
    await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1"))
    second = live if is_loaded else Live(database, SystemClock())
    if not is_loaded:
        await second.start()
    told = Told(second, "meeting:chemistry")
    await second.stream("meeting:chemistry")
    told.submit(RUTH, "c0", "question.relay", relay_data("q0"))
    told.submit(RUTH, "c1", "question.relay", relay_data("q1"))
    told.submit(RUTH, "c2", "question.relay", relay_data("q2"))
    assert sorted(await told.until(3)) == [("c0", OPEN + 1), ("c1", "command_id_reused"), ("c2", OPEN + 2)]
    assert await asked_ids(database, "meeting:chemistry") == ["q0", "q2"]
    if not is_loaded:
        await second.close()


async def test_a_refusal_is_not_stored(live: Live, meeting: str, database: Database) -> None:
    claim = ("question.claim", {"question_id": "q1"})
    assert (await refusal_of(live.run_command(VERA, meeting, "c1", *claim))).code == "unknown_question"
    await live.run_command(RUTH, meeting, "c2", "question.relay", relay_data("q1"))
    assert await live.run_command(VERA, meeting, "c1", *claim) == Receipt(OPEN + 3)
    async with database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(receipts))).scalar_one() == 4


async def test_a_caller_who_leaves_does_not_undo(
    live: Live, meeting: str, database: Database, database_url: str
) -> None:
    async with commits_held(database_url):
        caller = asyncio.create_task(live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1")))
        stream = await live.stream(meeting)
        while stream.ahead_seq == OPEN:
            await asyncio.sleep(0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
    assert await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1")) == Receipt(OPEN + 1)
    assert await asked_ids(database) == ["q1"]


# ── Speculation ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_each_of_several_refused_at_once_is_told(live: Live, meeting: str) -> None:
    """The log is read again before a refusal is told; who comes meanwhile waits in line, and none is forgotten."""
    refusals = [
        refusal_of(live.run_command(VERA, meeting, f"start-{n}", "meeting.start", start_data())) for n in range(6)
    ]
    async with asyncio.timeout(10):
        assert [one.code for one in await asyncio.gather(*refusals)] == ["already_live"] * 6
        assert await live.run_command(VERA, meeting, "end", "meeting.end", {}) == Receipt(OPEN + 1)


async def test_a_refusal_waits_for_what_it_was_decided_on(live: Live, meeting: str, database_url: str) -> None:
    told = Told(live)
    async with commits_held(database_url):
        told.submit(VERA, "end", "meeting.end", {})
        told.submit(RUTH, "ask", "question.relay", relay_data("q1"))
        for _ in range(10):
            await live.heads([meeting])
            assert told.outcomes == []
    assert await told.until(2) == [("end", OPEN + 1), ("ask", "meeting_ended")]


async def test_what_was_decided_on_a_lost_commit_is_decided_again(
    live: Live, meeting: str, database: Database, database_url: str
) -> None:
    told, batches = Told(live), list[Batch]()
    live.on_commit.append(batches.append)
    async with commits_held(database_url) as connection:
        told.submit(VERA, "end", "meeting.end", {})
        told.submit(RUTH, "ask", "question.relay", relay_data("q1"))
        told.submit(THEO, "see", "question.see", {"question_id": "q1"})
        replaced = (SYSTEM, facts.TeachersAssigned(teacher_ids=("theo",)))
        await write_as_another_node(connection, OPEN, replaced, command_id="elsewhere")
    # On the speculation the class had ended, and the question was refused. It never ended.
    assert sorted(await told.until(3)) == [("ask", OPEN + 2), ("end", "not_your_section"), ("see", OPEN + 3)]
    assert [type(one.event).__name__ for one in await read(database)] == [
        *("TeachersAssigned", "QuestionRelayed", "QuestionSeen"),
    ]
    stream = await live.stream(meeting)
    assert (stream.state.status, stream.state.teacher_ids, stream.seq) == ("live", {"theo"}, OPEN + 3)
    assert [batch.after for batch in batches] == [OPEN, *(batch.seq for batch in batches[:-1])], (
        "no gap between batches"
    )
    assert batches[0].staffing


async def test_a_lost_commit_under_the_same_id_was_ours_after_all(
    live: Live, meeting: str, database: Database, database_url: str
) -> None:
    """The client sent a command to two nodes, or its first answer was lost with the connection: one effect."""
    told = Told(live)
    stream = await live.stream(meeting)
    async with commits_held(database_url) as connection:
        told.submit(RUTH, "c1", "question.relay", relay_data("q1"))
        [submission] = stream.inflight.values()
        [(recorded, _)] = submission.steps
        effect = Effect("ruth", "c1", submission.digest, [recorded])
        append = Append(MEETING, PROGRAM, OPEN, [effect], "live", {})
        assert await connection.run_sync(lambda sync: event_log._append(sync, [append])) == set()
    assert await told.until(1) == [("c1", OPEN + 1)]
    assert await asked_ids(database) == ["q1"]


async def test_a_clients_commands_keep_their_order_through_a_lost_commit(
    live: Live, meeting: str, database: Database, database_url: str
) -> None:
    told = Told(live)
    stream = await live.stream(meeting)
    moved = (SYSTEM, facts.MeetingMoved(starts_at=1, ends_at=2))
    async with commits_held(database_url) as connection:
        for number in range(20):
            told.submit(RUTH, f"c{number}", "question.relay", relay_data(f"q{number}"))
        await write_as_another_node(connection, OPEN, moved, command_id="elsewhere")
    async with asyncio.timeout(20):
        while stream.waiting is None:
            await asyncio.sleep(0)
    for number in range(20, 30):
        told.submit(RUTH, f"c{number}", "question.relay", relay_data(f"q{number}"))
    assert await told.until(30) == [(f"c{number}", OPEN + 2 + number) for number in range(30)]
    assert await asked_ids(database) == [f"q{number}" for number in range(30)]


async def test_time_never_goes_back_in_a_record(live: Live, meeting: str, database: Database, clock: FakeClock) -> None:
    began = clock.at
    for number, seconds in enumerate((60, -3_600, 10, -10)):
        clock.advance(seconds=seconds)
        await live.run_command(RUTH, meeting, f"c{number}", "question.relay", relay_data(f"q{number}"))
    after = Live(database, clock)
    await after.start()
    await after.run_command(RUTH, meeting, "c4", "question.relay", relay_data("q4"))
    await after.close()
    assert [one.at - began for one in await read(database)] == [60_000] * 5


# ── Two nodes ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def send_until_answered(live: Live, actor: Any, command_id: str, name: str, data: Any) -> Receipt:
    """As a client does: `busy` means the same again, under the same id."""
    while True:
        try:
            return await live.run_command(actor, MEETING, command_id, name, data)
        except Refused as refusal:
            if refusal.code != "busy":
                raise


@pytest.fixture
async def other_live(database_url: str) -> AsyncIterator[Live]:
    """A second node on the same database."""
    database = Database(database_url)
    live = Live(database, SystemClock())
    await live.start()
    yield live
    await live.close()
    await database.close()


async def test_two_nodes_on_one_stream(live: Live, other_live: Live, meeting: str, database: Database) -> None:
    each = 40
    batches: dict[int, list[Batch]] = {0: [], 1: []}
    for node, one in enumerate((live, other_live)):
        one.on_commit.append(batches[node].append)
        await one.stream(meeting)

    async def ask(node: int, client: int) -> list[Receipt]:
        on, actor, site = ((live, RUTH, "pine-ridge"), (other_live, SAM, MESA))[node]
        return [
            await send_until_answered(on, actor, f"c-{node}-{n}", "question.relay", relay_data(f"q-{node}-{n}", site))
            for n in range(client, each, 4)
        ]

    async with asyncio.timeout(60):
        told = await asyncio.gather(*[ask(node, client) for node in (0, 1) for client in range(4)])
    seqs = [receipt.seq for receipts in told for receipt in receipts]
    assert sorted(seqs) == list(range(OPEN + 1, OPEN + 1 + 2 * each)), "each once, without a gap"
    log = await read(database)
    assert [one.seq for one in log] == sorted(seqs)
    assert sorted(one.event.question_id for one in log) == sorted(
        f"q-{node}-{n}" for node in (0, 1) for n in range(each)
    )
    for one in (live, other_live):
        await one.catch_up(meeting)
    mine, theirs = await live.stream(meeting), await other_live.stream(meeting)
    assert (mine.seq, mine.state) == (theirs.seq, theirs.state)
    assert mine.state.questions.keys() == {one.event.question_id for one in log}
    for heard in batches.values():
        after_first = [batch.after for batch in heard[1:]]
        assert after_first == [batch.seq for batch in heard[:-1]], "each node announces every range once, in order"


async def test_a_node_catches_up_and_tells_its_own(live: Live, other_live: Live, meeting: str) -> None:
    await other_live.stream(meeting)
    heard: list[Batch] = []
    other_live.on_commit.append(heard.append)
    await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1"))
    await live.run_command(RUTH, meeting, "c2", "question.relay", relay_data("q2"))
    await other_live.catch_up(meeting)
    await other_live.catch_up(meeting)
    assert [(batch.after, batch.seq) for batch in heard] == [(OPEN, OPEN + 2)]
    assert (await other_live.stream(meeting)).state == (await live.stream(meeting)).state
    assert await other_live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1")) == Receipt(OPEN + 1)


async def test_a_command_that_arrives_while_catching_up_waits_its_turn(
    live: Live, other_live: Live, meeting: str, database: Database
) -> None:
    await other_live.stream(meeting)
    await live.run_command(VERA, meeting, "c1", "meeting.end", {})
    told = Told(other_live)
    catching_up = asyncio.create_task(other_live.catch_up(meeting))
    await asyncio.sleep(0)
    told.submit(RUTH, "c2", "question.relay", relay_data("q1"))
    await catching_up
    assert await told.until(1) == [("c2", "meeting_ended")]
    assert [type(one.event).__name__ for one in await read(database)] == ["MeetingEnded"]


async def test_two_nodes_open_one_meeting(live: Live, other_live: Live, database: Database) -> None:
    async with asyncio.timeout(20):
        told = await asyncio.gather(
            live.run_command(SYSTEM, MEETING, "open-1", "meeting.enter_facts", FACTS),
            other_live.run_command(SYSTEM, MEETING, "open-2", "meeting.enter_facts", FACTS),
        )
    assert told == [Receipt(8), Receipt(8)]
    assert len(await read(database, after=0)) == 8


# ── Failing commits ───────────────────────────────────────────────────────────────────────────────────────────────

REFUSE_BAD = {
    "sqlite": [
        """CREATE TRIGGER planted BEFORE INSERT ON events WHEN NEW.stream_id = 'meeting:bad'
           BEGIN SELECT RAISE(ABORT, 'planted'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$""",
        """CREATE TRIGGER planted BEFORE INSERT ON events FOR EACH ROW
           WHEN (NEW.stream_id = 'meeting:bad') EXECUTE FUNCTION planted()""",
    ],
}


async def run_statements(database: Database, statements: list[str]) -> None:
    async def run(connection: AsyncConnection) -> None:
        for statement in statements:
            await connection.execute(text(statement))

    await database.write(run)


async def test_one_streams_failure_is_its_own(live: Live, meeting: str, database: Database, database_url: str) -> None:
    await open_meeting(live, "meeting:bad")
    bad, good = Told(live, "meeting:bad"), Told(live)
    await run_statements(database, REFUSE_BAD["sqlite" if database.is_sqlite else "postgresql"])
    async with commits_held(database_url):
        for number in range(5):
            bad.submit(RUTH, f"bad-{number}", "question.relay", relay_data(f"q{number}"))
            good.submit(RUTH, f"good-{number}", "question.relay", relay_data(f"q{number}"))
    assert await good.until(5) == [(f"good-{number}", OPEN + 1 + number) for number in range(5)]
    assert await bad.until(5) == [(f"bad-{number}", "busy") for number in range(5)]
    assert await asked_ids(database, "meeting:bad") == []
    stream = await live.stream("meeting:bad")
    assert (stream.seq, stream.ahead_seq, list(stream.state.questions)) == (OPEN, OPEN, [])

    drop = "DROP TRIGGER planted" + ("" if database.is_sqlite else " ON events")
    await run_statements(database, [drop])
    again = await live.run_command(RUTH, "meeting:bad", "bad-3", "question.relay", relay_data("q3"))
    assert again == Receipt(OPEN + 1)


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_connections_cut_in_the_middle_lose_nothing_acknowledged(
    live: Live, meeting: str, database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    cut = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    cutter = await asyncpg.connect(database_url)
    acknowledged: dict[str, int] = {}

    async def ask(client: int) -> None:
        for n in range(client, 60, 6):
            receipt = await send_until_answered(live, RUTH, f"c{n}", "question.relay", relay_data(f"q{n}"))
            acknowledged[f"q{n}"] = receipt.seq

    async with asyncio.timeout(60):
        clients = asyncio.gather(*[ask(client) for client in range(6)])
        cuts = 0
        while not clients.done():
            seen = len(acknowledged)
            await cutter.execute(cut)
            cuts += 1
            # The next cut comes once somebody got through: in the middle of what the others do.
            while len(acknowledged) <= seen and not clients.done():
                await asyncio.sleep(0)
        await clients
    await cutter.close()
    log = await read(database)
    assert {one.event.question_id: one.seq for one in log} == acknowledged
    assert [one.seq for one in log] == list(range(OPEN + 1, OPEN + 61))
    assert cuts >= 5


async def test_a_commit_whose_confirmation_was_lost_is_found_in_the_log(
    live: Live, meeting: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection died after COMMIT was sent: not even at the last attempt is it called busy."""
    append = event_log.append

    async def lose_the_answer(*batch: Any) -> set[str]:
        await append(*batch)
        raise ConnectionResetError("planted")

    monkeypatch.setattr(event_log, "append", lose_the_answer)
    monkeypatch.setattr(live_module, "MAX_ATTEMPTS", 1)
    heard: list[Batch] = []
    live.on_commit.append(heard.append)
    assert await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1")) == Receipt(OPEN + 1)
    assert await asked_ids(database) == ["q1"]
    assert [(batch.after, batch.seq) for batch in heard] == [(OPEN, OPEN + 1)]


async def test_without_a_database_it_is_busy_and_nothing_has_happened(
    live: Live, meeting: str, database: Database, database_url: str
) -> None:
    await run_statements(database, ["ALTER TABLE events RENAME TO hidden"])
    assert (await refusal_of(live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1")))).code == "busy"
    await run_statements(database, ["ALTER TABLE hidden RENAME TO events"])
    assert await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1")) == Receipt(OPEN + 1)
    assert await asked_ids(database) == ["q1"]


async def test_too_much_at_once_is_busy(
    live: Live, meeting: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "MAX_UNDER_WAY", 10)
    told = Told(live)
    for number in range(12):
        told.submit(RUTH, f"c{number}", "question.relay", relay_data(f"q{number}"))
    assert told.outcomes == [("c10", "busy"), ("c11", "busy")]
    assert len(await told.until(12)) == 12


async def test_closing_commits_what_was_submitted(database: Database, clock: FakeClock) -> None:
    live = Live(database, clock)
    await live.start()
    await open_meeting(live)
    told = Told(live)
    for number in range(20):
        told.submit(RUTH, f"c{number}", "question.relay", relay_data(f"q{number}"))
    await live.close()
    assert [seq for _, seq in told.outcomes] == list(range(OPEN + 1, OPEN + 21))
    assert await asked_ids(database) == [f"q{number}" for number in range(20)]


# ── Resuming ──────────────────────────────────────────────────────────────────────────────────────────────────────

MINE, OTHERS = Audience("supervisor", ("pine-ridge",)), Audience("supervisor", (MESA,))


async def test_changes_since_a_place_in_the_ring(live: Live, meeting: str) -> None:
    await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1"))
    await live.run_command(SAM, meeting, "c2", "question.relay", relay_data("q2", MESA))
    stream = await live.stream(meeting)
    shown = {(one["kind"], one["id"]): one["value"] is not None for one in stream.changes_since(OPEN, MINE) or []}
    assert shown == {
        ("question", "q1"): True,
        ("room", "pine-ridge"): True,
        ("question", "q2"): False,
        ("room", MESA): False,
    }
    assert stream.changes_since(OPEN + 2, MINE) == []
    assert [one["id"] for one in stream.changes_since(OPEN + 1, OTHERS) or []] == ["q2", MESA]
    for beyond in (OPEN + 3, 10**9, -1):
        assert stream.changes_since(beyond, MINE) is None


async def test_beyond_the_ring_there_are_no_changes_but_a_snapshot(
    live: Live, meeting: str, monkeypatch: pytest.MonkeyPatch, database: Database, clock: FakeClock
) -> None:
    monkeypatch.setattr(live_module, "RING", 5)
    after = Live(database, clock)
    await after.start()
    for number in range(4):
        await after.run_command(RUTH, meeting, f"c{number}", "question.relay", relay_data(f"q{number}"))
    stream = await after.stream(meeting)
    assert stream.seq == OPEN + 4
    assert [stream.changes_since(seq, MINE) is None for seq in range(OPEN - 3, OPEN + 5)] == [True] * 2 + [False] * 6
    held = stream.changes_since(OPEN - 1, MINE) or []
    assert [one["id"] for one in held if one["kind"] == "question"] == ["q0", "q1", "q2", "q3"]
    assert views.view(stream.state, "room", "pine-ridge", MINE) in [one["value"] for one in held]
    await after.close()


async def test_a_stream_that_nobody_watches_is_let_go_and_read_again(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "MAX_LOADED", 2)
    live = Live(database, clock)
    await live.start()
    names = [f"meeting:{letter}" for letter in "abcd"]
    for name in names:
        await open_meeting(live, name)
    pinned = await live.stream("meeting:a")
    pinned.pins += 1
    for name in names[::-1]:
        assert (await live.stream(name)).seq == OPEN
    assert live.loaded("meeting:a") is pinned
    assert sum(live.loaded(name) is not None for name in names) <= 3
    await live.close()


async def test_many_callers_share_one_reading(live: Live, meeting: str, database: Database, clock: FakeClock) -> None:
    after = Live(database, clock)
    await after.start()
    first, *others = [asyncio.create_task(after.stream(meeting)) for _ in range(10)]
    await asyncio.sleep(0)
    first.cancel()
    assert len({id(stream) for stream in await asyncio.gather(*others)}) == 1
    await after.close()


# ── Several nodes ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def other(database: Database, clock: FakeClock) -> AsyncIterator[Live]:
    """Another node on the same database; nobody tells the two of each other's commits."""
    other = Live(database, clock)
    await other.start()
    yield other
    await other.close()


async def test_a_refusal_rests_on_what_other_nodes_committed_too(live: Live, other: Live) -> None:
    await live.run_command(SYSTEM, MEETING, "facts", "meeting.enter_facts", FACTS)
    told = Told(other)
    await other.stream(MEETING)
    await live.run_command(VERA, MEETING, "start", "meeting.start", start_data())
    told.submit(RUTH, "c1", "question.relay", relay_data("q1"))
    told.submit(RUTH, "c2", "question.relay", relay_data("q1"))
    assert await told.until(2) == [("c1", OPEN + 1), ("c2", "id_taken")]


async def test_a_stream_that_nobody_watches_is_shown_as_the_log_has_it(live: Live, meeting: str, other: Live) -> None:
    assert (await other.stream(meeting)).seq == OPEN
    await live.run_command(RUTH, meeting, "c1", "question.relay", relay_data("q1"))
    assert (await other.stream(meeting)).seq == OPEN + 1


async def test_an_opening_that_failed_hides_no_stream(live: Live, other: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> set[str]:
        raise OSError("planted")

    with monkeypatch.context() as planted:
        planted.setattr(event_log, "append", fail)
        planted.setattr(live_module, "MAX_ATTEMPTS", 1)
        opening = other.run_command(SYSTEM, MEETING, "facts", "meeting.enter_facts", FACTS)
        assert (await refusal_of(opening)).code == "busy"
    await open_meeting(live)
    assert other.loaded(MEETING) is None
    assert (await other.stream(MEETING)).seq == OPEN


async def test_only_a_command_that_opens_makes_a_stream(live: Live) -> None:
    moving = live.run_command(SYSTEM, "meeting:none", "c1", "meeting.start", start_data())
    assert (await refusal_of(moving)).code == "unknown_stream"
    assert live.loaded("meeting:none") is None


async def test_what_waits_for_a_lost_database_is_bounded_too(
    live: Live, meeting: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only what waits for the next commit: also what the one under way holds."""
    monkeypatch.setattr(live_module, "MAX_UNDER_WAY", 3)
    told = Told(live)
    async with commits_held(database_url):
        for number in range(3):
            told.submit(RUTH, f"c{number}", "question.relay", relay_data(f"q{number}"))
            await asyncio.sleep(0)
        told.submit(RUTH, "c3", "question.relay", relay_data("q3"))
        assert told.outcomes == [("c3", "busy")]
    await told.until(4)
    told.submit(RUTH, "c3", "question.relay", relay_data("q3"))
    assert (await told.until(5))[-1] == ("c3", OPEN + 4)


def test_a_later_releases_further_field_leaves_a_retry_what_it_was() -> None:
    def declared(*further: Any) -> Any:
        fields = [("question_id", str), ("urgency", str, "normal"), *further]
        cls = make_dataclass("Ask", fields, frozen=True, kw_only=True)
        permission = messages.COMMANDS["question.relay"].may
        return messages.CommandType("question.ask", "meeting", permission, False, cls, TypeAdapter(cls))

    now, later = declared(), declared(("photo", str | None, None))
    sent = {"question_id": "q1", "urgency": "normal"}
    digest = live_module._digest(now, now.cls(**sent))
    assert live_module._digest(later, later.cls(**sent)) == digest
    assert live_module._digest(later, later.cls(**sent, photo="p1")) != digest
