"""The real server as a process of its own: started on the demo, killed and started again on the same port.

Synchronous on purpose: a process outlives the event loop of the test that looks at it.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 120.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class ServerProcess:
    """`longroom serve` on a data folder and a fixed port, a free one unless told; with the demo unless told."""

    def __init__(self, data: Path, port: int | None = None, *, is_demo: bool = True) -> None:
        self.port = port or free_port()
        self.data = data
        self._words = ["serve", *(["--demo"] if is_demo else [])]
        self.environment = os.environ | {
            "LONGROOM_DATA_DIR": str(data),
            "LONGROOM_PORT": str(self.port),
            "LONGROOM_LOG_LEVEL": "warning",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """All that the process printed."""
        return (self.data / "server.log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.data / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "server", *self._words],
                env=self.environment,
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server did not start:\n{self.log}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """`kill -9`: whatever it had not committed is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, and wait until it has drained."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"the server did not stop:\n{self.log}") from None
        finally:
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stopped in its tracks with every connection open: what a half-open link looks like from the other side."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def prepare(self) -> dict[str, Any]:
        """Make what `start` would make before it serves; returns its description."""
        return self._demo("--load", "--describe")

    def describe(self) -> dict[str, Any]:
        """What `longroom demo --describe` prints."""
        return self._demo("--describe")

    def _demo(self, *options: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "server", "demo", *options]
        root = Path(__file__).parents[2]
        printed = subprocess.run(command, env=self.environment, capture_output=True, check=True, cwd=root)
        described: dict[str, Any] = json.loads(printed.stdout)
        return described
