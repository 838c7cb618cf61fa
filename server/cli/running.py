"""Which server runs on this machine's data: `serve` leaves a note beside the database, and other commands look at it.

The note outlives a server that was killed; it is believed only while its process lives and its port answers.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ..config import Settings

FILE_NAME = "server.json"
ANSWER_SECONDS = 2.0
_SHAPE: Mapping[str, type] = {"base_url": str, "local_url": str, "port": int, "pid": int}


@contextmanager
def noted(settings: Settings) -> Iterator[None]:
    """Keep the note while the server runs; a folder that takes none, as a container's may, costs only the note."""
    path = settings.secrets_dir / FILE_NAME
    note = {
        "base_url": settings.public_url,
        "local_url": settings.local_url,
        "port": settings.port,
        "pid": os.getpid(),
    }
    with suppress(OSError):
        _write(path, note)
    try:
        yield
    finally:
        # Another server on the same data may have noted itself since.
        if (_read(path) or {}).get("pid") == os.getpid():
            with suppress(OSError):
                path.unlink()


def as_it_runs(settings: Settings, flags: Mapping[str, str | None], environ: Mapping[str, str]) -> Settings:
    """The settings with the port and the public URL of the server that runs, where the caller named neither."""
    named = [
        flags.get("port"),
        flags.get("public_url"),
        environ.get("LONGROOM_PORT"),
        environ.get("LONGROOM_PUBLIC_URL"),
    ]
    note = None if any(named) else noted_here(settings)
    return settings if note is None else replace(settings, port=note["port"], public_url=note["base_url"])


def noted_here(settings: Settings) -> dict[str, Any] | None:
    """What the server that runs on this data noted: `base_url`, `local_url`, `port`, `pid`; None where none runs."""
    note = _read(settings.secrets_dir / FILE_NAME)
    return note if note is not None and _lives(note["pid"]) and _answers(note["local_url"]) else None


def require_alone(settings: Settings) -> None:
    """A SQLite file is one server's: a second would hear nothing of what the first commits.

    Raises click.ClickException, which says where the one that runs is.
    """
    note = None if settings.database_file is None else noted_here(settings)
    if note is not None and note["pid"] != os.getpid():
        raise click.ClickException(
            f"a server runs on this data already, at {note['base_url']} (process {note['pid']}): stop it, or name "
            "another folder in LONGROOM_DATA_DIR; several servers share a PostgreSQL database"
        )


def _write(path: Path, note: Mapping[str, Any]) -> None:
    """Replace the file in one step; it is never there with other permissions, nor half written."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(note, file, indent=2)
    new.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    """The note; None where there is none that could be one."""
    try:
        note = json.loads(path.read_bytes())
        return note if all(isinstance(note[name], kind) for name, kind in _SHAPE.items()) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _answers(url: str) -> bool:
    """Whether a server is there; no proxy stands between two programs of one machine."""
    import http.client
    from urllib.request import ProxyHandler, build_opener

    try:
        with build_opener(ProxyHandler({})).open(f"{url}/healthz", timeout=ANSWER_SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError, http.client.HTTPException):
        return False
