"""A class as a line of the board of all classes: what is wrong in it, its figures, and a line for each room.

For whoever watches over a program. It holds ids, figures and times: no student and nobody's words.
"""

from typing import Any, TypeAlias

from .attention import Concern, Heard, concerns, link_now
from .meeting.cover import is_left_out, uncovered_since
from .meeting.duty import timeline_of
from .meeting.readiness import readiness_at
from .meeting.state import Meeting, Room

Line: TypeAlias = dict[str, Any]


def class_line(state: Meeting, heard: Heard, at: int) -> tuple[Line, list[Concern]]:
    """The class at that moment (milliseconds, UTC), and what is wrong in it, the worst first.

    `{section_id, status, starts_at, ends_at, lobby_at, started_at, teacher_ids, figures, concerns, rooms}`: the
    rooms in the order of their sites' ids, each with the ids of the adults who are in it.
    """
    found = concerns(state, heard, at)
    rooms = [_room(state, state.rooms[site_id], heard.get(site_id), at) for site_id in sorted(state.rooms)]
    line = {
        "section_id": state.section_id,
        "status": state.status,
        "starts_at": state.starts_at,
        "ends_at": state.ends_at,
        "lobby_at": state.lobby_at,
        "started_at": state.started_at,
        "teacher_ids": sorted(state.teacher_ids),
        "figures": _figures(rooms, found),
        "concerns": [{"code": one.code, "site_id": one.site_id, "since": one.since} for one in found],
        "rooms": rooms,
    }
    return line, found


def _figures(rooms: list[Line], found: list[Concern]) -> Line:
    return {
        "rooms": len(rooms),
        "linked": sum(room["link"]["status"] in ("linked", "degraded") for room in rooms),
        "uncovered": sum(one.code == "room_uncovered" for one in found),
        "waiting": sum(room["waiting"] for room in rooms),
        "waiting_since": min((one for room in rooms if (one := room["waiting_since"]) is not None), default=None),
        "on_way_back": sum(room["on_way_back"] for room in rooms),
    }


def _room(state: Meeting, room: Room, heard_at: int | None, at: int) -> Line:
    link = link_now(state, room.site_id, heard_at, at)
    return {
        "site_id": room.site_id,
        "adult_ids": sorted(timeline_of(state, room.site_id).present),
        "uncovered_since": uncovered_since(state, room.site_id),
        "away": room.away,
        "is_left_out": is_left_out(state, room.site_id, heard_at),
        "readiness": readiness_at(state, room.site_id, at),
        "link": {"status": link.status, "since": link.since, "last_heard_at": link.last_heard_at},
        "students": len(room.student_ids),
        "waiting": len(room.waiting),
        "waiting_since": next(iter(room.waiting.values()), None),
        "on_way_back": room.on_way_back,
    }
