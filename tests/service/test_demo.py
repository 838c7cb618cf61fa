"""The demo: whole or absent, a class that is live at each start, and links that go on working."""

import json
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from server.domain.messages import Refused
from server.service.accounts import Accounts
from server.service.demo import Demo, describe
from server.service.directory import Directory
from server.service.live import Live
from server.service.rosters import Rosters
from server.service.schedule import Schedule
from server.storage import directory_tables as t
from server.storage.engine import Database
from tests.service.conftest import quick_passwords
from tests.support.clock import DAY, FakeClock

BASE = "http://127.0.0.1:8123"


class House:
    """A server's services, as they stand after one start with the demo."""

    def __init__(self, database: Database, live: Live, clock: FakeClock, folder: Path) -> None:
        self.database, self.folder, self.clock = database, folder, clock
        self.directory = Directory(database, clock, live)
        self.accounts = Accounts(database, self.directory, clock, passwords=quick_passwords())
        self.demo = Demo(database, self.directory, live, self.accounts, clock, folder)

    async def start(self) -> dict:
        await self.directory.reenter_all()
        await self.demo.start()
        self.accounts.close()
        return await describe(self.database, self.folder, BASE)

    async def classes(self) -> list[tuple[str, int]]:
        """(status, start) of the teacher's physics classes; the lab has a plan of its own."""
        teacher = await self.accounts.actor_of("teacher")
        assert teacher is not None
        listed = await Rosters(self.database).meetings_of(teacher)
        return [(one["status"], one["starts_at"]) for one in listed if one["section_title"] == "Physics 1"]


@pytest.fixture
def new_house(database: Database, live: Live, clock: FakeClock, tmp_path: Path):
    return lambda: House(database, live, clock, tmp_path)


async def test_the_first_start_loads_a_school_in_motion(new_house, database: Database, clock: FakeClock) -> None:
    house = new_house()
    shown = await house.start()
    assert [(s["name"], s["time_zone"]) for s in shown["sites"]] == [
        ("Harlow", "America/Denver"),
        ("Kettle Creek", "America/Denver"),
        ("Mesa Flats", "America/Los_Angeles"),
        ("Pine Ridge", "America/Denver"),
    ]
    roles = [person["role"] for person in shown["people"]]
    assert roles == ["teacher"] + ["supervisor"] * 4 + ["registrar", "coordinator"]
    (ended, yesterday), (live, now), (scheduled, tomorrow) = await house.classes()
    assert (ended, live, scheduled) == ("ended", "live", "scheduled")
    assert now <= clock.at < now + 10 * 60_000
    assert (now - yesterday, tomorrow - now) == (DAY, DAY)
    async with database.reading() as connection:
        students = (await connection.execute(select(func.count()).select_from(t.students))).scalar_one()
        expiring = await connection.execute(select(t.clearances).where(t.clearances.c.status == "expiring"))
    assert students == 40
    assert [row.expires_on for row in expiring] == ["2026-10-26"]


async def test_the_lab_shows_what_a_schedule_has_to_cope_with(new_house, clock: FakeClock) -> None:
    house = new_house()
    await house.start()
    teacher = await house.accounts.actor_of("teacher")
    # From Wednesday, 14 October on.
    shown = await Schedule(house.database, clock).days(teacher, date(2026, 10, 14), 14)
    labs = [one for one in shown["meetings"] if one["section_title"] == "Physics 1 lab"]
    assert [(one["local_starts"], one["status"], one["moved_from"] is not None) for one in labs] == [
        ("2026-10-14T15:05", "scheduled", True),
        ("2026-10-16T14:05", "cancelled", False),
        ("2026-10-19T14:05", "scheduled", False),
        ("2026-10-21T14:05", "scheduled", False),
        ("2026-10-23T14:05", "scheduled", False),
        ("2026-10-26T14:05", "scheduled", False),
    ]
    stood_in = [(a["name"], a["is_substitute"]) for room in labs[2]["rooms"] for a in room["supervisors"]]
    assert ("Kwame Osei", True) in stood_in
    assert [(one["kind"], one["site_id"], one["begins_on"]) for one in shown["away"]] == [
        ("closure", "harlow", "2026-10-19"),
        ("early_dismissal", "kettle-creek", "2026-10-21"),
    ]
    assert [one["change"] for one in shown["notices"]] == ["moved", "cancelled"]


async def test_outside_clients_find_all_they_need(new_house, live: Live) -> None:
    house = new_house()
    shown = await house.start()
    assert set(shown) == {"base_url", "program_id", "people", "sites", "section_id", "meeting"}
    assert (await live.stream(shown["meeting"]["stream"])).state.status == "live"
    assert shown["meeting"]["stream"] == f"meeting:{shown['meeting']['id']}"
    for person in shown["people"]:
        session = await house.accounts.session_of(person["token"])
        assert session is not None
        assert (session.person_id, session.person_name) == (person["person_id"], person["name"])
        [grant] = session.actor.grants
        assert (grant.role, grant.site_id) == (person["role"], person["site_id"])
        link = urlsplit(person["sign_in_url"])
        assert link.netloc.endswith(".localhost:8123")
        _, session = await house.accounts.sign_in_demo(link.path.removeprefix("/demo/"))
        assert (session.person_id, session.kind) == (person["person_id"], "cookie")
    hosts = [urlsplit(person["sign_in_url"]).hostname for person in shown["people"]]
    assert len(set(hosts)) == 7
    assert {"teacher.localhost", "pine-ridge.localhost", "registrar.localhost"} <= set(hosts)
    for wrong in ("", "x", "é"):
        with pytest.raises(Refused, match="not_found"):
            await house.accounts.sign_in_demo(wrong)


async def test_a_restart_changes_nothing(new_house, tmp_path: Path, clock: FakeClock) -> None:
    first = await new_house().start()
    kept = (tmp_path / "demo.json").read_text()
    clock.advance(minutes=40)
    house = new_house()
    assert await house.start() == first
    assert (tmp_path / "demo.json").read_text() == kept
    assert len(await house.classes()) == 3
    clock.advance(hours=3)
    assert (await new_house().start())["meeting"] == first["meeting"], "a class that runs over is left alone"


async def test_the_next_day_begins_a_class_again(new_house, clock: FakeClock) -> None:
    first = await new_house().start()
    for days in (1, 5):
        clock.advance(days=days)
        house = new_house()
        shown = await house.start()
        assert shown["meeting"]["id"] != first["meeting"]["id"]
        assert [person["token"] for person in shown["people"]] == [person["token"] for person in first["people"]]
        classes = await house.classes()
        assert [status for status, _ in classes if status != "ended"] == ["live", "scheduled"]
        [(_, now), (_, tomorrow)] = classes[-2:]
        assert now <= clock.at < tomorrow <= clock.at + DAY


async def test_a_class_that_was_ended_is_followed_by_another(new_house, live: Live) -> None:
    house = new_house()
    first = await house.start()
    teacher = await house.accounts.actor_of("teacher")
    await live.run_command(teacher, first["meeting"]["stream"], "end", "meeting.end", {})
    second = await new_house().start()
    assert second["meeting"] != first["meeting"]
    assert (await live.stream(second["meeting"]["stream"])).state.status == "live"


async def test_the_secrets_are_their_owners_alone(new_house, tmp_path: Path) -> None:
    await new_house().start()
    path = tmp_path / "demo.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not path.with_suffix(".new").exists()
    assert set(json.loads(path.read_text())["people"]["teacher"]) == {"secret", "token"}


async def test_a_revoked_token_is_replaced_at_the_next_start(new_house) -> None:
    house = new_house()
    first = await house.start()
    await house.accounts.sign_out_everywhere("teacher")
    second = await new_house().start()
    changed = [one["person_id"] for one, now in zip(first["people"], second["people"], strict=True) if one != now]
    assert changed == ["teacher"]
    assert first["people"][0]["sign_in_url"] == second["people"][0]["sign_in_url"]


async def test_without_a_demo_there_is_nothing_to_describe(database: Database, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="no demo"):
        await describe(database, tmp_path, BASE)


async def test_a_broken_file_of_secrets_is_named(new_house, tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("{")
    with pytest.raises(ValueError, match=r"demo\.json cannot be read: remove it"):
        await new_house().start()
