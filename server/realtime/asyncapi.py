"""The published document of the live wire: AsyncAPI 3, made from what is declared.

The namespace is the channel, an event is an operation, its acknowledgement is the operation's reply. Requests and
commands are described by the declarations that read them, views by their published shapes, and the rest of what the
server says by hand-written schemas.
"""

from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from ..domain.actors import GRANTS, Role
from ..domain.messages import COMMANDS
from ..domain.shapes import AUDIENCE_PATTERN, Change, Entry
from ..domain.streams import KINDS
from . import requests
from .frames import NAMESPACE
from .gateway import CLOSINGS
from .schemas import COUNT, ID, Schema, array, nullable, record

_SCHEMAS = "#/components/schemas/"
_MESSAGES = "#/components/messages/"
_CHANNEL = "#/channels/live"

_TEXT: Schema = {"type": "string"}
_SEQ: Schema = COUNT | {"description": "how many events the stream has"}
_STREAM: Schema = {"type": "string", "maxLength": 100, "examples": ["meeting:018f4c"]}
_AUDIENCE: Schema = {"type": "string", "pattern": AUDIENCE_PATTERN}
_PLACE = {"stream": _STREAM, "epoch": _TEXT}


def _ref(name: str) -> Schema:
    return {"$ref": _SCHEMAS + name}


def _said() -> dict[str, Schema]:
    """Everything that the server says, by the name of its schema."""
    snapshot = array(_ref("View"))
    changes = array(_ref("Change"))
    joined = {"ok": {"const": True}, "epoch": _TEXT, "seq": _SEQ, "audience": _AUDIENCE}
    return {
        "Refusal": record(
            {
                "ok": {"const": False},
                "error": record({"code": _TEXT, "message": _TEXT, "field": _TEXT}, optional=("field",)),
            }
        ),
        "Receipt": record({"ok": {"const": True}, "seq": _SEQ}),
        "JoinReply": {
            "oneOf": [
                record(joined | {"snapshot": snapshot}),
                record(joined | {"changes": changes}),
                _ref("Refusal"),
            ]
        },
        "LeaveReply": {"oneOf": [record({"ok": {"const": True}}), _ref("Refusal")]},
        "EchoReply": {"oneOf": [record({"ok": {"const": True}}), _ref("Refusal")]},
        "CommandReply": {"oneOf": [_ref("Receipt"), _ref("Refusal")]},
        "CommandsReply": {
            "oneOf": [
                record({"ok": {"const": True}, "results": array(_ref("CommandReply"))}),
                _ref("Refusal"),
            ]
        },
        "Changes": record(_PLACE | {"after": _SEQ, "seq": _SEQ, "changes": changes}),
        "ChangesGz": {
            "type": "string",
            "format": "binary",
            "description": "the event's one attachment: gzip of the JSON of a `changes` body",
        },
        "Snapshot": record(_PLACE | {"seq": _SEQ, "audience": _AUDIENCE, "snapshot": snapshot}),
        "Removed": record({"stream": _STREAM, "code": _TEXT, "message": _TEXT}),
        "Head": record(_PLACE | {"seq": _SEQ}),
        "Closing": record({"code": {"enum": list(CLOSINGS)}, "message": _TEXT, "retry_ms": nullable(COUNT)}),
        "ConnectError": record({"message": _TEXT, "data": record({"code": _TEXT})}),
    }


def _views() -> dict[str, Schema]:
    """What snapshots and changes are made of, with the shapes of the views: the same that the HTTP document has."""
    adapters: dict[str, TypeAdapter[Any]] = {"View": TypeAdapter(Entry), "Change": TypeAdapter(Change)}
    found, definitions = TypeAdapter.json_schemas(
        [(name, "serialization", adapter) for name, adapter in adapters.items()], ref_template=_SCHEMAS + "{model}"
    )
    return {**definitions["$defs"], **{name: found[name, "serialization"] for name in adapters}}


_ASKED = {
    "join": "Watch a stream: the reply holds what is to be shown, `changes` follow.",
    "leave": "Watch it no more.",
    "echo": "Answered at once: how long that takes is the link's round trip.",
    "command": "Run one command; acknowledged after its commit and never before.",
    "commands": "Run several, in order: for an outbox.",
}
_TOLD = {
    "changes": "What a range of events changed for this audience; empty where all of it is hidden.",
    "changes_gz": "The same where the body is long, compressed.",
    "snapshot": "The audience is another now: replace everything held.",
    "removed": "There is no part in the stream any more: forget what is held.",
    "head": "Where the stream is, by the database; every ten seconds.",
    "closing": "Why the server is about to close the connection.",
}
"""Every event of the protocol, with a word on what it is for."""


@cache
def document() -> dict[str, Any]:
    """The document, as `/api/asyncapi.json` gives it."""
    messages = {name: _message(name, about) for name, about in (_ASKED | _TOLD).items()}
    messages |= {f"{name}_reply": _message(f"{name}_reply", f"The acknowledgement of `{name}`.") for name in _ASKED}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Longroom, live",
            "version": version("longroom"),
            "description": "Socket.IO protocol 5, path /socket.io/. docs/protocol.md tells how to use this. "
            "A client ignores fields that it does not know.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "live": {
                "address": NAMESPACE,
                "title": "The namespace of the live records",
                "description": "The session is the cookie, or `auth: {token}` in the CONNECT packet; who is "
                "refused gets a CONNECT_ERROR of the shape of `ConnectError`.",
                "messages": {name: {"$ref": _MESSAGES + name} for name in messages},
            }
        },
        "operations": {name: _asked(name) for name in _ASKED} | {name: _told(name) for name in _TOLD},
        "components": {"messages": messages, "schemas": _requests() | _views() | _said()},
    }


def _message(name: str, about: str) -> dict[str, Any]:
    schema = "".join(part.capitalize() for part in name.split("_"))
    message = {"name": name, "summary": about, "payload": _ref(schema)}
    return message | ({"contentType": "application/gzip"} if name == "changes_gz" else {})


def _asked(name: str) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": _CHANNEL},
        "messages": [{"$ref": f"{_CHANNEL}/messages/{name}"}],
        "reply": {
            "channel": {"$ref": _CHANNEL},
            "messages": [{"$ref": f"{_CHANNEL}/messages/{name}_reply"}],
        },
    }


def _told(name: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": _CHANNEL},
        "messages": [{"$ref": f"{_CHANNEL}/messages/{name}"}],
    }


def _requests() -> dict[str, Schema]:
    """Every request, with each command's data; those that only the server itself may issue are not a client's."""
    public = [
        c
        for c in COMMANDS.values()
        if c.stream in KINDS and any(c.may in GRANTS[role] for role in Role if role is not Role.SYSTEM)
    ]
    envelopes: dict[str, TypeAdapter[Any]] = {
        "Join": requests.JOIN,
        "Leave": requests.LEAVE,
        "Echo": requests.ECHO,
        "Commands": requests.COMMANDS,
    }
    adapters = {c.name: c.adapter for c in public} | envelopes
    found, definitions = TypeAdapter.json_schemas(
        [(name, "validation", adapter) for name, adapter in adapters.items()], ref_template=_SCHEMAS + "{model}"
    )
    schemas: dict[str, Schema] = dict(definitions["$defs"])
    schemas["Command"] = {"oneOf": [_command(command.name, found[command.name, "validation"]) for command in public]}
    schemas["Commands"]["properties"]["commands"]["items"] = _ref("Command")
    return schemas


def _command(name: str, data: Schema) -> Schema:
    properties = {"stream": _STREAM, "command_id": ID, "name": {"const": name}, "data": data}
    return record(properties) | {"title": name, "additionalProperties": False}
