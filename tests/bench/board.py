"""`python -m tests.bench.board`: what the coordinator's board of all classes costs, `GET /api/live` over real HTTP.

Asked as the page asks, one request after the other, of a server that has just started (every log has to be read) and of
one that holds the classes. No figure is an assertion: CPU for a class is what other programs disturb least.
"""

import argparse
import gzip
import json
import os
import statistics
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .program import make_meetings, make_person
from .seed import seed
from .servers import Longroom, Running


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one measurement. Times of a request in milliseconds; the server's CPU in microseconds for a class."""

    classes: int
    rooms: int
    concerns: int
    size_kib: float
    """On the wire, packed as a browser takes it."""
    cold_ms: float
    cold_cpu_us: float
    median_ms: float
    slowest_ms: float
    cpu_us: float


def measure(classes: int, rooms: int, questions: int, requests: int, folder: Path) -> Figures:
    """Seed so many live classes with so many rooms, each with so many questions, and ask so many times."""
    meetings, coordinator = make_meetings(classes, rooms), make_person()
    seeded = folder / "seeded.db"
    seed(meetings, seeded, coordinator, questions)
    with Longroom(meetings, seeded).running(folder, None) as running:
        cold_ms, cold_cpu, _ = _ask(running, coordinator.token)
        answers = [_ask(running, coordinator.token) for _ in range(requests)]
    body = answers[-1][2]
    shown = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)["classes"]
    times = [wall for wall, _, _ in answers]
    return Figures(
        classes=len(shown),
        rooms=sum(len(one["rooms"]) for one in shown),
        concerns=sum(len(one["concerns"]) for one in shown),
        size_kib=len(body) / 1_024,
        cold_ms=cold_ms,
        cold_cpu_us=cold_cpu / classes,
        median_ms=statistics.median(times),
        slowest_ms=max(times),
        cpu_us=sum(cpu for _, cpu, _ in answers) / requests / classes,
    )


def _ask(running: Running, token: str) -> tuple[float, float, bytes]:
    """How long one answer took (milliseconds), the server's CPU for it (microseconds), and the answer."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
    request = urllib.request.Request(f"http://127.0.0.1:{running.port}/api/live", headers=headers)
    began, used = time.perf_counter(), _cpu_us(running.pid)
    with urllib.request.urlopen(request, timeout=60) as response:
        body: bytes = response.read()
    return (time.perf_counter() - began) * 1_000, _cpu_us(running.pid) - used, body


def _cpu_us(pid: int) -> float:
    """What the process has used so far; the system counts in hundredths of a second, so only sums mean something."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(after_name[11]) + int(after_name[12])
    return ticks / os.sysconf("SC_CLK_TCK") * 1e6


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.board", description=__doc__.split("\n")[0])
    for name, default in {"classes": 200, "rooms": 6, "questions": 3, "requests": 50}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    with TemporaryDirectory(dir=Path(__file__).parent) as name:
        figures: dict[str, Any] = vars_of(measure(**vars(parser.parse_args()), folder=Path(name)))
    for key, value in figures.items():
        print(f"{key:12} {value:,.1f}" if isinstance(value, float) else f"{key:12} {value:,}")


def vars_of(figures: Figures) -> dict[str, Any]:
    """The figures by name."""
    return {name: getattr(figures, name) for name in Figures.__dataclass_fields__}


if __name__ == "__main__":
    main()
