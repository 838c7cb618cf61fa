"""`make bench`: Longroom beside Node's Socket.IO and SQLite, in one run, taking turns.

What is measured is the durable relay: a supervisor's question is committed (WAL, synchronous=FULL), acknowledged, and
sent to the teacher and all five sites, in 200 meetings at once. The load is open loop, over real sockets, and every
acknowledgement and frame is checked: a wrong count ends the run with an error, slowness never does.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from . import loadgen
from .loadgen import CannotMeasureError
from .measure import DISTURBED, Bench, Ladder, cpu_us, fdatasync_ms, wrongs
from .program import make_meetings
from .servers import Baseline, Longroom, Server, prepare_baseline

BUILD = Path(__file__).with_name("build")
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How long and how large a run is."""

    meetings: int = 200
    seconds: float = 5
    rounds: int = 2
    tries: int = 6
    factor: float = 1.5
    storm_meetings: int = 200
    resume_meetings: int = 10
    resume_sleepers: int = 16
    """For each of a meeting's six people: with 10 meetings, 960 clients."""
    search_until: float = 220
    """Seconds after which no further rate is tried: the short form stays under five minutes on any machine."""


SHORT = Size()
FULL = Size(seconds=15, rounds=4, tries=10, factor=1.2, storm_meetings=800, resume_meetings=20, search_until=3_000)
LEGEND = """\
Times count from when a question was due until its teacher has it; ack: until its supervisor has the answer.
CPU: the server's; each: for a question. others: what other programs took of its core, stolen time included.
gen.: the load generator, on the other core; lag: how late (p99) it sent, which is in the times too.
lost/dup/order: all but 0 is a fault."""
FIRST_RATES = {"Longroom": 2_500.0, "Node": 800.0}
"""Where each search begins; it ends at the same place from anywhere, sooner from nearby."""


def main() -> int:
    """Run the bench; the exit code: 0, or 1 for a wrong count, 2 where nothing could be measured."""
    options = _options()
    try:
        return _run(options, FULL if options.full else SHORT)
    except CannotMeasureError as reason:
        print(f"The bench cannot run: {reason}", file=sys.stderr)
        return 2


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="longer steps, finer search, larger storms")
    parser.add_argument("--only", choices=["Longroom", "Node"], help="measure one of the two")
    parser.add_argument("--parts", default="relay,storm,resume,maximum", help="what to measure, by commas")
    parser.add_argument("--seed", type=int, default=1, help="of who asks when")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run's figures there")
    return parser.parse_args()


def _run(options: argparse.Namespace, size: Size) -> int:
    if not hasattr(os, "sched_setaffinity"):
        raise CannotMeasureError("the load generator needs Linux")
    began = time.monotonic()
    BUILD.mkdir(exist_ok=True)
    generator = loadgen.build(BUILD)
    with TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        servers = _servers(options.only, folder, max(size.meetings, size.storm_meetings))
        bench = Bench(generator, folder, _cores(), options.seed)
        disk = fdatasync_ms(folder)
        runs = _measure(bench, servers, size, options.parts.split(","), began + size.search_until)
    about = _about(servers, disk, bench, time.monotonic() - began)
    wrong = _report(runs, about)
    if options.json:
        options.json.write_text(json.dumps({"about": about, "runs": runs}, indent=1))
    return 1 if wrong else 0


def _servers(only: str | None, folder: Path, meetings: int) -> list[Server]:
    people = make_meetings(meetings)
    servers: list[Server] = []
    if only != "Node":
        print(f"Seeding {meetings} meetings …", flush=True)
        longroom = Longroom(people, folder / "seeded.db")
        longroom.prepare()
        servers.append(longroom)
    if only != "Longroom":
        servers.append(Baseline(people, prepare_baseline(BUILD)))
    return servers


def _cores() -> tuple[int | None, int | None]:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or shutil.which("taskset") is None:
        print("Server and generator are not pinned to cores of their own: the figures are rough.", flush=True)
        return None, None
    return cores[0], cores[1]


# ── Measuring ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _measure(bench: Bench, servers: list[Server], size: Size, parts: list[str], until: float) -> list[Result]:
    runs: list[Result] = []

    def add(part: str, server: Server, measured: Result) -> Result:
        run = {"part": part, **measured}
        runs.append(run)
        print(_progress(run), flush=True)
        return run

    if "relay" in parts:
        for _ in range(size.rounds):
            for server in servers:
                add("relay", server, _relay(bench, server, size, 500))
    if "storm" in parts:
        for server in servers:
            add("storm", server, bench.run(server, size.storm_meetings, "storm"))
    if "resume" in parts:
        settings = {"events": 500, "rate": 1000, "warmup": 0}
        for server in servers:
            add("resume", server, bench.run(server, size.resume_meetings, "resume", size.resume_sleepers, **settings))
    if "maximum" in parts:
        _maximum(bench, servers, size, add, until)
    return runs


def _relay(bench: Bench, server: Server, size: Size, rate: float) -> Result:
    return bench.run(server, size.meetings, "relay", rate=rate, warmup=1, seconds=size.seconds)


def _maximum(
    bench: Bench, servers: list[Server], size: Size, add: Callable[[str, Server, Result], Result], until: float
) -> None:
    """Each server climbs its own ladder, taking turns, so that both meet the same weather."""
    ladders = {server.name: _ladder(server, size) for server in servers}
    climbing = [(server, ladders[server.name].rates()) for server in servers]
    while climbing and time.monotonic() < until:
        for entry in list(climbing):
            server, rates = entry
            rate = next(rates, None)
            if rate is None:
                climbing.remove(entry)
            else:
                ladders[server.name].take(rate, add("maximum", server, _relay(bench, server, size, rate)))
    if climbing:
        print("The search for the maximum was cut short: --full gives it the time it needs.", flush=True)
    for ladder in ladders.values():
        if ladder.best is not None:
            ladder.best["is_maximum"] = True


def _ladder(server: Server, size: Size) -> Ladder:
    return Ladder(FIRST_RATES[server.name], size.factor, size.tries)


# ── Telling ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _progress(run: Result) -> str:
    words = [f"{run['part']:8} {run['server']:9}"]
    if run["part"] == "storm":
        words.append(f"{run['sockets']:,} sockets joined in {run['join_seconds']:.2f} s")
    elif run["part"] == "resume":
        words.append(f"{run['resumed']:,} clients resumed in {run['resume_seconds']:.2f} s")
    else:
        words.append(f"{run['rate']:>7,.0f}/s  p99 {_ms(run, 'p99')} ms{'  gave up' if run['abandoned'] else ''}")
    wrong = wrongs(run)
    if wrong:
        words.append(f"WRONG {wrong} {run['troubles']}")
    if run["refusals"]:
        words.append(f"refused {run['refusals']}")
    return "  ".join(words)


def _ms(run: Result, part: str, of: str = "delivered_ms") -> str:
    return "–" if run[of] is None else f"{run[of][part]:,.1f}"


def _report(runs: list[Result], about: dict[str, Any]) -> bool:
    console = Console(width=max(Console().width, 160))
    console.print()
    console.print(_table(runs))
    console.print(LEGEND, style="dim")
    for line in _ratios(runs):
        console.print(line)
    console.print()
    for key, value in about.items():
        console.print(f"{key}: {value}", highlight=False)
    for line in _warnings(runs):
        console.print(line, style="yellow")
    wrong = [run for run in runs if wrongs(run)]
    for run in wrong:
        what = f"{run['server']}, {run['part']}: {wrongs(run)} {run['troubles']}"
        console.print(f"WRONG COUNTS: {what}", style="bold red", markup=False)
    return bool(wrong)


def _table(runs: list[Result]) -> Table:
    title = "Durable relay: commit before acknowledgement, fan-out to a teacher and five sites"
    table = Table(title=title, box=SIMPLE, padding=(0, 1), title_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("server", no_wrap=True)
    for name in (
        "figure",
        "p50 ms",
        "p99 ms",
        "ack p99",
        "CPU",
        "CPU each",
        "others",
        "gen. CPU",
        "gen. lag",
        "lost/dup/order",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for run in _rows(runs):
        table.add_row(*_cells(run))
    return table


def _rows(runs: list[Result]) -> list[Result]:
    """The 500/s runs, each server's maximum, and the rest; the steps of the search are in the JSON."""
    return [run for run in runs if run["part"] != "maximum" or run.get("is_maximum")]


def _cells(run: Result) -> list[str]:
    counts = f"{run['lost']}/{run['duplicated']}/{run['out_of_order'] + run['gaps']}"
    each = cpu_us(run) if run["part"] in {"relay", "maximum"} else None
    server, *others = [_percent(run[of]) for of in ("server_cpu", "others_cpu", "generator_cpu")]
    cpu = [server, "" if each is None else f"{each:,.0f} µs", *others]
    match run["part"]:
        case "storm":
            held = (run["resident_kib"] - run["resident_kib_before"]) / run["sockets"]
            figure = f"{run['join_seconds']:.2f} s, {held:.0f} KiB each"
            return [f"join storm of {run['sockets']:,}", run["server"], figure, *[""] * 3, *cpu, "", counts]
        case "resume":
            name = f"resume of {run['resumed']:,} × 500 events"
            figure = f"{run['resume_seconds']:.2f} s, {run['resume_bytes'] / run['resumed'] / 1024:.0f} KiB each"
            return [name, run["server"], figure, *[""] * 3, *cpu, "", counts]
        case part:
            name = "maximum, p99 < 100 ms" if part == "maximum" else "at a steady rate"
            times = [_ms(run, "p50"), _ms(run, "p99"), _ms(run, "p99", "acknowledged_ms")]
            lag = f"{run['lag_ms']['p99']:.2f} ms" if run["lag_ms"] else "–"
            return [name, run["server"], f"{run['rate']:,.0f}/s", *times, *cpu, lag, counts]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0f} %"


def _ratios(runs: list[Result]) -> list[str]:
    best = {run["server"]: run["rate"] for run in runs if run.get("is_maximum")}
    if len(best) < 2:
        return []
    return [f"[bold]Longroom ÷ Node, maximum rate: {best['Longroom'] / best['Node']:.1f} ×[/bold]"]


def _warnings(runs: list[Result]) -> list[str]:
    lines = []
    most = max((run["others_cpu"] or 0 for run in _rows(runs)), default=0)
    if most > DISTURBED:
        lines.append(f"Other programs took up to {most:.0f} % of the server's core: only “CPU each” can be trusted.")
    for name in sorted({run["server"] for run in runs if run["part"] == "maximum"}):
        if not any(run.get("is_maximum") for run in runs if run["server"] == name):
            lines.append(f"{name} bore none of the rates that were tried.")
    return lines


def _about(servers: list[Server], disk: list[float], bench: Bench, seconds: float) -> dict[str, Any]:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    pinned = "server and generator pinned to a core each" if bench.cores[0] is not None else "not pinned"
    return {
        "machine": f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; {pinned}",
        "fdatasync of 4 KiB": f"p50 {disk[len(disk) // 2]:.2f} ms, p99 {disk[int(len(disk) * 0.99)]:.2f} ms",
        "Longroom": f"Python {platform.python_version()}, SQLite, group commit",
        "baseline": next((server.about for server in servers if isinstance(server, Baseline)), "not measured"),
        "took": f"{seconds:.0f} s",
    }


if __name__ == "__main__":
    sys.exit(main())
