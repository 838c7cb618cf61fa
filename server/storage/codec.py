"""Events to rows and back. Personal fields are kept apart, so that erasing them leaves the rest of the row untouched.

An event type that changes its shape raises its `version` and leaves an upcaster here for each older one: old rows are
read, never rewritten.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from ..domain.fields import ERASED
from ..domain.messages import EVENT_TYPES, EVENTS, Message


class UnknownEvent(LookupError):
    """A row of a type or version that this release does not know; its words name those, and nothing of the content."""


class EncodedEvent(NamedTuple):
    """An event as its row's columns; `personal` is None where the event declares no personal field."""

    type: str
    version: int
    data: bytes
    personal: bytes | None


UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("room.rostered", 1): lambda old: old | {"due_by": None},
}
"""(type, version) → how its fields become those of version + 1."""


def encode(event: Message) -> EncodedEvent:
    """The event's row columns."""
    declared = EVENT_TYPES[type(event)]
    if not declared.personal:
        return EncodedEvent(declared.name, declared.version, orjson.dumps(event), None)
    values = {name: getattr(event, name) for name in event.__dataclass_fields__}
    personal = {name: values.pop(name) for name in declared.personal}
    return EncodedEvent(declared.name, declared.version, orjson.dumps(values), orjson.dumps(personal))


def erased(personal: bytes) -> bytes | None:
    """The column after erasure: null; but what was not given stays so, or a replay would differ from what lived."""
    values: dict[str, Any] = orjson.loads(personal)
    if None not in values.values():
        return None
    return orjson.dumps({name: None if value is None else ERASED for name, value in values.items()})


def decode(type: str, version: int, data: bytes, personal: bytes | None) -> Any:
    """The event of a row. Raises UnknownEvent for a type or version that this release cannot read."""
    declared = EVENTS.get(type)
    if declared is None:
        raise UnknownEvent(f"the log holds an event of type {type!r}, which this release does not know")
    values: dict[str, Any] = orjson.loads(data)
    values |= orjson.loads(personal) if personal is not None else dict.fromkeys(declared.personal, ERASED)
    while version != declared.version:
        upcast = UPCASTERS.get((type, version))
        if upcast is None:
            raise UnknownEvent(f"the log holds {type!r} in version {version}, which this release cannot read")
        values, version = upcast(values), version + 1
    return declared.adapter.validate_python(values)
