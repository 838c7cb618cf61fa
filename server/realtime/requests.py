"""What a client may ask over the socket: each request is declared here once, for reading it and for describing it."""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from ..domain.fields import ID_PATTERN
from ..domain.messages import Refused, first_fault

MAX_COMMANDS = 100
"""How many commands one `commands` may carry."""

StreamId = Annotated[str, Field(strict=True, max_length=100, pattern=rf"^[a-z]+:{ID_PATTERN.pattern}$")]
"""A kind, a colon and an id: `meeting:…`."""

# Strict by field: pydantic's strict mode as a whole refuses to build a dataclass from a dict.
_CLOSED = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a client's copy of a stream has come, and for which audience."""

    __pydantic_config__ = _CLOSED
    epoch: Annotated[str, Field(strict=True)]
    seq: Annotated[int, Field(strict=True, ge=0)]
    audience: Annotated[str, Field(strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Watch a stream, from `since` on where that is possible."""

    __pydantic_config__ = _CLOSED
    stream: StreamId
    since: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Watch a stream no more."""

    __pydantic_config__ = _CLOSED
    stream: StreamId


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Nothing: how long the answer takes is what the client wants to know."""

    __pydantic_config__ = _CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. Its name and data are the live service's to read."""

    __pydantic_config__ = _CLOSED
    stream: StreamId
    command_id: Any
    name: Any
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Several commands, to be handled in order. Each is read by itself: a faulty one spoils only its own result."""

    __pydantic_config__ = _CLOSED
    commands: Annotated[list[Any], Field(strict=True, max_length=MAX_COMMANDS)]


JOIN = TypeAdapter(Join)
LEAVE = TypeAdapter(Leave)
ECHO = TypeAdapter(Echo)
COMMAND = TypeAdapter(Command)
COMMANDS = TypeAdapter(Commands)

R = TypeVar("R")


def read(adapter: TypeAdapter[R], data: object) -> R:
    """The request, or `Refused` naming the field at fault."""
    if not isinstance(data, dict):
        raise Refused("malformed", "an event carries one object")
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        raise first_fault(error) from None


def cost(name: str, data: object) -> int:
    """What an event counts for in the rate limit: a batch as much as its commands would one by one."""
    items = data.get("commands") if name == "commands" and isinstance(data, dict) else None
    return max(1, min(len(items), MAX_COMMANDS)) if isinstance(items, list) else 1
