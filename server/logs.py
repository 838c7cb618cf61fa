"""The log, on standard error: one JSON object a line (on a terminal, a readable line), without names and without what
anybody wrote.

An exception is logged as its type and where it happened. Its text is left out: a database driver's, for one, repeats
the row that it could not write.
"""

import asyncio
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson
import structlog
from aiohttp.http_exceptions import HttpProcessingError

from .config import Settings

_ON_THE_WIRE = ("aiohttp", "server.realtime.gateway.engineio", "server.realtime.gateway.socketio")
_QUIET = (*_ON_THE_WIRE, "aiosqlite", "alembic", "asyncio")


def configure(settings: Settings) -> None:
    """Send our own log and every library's through one formatter, at the level that the settings name."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_the_exceptions_text,
    ]
    render: Any = structlog.processors.JSONRenderer(serializer=_as_json)
    if is_for_people(settings):
        render = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_level(settings)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    handler.addFilter(_without_others_words)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_level(settings))
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, _level(settings)))


def _without_others_words(record: logging.LogRecord) -> bool:
    """What these libraries say holds what came over the wire: a made-up header, an address, a line break. Where in them
    it was said tells as much, and nobody can forge it."""
    if not record.name.startswith(_ON_THE_WIRE):
        return True
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        return False  # Not HTTP at all: answered with 400, and anybody can send any number of them.
    record.msg, record.args = f"{record.name} said something at {record.module}:{record.lineno}", ()
    return True


def is_for_people(settings: Settings) -> bool:
    """Whether somebody reads the lines as they come, and not a program later."""
    return settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())


def where(error: BaseException) -> list[str]:
    """The exception and its causes, the last first: each one's type, then its frames, the innermost last."""
    return [line for one in _chain(error) for line in (type(one).__name__, *_frames(one.__traceback__))]


def _chain(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"


def _without_the_exceptions_text(_logger: Any, _method: str, entry: dict[str, Any]) -> dict[str, Any]:
    info = entry.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        entry["exception"] = where(error)
    return entry


def _as_json(entry: dict[str, Any], default: Any = None, **_: Any) -> str:
    return orjson.dumps(entry, default=default).decode()


def _level(settings: Settings) -> int:
    return int(logging.getLevelNamesMapping()[settings.log_level.upper()])


class Lines:
    """Lines that come by the thousand: what sockets ask, one each. structlog takes a hundred times as long for one.

    They look like all others, and are written together, at the end of the loop's turn in which they came: a commit's
    commands in one write. Where a person reads, they are shown at `debug` only.
    """

    def __init__(self, settings: Settings, write: Callable[[str], object] | None = None) -> None:
        """`write` takes the text instead of standard error."""
        self._is_for_people = is_for_people(settings)
        self.is_on = _level(settings) <= (logging.DEBUG if self._is_for_people else logging.INFO)
        """Ask before you gather what `add` is to say."""
        self._write = write
        self._waiting: list[dict[str, Any]] = []

    def add(self, event: str, **said: object) -> None:
        """Say it. The values are ids and codes: never a name, and never what anybody wrote."""
        if not self.is_on:
            return
        if self._is_for_people:
            structlog.stdlib.get_logger("longroom.sockets").debug(event, **said)
            return
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        said["event"] = event
        self._waiting.append(said)

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        # Each is a JSON object with something in it; what is the same for all is put before its closing brace.
        rest = f',"level":"info","timestamp":"{datetime.now(UTC).isoformat().replace("+00:00", "Z")}"}}\n'.encode()
        text = b"".join(orjson.dumps(said)[:-1] + rest for said in waiting).decode()
        # A log that nobody takes any more (a full disk, a pipe without a reader) must not stop the class.
        with suppress(OSError, ValueError):
            if self._write is not None:
                self._write(text)
            else:
                sys.stderr.write(text)
                sys.stderr.flush()
