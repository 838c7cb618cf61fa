"""Copies of a SQLite database: taken while a server writes to it, and put in its place once nobody does.

Everything here goes through SQLite's own backup interface. To copy the file by hand would miss what the write-ahead log
holds, and tear what is written meanwhile. All of it is synchronous, and meant for a command line.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

WAIT_SECONDS = 30.0
"""How long a copy waits for a lock that somebody holds for a moment."""
IN_USE_SECONDS = 1.0
"""How long it may take until it counts as in use: who looks at the database for an instant is no server."""


class InUse(Exception):
    """Another process has the database open."""


class Unreadable(Exception):
    """A file that SQLite cannot read as a database, or not whole. Its text says why, and quotes nothing of the rows."""


class Ruined(Unreadable):
    """It is the file's content that is not a database's: it can only be moved out of the way."""


def copy_out(database: Path, target: Path) -> None:
    """Write the database as it is at one moment to the new file `target`, for its owner alone.

    Never waits for a writer nor makes one wait: all pages are read in one transaction. The copy is one file, without a
    journal beside it, and it is there whole or not at all. Raises FileExistsError, `Unreadable`, or OSError.
    """
    if target.exists():
        raise FileExistsError(target)  # Asked again by what gives the copy its name; here it saves the work.
    new = beside(target)
    try:
        _copy(database, new)
        with _told(), closing(_open(new)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE")
        found = faults(new)
        if found:
            raise Unreadable(found[0])
        _sync(new)
        _name(new, target)
    finally:
        remove(new)
    _sync(target.parent)


def copy_in(source: Path, near: Path) -> Path:
    """A copy of the file `source` in a new file near `near`, to be looked at. Raises `Unreadable`, OSError."""
    new = beside(near)
    try:
        _copy(source, new)
    except BaseException:
        remove(new)
        raise
    return new


def beside(path: Path) -> Path:
    """A new, empty file in the same folder, for its owner alone, under a name that nobody else has."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(number)
    return Path(name)


def remove(copy: Path) -> None:
    """Remove a copy, with the journal beside it."""
    for path in _with_journals(copy):
        path.unlink(missing_ok=True)


def faults(file: Path) -> list[str]:
    """What SQLite finds wrong with the file, a line for each; none: it is whole. Raises `Unreadable`, OSError."""
    with _told(), closing(_open(file)) as copy:
        found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check")]
        dangling = copy.execute("PRAGMA foreign_key_check").fetchall()
    return [line for line in found if line != "ok"] + [f"a row of {row[0]} refers to none" for row in dangling]


def count(file: Path) -> tuple[int, int]:
    """How many streams and how many events it holds. Raises `Unreadable`: it may be no database of Longroom's."""
    with _told(), closing(_open(file, "ro")) as copy:
        streams, events = copy.execute(
            "SELECT (SELECT count(*) FROM streams), (SELECT count(*) FROM events)"
        ).fetchone()
    return int(streams), int(events)


@contextmanager
def alone(database: Path) -> Iterator[sqlite3.Connection]:
    """The only connection to the database, until it is closed: whoever opens it meanwhile waits. Raises `InUse`.

    Where there is no file one is made. Each connection to a database with a write-ahead log holds a shared lock as
    long as it lives, an idle one too; so the exclusive one is to be had only where no server runs.
    Raises `Ruined` for a file that is no database any more, `Unreadable` where it may not be locked.
    """
    database.touch(mode=0o600)
    with closing(sqlite3.connect(database, timeout=IN_USE_SECONDS, isolation_level=None)) as connection:
        with _told():
            try:
                connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("COMMIT")  # In this mode the lock outlives the transaction.
            except sqlite3.OperationalError as error:
                if _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                    raise InUse from None
                raise
        yield connection


def replace(held: sqlite3.Connection, copy: Path) -> None:
    """Make the database that is held what the copy is, in one transaction: after a crash it is the one or the other."""
    with _told(), closing(_open(copy)) as source:
        held.execute("PRAGMA journal_mode=WAL")
        source.backup(held)
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def keep(held: sqlite3.Connection, target: Path) -> None:
    """Write what the held database is to the new file `target`. Raises FileExistsError, `Unreadable`, OSError."""
    new = beside(target)
    try:
        with _told(), closing(sqlite3.connect(new)) as copy:
            held.backup(copy)
        _sync(new)
        _name(new, target)
    finally:
        remove(new)


def set_aside(database: Path, target: Path) -> None:
    """Move a file that cannot be read, and the journals beside it, out of the way."""
    for path, there in zip(_with_journals(database), _with_journals(target), strict=True):
        if path.exists():
            path.rename(there)


def _copy(source: Path, target: Path) -> None:
    with _told(), closing(_open(source, "ro")) as reading, closing(_open(target)) as writing:
        # -1: all of it in one step, which is one read transaction. Taken a few pages at a time, the copy would begin
        # again with each commit of a busy server, and never end.
        reading.backup(writing, pages=-1)


def _open(file: Path, mode: str = "rw") -> sqlite3.Connection:
    url = f"file:{quote(str(file.absolute()))}?mode={mode}"
    return sqlite3.connect(url, uri=True, timeout=WAIT_SECONDS, isolation_level=None)


@contextmanager
def _told() -> Iterator[None]:
    """SQLite's words for what is wrong with a file are safe to tell: they name tables and pages."""
    try:
        yield
    except sqlite3.Error as error:
        is_ruined = _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
        raise (Ruined if is_ruined else Unreadable)(str(error)) from None


def _code(error: sqlite3.Error) -> int:
    """SQLite's own number for it; 0: it is the driver's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _with_journals(file: Path) -> list[Path]:
    return [file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))]


def _name(new: Path, target: Path) -> None:
    """Give a finished file its name, unless another has it."""
    try:
        os.link(new, target)
    except FileExistsError:
        raise
    except OSError:
        # A file system without a second name for a file: between these two lines another could take it.
        if target.exists():
            raise FileExistsError(target) from None
        new.rename(target)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # Some file systems do not take it for a folder.
            os.fsync(number)
    finally:
        os.close(number)
