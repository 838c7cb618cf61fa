"""Lessons played through a running server: a teacher, a coordinator and the supervisors of several sites, as clients.

Each reacts to what its own copy of the meeting shows, as a screen does; nobody tells another anything but through the
server. So a question comes to confirmed only if every view of it went all the way, there and back.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from uuid_utils import uuid7

from ..domain.messages import Refused
from .client import LiveClient, OnViews, SignedOut
from .description import DescribedPerson
from .lessons import Lesson, Row
from .rest_client import RestClient
from .stream_copy import View

QUESTION_SECONDS = 300.0
"""A question that is not confirmed by then, however often the server was restarted, will never be."""
MEETING_MS = 90 * 60_000
STUCK_EVERY, BLOCKING_EVERY, SHAREABLE_EVERY = 20, 15, 4
"""Of so many questions, one: still stuck after the first answer, blocking, shareable."""
TEACHER_STEPS = {"queued": "question.see", "seen": "question.claim", "claimed": "question.answer"}


class Stalled(Exception):
    """A question was acknowledged and did not come back."""


class CannotSignIn(Exception):
    """Somebody of the cast is not let in."""


class Person:
    """Somebody of the demo: their connection and their requests."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, described: DescribedPerson) -> None:
        self.site_id: str | None = described["site_id"]
        self._called = f"{described['role']} {described.get('name', '')}".strip()
        self.link = LiveClient(session, base_url, described["token"])
        self.rest = RestClient(session, base_url, described["token"])

    async def require_signed_in(self) -> None:
        """Raise `CannotSignIn`, which says what to do, unless the server takes the person's token."""
        try:
            await self.rest.get("/api/session")
        except SignedOut:
            raise CannotSignIn(
                f"the demo's {self._called} cannot sign in: a new password or being disabled ended their sessions. "
                "Enable whoever is disabled (`longroom user enable`), and start `longroom serve --demo` again"
            ) from None


@dataclass(frozen=True)
class Cast:
    """Who plays. `supervisors` are those of the sites that take part, one each."""

    teacher: Person
    coordinator: Person
    supervisors: Sequence[Person]
    section_id: str

    @property
    def people(self) -> list[Person]:
        """Everybody."""
        return [self.teacher, self.coordinator, *self.supervisors]

    @property
    def links(self) -> list[LiveClient]:
        """The connections that lessons need: one for each person, for all their meetings."""
        return [self.teacher.link, *(person.link for person in self.supervisors)]


@dataclass(slots=True)
class Asked:
    """A question on its way. Times are seconds of this machine's steady clock."""

    row: Row
    question_id: str
    site_id: str
    student_id: str
    is_to_be_stuck: bool
    asked_at: float
    was_acknowledged: bool = False
    refused: Refused | None = None
    answered_at: float | None = None
    confirmed_at: float | None = None
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Played:
    """A lesson and its meeting."""

    lesson: Lesson
    meeting_id: str
    asked: dict[str, Asked] = field(default_factory=dict)

    @property
    def stream(self) -> str:
        """The meeting's stream."""
        return f"meeting:{self.meeting_id}"


class Classroom:
    """Plays lessons, several at a time. `played` grows as it goes."""

    def __init__(self, cast: Cast, *, speed: float, at_once: int) -> None:
        """`speed`: lesson seconds in a second."""
        self.played: list[Played] = []
        self._cast = cast
        self._speed = speed
        self._places = asyncio.Semaphore(at_once)

    @property
    def asked(self) -> Iterator[Asked]:
        """Every question so far."""
        return (asked for played in self.played for asked in played.asked.values())

    @property
    def reconnects(self) -> int:
        """How often a link was made again, over all people."""
        return sum(max(0, link.connections - 1) for link in self._cast.links)

    async def play(self, lessons: Sequence[Lesson]) -> None:
        """Play them all to the end, each question to confirmed. What stops it comes as an exception group."""
        async with asyncio.TaskGroup() as connected:
            links = [connected.create_task(link.run()) for link in self._cast.links]
            async with asyncio.TaskGroup() as lessons_under_way:
                for number, lesson in enumerate(lessons):
                    lessons_under_way.create_task(self._play(number, lesson))
            for link in links:
                link.cancel()

    async def _play(self, number: int, lesson: Lesson) -> None:
        async with self._places, asyncio.TaskGroup() as tasks:
            played = Played(lesson, str(uuid7()))
            self.played.append(played)
            await self._open(played, tasks.create_task)
            rosters = await asyncio.gather(*(self._roster(played, person) for person in self._cast.supervisors))
            began = time.monotonic()
            async with asyncio.TaskGroup() as questions:
                for place, (seconds, row) in enumerate(lesson.questions):
                    await asyncio.sleep(began + seconds / self._speed - time.monotonic())
                    seat, turn = (number + place) % len(rosters), (number + place) // len(rosters)
                    asked = _asked(row, self._cast.supervisors[seat], rosters[seat][turn % len(rosters[seat])])
                    questions.create_task(self._bring_home(played, self._cast.supervisors[seat], asked))
            await self._cast.teacher.link.submit(played.stream, "meeting.end", {})
            await asyncio.gather(*(link.leave(played.stream) for link in self._cast.links))

    async def _open(self, played: Played, start: Callable[..., Any]) -> None:
        """Schedule the meeting, have everybody in it, and begin."""
        now = time.time_ns() // 1_000_000
        await self._cast.coordinator.rest.create(
            "/api/directory/meetings",
            {
                "id": played.meeting_id,
                "section_id": self._cast.section_id,
                "title": f"Lesson {played.lesson.name}",
                "starts_at": now,
                "ends_at": now + MEETING_MS,
            },
        )
        # Where the answer was lost, the row may be found before the meeting's stream has begun.
        found = await self._cast.teacher.rest.get_once_there(f"/api/meetings/{played.meeting_id}")
        teacher = self._cast.teacher.link
        await asyncio.gather(
            teacher.watch(played.stream, _reacting(teacher, played, start, _teach)),
            *(
                one.link.watch(played.stream, _reacting(one.link, played, start, _bring_back, one.site_id))
                for one in self._cast.supervisors
            ),
        )
        # A class does not start without its rooms: first each has its adult, and one that nobody plays a plan.
        for one in self._cast.supervisors:
            await one.link.submit(played.stream, "duty.sign_on", {"site_id": one.site_id})
        played_sites = {one.site_id for one in self._cast.supervisors}
        others = {one["id"] for one in found["snapshot"] if one["kind"] == "room"} - played_sites
        plans = [{"site_id": site_id, "plan_id": str(uuid7()), "kind": "recording"} for site_id in sorted(others)]
        await teacher.submit(played.stream, "meeting.start", {"without": plans})

    async def _roster(self, played: Played, person: Person) -> list[str]:
        roster = await person.rest.get(f"/api/meetings/{played.meeting_id}/roster")
        students = sorted(one["student_id"] for one in roster["students"] if one["site_id"] == person.site_id)
        if not students:
            raise Refused("not_on_roster", f"the site {person.site_id} has no students in this section")
        return students

    async def _bring_home(self, played: Played, supervisor: Person, asked: Asked) -> None:
        """Ask, and wait until the student got it."""
        played.asked[asked.question_id] = asked
        try:
            await supervisor.link.submit(played.stream, "question.relay", _relay(asked))
        except Refused as refused:
            asked.refused = refused
            return
        asked.was_acknowledged = True
        try:
            async with asyncio.timeout(QUESTION_SECONDS):
                await asked.confirmed.wait()
        except TimeoutError:
            raise Stalled(f"the question of line {asked.row.line} ({asked.question_id}) did not come back") from None


def _asked(row: Row, supervisor: Person, student_id: str) -> Asked:
    """The same row is always asked in the same manner; only the ids are new."""
    is_to_be_stuck = row.line % STUCK_EVERY == 0
    assert supervisor.site_id is not None  # noqa: S101 - a supervisor is one at a site
    return Asked(row, str(uuid7()), supervisor.site_id, student_id, is_to_be_stuck, time.monotonic())


def _relay(asked: Asked) -> dict[str, Any]:
    return {
        "question_id": asked.question_id,
        "site_id": asked.site_id,
        "student_id": asked.student_id,
        "text": asked.row.text,
        "urgency": "blocking" if asked.row.line % BLOCKING_EVERY == 0 else "normal",
        "shareable": asked.row.line % SHAREABLE_EVERY == 0,
        "asked_at": time.time_ns() // 1_000_000,
    }


# ── What each does about what they see ──────────────────────────────────────────────────────────────────────────

Step = tuple[str, dict[str, Any]]
"""A command's name, and its data beside the question's id and version."""


def _teach(asked: Asked, question: Mapping[str, Any]) -> Step | None:
    name = TEACHER_STEPS.get(question["status"])
    return None if name is None else (name, {"form": "spoken_to_all"} if name == "question.answer" else {})


def _bring_back(asked: Asked, question: Mapping[str, Any]) -> Step | None:
    now = time.monotonic()
    if question["answers"] and asked.answered_at is None:
        asked.answered_at = now
    if question["status"] == "answered":
        return "question.deliver", {}
    if question["status"] == "delivered":
        is_stuck = asked.is_to_be_stuck and not question["stuck"]
        return ("question.still_stuck" if is_stuck else "question.confirm"), {}
    if question["status"] == "confirmed" and asked.confirmed_at is None:
        asked.confirmed_at = now
        asked.confirmed.set()
    return None


def _reacting(
    link: LiveClient,
    played: Played,
    start: Callable[..., Any],
    react: Callable[[Asked, Mapping[str, Any]], Step | None],
    site_id: str | None = None,
) -> OnViews:
    """Take the next step for each question that a frame shows; `site_id`: for this site's only."""
    done: dict[str, int] = {}

    def on_views(views: Sequence[View]) -> None:
        for view in views:
            asked, question = played.asked.get(view["id"]), view["value"]
            if asked is None or question is None or site_id not in {None, asked.site_id}:
                continue
            # After a resume the same version is shown again; its step is taken, or on its way.
            if question["version"] <= done.get(asked.question_id, 0):
                continue
            done[asked.question_id] = question["version"]
            step = react(asked, question)
            if step is not None:
                known = {"question_id": asked.question_id, "version": question["version"]}
                start(
                    _answered(
                        link.submit(played.stream, step[0], known | step[1]), f"{step[0]} of line {asked.row.line}"
                    )
                )

    return on_views


async def _answered(answer: asyncio.Future[int], what: str) -> None:
    """Nothing here may be refused: everybody acts on what they were shown, and nobody else acts on it."""
    try:
        await answer
    except Refused as refused:
        raise Refused(refused.code, f"{what} was refused: {refused.message}") from None
