"""`longroom drive`: questions out of a CSV file, played through a running server as several sites' supervisors.

It is a client like any other: it reads the demo's description for its people's tokens, and from then on knows only what
the server tells over its public protocol.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import aiohttp
import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ..domain.messages import Refused
from .classroom import CannotSignIn, Cast, Classroom, Person, Stalled
from .client import SignedOut
from .description import DESCRIPTION, REPORT, BadDescription, Description, Report, read_json
from .figures import figures, milliseconds, report
from .lessons import BadFile, BadRow, Lesson, Row, lessons_of, read_rows
from .patience import Unreachable, reason
from .running import as_it_runs
from .settings import read_settings, require_current, settings_options
from .verify import verify

SPEED = 600.0
AT_ONCE = 8
DRAWN_EVERY_SECONDS = 0.25
MOST_SHOWN = 20
POSITIVE = click.FloatRange(min=0, min_open=True)
JSON_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
CSV_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EXPECTED = (Refused, SignedOut, CannotSignIn, Unreachable, Stalled, BadFile, BadDescription)
"""What may stop a run, and is told in a sentence."""


@click.command()
@click.argument("file", type=CSV_FILE, required=False)
@click.option(
    "--describe",
    "description",
    type=click.File(encoding="utf-8"),
    help="What `longroom demo --describe` printed; `-`: standard input.  [asked of this machine's database]",
)
@click.option("--base-url", help="Where the server is.  [as described]")
@click.option("--speed", type=POSITIVE, default=SPEED, show_default=True, help="Seconds of a lesson in one second.")
@click.option(
    "--at-once", type=click.IntRange(1, 100), default=AT_ONCE, show_default=True, help="Lessons under way together."
)
@click.option("--sites", type=click.IntRange(min=1), help="Deal the questions to so many sites.  [all]")
@click.option("--lessons", help="Play only these lessons: a,b,c.  [all]")
@click.option("--limit", type=click.IntRange(min=1), help="Play only the first so many questions.")
@click.option(
    "--report", "report_file", type=JSON_FILE, help="Write what was acknowledged, by id, and the figures, as JSON."
)
@click.option(
    "--verify",
    "verified",
    type=CSV_FILE,
    metavar="REPORT",
    help="Play nothing: hold the report of an earlier run against the server's record, and against FILE where it is "
    "named. Exit status 1 if they differ.",
)
@settings_options("data_dir", "database_url", "port", "public_url")
def drive(
    file: Path | None,
    description: IO[str] | None,
    base_url: str | None,
    speed: float,
    at_once: int,
    sites: int | None,
    lessons: str | None,
    limit: int | None,
    report_file: Path | None,
    verified: Path | None,
    **flags: str | None,
) -> None:
    """Play the questions of FILE, each to confirmed, through the running server with the demo.

    FILE is a CSV file with the columns lesson, seconds_into_lesson (may be blank), move, question. Exit status 1 if a
    row of it was not confirmed in the end.

    \b
    longroom drive questions.csv --report report.json
    longroom drive --verify report.json
    """
    if file is None and verified is None:
        raise click.MissingParameter(param_hint="'FILE'", param_type="argument")
    if file is None and (lessons is not None or limit is not None):
        raise click.UsageError("--lessons and --limit choose rows of FILE: name it as well")
    try:
        rows, bad = ([], []) if file is None else read_rows(file)
        rows = _chosen(rows, lessons, limit)
        described = _describe(flags) if description is None else _read(description)
        base_url = base_url or described["base_url"]
        if verified is not None:
            played = read_json(REPORT, verified.read_bytes(), "a report of `longroom drive`")
            asyncio.run(_verify(base_url, described, played, None if file is None else rows))
            return
        failure = asyncio.run(_Run(base_url, described, bad, report_file).play(rows, sites, speed, at_once))
    except EXPECTED as error:
        raise click.ClickException(_sentence(error)) from None
    if failure is not None:
        raise click.ClickException(failure)


def _chosen(rows: Sequence[Row], lessons: str | None, limit: int | None) -> list[Row]:
    names = None if lessons is None else {name.strip() for name in lessons.split(",")}
    absent = (names or set()) - {row.lesson for row in rows}
    if absent:
        raise BadFile(f"the file has no lesson {', '.join(sorted(absent))}")
    return [row for row in rows if names is None or row.lesson in names][:limit]


def _read(description: IO[str]) -> Description:
    return read_json(DESCRIPTION, description.read(), "what `longroom demo --describe` prints")


def _describe(flags: dict[str, str | None]) -> Description:
    """The demo beside this machine's server, as `longroom demo --describe` prints it."""
    from ..service.demo import describe
    from ..storage.engine import Database

    settings = read_settings(flags)
    require_current(settings)
    settings = as_it_runs(settings, flags, os.environ)

    async def read() -> Any:
        database = Database(settings.database_url)
        try:
            return await describe(database, settings.secrets_dir, settings.public_url)
        finally:
            await database.close()

    try:
        return read_json(DESCRIPTION, json.dumps(asyncio.run(read())), "what the demo describes")
    except (LookupError, ValueError) as error:
        raise click.ClickException(str(error.args[0])) from None


class _Run:
    """One run, and what is told of it."""

    def __init__(self, base_url: str, described: Description, bad: Sequence[BadRow], file: Path | None) -> None:
        self._base_url = base_url
        self._described = described
        self._bad = bad
        self._file = file
        self._console = Console(highlight=False)
        self._began = time.monotonic()

    async def play(self, rows: Sequence[Row], sites: int | None, speed: float, at_once: int) -> str | None:
        """Play the rows and tell how it went; a sentence where it was stopped."""
        _tell_rows(self._console, f"{len(self._bad)} rows cannot be used", self._bad)
        async with aiohttp.ClientSession() as session:
            await _require_server(session, self._base_url)
            cast = _cast(session, self._base_url, self._described, sites)
            for person in cast.people:
                await person.require_signed_in()
            for link in cast.links:
                link.on_lost = self._tell_lost
            classroom = Classroom(cast, speed=speed, at_once=at_once)
            failure = await self._draw(classroom, lessons_of(rows), len(rows))
        told = figures(classroom, self._bad, time.monotonic() - self._began)
        self._tell(classroom, told)
        if self._file is not None:
            kept = report(self._base_url, classroom, told)
            self._file.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
        return _all_in_all(failure, told, len(rows))

    async def _draw(self, classroom: Classroom, lessons: Sequence[Lesson], total: int) -> str | None:
        columns = (
            TextColumn("{task.fields[asked]}/{task.total} asked"),
            BarColumn(),
            TextColumn("{task.completed} confirmed · wait {task.fields[wait]} · {task.fields[rate]}/s"),
            TimeElapsedColumn(),
        )
        failure: str | None = None
        with Progress(*columns, console=self._console) as progress:
            bar = progress.add_task("", total=total, asked=0, wait="–", rate="–")

            def draw() -> None:
                now = figures(classroom, self._bad, time.monotonic() - self._began)
                wait = milliseconds(now["waits_ms"]["confirmed"]["median"])
                progress.update(bar, completed=now["confirmed"], asked=now["asked"], wait=wait, rate=now["rate"])

            async def go_on_drawing() -> None:
                while True:
                    draw()
                    await asyncio.sleep(DRAWN_EVERY_SECONDS)

            drawing = asyncio.create_task(go_on_drawing())
            try:
                await classroom.play(lessons)
            except* EXPECTED as stopped:
                failure = _sentence(_first(stopped))
            finally:
                drawing.cancel()
                draw()
        return failure

    def _tell_lost(self, why: str) -> None:
        self._console.print(
            f"  the link was lost ({why}): connecting again", style="yellow", markup=False, soft_wrap=True
        )

    def _tell(self, classroom: Classroom, told: Mapping[str, Any]) -> None:
        refused = [
            BadRow(asked.row.line, "question", _sentence(asked.refused))
            for asked in classroom.asked
            if asked.refused is not None
        ]
        _tell_rows(self._console, f"{len(refused)} questions were refused by the server", refused)
        for name, wait in told["waits_ms"].items():
            spread = f"median {milliseconds(wait['median'])}, p90 {milliseconds(wait['p90'])}"
            self._console.print(f"asked → {name}: {spread}", markup=False, soft_wrap=True)
        counts = ("asked", "acknowledged", "confirmed", "still_stuck", "refused", "bad_rows", "seconds", "reconnects")
        self._console.print(
            ", ".join(f"{name.replace('_', ' ')} {told[name]}" for name in counts), markup=False, soft_wrap=True
        )
        self._console.print(f"{told['rate']} questions confirmed in a second", markup=False, soft_wrap=True)


async def _require_server(session: aiohttp.ClientSession, base_url: str) -> None:
    """Later a server that is away is waited for; at first it is more likely that it was never started."""
    try:
        async with session.get(
            f"{base_url.rstrip('/')}/healthz", timeout=aiohttp.ClientTimeout(total=10.0)
        ) as response:
            if response.status == 200:
                return
            why = f"HTTP {response.status}"
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        why = reason(error)
    raise Unreachable(f"no server of Longroom's answers at {base_url} ({why}): start it, or write another --base-url")


def _cast(session: aiohttp.ClientSession, base_url: str, described: Description, sites: int | None) -> Cast:
    people = {
        role: [Person(session, base_url, one) for one in described["people"] if one["role"] == role]
        for role in ("teacher", "coordinator", "supervisor")
    }
    by_site = {person.site_id: person for person in reversed(people["supervisor"])}
    supervisors = [by_site[site["site_id"]] for site in described["sites"] if site["site_id"] in by_site]
    if sites is not None and sites > len(supervisors):
        raise BadFile(f"the demo has {len(supervisors)} sites with a supervisor: write --sites up to that")
    if not people["teacher"] or not people["coordinator"] or not supervisors:
        raise BadDescription("a teacher, a coordinator and a supervisor are needed: the description lacks one")
    return Cast(people["teacher"][0], people["coordinator"][0], supervisors[:sites], described["section_id"])


def _tell_rows(console: Console, heading: str, rows: Sequence[BadRow]) -> None:
    """Each row on a line: none is lost silently, however many there are."""
    if rows:
        console.print(f"{heading}:", style="yellow")
        for row in rows:
            console.print(f"  {row}", markup=False, soft_wrap=True)


def _first(stopped: BaseException) -> BaseException:
    """The first of the failures that ended a group, and the groups in it."""
    return _first(stopped.exceptions[0]) if isinstance(stopped, BaseExceptionGroup) else stopped


def _sentence(error: BaseException) -> str:
    return f"{error.message} ({error.code})" if isinstance(error, Refused) else str(error)


def _all_in_all(failure: str | None, told: Mapping[str, Any], usable: int) -> str | None:
    """Why the run was stopped, and how many rows of the file did not come to confirmed; None: all did."""
    missing = {
        "unusable": told["bad_rows"],
        "refused": told["refused"],
        "never acknowledged": told["asked"] - told["acknowledged"] - told["refused"],
        "acknowledged, and no more": told["acknowledged"] - told["confirmed"],
        "never asked": usable - told["asked"],
    }
    if not any(missing.values()):
        return failure
    rows = usable + told["bad_rows"]
    kinds = ", ".join(f"{count} {what}" for what, count in missing.items() if count)
    summary = f"{rows - told['confirmed']} of {rows} rows were not confirmed: {kinds}"
    return summary if failure is None else f"{failure}\n{summary}"


async def _verify(base_url: str, described: Description, played: Report, rows: Sequence[Row] | None) -> None:
    """Exit with status 1, after telling the differences, if there are any."""
    async with aiohttp.ClientSession() as session:
        await _require_server(session, base_url)
        teacher = _cast(session, base_url, described, None).teacher
        await teacher.require_signed_in()
        differences = await verify(teacher.rest, played, rows)
    for difference in differences[:MOST_SHOWN]:
        click.echo(difference)
    if len(differences) > MOST_SHOWN:
        click.echo(f"… and {len(differences) - MOST_SHOWN} more")
    if differences:
        sys.exit(1)
    questions = sum(len(one["questions"]) for one in played["meetings"].values())
    meetings = len(played["meetings"])
    click.echo(f"{questions} questions in {meetings} meetings: the record holds each in its own words, confirmed.")
