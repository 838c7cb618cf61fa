"""Who may connect and how, and what becomes of a connection that misbehaves."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from server.realtime.gateway import MAX_SOCKETS, Gateway
from server.realtime.hot_path import MAX_MESSAGE
from server.service.rates import Rate

from .clients import Gone, WireClient, command
from .world import MEETING, ORIGIN, REGISTRAR, STRANGER, SUPERVISOR, TEACHER, Node, question, until

Connect = Callable[..., Awaitable[WireClient]]


async def test_the_handshake_refuses_deflate_and_says_how_the_heartbeat_goes(connect: Connect) -> None:
    client = await connect(TEACHER, compress=15)

    offered = client.socket._response.request_info.headers["Sec-WebSocket-Extensions"]
    assert "permessage-deflate" in offered
    assert "Sec-WebSocket-Extensions" not in client.socket._response.headers
    assert client.socket.compress == 0
    assert client.open_packet["pingInterval"] == 10_000
    assert client.open_packet["pingTimeout"] == 10_000
    assert client.open_packet["maxPayload"] == 65_536
    assert client.open_packet["upgrades"] == []


@pytest.mark.parametrize("auth", ['{"token":"nobody"}', "", '{"token":7}', "[1]"])
async def test_without_a_session_nobody_connects(node: Node, auth: str) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(_socket_url(node)) as socket:
        await socket.receive_str()
        await socket.send_str(f"40/live,{auth}")
        assert await socket.receive_str() == ('44/live,{"message":"sign in first","data":{"code":"not_signed_in"}}')


async def test_the_cookie_signs_in(node: Node) -> None:
    cookie = {"Cookie": "__Host-longroom=token-vera"}
    async with aiohttp.ClientSession() as http, http.ws_connect(_socket_url(node), headers=cookie) as socket:
        await socket.receive_str()
        await socket.send_str("40/live,")
        assert (await socket.receive_str()).startswith('40/live,{"sid":')


async def test_another_namespace_is_refused(node: Node) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(_socket_url(node)) as socket:
        await socket.receive_str()
        await socket.send_str("40")
        assert (await socket.receive_str()).startswith("44")


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("EIO=4&transport=polling", {"Origin": "https://elsewhere.example"}, 400),
        ("EIO=4&transport=polling&j=0", {}, 400),
        ("EIO=3&transport=polling", {}, 400),
        ("EIO=4&transport=websocket", {"Upgrade": "websocket"}, 400),
        ("EIO=4&transport=polling", {"Origin": ORIGIN}, 200),
    ],
)
async def test_the_door(node: Node, query: str, headers: dict[str, str], status: int) -> None:
    async with aiohttp.ClientSession() as http:
        response = await http.get(f"{node.url}/socket.io/?{query}", headers=headers)
        assert response.status == status


def test_origins_must_be_named() -> None:
    for origins in ([], ["*"]):
        with pytest.raises(ValueError, match="origins"):
            Gateway(None, None, None, origins=origins)  # type: ignore[arg-type]


async def test_a_stream_that_is_not_ones_own_does_not_exist(connect: Connect) -> None:
    stranger, registrar = await connect(STRANGER), await connect(REGISTRAR)

    assert (await stranger.join())["error"]["code"] == "unknown_stream"
    assert (await stranger.join(stream="meeting:none"))["error"] == (await stranger.join())["error"]
    assert (await registrar.join())["error"]["code"] == "forbidden"
    answer = await stranger.command("c1", "meeting.end", {})
    assert answer["error"]["code"] == "unknown_stream"


@pytest.mark.parametrize(
    ("event", "data", "code", "field"),
    [
        ("join", {}, "missing_field", "stream"),
        ("join", {"stream": 7}, "wrong_type", "stream"),
        ("join", {"stream": MEETING, "extra": 1}, "unknown_field", "extra"),
        ("join", {"stream": MEETING, "since": {"epoch": "e", "audience": "teacher"}}, "missing_field", "since.seq"),
        ("join", {"stream": MEETING, "since": {"epoch": "e", "seq": -1, "audience": "a"}}, "out_of_range", "since.seq"),
        ("join", {"stream": MEETING, "since": {"epoch": "e", "seq": True, "audience": "a"}}, "wrong_type", "since.seq"),
        ("join", {"stream": "meeting:" + "x" * 101}, "too_long", "stream"),
        ("join", {"stream": "meeting:a\x00"}, "bad_id", "stream"),
        ("join", {"stream": "meeting:"}, "bad_id", "stream"),
        ("join", [MEETING], "malformed", None),
        ("leave", {"stream": None}, "wrong_type", "stream"),
        ("echo", {"round": 1}, "unknown_field", "round"),
        ("echo", 7, "malformed", None),
        ("command", {"stream": MEETING, "name": "meeting.end", "data": {}}, "missing_field", "command_id"),
        ("command", command("c 1", "meeting.end", {}), "bad_id", "command_id"),
        ("command", command("c1", "meeting.fly", {}), "unknown_command", "name"),
        ("command", command("c1", 7, {}), "unknown_command", "name"),
        ("command", command("c1", "meeting.end", []), "wrong_type", "data"),
        ("command", command("c1", "meeting.end", {}, stream="meeting:none"), "unknown_stream", "stream"),
        ("command", None, "malformed", None),
        ("commands", {"commands": [{}] * 101}, "too_long", "commands"),
        ("commands", {"commands": {}}, "wrong_type", "commands"),
        ("disconnect", {}, "malformed", None),
        ("connect", {}, "malformed", None),
    ],
)
async def test_a_request_that_cannot_be_read_is_refused_by_field(
    connect: Connect, event: str, data: Any, code: str, field: str | None
) -> None:
    client = await connect(TEACHER)
    error = (await client.ask(event, data))["error"]
    assert (error["code"], error.get("field")) == (code, field)
    assert (await client.join())["ok"]


@pytest.mark.parametrize(
    "packet",
    [
        '42/live,7["command",{"stream"',
        "42/live,7",
        '42/live,7{"a":1,"b":2}',
        '42/live,7["command"]',
        "42/live,7[1,2]",
        '42/live,7["command",{},{}]',
        '42/live,7"ab"',
        "42/live,7[" + "[" * 2_000 + "]" * 2_000 + "]",
    ],
)
async def test_a_malformed_event_with_an_id_gets_a_coded_error(connect: Connect, packet: str) -> None:
    client = await connect(TEACHER)
    answer = client.expect(7)
    await client.socket.send_str(packet)
    assert (await answer)["error"]["code"] == "malformed"
    assert (await client.join())["ok"]


@pytest.mark.parametrize(
    "packet",
    [
        *("", "9", "4", "45", "40/live,{", "42[]", "x" * 999, "6", "b4"),
        '451-/live,["x",{"_placeholder":true,"num":0}]',
        "40/live," + "[" * 30_000,
        '42/live,1234567890123456["join",{}]',
    ],
)
async def test_repeated_nonsense_ends_the_connection(connect: Connect, packet: str) -> None:
    client = await connect(TEACHER)
    for _ in range(19):
        await client.socket.send_str(packet)
    assert (await client.join())["ok"]
    await client.socket.send_str(packet)
    closing = await client.until_event("closing")
    assert closing["code"] == "abuse"
    assert await client.until_closed() == 1008


async def test_binary_and_invalid_utf8_are_nonsense_too(connect: Connect) -> None:
    client = await connect(TEACHER)
    for ack_id in range(10):
        client.expect(ack_id)
        await client.socket.send_bytes(b"\x00" * 10)
        await client.socket._writer.send_frame(b'42/live,%d["\xff",1]' % ack_id, aiohttp.WSMsgType.TEXT)
    assert await client.until_closed() == 1008


async def test_a_message_of_64_kib_is_read_and_one_byte_more_closes(connect: Connect) -> None:
    client = await connect(TEACHER)
    padding = MAX_MESSAGE - len('42/live,0["join",{"stream":""}]')
    answer = client.expect(0)
    await client.socket.send_str('42/live,0["join",{"stream":"%s"}]' % ("x" * padding))
    assert (await answer)["error"]["code"] == "too_long"

    await client.socket.send_str("4" * (MAX_MESSAGE + 1))
    assert await client.until_closed() == 1009


async def test_the_rate_is_limited_and_recovers(start_node: Callable[..., Awaitable[Node]]) -> None:
    node = await start_node(rate=Rate(50))
    await node.open_meeting()
    async with WireClient(node.url, TEACHER) as client:
        answers = await asyncio.gather(*(client.start("join", {"stream": MEETING}) for _ in range(150)))
        refused = [answer["error"]["code"] for answer in answers if not answer["ok"]]
        assert 40 < len(refused) <= 80
        assert set(refused) == {"too_many_requests"}

        async def join_again() -> bool:
            return bool((await client.join())["ok"])

        async with asyncio.timeout(2):
            while not await join_again():
                pass


async def test_a_second_socket_brings_no_second_allowance(start_node: Callable[..., Awaitable[Node]]) -> None:
    """The rate is a person's: over all their sockets, and over HTTP, which counts in the same place."""
    rate = Rate(50)
    node = await start_node(rate=rate)
    await node.open_meeting()
    now = asyncio.get_running_loop().time()
    assert rate.wait(TEACHER.person_id, now, 40) == 0
    async with WireClient(node.url, TEACHER) as one, WireClient(node.url, TEACHER) as other:
        asked = [client.start("join", {"stream": MEETING}) for _ in range(60) for client in (one, other)]
        refused = [answer["error"]["code"] for answer in await asyncio.gather(*asked) if not answer["ok"]]
    assert 30 < len(refused) <= 60
    assert set(refused) == {"too_many_requests"}
    async with WireClient(node.url, SUPERVISOR) as client:
        assert (await client.join())["ok"]


async def test_a_session_has_so_many_sockets_and_no_more(node: Node) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(WireClient(node.url, TEACHER)) for _ in range(MAX_SOCKETS)]
        extra = WireClient(node.url, TEACHER)
        with pytest.raises(Gone, match="too_many_sockets"):
            await extra.connect()
        await extra.close()
        await stack.enter_async_context(WireClient(node.url, SUPERVISOR))
        await clients[0].close()
        await until(lambda: len(node.gateway._connections) == MAX_SOCKETS)
        await stack.enter_async_context(WireClient(node.url, TEACHER))


async def test_strangers_of_one_address_are_let_ask_so_often(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """New sockets bring no new attempts: what nobody's token costs the database is bounded by address."""
    monkeypatch.setattr(node.gateway, "_strangers", Rate(1, 3))
    asked: list[str] = []
    known = node.accounts.authenticate

    async def authenticate(token: str) -> Any:
        asked.append(token)
        return await known(token)

    monkeypatch.setattr(node.accounts, "authenticate", authenticate)
    codes = []
    for _ in range(8):
        client = WireClient(node.url, TEACHER)
        client.token = "guessed"
        with pytest.raises(Gone) as caught:
            await client.connect()
        codes.append(caught.value.args[0]["data"]["code"])
        await client.close()
    assert codes[:3] == ["not_signed_in"] * 3
    assert codes[-1] == "too_many_requests"
    assert len(asked) < 8


async def test_the_heartbeat_keeps_the_living_and_drops_the_dead(
    start_node: Callable[..., Awaitable[Node]],
) -> None:
    node = await start_node(ping_interval=0.2, ping_timeout=0.3)
    await node.open_meeting()
    async with WireClient(node.url, TEACHER) as living, WireClient(node.url, SUPERVISOR) as dead:
        await dead.join()
        await living.join()
        dead.is_mute = True
        await dead.until_closed(5)
        seen = living.pings
        await living.until(lambda: living.pings >= seen + 3)
        assert len(node.gateway._connections) == 1
        assert (await living.join())["ok"]


async def test_a_stranger_may_not_stay(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.realtime.heartbeat.STRANGER_SECONDS", 0.0)
    async with aiohttp.ClientSession() as http, http.ws_connect(_socket_url(node)) as socket:
        await socket.receive_str()
        async with asyncio.timeout(5):
            assert (await socket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE)


async def test_a_second_connect_is_refused_and_the_first_lives_on(connect: Connect) -> None:
    client = await connect(TEACHER)
    client._connected = asyncio.get_running_loop().create_future()
    await client.socket.send_str('40/live,{"token":"token-ruth"}')
    with pytest.raises(Gone):
        await asyncio.wait_for(client._connected, 5)
    assert (await client.join())["audience"] == "teacher"


async def test_a_client_that_leaves_the_namespace_hears_no_more(node: Node, connect: Connect) -> None:
    client, other = await connect(SUPERVISOR), await connect(TEACHER)
    await client.join()
    await other.join()
    await client.socket.send_str("41/live,")
    await other.command("e1", "meeting.end", {})
    await client.socket.send_str(f'42/live,3["join",{{"stream":"{MEETING}"}}]')
    assert (await client.expect(3))["error"]["code"] == "malformed"
    assert [name for name, _ in client.events] == []


@pytest.mark.parametrize("end", ["leaves", "is cut"])
async def test_who_is_gone_before_the_stream_was_read_becomes_no_member(
    node: Node, connect: Connect, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    client = await connect(SUPERVISOR)
    [(sid, connection)] = node.gateway._connections.items()
    asked, go_on, read = asyncio.Event(), asyncio.Event(), node.live.stream

    async def slow(stream_id: str) -> Any:
        asked.set()
        await go_on.wait()
        return await read(stream_id)

    monkeypatch.setattr(node.live, "stream", slow)
    client.start("join", {"stream": MEETING})
    await asked.wait()
    if end == "leaves":
        await node.gateway._disconnect(sid, "left")
    else:
        await connection.socket.cut("cut")
    go_on.set()
    await until(lambda: not node.gateway._connections)
    await asyncio.sleep(0)
    assert connection.streams == {}
    assert not node.live.loaded(MEETING).pins  # type: ignore[union-attr]


async def test_who_is_cut_while_signing_in_leaves_no_connection(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go_on, authenticate = asyncio.Event(), asyncio.Event(), node.accounts.authenticate

    async def slow(token: str) -> Any:
        asked.set()
        await go_on.wait()
        return await authenticate(token)

    monkeypatch.setattr(node.accounts, "authenticate", slow)
    client = WireClient(node.url, SUPERVISOR)
    connecting = asyncio.ensure_future(client.connect())
    await asked.wait()
    [socket] = node.gateway._engine.sockets.values()
    await socket.cut("cut")
    go_on.set()
    await until(lambda: not node.gateway._engine.sockets)
    with pytest.raises((Gone, TimeoutError)):
        await connecting
    await client.close()
    assert node.gateway._connections == {}
    assert node.gateway._sessions._connections == {}


async def test_leave_ends_what_join_began(node: Node, connect: Connect) -> None:
    client = await connect(SUPERVISOR)
    await client.join()
    assert await client.ask("leave", {"stream": MEETING}) == {"ok": True}
    assert await client.ask("leave", {"stream": MEETING}) == {"ok": True}
    await client.command("c1", "question.relay", question(1))
    await client.join()
    assert client.events == []
    assert not node.live.loaded(MEETING).pins - 1  # type: ignore[union-attr]


def _socket_url(node: Node) -> str:
    return node.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"


async def test_an_echo_comes_back_to_whoever_is_signed_in(connect: Connect) -> None:
    client = await connect(REGISTRAR)
    assert await client.ask("echo", {}) == {"ok": True}


async def test_a_node_tells_which_rooms_it_hears(node: Node, connect: Connect) -> None:
    """A room has a link where one of its supervisors watches; a teacher's socket is no room's."""
    await (await connect(TEACHER)).join()
    assert node.gateway.rooms_heard() == {}
    supervisor = await connect(SUPERVISOR)
    await supervisor.join()
    before = time.time_ns() // 1_000_000
    assert await supervisor.ask("echo", {}) == {"ok": True}
    heard = node.gateway.rooms_heard()
    assert heard.keys() == {(MEETING, "pine-ridge")}
    assert heard[MEETING, "pine-ridge"] >= before - 50, "whatever a client sends is a sign of life"
    await supervisor.ask("leave", {"stream": MEETING})
    assert node.gateway.rooms_heard() == {}
