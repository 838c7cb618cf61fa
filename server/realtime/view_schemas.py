"""The shapes of what a stream's views look like on the wire, as JSON Schema, written by hand.

By hand on purpose: a schema made from the code would call right whatever the code gives. The tests hold every frame
and reply against these.
"""

from typing import Any

Schema = dict[str, Any]

ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"}
MILLIS: Schema = {"type": "integer", "minimum": 0, "description": "milliseconds since 1970-01-01T00:00:00Z"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def array(items: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": items}


def record(properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """An object with these fields; further ones may come with later versions."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


_IDS = array(ID)
_MAYBE_AT = nullable(MILLIS)
_MAYBE_TEXT = nullable({"type": "string"})

MEETING = record(
    {
        "section_id": ID,
        "status": {"enum": ["scheduled", "live", "ended"]},
        "starts_at": MILLIS,
        "ends_at": MILLIS,
        "started_at": _MAYBE_AT,
        "ended_at": _MAYBE_AT,
        "teacher_ids": _IDS,
        "site_ids": _IDS,
    }
)

WAIT = record({"count": COUNT, "median": nullable(COUNT), "p90": nullable(COUNT)})

ROOM = record(
    {
        "site_id": ID,
        "supervisor_ids": _IDS,
        "students": COUNT,
        "asked": COUNT,
        "waiting": COUNT,
        "waiting_since": _MAYBE_AT,
        "on_way_back": COUNT,
        "deferred": COUNT,
        "due_by": _MAYBE_AT,
        "waits": record({"seen": WAIT, "answered": WAIT, "confirmed": WAIT}),
    }
)

ANSWER = record(
    {
        "form": {"enum": ["spoken_to_all", "spoken_to_site", "written"]},
        "text": nullable({"type": "string"}),
        "by": ID,
        "at": MILLIS,
        "delivered_at": _MAYBE_AT,
        "confirmed_at": _MAYBE_AT,
        "stuck_at": _MAYBE_AT,
    }
)

_FIGURES: dict[str, Schema] = {
    "question_id": ID,
    "site_id": ID,
    "status": {
        "enum": [
            *("queued", "seen", "claimed", "answering", "answered", "delivered", "confirmed", "asked_back", "merged"),
            *("deferred", "declined", "cannot_find", "withdrawn", "closed"),
        ]
    },
    "urgency": {"enum": ["normal", "blocking"]},
    "received_at": MILLIS,
    "waiting_since": MILLIS,
    "stuck": COUNT,
    "version": {"type": "integer", "minimum": 1},
    "order": array({"type": "integer"}) | {"minItems": 4, "maxItems": 4},
}
_SHARED = _FIGURES | {"text": {"type": "string"}, "answers": array(ANSWER)}
_OWN = _SHARED | {
    "student_id": nullable(ID),
    "relayed_by": ID,
    "verbatim": {"type": "boolean"},
    "shareable": {"type": "boolean"},
    "asked_at": MILLIS,
    "seen_at": _MAYBE_AT,
    "claimed_by": nullable(ID),
    "claimed_at": _MAYBE_AT,
    "due_at": _MAYBE_AT,
    "restated": COUNT,
    "closed_reason": {"enum": ["not_found", None]},
    "asked_back": nullable(record({"at": MILLIS, "note": _MAYBE_TEXT})),
    "declined": nullable(
        record(
            {
                "reason": {"enum": ["off_topic", "answered_before", "ask_your_site", "not_for_class", "other"]},
                "note": _MAYBE_TEXT,
                "at": MILLIS,
                "acknowledged_at": _MAYBE_AT,
            }
        )
    ),
    "appeal": nullable(record({"note": {"type": "string"}, "at": MILLIS})),
    "merged_into": nullable(ID),
    "is_together": {"type": "boolean"},
}
_TEACHERS = _OWN | {"followers": _IDS}

QUESTION: Schema = {
    "anyOf": [
        record(_TEACHERS) | {"title": "for the teacher"},
        record(_OWN) | {"title": "for the asking site"},
        record(_SHARED) | {"title": "a shared one, for others"},
        record(_FIGURES) | {"title": "its figures, for the coordinator"},
    ]
}

CALL = record(
    {
        "call_id": ID,
        "site_id": ID,
        "student_id": ID,
        "question_id": nullable(ID),
        "status": {"enum": ["called", "ready", "not_here", "ended"]},
        "called_by": ID,
        "called_at": MILLIS,
        "answered_by": nullable(ID),
        "answered_at": _MAYBE_AT,
    }
)

VIEWS: dict[str, Schema] = {"meeting": MEETING, "room": ROOM, "question": QUESTION, "call": CALL}
"""The schema of each kind of view."""
