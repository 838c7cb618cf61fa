"""The whole app on a free port, the school in it, and clients that hold every answer against the published document.

A client fails its test on a status or a body that `/api/openapi.json` does not have. The document lets later versions
add fields; here each object is closed, so that a field that slipped out is found.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from argon2 import PasswordHasher
from jsonschema import Draft202012Validator

from server.app import SERVICES, create_app, runner_of
from server.config import Settings
from server.domain.actors import Role, system
from server.rest import Services
from server.rest.openapi import document
from server.service.accounts import Accounts, SignInLimits
from server.service.directory import Directory
from server.service.live import Live
from server.service.passwords import Passwords
from server.storage.engine import Database
from tests.support.clock import HOUR, FakeClock
from tests.support.school import BEGINS, PROGRAM, SYSTEM, found_school

Row = tuple[str, dict[str, Any]]
PHYSICS, CHEMISTRY = "physics-today", "chemistry-today"
PASSWORD = "a long walk home"
SCHOOL_PEOPLE = ("tess", "otto", "nora", "sol", "edda", "reg", "rosa", "cora")
FAR_PEOPLE = {"far-teacher": Role.TEACHER, "far-supervisor": Role.SUPERVISOR} | {
    "far-registrar": Role.REGISTRAR,
    "far-coordinator": Role.COORDINATOR,
}


def token_of(person_id: str) -> str:
    """The bearer token that each person has from the start."""
    return f"token-of-{person_id}"


# ── The school's neighbours ───────────────────────────────────────────────────────────────────────────────────────


def _person(person_id: str, role: Role, site_id: str | None) -> list[Row]:
    names = {"given_name": person_id.replace("-", " ").title(), "family_name": "Neighbour"}
    grant = {"id": f"grant-{person_id}", "person_id": person_id, "role": role.value, "site_id": site_id}
    person = {"id": person_id, "email": f"{person_id}@near.example"}
    return [("people", person | names), ("grants", grant | BEGINS)]


def _meeting(meeting_id: str, section_id: str, starts_at: int) -> Row:
    times = {"starts_at": starts_at, "ends_at": starts_at + HOUR}
    return ("meetings", {"id": meeting_id, "section_id": section_id, "title": "Today"} | times)


NEIGHBOURS: list[Row] = [
    ("sites", {"id": "east", "name": "East", "time_zone": "America/Denver", "jurisdiction": "US-MT"}),
    ("sections", {"id": "chemistry", "course_id": "course", "term_id": "term", "title": "Chemistry 1"}),
    *_person("otto", Role.TEACHER, None),
    ("licences", {"person_id": "otto", "number": "3", "state": "MT", "endorsement": "Chemistry"}
     | {"valid_from": "2024-07-01"}),
    *_person("edda", Role.SUPERVISOR, "east"),
    *_person("rosa", Role.REGISTRAR, "south"),
    ("section_teachers", {"id": "taught-chemistry", "section_id": "chemistry", "person_id": "otto"} | BEGINS
     | {"ends_on": "2026-12-18"}),
    ("section_sites", {"id": "part-east", "section_id": "chemistry", "site_id": "east"} | BEGINS),
]  # fmt: skip
"""In the same program: a section that the school's people have no part in, and a registrar of the southern site."""


async def _found(url: str) -> None:
    clock, database = FakeClock(), Database(url)
    live = Live(database, clock)
    await live.start()
    directory = Directory(database, clock, live)
    await found_school(directory)
    await directory.create_all(SYSTEM, NEIGHBOURS)
    for person_id, role in FAR_PEOPLE.items():
        site_id = "far" if role in {Role.SUPERVISOR, Role.REGISTRAR} else None
        await directory.create_all(system("elsewhere"), _person(person_id, role, site_id))
    today = [_meeting(PHYSICS, "physics", clock.now()), _meeting(CHEMISTRY, "chemistry", clock.now())]
    await directory.create_all(SYSTEM, today)
    accounts = Accounts(database, directory, clock)
    for person_id in (*SCHOOL_PEOPLE, *FAR_PEOPLE):
        await accounts.open_session(person_id, "bearer", token_of(person_id))
    accounts.close()
    await live.close()
    await database.close()


@pytest.fixture(scope="session")
def school_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the school and its neighbours, and a class of each section that has not begun; to be copied."""
    path = tmp_path_factory.mktemp("school") / "longroom.db"
    shutil.copyfile(sqlite_template, path)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(_found(f"sqlite:///{path}"))).result()
    return path


# ── The app ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str | None:
        """The error's code, or None."""
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        return self.json.get("error", {}).get("code") if is_json and self.status >= 400 else None


@dataclass
class Client:
    """Somebody at the server's door; with a token, signed in."""

    http: aiohttp.ClientSession
    url: str
    token: str | None = None

    async def send(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """Send a request and hold the answer against the document; a redirect is not followed."""
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if json is not None:
            data = orjson.dumps(json)
            sent.setdefault("Content-Type", "application/json")
        request = self.http.request(method, self.url + path, headers=sent, data=data, allow_redirects=False)
        async with request as response:
            answer = Answer(response.status, response.headers, await response.read())
        validate(method, path.partition("?")[0], answer)
        return answer

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.send("GET", path, **options)

    async def command(self, meeting_id: str, command_id: str, name: str, data: dict[str, Any]) -> Answer:
        body = {"command_id": command_id, "name": name, "data": data}
        return await self.send("POST", f"/api/meetings/{meeting_id}/commands", body)


@dataclass
class House:
    """The running app and what it stands on."""

    app: web.Application
    url: str
    clock: FakeClock
    http: aiohttp.ClientSession

    @property
    def services(self) -> Services:
        return self.app[SERVICES]

    @property
    def nobody(self) -> Client:
        """Somebody who is not signed in."""
        return Client(self.http, self.url)

    def client(self, person_id: str) -> Client:
        """A client that is signed in as the person."""
        return Client(self.http, self.url, token_of(person_id))

    async def set_password(self, person_id: str) -> None:
        """Let the person sign in with PASSWORD."""
        await self.services.accounts.reset_password(SYSTEM, person_id, PASSWORD)

    async def act(self, person_id: str, name: str, data: dict[str, Any], meeting_id: str = PHYSICS) -> int:
        """Run a command that must be allowed; the seq after it."""
        client = self.client(person_id)
        answer = await client.command(meeting_id, f"{person_id}-{name}-{data.get('question_id', '')}", name, data)
        assert answer.status == 200, answer.body
        return int(answer.json["seq"])


@dataclass
class HouseRules:
    """What a test may want otherwise: set by `@pytest.mark.parametrize("house_rules", […])`."""

    settings: dict[str, Any] = field(default_factory=dict)
    limits: SignInLimits | None = None
    is_demo: bool = False


@pytest.fixture
def house_rules() -> HouseRules:
    return HouseRules()


@pytest.fixture
async def house(school_file: Path, tmp_path: Path, house_rules: HouseRules) -> AsyncIterator[House]:
    """The app on a free port, on a database of its own with the school in it."""
    path = tmp_path / "longroom.db"
    shutil.copyfile(school_file, path)
    settings = Settings(
        **({"data_dir": tmp_path, "database_url": f"sqlite:///{path}", "command_rate": 0} | house_rules.settings)
    )
    clock = FakeClock()
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    app = create_app(settings, clock=clock, passwords=quick, limits=house_rules.limits, is_demo=house_rules.is_demo)
    runner = runner_of(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    # No cookie jar: what a browser would keep and send, a test keeps and sends itself.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield House(app, f"http://127.0.0.1:{runner.addresses[0][1]}", clock, http)
    await runner.cleanup()


# ── The document ──────────────────────────────────────────────────────────────────────────────────────────────────


def validate(method: str, path: str, answer: Answer) -> None:
    """Fail unless the document has this answer to this request."""
    operation = _operation("get" if method == "HEAD" else method.lower(), path)
    if operation is None:
        # No such route: the answer can only be the one shape of all refusals, or the page that says so.
        assert answer.status in {404, 405, 421}, f"{method} {path} is not in the document and gave {answer.status}"
        if answer.headers["Content-Type"].startswith("application/json"):
            _validator("#/components/schemas/ErrorBody").validate(answer.json)
        return
    declared = operation["responses"].get(str(answer.status))
    assert declared is not None, f"{method} {path} gave {answer.status}, which the document does not have"
    content = declared.get("content", {})
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    if not content:
        assert answer.body == b"", f"{method} {path} gave a body with {answer.status}"
    elif "application/json" in content and method != "HEAD":
        assert media_type == "application/json" or (answer.status == 404 and media_type == "text/html")
        if media_type == "application/json":
            reference = content["application/json"]["schema"]
            _validator(orjson.dumps(reference).decode()).validate(answer.json)
    elif "*/*" not in content:
        assert media_type in content, f"{method} {path} gave {media_type}"


@cache
def _operation(method: str, path: str) -> dict[str, Any] | None:
    # A path without parameters before one with: /api/session is not a /{…}.
    templates = sorted(document()["paths"], key=lambda template: template.count("{"))
    for template in templates:
        pattern = re.sub(r"\\\{path\\\}", ".+", re.escape(template))
        if re.fullmatch(re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", pattern), path):
            found: dict[str, Any] | None = document()["paths"][template].get(method)
            return found
    return None


@cache
def _validator(schema: str) -> Draft202012Validator:
    """A validator of a schema (as JSON) or of what a reference names, with the document's definitions at hand."""
    root = {"$ref": schema} if schema.startswith("#") else orjson.loads(schema)
    return Draft202012Validator(_closed({"components": document()["components"]} | root))


def _closed(value: Any) -> Any:
    if isinstance(value, list):
        return [_closed(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    closed = {key: _closed(inner) for key, inner in value.items()}
    if closed.get("type") == "object" and isinstance(closed.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


__all__ = ["CHEMISTRY", "PASSWORD", "PHYSICS", "PROGRAM", "Answer", "Client", "House", "HouseRules"]
