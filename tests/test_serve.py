"""The command line as people meet it: starting, refusing to start, stopping."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click import Command
from click.testing import CliRunner, Result

from server.__main__ import main
from server.cli import simulate
from server.cli.demo import demo
from server.cli.drive import drive
from tests.support.server import ServerProcess

ROOT = Path(__file__).parents[1]


def longroom(*words: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LONGROOM_")}
    environ |= {"LONGROOM_DATA_DIR": str(data)} | variables
    command = [sys.executable, "-m", "server", *words]
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def running(data: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(data)
    server.start()
    try:
        yield server
    finally:
        server.stop()


# ── Refusing to start: one plain sentence, and no traceback ───────────────────────────────────────────────────────


def test_a_database_that_was_not_migrated_is_left_alone(tmp_path: Path) -> None:
    empty = tmp_path / "longroom.db"
    empty.touch()
    ended = longroom("serve", "--port", "0", data=tmp_path)
    assert (ended.returncode, ended.stderr) == (
        1,
        "Error: the database is not at this release's tables: run `longroom migrate` first\n",
    )


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--port", "0"),
        ("check",),
        ("demo", "--describe"),
        ("user", "disable", "nobody@school.example"),
        ("erase", "meeting:m", "--question", "q", "--reason", "harmful", "--as", "nobody@school.example"),
    ],
)
def test_where_no_database_is_none_is_made_and_how_to_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    ended = longroom(*words, data=data)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"Error: there is no database at {data}/longroom.db: ")
    for says in ("longroom migrate", "longroom serve --demo", "LONGROOM_DATA_DIR"):
        assert says in ended.stderr
    assert not data.exists()


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for words in (("migrate",), ("demo", "--load"), ("serve", "--demo", "--port", "0")):
        ended = longroom(*words, data=tmp_path / "file" / "data")
        assert (ended.returncode, "LONGROOM_DATA_DIR needs the folder" in ended.stderr) == (1, True), ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_said_and_nothing_is_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = longroom("serve", "--demo", "--port", str(port), data=tmp_path / "data")
    assert ended.returncode == 1
    assert ended.stderr == (
        f"Error: nothing can listen on 127.0.0.1:{port} (address already in use): "
        "write another LONGROOM_PORT, or 0 for a free one\n"
    )
    assert not (tmp_path / "data").exists()


def test_settings_that_cannot_be_used_are_all_said_at_once(tmp_path: Path) -> None:
    ended = longroom("serve", "--log-level", "loud", data=tmp_path, LONGROOM_PROT="9000", LONGROOM_PORT="x")
    assert ended.returncode == 1
    assert "LONGROOM_PROT is not a setting of Longroom" in ended.stderr
    assert "LONGROOM_PORT is 'x'" in ended.stderr
    assert "--log-level is 'loud'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_cannot_be_reached_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:1/longroom"
    ended = longroom("serve", "--port", "0", "--database-url", url, data=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: the database cannot be reached or written (")
    assert "hunter2" not in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_simulate_without_the_demo_is_said(tmp_path: Path) -> None:
    ended = longroom("serve", "--simulate", data=tmp_path)
    assert ended.returncode == 2
    assert "write --demo as well" in ended.stderr


# ── Serving ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_demo_prints_an_aligned_link_for_each_person(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        described = server.describe()
    lines = re.findall(r"^  (.*)(http://\S+)$", server.log, re.MULTILINE)
    assert [link for _, link in lines] == [person["sign_in_url"] for person in described["people"]]
    assert len({len(before) for before, _ in lines}) == 1
    assert "Chinwe Okafor" in lines[0][0]
    assert described["base_url"] == f"http://localhost:{server.port}"


def test_what_is_written_is_for_the_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with running(data):
        written = {path.name: path.stat().st_mode & 0o777 for path in data.iterdir()}
    del written["server.log"]  # The test's own.
    assert written.keys() >= {"demo.json", "longroom.db", "server.json"}
    assert set(written.values()) == {0o600}


def test_other_commands_find_the_port_of_the_server_that_runs(tmp_path: Path) -> None:
    file = tmp_path / "questions.csv"
    file.write_text("lesson,seconds_into_lesson,move,question\noptics,1,asking,Why is it bent?\n")
    note = tmp_path / "server.json"
    with running(tmp_path) as server:
        running_url = f"http://localhost:{server.port}"
        assert json.loads(note.read_text())["port"] == server.port
        assert described_url(tmp_path) == running_url
        played = invoke(drive, str(file), data=tmp_path)
        assert (played.exit_code, "confirmed 1" in played.output) == (0, True), played.output
        # Who names one means it.
        assert described_url(tmp_path, "--port", "9000") == "http://localhost:9000"
        assert described_url(tmp_path, LONGROOM_PORT="9000") == "http://localhost:9000"
        kept = note.read_text()
    assert not note.exists()
    # As after `kill -9`: of a process that is gone, of one that is another by now, and no note at all.
    gone = json.loads(kept)
    for text in (kept, json.dumps(gone | {"pid": os.getpid()}), "{}", "[]", "nothing", '{"pid": "x"}'):
        note.write_text(text)
        assert described_url(tmp_path) == "http://localhost:8080"
    refused = invoke(drive, str(file), data=tmp_path, LONGROOM_PORT=str(server.port))
    assert refused.exit_code == 1
    assert f"answers at http://localhost:{server.port} (connection refused)" in refused.output


def test_a_second_server_on_the_same_data_is_refused(tmp_path: Path) -> None:
    """It would take the first one's note, and neither would hear what the other commits."""
    note = tmp_path / "server.json"
    with running(tmp_path) as server:
        before = note.read_text()
        for words in (("serve", "--demo"), ("serve",)):
            ended = longroom(*words, "--port", "0", data=tmp_path)
            assert (ended.returncode, ended.stdout) == (1, "")
            assert ended.stderr.startswith(
                f"Error: a server runs on this data already, at http://localhost:{server.port} "
                f"(process {json.loads(before)['pid']}): stop it, or name another folder in LONGROOM_DATA_DIR"
            )
            assert note.read_text() == before
        server.kill()
        assert note.exists()
        # The note of one that is gone is no obstacle.
        server.start()
        assert json.loads(note.read_text())["pid"] != json.loads(before)["pid"]


def invoke(command: Command, *words: str, data: Path, **variables: str) -> Result:
    """Run a command in this process."""
    clean = {name: None for name in os.environ if name.startswith("LONGROOM_")}
    return CliRunner().invoke(command, words, env=clean | {"LONGROOM_DATA_DIR": str(data)} | variables)


def described_url(data: Path, *words: str, **variables: str) -> Any:
    described = invoke(demo, "--describe", *words, data=data, **variables)
    assert described.exit_code == 0, described.output
    return json.loads(described.output)["base_url"]


async def test_it_stops_within_ten_seconds_with_people_connected(tmp_path: Path) -> None:
    """An idle socket and an idle connection would keep aiohttp for the better part of a minute."""
    server = ServerProcess(tmp_path)
    server.start()
    process = server._process
    assert process is not None
    base = f"http://127.0.0.1:{server.port}"
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{base}/healthz") as answer:
            await answer.read()
        async with http.ws_connect(f"{base}/socket.io/?EIO=4&transport=websocket") as ws:
            await ws.receive_str()
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            async for _ in ws:
                pass
    assert process.wait(10) == 0
    assert time.monotonic() - began < 10
    assert "Traceback" not in server.log


def test_a_second_start_finds_everything_and_checks_clean(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        before = first.describe()
    with running(tmp_path) as second:
        after = second.describe()
    assert [person["token"] for person in after["people"]] == [person["token"] for person in before["people"]]
    assert after["meeting"] == before["meeting"]
    checked = longroom("check", data=tmp_path)
    assert checked.returncode == 0
    assert re.fullmatch(r"\d+ streams, \d+ events: no findings\.\n", checked.stdout)


# ── The other commands ────────────────────────────────────────────────────────────────────────────────────────────


def test_help_answers_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    ended = longroom("--help", data=tmp_path)
    assert time.monotonic() - began < 2
    for name in ("serve", "demo", "drive", "migrate", "user", "backup", "restore", "check"):
        assert re.search(rf"^  {name} ", ended.stdout, re.MULTILINE)
    slow = "import sys, server.__main__; print({'sqlalchemy', 'aiohttp', 'pydantic', 'rich'} & sys.modules.keys())"
    loaded = subprocess.run([sys.executable, "-c", slow], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout == "set()\n"


@pytest.mark.parametrize("name", ["serve", "demo", "drive", "migrate", "user", "backup", "restore", "check"])
def test_each_command_explains_itself(name: str) -> None:
    ended = CliRunner().invoke(main, [name, "--help"])
    assert ended.exit_code == 0
    assert ended.stdout.startswith("Usage: ")


def test_what_is_said_of_the_simulation_is_what_it_does() -> None:
    told = " ".join(CliRunner().invoke(main, ["serve", "--help"]).stdout.split())
    assert "supervisors ask and bring answers back, a teacher answers what nobody takes up" in told
    assert {"teacher", "supervisor"} == set(simulate._PEOPLE)


def test_the_demo_is_loaded_and_described_without_a_server(tmp_path: Path) -> None:
    absent = longroom("demo", "--describe", data=tmp_path)
    assert (absent.returncode, absent.stdout) == (1, "")
    loaded = longroom("demo", "--load", "--describe", "--port", "9000", data=tmp_path)
    assert loaded.returncode == 0, loaded.stderr
    described = json.loads(loaded.stdout)
    assert described["base_url"] == "http://localhost:9000"
    assert {person["role"] for person in described["people"]} == {
        "teacher",
        "supervisor",
        "registrar",
        "coordinator",
    }
    again = longroom("demo", "--describe", "--port", "9000", data=tmp_path)
    assert json.loads(again.stdout) == described
    assert longroom("demo", data=tmp_path).returncode == 2


def test_the_check_of_the_migrations_writes_nothing(tmp_path: Path) -> None:
    assert longroom("migrate", "--check", data=tmp_path / "data").returncode == 0
    assert not (tmp_path / "data").exists()


def test_migrating_twice_is_migrating_once(tmp_path: Path) -> None:
    for _ in range(2):
        ended = longroom("migrate", data=tmp_path)
        assert (ended.returncode, ended.stdout) == (0, "The database is at this release's tables.\n")
    checked = longroom("migrate", "--check", data=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "The migrations lead to exactly the declared tables.\n")


def test_check_finds_a_missing_event(tmp_path: Path) -> None:
    assert longroom("demo", "--load", data=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "longroom.db") as database:
        [stream_id] = database.execute("SELECT stream_id FROM streams ORDER BY stream_id LIMIT 1").fetchone()
        database.execute("DELETE FROM events WHERE stream_id = ? AND seq = 2", [stream_id])
    database.close()
    ended = longroom("check", data=tmp_path)
    assert ended.returncode == 1
    assert f"{stream_id}: event 2 has seq 3" in ended.stdout
    assert ended.stdout.endswith("finding.\n")
