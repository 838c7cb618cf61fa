"""Simulated people for the demo's live class, so that a newcomer sees it in motion: `longroom serve --demo --simulate`.

Each looks at their own copy of the meeting every few seconds and does one thing, in the time that a person takes. The
simulated teacher helps out only with what has waited while no teacher was near. Whoever plays one of these people in a
browser is never in the way: only simulated questions are brought back, only unclaimed ones are answered, and of two who
do the same thing the slower one is refused and goes on.
"""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import aiohttp
from uuid_utils import uuid7

from ..domain.messages import Refused
from .client import LiveClient
from .rest_client import RestClient
from .simulated_questions import OTHER_ANSWER, QUESTIONS, SimulatedQuestion
from .stream_copy import StreamCopy, View

MOST_WAITING = 2
"""A room that waits for so many answers asks nothing more: in the demo's four rooms together at most 8 wait."""
ASKING_SECONDS = 90 * 60.0
"""A class that was left running falls silent after so long."""
STILL_STUCK = 0.15
ROOM_ASKS = 0.12
"""How often an answer does not help at once, and a question is the whole room's."""
NOT_HERE = 0.15
CALL_SECONDS = 20.0
"""How often a student who is called on is not there, and how long a call is left to whoever plays in a browser."""
UNSEEN_SECONDS, SEEN_SECONDS, TEACHING_SECONDS = 12.0, 40.0, 90.0
"""How long the simulated teacher leaves a question: unseen, seen by an open console, and after a person's last act."""
ABANDONED_SECONDS = 180.0
"""A claim of so long ago is forgotten, or was the simulation's own before a restart."""

_BY_TEXT = {question.text: question for question in QUESTIONS}
_TOO_LATE = {
    "stale_version",
    "wrong_state",
    "already_claimed",
    "not_yours",
    "unknown_call",
    "unknown_announcement",
    "too_early",
    "meeting_not_live",
    "meeting_ended",
}
_TAKEN_UP = ("claimed", "answering")
_TAUGHT = {*_TAKEN_UP, "answered"}
_random = random.SystemRandom()


async def run(base_url: str, describe: Mapping[str, Any], *, pace: float = 1.0) -> None:
    """Play until cancelled, or until the class has ended.

    `describe` is what `longroom demo --describe` prints. `pace` 2: twice as fast as people are.
    """
    async with aiohttp.ClientSession() as session:
        people: list[SimulatedPerson] = []
        for person in describe["people"]:
            if person["role"] in _PEOPLE:
                played = _PEOPLE[person["role"]]
                people.append(played(session, base_url, person, describe["meeting"]["id"], pace))
        async with asyncio.TaskGroup() as connected:
            links = [connected.create_task(person.link.run()) for person in people]
            async with asyncio.TaskGroup() as playing:
                for place, one in enumerate(people):
                    playing.create_task(one.play(place))
            for link in links:
                link.cancel()


class SimulatedPerson:
    """Somebody in the class: what they see, and how they take their time."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, person: Mapping[str, Any], meeting_id: str, pace: float
    ) -> None:
        self.link = LiveClient(session, base_url, person["token"], meeting_id=meeting_id)
        self._rest = RestClient(session, base_url, person["token"])
        self._site_id: str = person["site_id"] or ""
        self._meeting_id = meeting_id
        self._stream = f"meeting:{meeting_id}"
        self._pace = pace
        self._copy = StreamCopy()
        self._began = _now()

    async def play(self, place: int) -> None:
        """Watch the class and act until it has ended. `place`: which of the people this one is."""
        self._copy = await self.link.watch(self._stream, self._notice)
        await self._prepare(place)
        while self._copy.values["meeting", "meeting"]["status"] not in ("ended", "reconciled"):
            await self._pause(1.5, 4)
            await self._act()

    async def _prepare(self, place: int) -> None:
        """What is done once, when the class is on the screen."""

    async def _act(self) -> None:
        """Do one thing, if there is one to do."""
        raise NotImplementedError

    def _notice(self, views: Sequence[View]) -> None:
        """See what changed."""

    def _questions(self, *statuses: str) -> list[Mapping[str, Any]]:
        """The questions on the screen that stand so (all, where nothing is said), in the queue's order."""
        shown = (one for one in self._shown("question") if not statuses or one["status"] in statuses)
        return sorted(shown, key=lambda one: list(one["order"]))

    def _shown(self, kind: str) -> Iterable[Mapping[str, Any]]:
        return (value for (of, _), value in self._copy.values.items() if of == kind)

    async def _pause(self, shortest: float, longest: float) -> None:
        await asyncio.sleep(_random.uniform(shortest, longest) / self._pace)

    def _is_past(self, seconds: float, since: int) -> bool:
        """Whether so many of a person's seconds have gone since that moment (milliseconds, UTC)."""
        return (_now() - since) * self._pace >= seconds * 1_000

    async def _do(self, name: str, question: Mapping[str, Any], **data: Any) -> bool:
        """Do it if the question still is as it was seen; False: somebody was quicker."""
        known = {"question_id": question["question_id"], "version": question["version"]}
        return await self._send(name, known | data)

    async def _send(self, name: str, data: dict[str, Any]) -> bool:
        try:
            await self._copy_until(await self.link.submit(self._stream, name, data))
        except Refused as refused:
            if refused.code not in _TOO_LATE:
                raise
            return False
        return True

    async def _copy_until(self, seq: int) -> None:
        """Wait until the screen shows what was just done: an acknowledgement may come before the change."""
        while self._copy.last < seq:  # noqa: ASYNC110 - a person looks now and then
            await asyncio.sleep(0.05)


class SimulatedSupervisor(SimulatedPerson):
    """Asks for students, and brings the answers back."""

    _students: Sequence[str] = ()
    _deck: Sequence[SimulatedQuestion] = ()
    _asks_at = 0

    async def _prepare(self, place: int) -> None:
        roster = await self._rest.get(f"/api/meetings/{self._meeting_id}/roster")
        self._students = [one["student_id"] for one in roster["students"] if one["site_id"] == self._site_id]
        # Each room begins elsewhere, so that they do not ask the same things at once.
        begin = place * len(QUESTIONS) // 5
        self._deck = QUESTIONS[begin:] + QUESTIONS[:begin]
        self._plan(1, 20)
        await self._send("duty.sign_on", {"site_id": self._site_id})

    async def _act(self) -> None:
        mine = [one for one in self._questions("asked_back", "declined", "answered", "delivered") if self._is_mine(one)]
        call = next(filter(self._is_left_alone, self._shown("call")), None)
        told = next(filter(self._is_unread, self._shown("announcement")), None)
        if told is not None:
            await self._pause(4, 10)
            await self._send(
                "announcement.read_out", {"announcement_id": told["announcement_id"], "site_id": self._site_id}
            )
        elif call is not None:
            response = "ready" if _random.random() > NOT_HERE else "not_here"
            await self._send("student.answer_call", {"call_id": call["call_id"], "response": response})
        elif mine:
            await self._bring_on(mine[0])
        elif self._may_ask():
            await self._ask()
            self._plan(15, 50)

    def _is_mine(self, question: Mapping[str, Any]) -> bool:
        """A question of the simulation's own: what a person asked here is theirs to bring back."""
        return question["site_id"] == self._site_id and question["text"] in _BY_TEXT and not _is_acknowledged(question)

    def _is_unread(self, told: Mapping[str, Any]) -> bool:
        """Whether the teacher told this room something that nobody has read out yet."""
        mine = [one for one in told["rooms"] if one["site_id"] == self._site_id]
        return told["withdrawn_at"] is None and any(one["read_out_at"] is None for one in mine)

    def _is_left_alone(self, call: Mapping[str, Any]) -> bool:
        """Whether nobody in the room has answered the call, in the time that a person takes."""
        return call["status"] == "called" and self._is_past(CALL_SECONDS, call["called_at"])

    async def _bring_on(self, question: Mapping[str, Any]) -> None:
        if question["status"] == "asked_back":
            # The simulation's questions are known by their words: it says them again, as it is asked to.
            await self._pause(4, 12)
            await self._do("question.restate", question, text=question["text"], verbatim=True)
        elif question["status"] == "declined":
            await self._pause(4, 12)
            await self._do("question.acknowledge", question)
        else:
            await self._bring_back(question)

    async def _bring_back(self, question: Mapping[str, Any]) -> None:
        if question["status"] == "answered":
            await self._pause(2, 6)
            await self._do("question.deliver", question)
            return
        await self._pause(3, 10)
        is_stuck = not question["stuck"] and _random.random() < STILL_STUCK
        await self._do("question.still_stuck" if is_stuck else "question.confirm", question)

    def _plan(self, shortest: float, longest: float) -> None:
        self._asks_at = _now() + round(_random.uniform(shortest, longest) * 1_000 / self._pace)

    def _may_ask(self) -> bool:
        is_time = _now() >= self._asks_at and not self._is_past(ASKING_SECONDS, self._began)
        is_live = self._copy.values["meeting", "meeting"]["status"] == "live"
        waiting: int = self._copy.values["room", self._site_id]["waiting"]
        return is_time and is_live and waiting < MOST_WAITING

    async def _ask(self) -> None:
        chosen = self._next_question()
        by_room = _random.random() < ROOM_ASKS or not self._students
        asked = {
            "question_id": str(uuid7()),
            "site_id": self._site_id,
            "student_id": None if by_room else _random.choice(self._students),
            "text": chosen.text,
            "verbatim": chosen.is_verbatim,
            "urgency": "blocking" if chosen.is_blocking else "normal",
            "shareable": chosen.is_shareable,
            "asked_at": _now(),
        }
        await self._send("question.relay", asked)

    def _next_question(self) -> SimulatedQuestion:
        """One that this room has not asked yet; when all were, any."""
        asked = {one["text"] for one in self._questions() if one["site_id"] == self._site_id}
        return next((one for one in self._deck if one.text not in asked), _random.choice(self._deck))


class SimulatedTeacher(SimulatedPerson):
    """Answers what waits while no person teaches."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._rounds: set[tuple[str, int]] = set()
        """What was claimed here: question, and how often it came back. A later round is anybody's again."""
        self._taught_at = 0
        """When a person last claimed or answered something (milliseconds, UTC)."""

    def _notice(self, views: Sequence[View]) -> None:
        for view in views:
            shown = view["value"] if view["kind"] == "question" else None
            if shown and shown["status"] in _TAUGHT and _round(shown) not in self._rounds:
                taken_up_at = shown["claimed_at"] or 0
                self._taught_at = max(self._taught_at, taken_up_at, *(one["at"] for one in shown["answers"]))

    async def _act(self) -> None:
        question = next(filter(self._is_left_alone, self._questions("queued", "seen", *_TAKEN_UP)), None)
        if question is None:
            return
        if question["status"] in _TAKEN_UP:
            await self._pause(4, 10)
            known = _BY_TEXT.get(question["text"])
            answer = known.answer if known is not None else OTHER_ANSWER
            form = _random.choice(("spoken_to_all", "spoken_to_site", "written"))
            await self._do("question.answer", question, form=form, text=answer)
            return
        # Before it is sent: its view may come before its acknowledgement.
        self._rounds.add(_round(question))
        if not await self._do("question.claim", question):
            self._rounds.discard(_round(question))

    def _is_left_alone(self, question: Mapping[str, Any]) -> bool:
        """Whether no person is about to take this up; what was begun here is finished here."""
        if question["status"] in _TAKEN_UP:
            return _round(question) in self._rounds or self._is_past(ABANDONED_SECONDS, question["claimed_at"])
        patience = UNSEEN_SECONDS if question["status"] == "queued" else SEEN_SECONDS
        is_quiet = self._is_past(TEACHING_SECONDS, self._taught_at)
        return is_quiet and self._is_past(patience, question["waiting_since"])


_PEOPLE: Mapping[str, type[SimulatedPerson]] = {"teacher": SimulatedTeacher, "supervisor": SimulatedSupervisor}


def _is_acknowledged(question: Mapping[str, Any]) -> bool:
    declined = question["declined"]
    return declined is not None and declined["acknowledged_at"] is not None


def _round(question: Mapping[str, Any]) -> tuple[str, int]:
    return question["question_id"], question["stuck"]


def _now() -> int:
    return time.time_ns() // 1_000_000
