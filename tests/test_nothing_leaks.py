"""Names and words planted wherever a client can write them: none is in a log line, and none in a metric.

And the other way round: what the log does say is enough to follow one request from its socket to its commands.
"""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import pytest
import structlog
from aiohttp import ClientWebSocketResponse, WSMsgType
from sqlalchemy import select

from server import logs
from server.rest.metrics import exposition
from server.service import live
from server.storage import directory_tables as t
from server.storage.tables import streams
from tests.support.app import PASSWORD, PHYSICS, House, HouseRules, house, house_rules, school_file, token_of
from tests.support.school import START_DATA

__all__ = ["house", "house_rules", "school_file"]

PLANTED = "Zyzzyva"
"""In every name, text, address and id that the tests write."""
ON_A_PROXY = HouseRules(settings={"trusted_proxies": (ip_network("127.0.0.1"),), "log_level": "debug"})
LOUD = HouseRules(settings={"log_level": "debug"})
STREAM = f"meeting:{PHYSICS}"


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


class Socket:
    """A bare socket: it sends what it is told, also what is no packet."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self._ws = ws
        self._asked = 0

    async def send(self, packet: str) -> None:
        await self._ws.send_str(packet)

    async def ask(self, name: str, data: Any) -> Any:
        """Send an event and wait for its answer."""
        self._asked += 1
        await self.send(f"42/live,{self._asked}{json.dumps([name, data])}")
        return await self.answer()

    async def answer(self) -> Any:
        while True:
            message = await self._ws.receive(timeout=20)
            assert message.type is WSMsgType.TEXT, message
            text = message.data.decode() if isinstance(message.data, bytes) else message.data
            if text.startswith("43/live,"):
                return json.loads(text[text.index("[") :])[0]
            if text.startswith(("40/live,", "44/live,")):
                return json.loads(text[8:])


@asynccontextmanager
async def socket(house: House, token: str, **headers: str) -> AsyncIterator[Socket]:
    url = f"{house.url}/socket.io/?EIO=4&transport=websocket&meeting={PLANTED}"
    async with house.http.ws_connect(url, headers={"Origin": "http://localhost:8080"} | headers) as ws:
        connected = Socket(ws)
        await connected.send("40/live," + json.dumps({"token": token}))
        await connected.answer()
        yield connected


def question(number: int, **fields: Any) -> dict[str, Any]:
    asked = {"question_id": f"{PLANTED}-{number}", "site_id": "north", "student_id": "ann", "asked_at": 1}
    return asked | {"text": f"{PLANTED} asks why"} | fields


def command(command_id: Any, name: Any, data: Any, stream: Any = STREAM) -> dict[str, Any]:
    return {"stream": stream, "command_id": command_id, "name": name, "data": data}


@pytest.mark.parametrize("house_rules", [LOUD])
async def test_nothing_that_anybody_wrote_is_logged_or_counted(
    house: House, house_rules: HouseRules, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure(house.services.settings)
    await house.set_password("otto")
    tess, cora = house.client("tess"), house.client("cora")
    await house.act("tess", "meeting.start", START_DATA)

    # Over HTTP: bodies good and bad, paths, queries, headers.
    planted = {"X-Request-ID": f"{PLANTED}-{PLANTED}", "User-Agent": PLANTED, "Referer": f"https://x/{PLANTED}"}
    for path in (f"/{PLANTED}", f"/api/meetings/{PLANTED}", f"/demo/{PLANTED}", f"/sign-in?next=/{PLANTED}"):
        await tess.get(path, headers=planted)
    await house.nobody.send("POST", "/api/tokens", {"email": f"{PLANTED}@x.example", "password": PLANTED})
    await house.nobody.send("POST", "/api/tokens", {"email": "otto@near.example", "password": PASSWORD})
    person = {"id": f"{PLANTED}-id", "given_name": PLANTED, "family_name": PLANTED, "email": f"{PLANTED}@x.example"}
    for changes in ({}, {}, {PLANTED: PLANTED}, {"given_name": 7}):
        await cora.send("POST", "/api/directory/people", person | changes)
    await tess.command(PHYSICS, f"over-http-{PLANTED}" * 9, PLANTED, {"text": PLANTED})
    await tess.command(PHYSICS, "c-http", "question.see", {"question_id": PLANTED, PLANTED: PLANTED})

    # Over a socket: a class's words, what is refused, what cannot be read, and a token that is nobody's.
    async with socket(house, token_of("nora"), **planted) as nora, socket(house, token_of("tess")) as teacher:
        assert (await nora.ask("join", {"stream": STREAM}))["ok"]
        assert (await nora.ask("command", command("c-1", "question.relay", question(1))))["ok"]
        note = {"question_id": f"{PLANTED}-1", "note": PLANTED}
        assert (await teacher.ask("command", command("c-2", "question.ask_back", note)))["ok"]
        for refused in (
            command("c-3", "question.relay", question(1)),
            command("c-4", "question.relay", question(2, student_id=PLANTED)),
            command("c-5", PLANTED, {}),
            command(f"{PLANTED} {PLANTED}", "question.relay", question(3)),
            command("c-6", "question.relay", {PLANTED: PLANTED}),
            command("c-7", "question.see", {}, stream=f"meeting:{PLANTED}"),
            command({PLANTED: PLANTED}, [PLANTED], PLANTED),
        ):
            assert not (await nora.ask("command", refused))["ok"], refused
        assert (await nora.ask("commands", {"commands": [PLANTED, command("c-8", PLANTED, {})]}))["ok"]
        for unreadable in (f'42/live,77["{PLANTED}",{{}}]', f"42/live,78{PLANTED}"):
            await nora.send(unreadable)
            assert (await nora.answer())["error"]["code"] == "malformed"
        for no_packet in (PLANTED, f"41/{PLANTED}", f"40/{PLANTED},{PLANTED}"):
            await nora.send(no_packet)
        # A fault of ours, whose exception repeats what was written.
        with monkeypatch.context() as patch:
            patch.setattr(live, "decide", broken)
            answer = await nora.ask("command", command("c-9", "question.relay", question(9)))
            assert answer["error"]["code"] == "internal"
            patch.setattr(house.services.rosters, "meetings_of", broken)
            assert (await tess.get("/api/meetings")).status == 500
    async with socket(house, PLANTED):
        pass

    house.services.lines.flush()
    logged = capsys.readouterr().err
    counted = exposition(house.services.live.metrics).decode()
    entries = [json.loads(line) for line in logged.splitlines()]
    assert {"request", "socket opened", "command", "unexpected"} <= {entry["event"] for entry in entries}
    assert 'longroom_commands_total{command="question.relay",outcome="ok"} 1.0' in counted
    for hidden in (PLANTED, PLANTED.lower(), PASSWORD, PHYSICS, *await private_words(house)):
        assert hidden not in logged, [line for line in logged.splitlines() if hidden in line]
        assert hidden not in counted
    # Whoever asks in vain for what they were told is logged finds it.
    request_id = answer["error"]["message"].rpartition(" ")[2]
    [fault] = [one for one in entries if one.get("outcome") == "internal"]
    assert (fault["request_id"], fault["command_id"]) == (request_id, "c-9")
    [cause] = [one for one in entries if one.get("command_id") == "c-9" and one["level"] == "error"]
    assert cause["exception"][0] == "KeyError"


def broken(*_: object, **__: object) -> Any:
    raise KeyError(f"no such row: {PLANTED}")


async def private_words(house: House) -> set[str]:
    """Every name, address, id and token of the school that is long enough to be looked for."""
    found: set[str] = set()
    async with house.services.readiness._database.reading() as connection:
        for table in (t.people, t.students, t.sites, t.programs, t.meetings, t.sections, streams):
            for row in (await connection.execute(select(table))).mappings():
                found |= {value for name, value in row.items() if isinstance(value, str) and name not in SHARED}
        found |= {token_of(person_id) for person_id in (await connection.execute(select(t.people.c.id))).scalars()}
    return {word for word in found if len(word) > 4} - {"physics"}


SHARED = {"time_zone", "jurisdiction", "status", "grade_level", "locale", "program_id"}
"""Columns whose values are not anybody's."""


@pytest.mark.parametrize("house_rules", [ON_A_PROXY])
async def test_one_id_leads_from_the_proxy_to_each_command(
    house: House, house_rules: HouseRules, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    async with (
        socket(house, token_of("nora"), **{"X-Request-ID": "proxy-nora"}) as nora,
        socket(house, token_of("tess"), **{"X-Request-ID": "proxy-tess"}) as tess,
    ):
        await nora.ask("command", command("c-1", "question.relay", question(1)))
        await tess.ask("command", command("c-2", "question.claim", {"question_id": f"{PLANTED}-1"}))
        await tess.ask("command", command("c-3", "question.claim", {"question_id": "none"}))
    over_http = {"command_id": "c-4", "name": "question.begin", "data": {"question_id": f"{PLANTED}-1"}}
    sent = await house.client("tess").send(
        "POST", f"/api/meetings/{PHYSICS}/commands", over_http, headers={"X-Request-ID": "proxy-http"}
    )
    assert sent.headers["X-Request-ID"] == "proxy-http"
    house.services.lines.flush()
    entries = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    told = [
        (one["request_id"], one["command_id"], one["command"], one["outcome"])
        for one in entries
        if one["event"] == "command"
    ]
    assert told[1:] == [
        ("proxy-nora", "c-1", "question.relay", "ok"),
        ("proxy-tess", "c-2", "question.claim", "ok"),
        ("proxy-tess", "c-3", "question.claim", "unknown_question"),
        ("proxy-http", "c-4", "question.begin", "ok"),
    ]
    opened = [one["request_id"] for one in entries if one["event"] == "socket opened"]
    assert opened == ["proxy-nora", "proxy-tess"]
    assert all({"event", "level", "timestamp"} <= one.keys() for one in entries)


async def test_a_handshake_is_answered_with_the_id_that_its_commands_go_by(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"Origin": "http://localhost:8080", "X-Request-ID": "somebody-elses"}
    async with house.http.ws_connect(f"{house.url}/socket.io/?EIO=4&transport=websocket", headers=headers) as ws:
        made = ws._response.headers["X-Request-ID"]
        connected = Socket(ws)
        await connected.send("40/live," + json.dumps({"token": token_of("nora")}))
        await connected.answer()
        await connected.ask("command", command("c-1", "question.see", {"question_id": "none"}))
    house.services.lines.flush()
    entries = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert made != "somebody-elses"
    assert {one["request_id"] for one in entries if one["event"] in {"socket opened", "command"}} == {made}
