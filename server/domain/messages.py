"""How commands, events and refusals are declared, and the registry that knows them all.

A command or event is a frozen dataclass under a decorator that gives its wire name. Nothing is registered twice, a
command without a permission cannot be declared, and a command without its rule or an event without its apply is found
by `assert_complete()` at start.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from .actors import Actor, Permission


class Refused(Exception):
    """A command that the rules do not allow, or cannot read.

    `code` is stable and for programs; `message` says what was wrong and what to do, for people, and holds neither
    names nor what anybody wrote; `field` names the part of the command at fault, where one is.
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(code, message, field)
        self.code = code
        self.message = message
        self.field = field

    def as_error(self) -> dict[str, str]:
        """`{code, message, field?}` as the wire carries it."""
        error = {"code": self.code, "message": self.message}
        if self.field is not None:
            error["field"] = self.field
        return error


class Message(Protocol):
    """A command or an event: any frozen dataclass that was declared here."""

    __dataclass_fields__: Any


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know beside the state: who acts, and when (milliseconds, UTC, the server's clock)."""

    actor: Actor
    at: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in its place in the log: `seq` counts from 1 without gaps, `at` is the server's time in milliseconds."""

    seq: int
    at: int
    actor_id: str
    event: Message


@dataclass(frozen=True, slots=True)
class CommandType:
    """A declared command: `stream` is the kind of stream it goes to; `opens`: it may be that stream's first."""

    name: str
    stream: str
    may: Permission
    opens: bool
    cls: type[Any]
    adapter: TypeAdapter[Any]


@dataclass(frozen=True, slots=True)
class EventType:
    """A declared event. `personal` names the fields that hold free text and may one day be erased.

    `erases` names the field by which this event erases: its commit takes the personal fields out of every earlier
    event of the stream that has the same value there, of those whose name begins with `among`.
    """

    name: str
    stream: str
    version: int
    personal: tuple[str, ...]
    erases: str | None
    among: str
    cls: type[Any]
    adapter: TypeAdapter[Any]


COMMANDS: dict[str, CommandType] = {}
COMMAND_TYPES: dict[type[Any], CommandType] = {}
EVENTS: dict[str, EventType] = {}
EVENT_TYPES: dict[type[Any], EventType] = {}
_RULES: dict[type[Any], Callable[[Any, Any, Context], list[Any]]] = {}
_APPLIES: dict[type[Any], Callable[[Any, Any, Recorded], Any]] = {}

_WIRE_NAME = re.compile(r"^[a-z_]+\.[a-z_]+$")
C = TypeVar("C")
F = TypeVar("F", bound=Callable[..., Any])


def _check_name(name: str, taken: Mapping[str, object]) -> None:
    if not _WIRE_NAME.match(name):
        raise TypeError(f"{name!r} is not a wire name: noun.verb, lower case")
    if name in taken:
        raise TypeError(f"{name!r} is declared twice")


def command(
    name: str, *, may: Permission, stream: str = "meeting", opens: bool = False
) -> Callable[[type[C]], type[C]]:
    """Declare a frozen dataclass as the command `name`; `may` is the permission it asks for."""
    if not isinstance(may, Permission):
        raise TypeError(f"command {name!r} declares no permission")
    _check_name(name, COMMANDS)

    def declare(cls: type[C]) -> type[C]:
        # Closed: an unknown field is refused, never dropped. Nothing is coerced either: `fields` is strict by type,
        # because pydantic's strict mode as a whole refuses to build a dataclass from a dict.
        cls.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
        COMMANDS[name] = COMMAND_TYPES[cls] = CommandType(name, stream, may, opens, cls, TypeAdapter(cls))
        return cls

    return declare


def event(
    name: str,
    *,
    personal: tuple[str, ...] = (),
    erases: str | None = None,
    among: str = "",
    version: int = 1,
    stream: str = "meeting",
) -> Callable[[type[C]], type[C]]:
    """Declare a frozen dataclass as the event `name`. Events carry ids, never names."""
    _check_name(name, EVENTS)

    def declare(cls: type[C]) -> type[C]:
        unknown = {*personal, *([erases] if erases else [])} - {f.name for f in fields(cls)}  # type: ignore[arg-type]
        if unknown:
            raise TypeError(f"event {name!r} declares fields it does not have: {sorted(unknown)}")
        cls.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
        declared = EventType(name, stream, version, personal, erases, among, cls, TypeAdapter(cls))
        EVENTS[name] = EVENT_TYPES[cls] = declared
        return cls

    return declare


def decides(cls: type[Any]) -> Callable[[F], F]:
    """Declare the rule of a command: `(state, command, context) -> events`, which raises `Refused`."""

    def declare(function: F) -> F:
        if cls in _RULES:
            raise TypeError(f"{cls.__name__} has two rules")
        _RULES[cls] = function
        return function

    return declare


def applies(cls: type[Any]) -> Callable[[F], F]:
    """Declare what an event does to the state: `(state, event, recorded) -> state`; it never refuses."""

    def declare(function: F) -> F:
        if cls in _APPLIES:
            raise TypeError(f"{cls.__name__} is applied twice")
        _APPLIES[cls] = function
        return function

    return declare


def decide(state: Any, command: Message, context: Context) -> list[Any]:
    """The events that the command causes, or `Refused`. No events: there is nothing left to do."""
    return _RULES[type(command)](state, command, context)


def apply(state: Any, recorded: Recorded) -> Any:
    """The state after the event."""
    return _APPLIES[type(recorded.event)](state, recorded.event, recorded)


def assert_complete() -> None:
    """Fail at start, naming what is missing, if a command has no rule or an event no apply."""
    orphans = [c.name for c in COMMANDS.values() if c.cls not in _RULES]
    orphans += [e.name for e in EVENTS.values() if e.cls not in _APPLIES]
    if orphans:
        raise TypeError(f"declared without a rule or an apply: {', '.join(orphans)}")


# pydantic's own error types, in the words of this wire.
_CODES = {
    "missing": ("missing_field", "this field is required"),
    "extra_forbidden": ("unknown_field", "there is no such field here: remove it"),
    "unexpected_keyword_argument": ("unknown_field", "there is no such field here: remove it"),
    "missing_keyword_only_argument": ("missing_field", "this field is required"),
    "missing_argument": ("missing_field", "this field is required"),
    "string_too_long": ("too_long", "longer than {max_length} characters: shorten it"),
    "string_too_short": ("too_short", "shorter than {min_length} characters"),
    "too_short": ("too_short", "nothing was written: say at least one word"),
    "too_long": ("too_long", "more than {max_length} items"),
    "string_pattern_mismatch": ("bad_id", "not an id: 1 to 64 letters, digits, '_', '.' or '-'"),
    "literal_error": ("not_a_choice", "must be one of {expected}"),
    "enum": ("not_a_choice", "must be one of {expected}"),
    "string_unicode": ("control_characters", "not valid Unicode text"),
    "greater_than_equal": ("out_of_range", "must be at least {ge}"),
    "less_than_equal": ("out_of_range", "must be at most {le}"),
}


def _shown(name: str) -> str:
    """A field's name as it may be sent back: one that we do not know was written by the client, at any length."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name[:64])


def first_fault(error: ValidationError) -> Refused:
    """The first fault that pydantic found, as a refusal; what was sent is not repeated."""
    fault = error.errors(include_input=False, include_url=False)[0]
    field = ".".join(_shown(str(part)) for part in fault["loc"]) or None
    code, message = _CODES.get(fault["type"], ("wrong_type", fault["msg"]))
    if fault["type"] == "control_characters":
        code, message = "control_characters", fault["msg"]
    return Refused(code, message.format(**fault.get("ctx", {})) if "{" in message else message, field)


def parse_command(name: object, data: object) -> tuple[CommandType, Any]:
    """The declared command and its value out of what came over the wire; `Refused` names the field at fault."""
    declared = COMMANDS.get(name) if isinstance(name, str) else None
    if declared is None:
        raise Refused("unknown_command", "there is no command of this name", "name")
    if not isinstance(data, dict):
        raise Refused("wrong_type", "must be an object", "data")
    try:
        return declared, declared.adapter.validate_python(data)
    except ValidationError as error:
        raise first_fault(error) from None
