"""Who takes part in a measurement: meetings with a teacher, rooms, supervisors and students, by id and token.

Both servers get the same people under the same ids; UUIDs, as the directory gives, because ids are most of a frame.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_urlsafe

from uuid_utils import uuid7

SITES = 5
STUDENTS = 4


@dataclass(slots=True)
class Person:
    """An adult. The token is set by the server that issues it."""

    person_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Room:
    """One site's room in one meeting, with a supervisor of its own."""

    site_id: str
    student_ids: list[str]
    supervisor: Person


@dataclass(frozen=True, slots=True)
class Meeting:
    """A live class."""

    meeting_id: str
    stream: str
    teacher: Person
    rooms: list[Room]


def make_meetings(count: int, sites: int = SITES) -> list[Meeting]:
    """So many meetings, each of a teacher and so many sites that are in no other meeting."""
    return [_meeting(str(uuid7()), sites) for _ in range(count)]


def _meeting(meeting_id: str, sites: int) -> Meeting:
    return Meeting(meeting_id, f"meeting:{meeting_id}", make_person(), [_room() for _ in range(sites)])


def _room() -> Room:
    return Room(str(uuid7()), [str(uuid7()) for _ in range(STUDENTS)], make_person())


def make_person() -> Person:
    """An adult with a token that nobody has issued yet."""
    return Person(str(uuid7()), token_urlsafe(32))


def write_members(meetings: Iterable[Meeting], path: Path) -> None:
    """The people as the Node baseline reads them."""
    path.write_text(json.dumps([asdict(meeting) for meeting in meetings]))


def plan_lines(meetings: Iterable[Meeting], sleepers: int = 0) -> Iterator[str]:
    """The sockets as the load generator reads them; `sleepers` further ones for each person fall behind and resume."""
    for meeting in meetings:
        seats = [(meeting.teacher, "teacher - -")]
        seats += [(room.supervisor, f"supervisor {room.site_id} {room.student_ids[0]}") for room in meeting.rooms]
        for person, seat in seats:
            line = f"socket {meeting.stream} {person.token} {seat}"
            yield line
            yield from [f"{line} sleeper"] * sleepers
