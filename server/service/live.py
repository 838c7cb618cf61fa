"""The live record: commands in, one after the other; committed batches out.

A command is decided at once on its stream's *speculative* state, which runs ahead of the commit, and joins the list of
what the next transaction appends. Everything that anybody sees (acknowledgements, changes, snapshots, REST) comes from
the *committed* state, which only the commit's callback advances. Even a refusal waits for the events that it was
decided on: if their append fails, it is decided again with the rest.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy.exc import DBAPIError

from ..domain.actors import Actor
from ..domain.fields import ID_PATTERN
from ..domain.messages import (
    COMMAND_TYPES,
    COMMANDS,
    EVENT_TYPES,
    CommandType,
    Context,
    Message,
    Recorded,
    Refused,
    apply,
    assert_complete,
    decide,
    parse_command,
)
from ..domain.streams import StreamKind, kind_of
from ..domain.views import Audience, Ref, View, changes, touched
from ..metrics import OK, Metrics, declared
from ..storage import event_log
from ..storage.engine import Database
from ..storage.event_log import Append, CommandKey, Effect, StoredReceipt
from .clock import Clock

log = logging.getLogger(__name__)

DROP_TRIES, DROP_AGAIN_SECONDS = 20, 0.25
"""How often, and how long apart, it is tried to empty the journal after an erasure."""
MAX_ATTEMPTS = 8
"""How often a command is decided before it is told that the server is busy."""
RING = 2_048
"""How many of a stream's latest events can be resumed from without a snapshot."""
MAX_UNDER_WAY = 20_000
"""How many commands may be without an answer before the next is told that the server is busy."""
RECOVER_SECONDS = 30.0
"""How long a stream whose append failed is read again before those who wait are told that the server is busy."""
MAX_LOADED = 4_096
"""How many streams are held in memory before the longest unused are let go."""


class Receipt(NamedTuple):
    """A command took effect and is committed; `seq` is its stream's head after it."""

    seq: int


Outcome = Receipt | Refused
Done = Callable[[Outcome], None]


@dataclass(slots=True, eq=False)
class Submission:
    """A command on its way through: what it decided so far, and who is to be told."""

    actor: Actor
    command_id: str
    command: Message
    digest: bytes
    done: list[Done]
    attempts: int = 0
    is_refused_for_good: bool = False
    """Whether the log was read again since the rules refused it: another node may have committed what allows it."""
    steps: Sequence[tuple[Recorded, Any]] = ()
    """What it adds to the stream: each event, and the state after it."""
    outcome: Outcome | None = None
    """What is to be answered once everything decided before it is committed."""

    @property
    def key(self) -> CommandKey:
        return (self.actor.person_id, self.command_id)

    def settle(self, outcome: Outcome) -> None:
        """Tell everybody who sent this command, each once."""
        done, self.done = self.done, []
        for tell in done:
            try:
                tell(outcome)
            except Exception:
                log.exception("telling the outcome of a command failed")


@dataclass(slots=True, eq=False)
class Stream:
    """One live record in memory. `state` and `seq` are committed; what runs ahead is private to `Live`."""

    id: str
    kind: StreamKind
    program_id: str
    state: Any
    seq: int = 0
    last_at: int = 0
    pins: int = 0
    """How many watchers keep the stream in memory."""
    ahead_state: Any = None
    ahead_seq: int = 0
    ahead_at: int = 0
    inflight: dict[CommandKey, Submission] = field(default_factory=dict)
    waiting: list[Submission] | None = None
    """Not None while the stream recovers: what arrives then waits its turn behind what was dropped."""
    receipts: dict[CommandKey, StoredReceipt] = field(default_factory=dict)
    ring: deque[tuple[int, tuple[Ref, ...]]] = field(default_factory=lambda: deque(maxlen=RING))

    def __post_init__(self) -> None:
        self.rewind()

    def rewind(self) -> None:
        """Drop what ran ahead."""
        self.ahead_state, self.ahead_seq, self.ahead_at = self.state, self.seq, self.last_at

    def advance(self, recorded: Recorded, state: Any) -> None:
        """Take a committed event in."""
        self.state, self.seq, self.last_at = state, recorded.seq, recorded.at
        self.ring.append((recorded.seq, touched(state, recorded)))

    def touched_since(self, seq: int) -> Iterable[Ref] | None:
        """What the events behind `seq` touched, each once; None where the ring does not reach back so far."""
        if seq > self.seq or (seq < self.seq and (not self.ring or self.ring[0][0] > seq + 1)):
            return None
        newest_first = (entry for entry in reversed(self.ring))
        since: list[tuple[Ref, ...]] = []
        for at, refs in newest_first:
            if at <= seq:
                break
            since.append(refs)
        return dict.fromkeys(ref for refs in reversed(since) for ref in refs)

    def changes_since(self, seq: int, audience: Audience) -> list[View] | None:
        """What brings the audience from `seq` to the committed head; None: out of range, send a snapshot."""
        refs = self.touched_since(seq)
        return None if refs is None else changes(None, self.state, refs, audience)

    @property
    def is_idle(self) -> bool:
        return not self.inflight and self.waiting is None


@dataclass(frozen=True, slots=True)
class Batch:
    """One committed range of a stream: the events `after + 1 … seq`, which led from `before` to `state`."""

    stream: Stream
    after: int
    seq: int
    before: Any
    state: Any
    touched: tuple[Ref, ...]
    staffing: bool
    """Whether somebody's audience in the stream may have changed."""


class Live:
    """All live records of this process, over one committer."""

    def __init__(self, database: Database, clock: Clock, metrics: Metrics | None = None) -> None:
        assert_complete()
        self.metrics = metrics or Metrics()
        self.epoch = ""
        self.on_commit: list[Callable[[Batch], None]] = []
        self.reading_again = asyncio.Semaphore(1)
        """Held by whoever reads a whole record again: several at once would take the processor from live classes."""
        self._database = database
        self._clock = clock
        self._streams: dict[str, Stream] = {}
        self._loading: dict[str, asyncio.Task[Stream]] = {}
        self._pending: list[tuple[Stream, Submission]] = []
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._recovering: set[asyncio.Task[None]] = set()
        self._under_way = 0

    async def start(self) -> None:
        """Read the epoch and start the committer. Raises LookupError on a database that was never migrated."""
        async with self._database.reading() as connection:
            self.epoch = await event_log.read_epoch(connection)
        self._writer = asyncio.create_task(self._write_forever(), name="committer")

    async def close(self) -> None:
        """Commit what was submitted, then stop."""
        while self._recovering or any(not s.is_idle for s in self._streams.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # Once, at the end: not worth an event on each commit.
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer

    # ── Streams ────────────────────────────────────────────────────────────────────────────────────────────────

    def loaded(self, stream_id: str) -> Stream | None:
        """The stream if it is in memory: for the hot path, which must not wait."""
        return self._streams.get(stream_id)

    @property
    def figures(self) -> tuple[int, int]:
        """How many streams are in memory, and how many commands are under way."""
        return len(self._streams), self._under_way

    async def stream(self, stream_id: str) -> Stream:
        """The stream as the log has it. `Refused`: `unknown_stream`, or `busy` where the log cannot be read."""
        is_held = stream_id in self._streams
        try:
            stream = await self._load(stream_id)
            if is_held and not stream.pins:
                # Nobody watches it here, so nobody told this node what others committed.
                await self.catch_up(stream_id)
        except (DBAPIError, OSError) as error:
            log.error("reading a stream failed: %s", type(error).__name__)
            raise busy() from error
        if stream.seq == 0:
            raise unknown_stream()
        return stream

    async def _load(self, stream_id: str) -> Stream:
        held = self._streams.pop(stream_id, None)
        if held is not None:
            self._streams[stream_id] = held  # Again, as the one used last.
            return held
        task = self._loading.get(stream_id)
        if task is None:
            task = self._loading[stream_id] = asyncio.create_task(self._read_stream(stream_id))
            task.add_done_callback(lambda _: self._loading.pop(stream_id, None))
        # Shielded: many wait for one reading, and one who leaves must not take it from the others.
        return await asyncio.shield(task)

    async def _read_stream(self, stream_id: str) -> Stream:
        kind = kind_of(stream_id)
        if kind is None:
            raise unknown_stream()
        stream = Stream(stream_id, kind, "", kind.initial())
        await self._read_ahead(stream)
        stream.rewind()
        self._let_go()
        # Another may have opened it while it was read: there is one object for each stream, or two would run ahead.
        return self._streams.setdefault(stream_id, stream) if stream.seq else stream

    def _let_go(self) -> None:
        """Forget the streams that nobody watches, the longest unused first, where there are too many."""
        surplus = len(self._streams) - MAX_LOADED
        for stream in [s for s in self._streams.values() if s.is_idle and not s.pins][: max(surplus, 0)]:
            del self._streams[stream.id]

    async def _read_ahead(self, stream: Stream) -> list[Recorded]:
        """Bring the committed state up to the log's; the stream must not have anything under way. What was new."""
        async with self._database.reading() as connection:
            after = stream.seq
            new = await event_log.read_events(connection, stream.id, after)
            receipts = await event_log.read_receipts(connection, stream.id, after) if new else {}
            if new and not stream.program_id:
                [head] = await event_log.read_heads(connection, [stream.id])
                stream.program_id = head.program_id
        if stream.seq != after:
            return []
        before = stream.state
        for recorded in new:
            stream.advance(recorded, apply(stream.state, recorded))
        stream.receipts |= receipts
        if new and stream.id in self._streams:
            self._announce(stream, after, before, new)
        return new

    async def log(self, stream: Stream) -> list[Recorded]:
        """The stream's events from the first to its committed head. `Refused`: `busy` where it cannot be read."""
        try:
            async with self._database.reading() as connection:
                return [one for one in await event_log.read_events(connection, stream.id) if one.seq <= stream.seq]
        except (DBAPIError, OSError) as error:
            log.error("reading a log failed: %s", type(error).__name__)
            raise busy() from error

    async def heads(self, stream_ids: Iterable[str]) -> dict[str, int]:
        """The head of each stream as the database has it."""
        async with self._database.reading() as connection:
            return await event_log.read_seqs(connection, stream_ids)

    async def catch_up(self, stream_id: str) -> None:
        """Take in what another node committed. A hint may be lost or late; nothing depends on it."""
        stream = self._streams.get(stream_id)
        # With a command under way the append itself finds out, by the head that moved.
        if stream is None or not stream.is_idle:
            return
        stream.waiting = []
        try:
            await self._read_ahead(stream)
        finally:
            self._decide_what_waits(stream)

    # ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────

    async def run_command(self, actor: Actor, stream_id: str, command_id: str, name: str, data: object) -> Receipt:
        """Run one command to its commit. Raises `Refused`. `data` is from the wire, or a command already built."""
        kind = COMMANDS.get(name)
        opens = kind is not None and kind.opens and actor.may(kind.may)
        stream = await self._load(stream_id) if opens else await self.stream(stream_id)
        if opens and not stream.program_id:
            stream = self._streams.setdefault(stream_id, stream)
            stream.program_id = actor.program_id
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def answered(outcome: Outcome) -> None:
            if stream.seq == 0 and stream.is_idle:
                # It was not opened after all: what is kept here would hide what another node opens.
                self._streams.pop(stream_id, None)
            if not answer.done():
                answer.set_result(outcome)

        self.submit(stream, actor, command_id, name, data, answered)
        outcome = await answer
        if isinstance(outcome, Refused):
            raise outcome
        return outcome

    def submit(self, stream: Stream, actor: Actor, command_id: object, name: object, data: object, done: Done) -> None:
        """Take a command in; `done` is called exactly once, after the commit or with the refusal.

        Commands submitted to one stream are decided in this order.
        """
        try:
            if not isinstance(command_id, str) or not ID_PATTERN.fullmatch(command_id):
                raise Refused("bad_id", "a command id is 1 to 64 letters, digits, '_', '.' or '-'", "command_id")
            if actor.program_id != stream.program_id:
                # Before anything of the command is read: what is said of it would tell that the stream exists.
                raise unknown_stream()
            kind, command = _read(name, data)
            _authorise(stream, actor, kind)
            if self._under_way >= MAX_UNDER_WAY:
                raise busy()
        except Refused as refusal:
            self.metrics.commands[refusal.code][declared(name, COMMANDS)] += 1
            done(refusal)
            return
        submission = Submission(actor, command_id, command, _digest(kind, command), [done])
        self._under_way += 1
        if stream.waiting is not None:
            stream.waiting.append(submission)
        else:
            self._decide(stream, submission)

    def _decide(self, stream: Stream, submission: Submission) -> None:
        """Look the receipt up, else decide on the state that runs ahead, and queue what follows for the commit."""
        if self._is_retry(stream, submission):
            return
        submission.attempts += 1
        context = Context(submission.actor, max(self._clock.now(), stream.ahead_at))
        try:
            events = decide(stream.ahead_state, submission.command, context)
            self._run_ahead(stream, submission, events, context)
        except Refused as refusal:
            if not stream.inflight and not submission.is_refused_for_good:
                submission.is_refused_for_good = True
                stream.waiting = [submission]
                self._spawn(self._look_again(stream))
                return
            submission.outcome = refusal
        except Exception:
            told = {"command_id": submission.command_id}
            log.exception("deciding %s failed", type(submission.command).__name__, extra=told)
            submission.outcome = internal()
        if submission.outcome is not None and not submission.steps and not stream.inflight:
            self._settle(submission, submission.outcome)
            return
        stream.inflight[submission.key] = submission
        self._pending.append((stream, submission))
        self._wake.set()

    def _is_retry(self, stream: Stream, submission: Submission) -> bool:
        """Whether the command was sent before; then its sender is told what the first one is told."""
        stored = stream.receipts.get(submission.key)
        if stored is not None:
            same = stored.digest == submission.digest and stored.stream_id == stream.id
            self._settle(submission, Receipt(stored.seq) if same else reused())
            return True
        under_way = stream.inflight.get(submission.key)
        if under_way is None:
            return False
        if under_way.digest == submission.digest:
            under_way.done += submission.done
            self._under_way -= 1
        else:
            self._settle(submission, reused())
        return True

    def _settle(self, submission: Submission, outcome: Outcome) -> None:
        self._under_way -= 1
        result = OK if isinstance(outcome, Receipt) else outcome.code
        self.metrics.commands[result][COMMAND_TYPES[type(submission.command)].name] += 1
        submission.settle(outcome)

    def _run_ahead(self, stream: Stream, submission: Submission, events: list[Message], context: Context) -> None:
        state, seq = stream.ahead_state, stream.ahead_seq
        steps: list[tuple[Recorded, Any]] = []
        for event in events:
            seq += 1
            recorded = Recorded(seq, context.at, submission.actor.person_id, event)
            state = apply(state, recorded)
            steps.append((recorded, state))
        stream.ahead_state, stream.ahead_seq, stream.ahead_at = state, seq, context.at
        submission.steps, submission.outcome = steps, Receipt(seq)

    # ── Commits ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _write_forever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            pending, self._pending = self._pending, []
            by_stream: dict[str, tuple[Stream, list[Submission]]] = {}
            for stream, submission in pending:
                by_stream.setdefault(stream.id, (stream, []))[1].append(submission)
            try:
                failed = await self._append([_to_append(*part) for part in by_stream.values()])
                for stream, submissions in by_stream.values():
                    if stream.id in failed:
                        self._drop(stream, submissions)
                    else:
                        self._committed(stream, submissions)
            except Exception:
                log.exception("the committer met what it did not expect")
                for stream, submissions in by_stream.values():
                    if any(s.key in stream.inflight for s in submissions):
                        self._drop(stream, [s for s in submissions if s.key in stream.inflight])

    async def _append(self, appends: list[Append | None]) -> set[str]:
        """Append what there is; the ids of the streams that must decide again."""
        real = [one for one in appends if one is not None]
        if not real:
            return set()
        began = time.perf_counter()
        try:
            failed = await event_log.append(self._database, real)
        except (DBAPIError, OSError) as error:
            # Whether it was committed is open (a connection may die after COMMIT was sent). Every stream reads its
            # log again: what is found there was committed, and its receipt answers.
            log.error("a commit failed: %s", type(error).__name__)
            failed = {one.stream_id for one in real}
        self.metrics.commit(sum(len(one.effects) for one in real), time.perf_counter() - began)
        self.metrics.failed_appends += len(failed)
        return failed

    def _committed(self, stream: Stream, submissions: list[Submission]) -> None:
        after, before = stream.seq, stream.state
        new: list[Recorded] = []
        for submission in submissions:
            for recorded, state in submission.steps:
                stream.advance(recorded, state)
                new.append(recorded)
            if submission.steps:
                stream.receipts[submission.key] = StoredReceipt(stream.id, stream.seq, submission.digest)
            stream.inflight.pop(submission.key, None)
        if new:
            self._announce(stream, after, before, new)
        if any(EVENT_TYPES[type(recorded.event)].erases for recorded in new):
            self._spawn(self._drop_old_pages())
        for submission in submissions:
            self._settle(submission, submission.outcome or internal())

    async def _drop_old_pages(self) -> None:
        """What was erased is not to stay in the database's journal, until some later commits happen to empty it."""
        for _ in range(DROP_TRIES):
            try:
                if await self._database.drop_old_pages():
                    return
            except (DBAPIError, OSError) as error:
                log.error("emptying the journal failed: %s", type(error).__name__)
            # Somebody reads at this moment.
            await asyncio.sleep(DROP_AGAIN_SECONDS)
        log.warning("erased words may still be in the database's journal: it could not be emptied")

    def _announce(self, stream: Stream, after: int, before: Any, new: Sequence[Recorded]) -> None:
        batch = Batch(
            stream,
            after,
            stream.seq,
            before,
            stream.state,
            tuple(dict.fromkeys(ref for recorded in new for ref in touched(stream.state, recorded))),
            any(isinstance(recorded.event, stream.kind.staffing) for recorded in new),
        )
        for listen in self.on_commit:
            try:
                listen(batch)
            except Exception:
                # Announcing is best effort: the log is the truth, and heads repair what was missed.
                log.exception("announcing a commit failed")

    # ── Recovery ───────────────────────────────────────────────────────────────────────────────────────────────

    def _drop(self, stream: Stream, submissions: list[Submission]) -> None:
        """The stream's append failed: take back all that ran ahead, in order, to decide it on the log's."""
        mine = [s for at, s in self._pending if at is stream]
        self._pending = [(at, s) for at, s in self._pending if at is not stream]
        stream.waiting = [*submissions, *mine]
        stream.inflight.clear()
        self._spawn(self._recover(stream))

    async def _look_again(self, stream: Stream) -> None:
        """A refusal is for good; so it must not rest on a state that another node has left behind."""
        try:
            await self._read_ahead(stream)
        except Exception as error:  # noqa: BLE001 - whatever it is, the refusal cannot be told for certain
            log.error("reading a stream again failed: %s", type(error).__name__)
            self._give_up(stream)
        else:
            self._decide_what_waits(stream)

    def _decide_what_waits(self, stream: Stream) -> None:
        stream.rewind()
        waiting, stream.waiting = stream.waiting or [], None
        for submission in waiting:
            self._decide_in_turn(stream, submission)

    def _decide_in_turn(self, stream: Stream, submission: Submission) -> None:
        """Decide it, unless one before it made the stream read its log again: then it waits behind that one."""
        if stream.waiting is not None:
            stream.waiting.append(submission)
        else:
            self._decide(stream, submission)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._recovering.add(task)
        task.add_done_callback(self._recovering.discard)

    async def _recover(self, stream: Stream) -> None:
        attempt, deadline = 0, asyncio.get_running_loop().time() + RECOVER_SECONDS
        while True:
            attempt += 1
            # Jitter: two nodes that collided must not collide again in step.
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311
            try:
                await self._read_ahead(stream)
                await self._read_foreign_receipts(stream)
                break
            except (DBAPIError, OSError) as error:
                log.error("reading a stream again failed: %s", type(error).__name__)
                if attempt >= MAX_ATTEMPTS or asyncio.get_running_loop().time() > deadline:
                    self._give_up(stream)
                    return
            except Exception:
                log.exception("reading a stream again failed")
                self._give_up(stream)
                return
        stream.rewind()
        waiting, stream.waiting = stream.waiting or [], None
        for submission in waiting:
            submission.steps, submission.outcome = (), None
            if submission.attempts < MAX_ATTEMPTS:
                self._decide_in_turn(stream, submission)
            # What the last attempt did is known by now: if it was committed after all, its receipt answers.
            elif not self._is_retry(stream, submission):
                self._settle(submission, busy())

    async def _read_foreign_receipts(self, stream: Stream) -> None:
        """A command id that took effect in another stream fails the append: learn of it, so that it is refused."""
        async with self._database.reading() as connection:
            for submission in stream.waiting or []:
                stored = await event_log.read_receipt(connection, submission.key)
                if stored is not None:
                    stream.receipts[submission.key] = stored

    def _give_up(self, stream: Stream) -> None:
        """The database cannot be read: nobody is told that anything happened, and all may send again."""
        waiting, stream.waiting = stream.waiting or [], None
        stream.rewind()
        for submission in waiting:
            self._settle(submission, busy())


def _to_append(stream: Stream, submissions: Sequence[Submission]) -> Append | None:
    acted = [s for s in submissions if s.steps]
    if not acted:
        return None
    _, state = acted[-1].steps[-1]
    first, _ = acted[0].steps[0]
    return Append(
        stream.id,
        stream.program_id,
        first.seq - 1,
        [Effect(s.actor.person_id, s.command_id, s.digest, [recorded for recorded, _ in s.steps]) for s in acted],
        stream.kind.status(state),
        stream.kind.summary(state),
        stream.kind.next_due_at(state),
        stream.kind.owed_due_at(state),
    )


def _read(name: object, data: object) -> tuple[CommandType, Any]:
    built = COMMAND_TYPES.get(type(data))
    if built is not None:
        return built, data
    return parse_command(name, data)


def _digest(declared: CommandType, command: Message) -> bytes:
    """What a retry must repeat. Without the fields that are at their default: a later release's further field would
    make the same bytes from the same client another command."""
    content: bytes = declared.adapter.dump_json(command, exclude_defaults=True)
    return blake2b(declared.name.encode() + b" " + content, digest_size=16).digest()


def _authorise(stream: Stream, actor: Actor, declared: CommandType) -> None:
    if declared.stream != stream.kind.name:
        raise Refused("unknown_command", "this kind of stream has no command of this name", "name")
    if not actor.may(declared.may):
        raise Refused("forbidden", "your role may not do this")


def command_line(command_id: object, name: object, outcome: Outcome) -> dict[str, object]:
    """What the log says of a command: `{command, command_id, outcome, seq?}`. Neither who sent it, nor about what."""
    well_formed = isinstance(command_id, str) and ID_PATTERN.fullmatch(command_id) is not None
    told = {"command": declared(name, COMMANDS), "command_id": command_id if well_formed else None}
    if isinstance(outcome, Receipt):
        return told | {"outcome": OK, "seq": outcome.seq}
    return told | {"outcome": outcome.code}


def unknown_stream() -> Refused:
    """The one answer for a stream that does not exist and for one that is not the asker's to know of."""
    return Refused("unknown_stream", "there is no such stream, or you have no part in it", "stream")


def busy() -> Refused:
    """Nothing was acknowledged; the client keeps the command and sends it again under the same id."""
    return Refused("busy", "the server could not record this now: send it again with the same command id")


def reused() -> Refused:
    """The command id belongs to another command of this person."""
    return Refused("command_id_reused", "this command id was used for another command", "command_id")


def internal() -> Refused:
    """A fault of ours; the log has it."""
    return Refused("internal", "the server made a mistake: it is logged")
