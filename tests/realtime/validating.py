"""Holding what came over the wire against the published document.

The document lets later versions add fields; here nothing may come that it does not name, so each object is closed.
"""

from functools import cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from server.realtime.asyncapi import document

_SCHEMA_OF = {
    "changes": "Changes",
    "changes_gz": "Changes",
    "snapshot": "Snapshot",
    "removed": "Removed",
    "head": "Head",
    "closing": "Closing",
    "connect_error": "ConnectError",
    "ack of join": "JoinReply",
    "ack of leave": "LeaveReply",
    "ack of echo": "EchoReply",
    "ack of command": "CommandReply",
    "ack of commands": "CommandsReply",
}


_VALID: set[int] = set()


def validate(schema: str, value: Any) -> None:
    """Raise jsonschema.ValidationError where the value is not what the document says."""
    _validator(schema).validate(value)


def validate_message(name: str, body: Any) -> None:
    """The same for an event, or for an acknowledgement (`ack of <event>`); of what is no event, only a refusal."""
    # One frame serves many members: each distinct one is looked at once.
    digest = hash(orjson.dumps((name, body)))
    if digest not in _VALID:
        validate(_SCHEMA_OF.get(name, "Refusal"), body)
        _VALID.add(digest)


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(_closed(document()) | {"$ref": f"#/components/schemas/{schema}"})


def _closed(value: Any) -> Any:
    if isinstance(value, list):
        return [_closed(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    closed = {key: _closed(inner) for key, inner in value.items()}
    if closed.get("type") == "object" and "properties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed
