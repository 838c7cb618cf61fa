"""`longroom drive` against the real server as a process: killed in the middle, and what its record holds afterwards."""

import asyncio
import json
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner

from server.cli.drive import drive
from tests.support.server import ServerProcess

ROOT = Path(__file__).parents[2]
LESSONS = {"forces": 30, "energy": 25, "waves": 17}
REFUSED = {"x" * 2_001: "too_long", "ring\a the bell": "control_characters", "   ": "too_short"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """One to be killed."""
    server = ServerProcess(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The description of one that several tests play with."""
    server = ServerProcess(tmp_path_factory.mktemp("demo"))
    server.start()
    yield json.dumps(server.describe())
    server.stop()


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """72 questions of three lessons of ten minutes; three that the server refuses, and three bad rows."""
    lines = ["lesson,seconds_into_lesson,move,question"]
    for lesson, count in LESSONS.items():
        # Every third has no time of its own.
        lines += [
            f'{lesson},{"" if n % 3 == 0 else n * 600 // count},asking,"{lesson} {n}: why, and how?"'
            for n in range(count)
        ]
    lines += [f'waves,10,asking,"{text}"' for text in REFUSED]
    lines += [",10,asking,of no lesson", "waves,late,asking,at no time", "waves,10,asking"]
    file = tmp_path / "questions.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


async def run(server: ServerProcess, file: Path, *args: str) -> tuple[int | None, str]:
    """`longroom drive` as a process of its own, beside the server; its exit status and what it printed."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "drive", str(file), "--describe", "-", *args),
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
    )
    printed, _ = await process.communicate(json.dumps(server.describe()).encode())
    return process.returncode, printed.decode()


def invoke(described: str, file: Path | None, *args: str) -> tuple[int, str]:
    """The same in this process."""
    named = [] if file is None else [str(file)]
    result = CliRunner().invoke(drive, [*named, "--describe", "-", *args], input=described)
    return result.exit_code, result.output


class Reports:
    """The record, read by REST as this test sees fit: nothing of `drive` is used."""

    def __init__(self, server: ServerProcess) -> None:
        described = server.describe()
        self._url = f"http://127.0.0.1:{server.port}"
        self._mine = described["meeting"]["id"]
        token = next(one["token"] for one in described["people"] if one["role"] == "teacher")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def asked(self) -> int:
        """How many questions all lessons have by now."""
        return sum(one["summary"]["asked"] for one in (await self._get("/api/meetings"))["meetings"])

    async def lessons(self) -> dict[str, list[dict[str, Any]]]:
        """Lesson → its questions, for the meetings that `drive` made; each must have ended."""
        found: dict[str, list[dict[str, Any]]] = {}
        for meeting in (await self._get("/api/meetings"))["meetings"]:
            if meeting["title"].startswith("Lesson "):
                report = await self._get(f"/api/meetings/{meeting['id']}/report")
                assert report["meeting"]["status"] == "ended"
                found[meeting["title"].removeprefix("Lesson ")] = report["questions"]
        return found

    async def _get(self, path: str) -> Any:
        async with aiohttp.ClientSession() as session, session.get(self._url + path, headers=self._headers) as answer:
            assert answer.status == 200
            return await answer.json()


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(
    server: ServerProcess, questions: Path, tmp_path: Path
) -> None:
    reports, report = Reports(server), tmp_path / "report.json"
    running = asyncio.create_task(run(server, questions, "--speed", "150", "--report", str(report)))
    while await reports.asked() < 30:
        await asyncio.sleep(0.05)
    server.kill()
    await asyncio.to_thread(server.start)
    status, printed = await running
    assert (status, "connecting again" in printed) == (1, True), printed
    assert "6 of 78 rows were not confirmed: 3 unusable, 3 refused\n" in printed

    lessons = await reports.lessons()
    assert {lesson: len(asked) for lesson, asked in lessons.items()} == LESSONS
    for lesson, asked in lessons.items():
        assert {one["text"] for one in asked} == {f"{lesson} {n}: why, and how?" for n in range(LESSONS[lesson])}
        assert {one["status"] for one in asked} == {"confirmed"}
        assert len({one["site_id"] for one in asked}) == 4
    told = {
        one["question_id"]: one["text"]
        for played in json.loads(report.read_text())["meetings"].values()
        for one in played["questions"]
    }
    assert told == {one["question_id"]: one["text"] for asked in lessons.values() for one in asked}

    for code in REFUSED.values():
        assert f"({code})" in printed
    for line, column in ((77, "lesson"), (78, "seconds_into_lesson"), (79, "row")):
        assert f"  line {line}, {column}: " in printed
    figures = json.loads(report.read_text())["figures"]
    counts = [figures[name] for name in ("asked", "acknowledged", "confirmed", "refused", "bad_rows")]
    assert counts == [75, 72, 72, 3, 3]
    assert figures["reconnects"] >= 5
    assert sum(one["stuck"] for asked in lessons.values() for one in asked) == figures["still_stuck"] > 0


def test_the_verification_holds_the_report_against_the_record(demo: str, questions: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    some = ("--lessons", "waves", "--limit", "6", "--sites", "2")
    status, printed = invoke(demo, questions, "--speed", "1000", "--report", str(report), *some)
    assert (status, "Error: 3 of 9 rows were not confirmed: 3 unusable\n" in printed) == (1, True), printed
    for file, chosen in ((questions, some), (None, ())):
        status, printed = invoke(demo, file, "--verify", str(report), *chosen)
        assert (status, "6 questions in 1 meetings" in printed) == (0, True), printed

    kept = json.loads(report.read_text())
    [meeting] = kept["meetings"].values()
    assert {one["site_id"] for one in meeting["questions"]} == {"harlow", "kettle-creek"}
    other, unknown, unasked = meeting["questions"][0], meeting["questions"][1], meeting["questions"].pop()
    other["site_id"] = "pine-ridge"
    unknown["question_id"] = "never-asked"
    report.write_text(json.dumps(kept))
    status, printed = invoke(demo, questions, "--verify", str(report), *some)
    assert status == 1
    assert f"question {other['question_id']} (line {other['line']}) has another site_id" in printed
    assert f"question never-asked (line {unknown['line']}) is lost" in printed
    assert f"question {unasked['question_id']} is in the record, and nobody asked it" in printed
    assert f"line {unasked['line']} was never acknowledged" in printed
    other["text"] = "in other words"
    report.write_text(json.dumps(kept))
    status, printed = invoke(demo, None, "--verify", str(report))
    assert (status, "was never acknowledged" in printed) == (1, False)
    assert f"question {other['question_id']} (line {other['line']}) has another text" in printed


def test_all_rows_confirmed_is_success(demo: str, tmp_path: Path) -> None:
    file = tmp_path / "good.csv"
    file.write_text("lesson,seconds_into_lesson,move,question\noptics,1,asking,Why is it bent?\n")
    status, printed = invoke(demo, file)
    assert (status, "not confirmed" in printed) == (0, False), printed


def test_nothing_that_got_through_is_a_failure(demo: str, tmp_path: Path) -> None:
    file, report = tmp_path / "bad.csv", tmp_path / "report.json"
    file.write_text("lesson,seconds_into_lesson,move,question\noptics,1,asking,   \noptics,1,asking\n")
    status, printed = invoke(demo, file, "--report", str(report))
    assert status == 1
    assert printed.endswith("Error: 2 of 2 rows were not confirmed: 1 unusable, 1 refused\n")
    assert json.loads(report.read_text())["figures"]["refused"] == 1


def test_somebody_who_cannot_sign_in_is_named_before_anything_is_made(demo: str, questions: Path) -> None:
    def meetings() -> int:
        teacher = next(one["token"] for one in json.loads(demo)["people"] if one["role"] == "teacher")
        asked = urllib.request.Request(f"{json.loads(demo)['base_url']}/api/meetings")
        asked.add_header("Authorization", f"Bearer {teacher}")
        with urllib.request.urlopen(asked) as answer:
            return len(json.load(answer)["meetings"])

    before = meetings()
    for role in ("teacher", "coordinator", "supervisor"):
        described = json.loads(demo)
        person = next(one for one in described["people"] if one["role"] == role)
        person["token"] = "revoked"
        status, printed = invoke(json.dumps(described), questions)
        assert (status, f"Error: the demo's {role} {person['name']} cannot sign in" in printed) == (1, True), printed
        assert "start `longroom serve --demo` again" in printed
    assert meetings() == before
    described["people"] = [one | {"token": "revoked"} for one in described["people"]]
    status, printed = invoke(json.dumps(described), None, "--verify", __file__)
    assert (status, "Traceback" in printed) == (1, False)


@pytest.mark.parametrize(("args", "says"), [((), "Missing argument 'FILE'"), (("--lessons", "a"), "Missing argument")])
def test_a_file_is_needed_to_play(args: tuple[str, ...], says: str) -> None:
    result = CliRunner().invoke(drive, args)
    assert (result.exit_code, says in result.output) == (2, True), result.output


def test_rows_are_chosen_of_a_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(drive, ["--verify", __file__, "--lessons", "a"])
    assert (result.exit_code, "choose rows of FILE" in result.output) == (2, True), result.output


def test_a_server_that_is_not_there_is_said_without_the_clients_own_words(demo: str, questions: Path) -> None:
    for url, why in (("http://127.0.0.1:1", "connection refused"), ("http://localhost:1", "connection refused")):
        _, printed = invoke(demo, questions, "--base-url", url)
        assert f"no server of Longroom's answers at {url} ({why}): " in printed


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--lessons", "waves,alchemy"), "the file has no lesson alchemy"),
        (("--sites", "9"), "the demo has 4 sites"),
        (("--base-url", "http://127.0.0.1:1"), "no server of Longroom's answers at http://127.0.0.1:1"),
    ],
)
def test_what_cannot_begin_is_said_in_a_line(demo: str, questions: Path, args: tuple[str, ...], says: str) -> None:
    status, printed = invoke(demo, questions, *args)
    assert (status, says in printed, "Traceback" in printed) == (1, True, False), printed


def test_a_description_that_is_none_is_said_in_a_line(questions: Path) -> None:
    for given, says in (("{}", "base_url: this field is required"), ("no JSON", "is not what `longroom demo")):
        result = CliRunner().invoke(drive, [str(questions), "--describe", "-"], input=given)
        assert (result.exit_code, says in result.output, "Traceback" in result.output) == (1, True, False)
