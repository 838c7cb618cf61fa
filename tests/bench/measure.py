"""Single measurements, each on a new server, and the search for the highest rate that a server bears."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from . import loadgen
from .program import plan_lines
from .servers import Server

GOOD_P99_MS = 100.0
"""A rate is borne while 99 of 100 questions reach the teacher within this, counted from when each was due."""
DISTURBED = 5.0
"""Percent of the server's core that other programs took, from which on a failure may be theirs."""
WRONG = ("lost", "duplicated", "out_of_order", "gaps", "leaked", "altered", "closed")
"""What the generator counts that no server may ever do; see the contract in docs/protocol.md."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where measurements are made: the generator, a folder on a real disk, and a core each for server and generator."""

    generator: Path
    folder: Path
    cores: tuple[int | None, int | None]
    seed: int

    def run(self, server: Server, meetings: int, mode: str, sleepers: int = 0, **settings: object) -> dict[str, Any]:
        """The generator's figures for one plan against a new server."""
        with TemporaryDirectory(dir=self.folder) as name, server.running(Path(name), self.cores[0]) as running:
            plan = {"port": running.port, "pid": running.pid, "mode": mode, "seed": self.seed, **settings}
            if self.cores[0] is not None:
                plan["core"] = self.cores[0]
            sockets = plan_lines(server.meetings[:meetings], sleepers)
            result = loadgen.run(self.generator, Path(name), self.cores[1], plan, sockets)
        return {"server": server.name, **result}


def wrongs(result: dict[str, Any]) -> dict[str, int]:
    """What was wrong in a run, by kind: nothing, of a correct server, however overloaded."""
    found = {kind: result[kind] for kind in WRONG if result[kind]}
    answered = result["acknowledged"] + result["refused"]
    if answered > result["sent"] or (answered < result["sent"] and not result["unfinished"]):
        found["unanswered"] = result["sent"] - answered
    return found


def cpu_us(result: dict[str, Any]) -> float | None:
    """Microseconds of the server's CPU for a question: what other programs disturb least. None: it did not keep up."""
    if result["abandoned"] or not result["server_cpu"]:
        return None
    return float(result["server_cpu"] / 100 / result["rate"] * 1e6)


def is_borne(result: dict[str, Any]) -> bool:
    """Whether the server kept up with the offered rate."""
    delivered = result["delivered_ms"]
    return (
        not result["abandoned"]
        and result["acknowledged"] == result["sent"]
        and delivered is not None
        and delivered["p99"] < GOOD_P99_MS
    )


@dataclass
class Ladder:
    """The search for the highest borne rate: up or down by a factor until the edge is crossed, then once in between.

    A rate has failed when it failed twice, and a third time where other programs took of the server's core then: one
    slow moment of the machine or its disk must not end the search.
    """

    start: float
    factor: float
    tries: int
    borne: float = 0
    best: dict[str, Any] | None = field(default=None)
    _failed: float = 0
    _disturbed: bool = False

    def rates(self) -> Iterator[float]:
        """The rates to try, again where they fail; `take` the result of each before asking for the next."""
        for _ in range(self.tries):
            rate = self._next()
            if rate is None:
                return
            self._disturbed = False
            for attempt in range(3):
                if attempt < 2 or self._disturbed:
                    yield rate
                if self.borne == rate:
                    break
            else:
                self._failed = rate

    def take(self, rate: float, result: dict[str, Any]) -> None:
        """The result of trying a rate."""
        if is_borne(result):
            self.borne, self.best = rate, result
        elif (result["others_cpu"] or 0) > DISTURBED:
            self._disturbed = True

    def _next(self) -> float | None:
        if not self._failed:
            return float(round(self.borne * self.factor)) if self.borne else self.start
        if not self.borne:
            return float(round(self._failed / self.factor))
        # Half a step is as fine as runs agree with each other.
        middle = round((self.borne * self._failed) ** 0.5)
        return float(middle) if self._failed / self.borne > self.factor**0.75 else None


def fdatasync_ms(folder: Path, times: int = 300) -> list[float]:
    """How long this disk takes to make a small append durable, sorted: the floor under every acknowledgement."""
    took = []
    with TemporaryDirectory(dir=folder) as name:
        file = os.open(Path(name) / "append", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for _ in range(times):
                os.write(file, b"x" * 4096)
                began = time.perf_counter()
                os.fdatasync(file)
                took.append((time.perf_counter() - began) * 1000)
        finally:
            os.close(file)
    return sorted(took)
