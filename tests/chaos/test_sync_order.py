"""No acknowledgement before the disk has it: kill -9 spares the page cache, so the system calls are looked at."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.chaos.recording import Recorder

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform != "linux", reason="strace traces Linux; elsewhere the order is not looked at"),
]

CALL = re.compile(r"^(?P<pid>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. (?P<name>\w+) resumed>")
WRITES = {"write", "pwrite64", "pwritev", "writev"}
SYNCS = {"fdatasync", "fsync"}


class Call(NamedTuple):
    """One system call: the lines of the trace at which it began and had returned, what it did, and to which file."""

    began: int
    returned: int
    name: str
    file: str
    text: str


def calls(trace: str) -> Iterator[Call]:
    """The calls of the trace. One that another thread's overlapped is on two lines, `<unfinished …>` and `resumed`."""
    open_calls: dict[str, tuple[int, str, str]] = {}
    for number, line in enumerate(trace.splitlines()):
        if found := CALL.match(line):
            if line.endswith("<unfinished ...>"):
                open_calls[found["pid"]] = (number, found["name"], found["rest"])
            else:
                yield _call(number, number, found["name"], found["rest"])
        elif (found := RESUMED.match(line)) and found["pid"] in open_calls:
            began, name, rest = open_calls.pop(found["pid"])
            yield _call(began, number, name, rest)


def _call(began: int, returned: int, name: str, rest: str) -> Call:
    file = re.match(r"\d+<([^>]*)>", rest)
    return Call(began, returned, name, file[1] if file else "", rest)


def strace() -> str:
    """The program, or a failure in a plain sentence: this order is too dear to be skipped."""
    found = shutil.which("strace")
    if found is None:
        pytest.fail("strace is not installed: `make test` installs it, or ask your package manager for it")
    return found


@pytest.fixture
def database_path(sqlite_template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "longroom.db"
    shutil.copyfile(sqlite_template, path)
    return path


IDS = [[f"q-{wave}-{number}-q" for number in range(5)] for wave in range(6)]
"""Questions that are asked together, wave by wave."""


async def traced(database: Path, *planted: str) -> list[Call]:
    """The calls of a recorder to which all the questions were asked."""
    trace = database.with_name("trace")
    wanted = ",".join(sorted(WRITES | SYNCS))
    # Strings whole: the question's id, which is in the page that is written, ties the write to its acknowledgement.
    under = [strace(), "-f", "-y", "-s", "100000", "-e", f"trace={wanted}", "-e", "signal=none", "-o", str(trace)]
    recorder = Recorder(f"sqlite:///{database}", *planted, under=under)
    await recorder.start()
    for wave in IDS:
        for question_id in wave:
            recorder.ask("ruth", question_id)
        assert await recorder.answers(len(wave))
    await recorder.end()
    found = list(calls(trace.read_text("utf-8", "replace")))
    assert found, "strace saw nothing"
    return found


def require_order(traced: list[Call]) -> None:
    """Each acknowledgement began after a sync of the log's file had returned that began after the question's write."""
    in_wal = [call for call in traced if call.file.endswith("longroom.db-wal")]
    writes = [call for call in in_wal if call.name in WRITES]
    syncs = [call for call in in_wal if call.name in SYNCS]
    for question_id in (one for wave in IDS for one in wave):
        [told] = [call for call in traced if f'{{\\"id\\": \\"{question_id}\\"' in call.text]
        before = [call.returned for call in writes if call.returned < told.began]
        own = [call.returned for call in writes if question_id in call.text and call.returned < told.began]
        assert own, f"{question_id} was acknowledged before it was written"
        for written in (own[0], before[-1]):
            assert any(written < sync.began and sync.returned < told.began for sync in syncs), (
                f"{question_id} was acknowledged before the disk had it"
            )


async def test_each_acknowledgement_comes_after_its_own_fdatasync(database_path: Path) -> None:
    require_order(await traced(database_path))


async def test_without_the_sync_the_order_is_found_wrong(database_path: Path) -> None:
    with pytest.raises(AssertionError, match="before the disk had it"):
        require_order(await traced(database_path, "NORMAL"))


def test_the_reading_of_a_trace() -> None:
    trace = """\
7 pwrite64(9</x/longroom.db-wal>, "q-1", 3, 0) = 3
7 fdatasync(9</x/longroom.db-wal> <unfinished ...>
8 write(1<pipe:[3]>, "{\\"id\\": \\"q-0\\"}", 14) = 14
7 <... fdatasync resumed>)               = 0
8 --- SIGCHLD {si_signo=SIGCHLD} ---
"""
    assert [(call.began, call.returned, call.name, call.file) for call in calls(trace)] == [
        (0, 0, "pwrite64", "/x/longroom.db-wal"),
        (2, 2, "write", "pipe:[3]"),
        (1, 3, "fdatasync", "/x/longroom.db-wal"),
    ]
