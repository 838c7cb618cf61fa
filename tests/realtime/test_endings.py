"""How connections end: slow readers, ended sessions, a server that shuts down."""

import asyncio
import base64
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from struct import pack

import aiohttp
import pytest

from server.domain.actors import Role

from .clients import Gone, WireClient, command
from .world import BEGUN, MEETING, OTHER_SUPERVISOR, SUPERVISOR, TEACHER, Node, noise, person, question, until

Connect = Callable[..., Awaitable[WireClient]]


class StoppedReader:
    """A client that joins the meeting and then never reads again; its kernel takes as little as it can."""

    async def start(self, port: int, token: str) -> None:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        self.reader, self.writer = await asyncio.open_connection(sock=sock, limit=1_024)
        key = base64.b64encode(os.urandom(16)).decode()
        self.writer.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        await self.reader.readuntil(b"\r\n\r\n")
        await self._read_frame()
        self._send(f'40/live,{{"token":"{token}"}}')
        await self._read_frame()
        self._send(f'42/live,0["join",{{"stream":"{MEETING}"}}]')
        await self._read_frame()

    def _send(self, text: str) -> None:
        mask = bytes(4)
        self.writer.write(bytes((0x81, 0x80 | len(text))) + mask + text.encode())

    async def _read_frame(self) -> bytes:
        _, length = await self.reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self.reader.readexactly(2), "big")
        return await self.reader.readexactly(length)

    async def drain(self) -> bytes:
        """Read at last, to the end."""
        rest = b""
        try:
            while chunk := await self.reader.read(65_536):
                rest += chunk
        except ConnectionError:
            pass
        return rest

    def close(self) -> None:
        self.writer.close()


@pytest.fixture
async def stopped(node: Node):  # type: ignore[no-untyped-def]
    reader = StoppedReader()
    await reader.start(node.port, "token-vera")
    # The kernel's buffer would take megabytes before the server's own begins to fill.
    server_end = node.socket_of(TEACHER)._transport.get_extra_info("socket")
    server_end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    yield reader
    reader.close()


async def test_a_reader_that_falls_behind_is_let_go_and_the_others_go_on(
    node: Node, connect: Connect, stopped: StoppedReader
) -> None:
    teacher_socket = node.socket_of(TEACHER)
    asking = await connect(SUPERVISOR)
    await asking.join()
    number = 0
    async with asyncio.timeout(30):
        while teacher_socket.leaves_at is None:
            burst = [
                asking.start("command", command(f"c{n}", "question.relay", question(n, text=noise(2_000))))
                for n in range(number, number + 50)
            ]
            number += 50
            assert all(answer["ok"] for answer in await asyncio.gather(*burst))
    assert teacher_socket.waiting < 1_200_000
    await asking.until_seq(5 + number)
    # It may read its goodbye for two seconds; it does not, and is cut.
    await until(lambda: teacher_socket.closed, 5)
    assert len(node.gateway._connections) == 1


async def test_a_reader_that_takes_nothing_is_told_why_before_it_is_cut(
    node: Node, connect: Connect, stopped: StoppedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.realtime.heartbeat.STALLED_SECONDS", 0.3)
    teacher_socket = node.socket_of(TEACHER)
    number = 0
    async with asyncio.timeout(20):
        while teacher_socket.waiting < 200_000:
            await asyncio.gather(*(node.relay(n, text=noise(2_000)) for n in range(number, number + 50)))
            number += 50
    await until(lambda: teacher_socket.leaves_at is not None, 5)
    rest = await stopped.drain()
    assert b'"code":"too_slow"' in rest
    assert pack("!H", 4008) in rest[-4:]


async def test_a_flood_of_pings_that_nobody_reads_the_answers_of_is_bounded(node: Node, stopped: StoppedReader) -> None:
    teacher_socket = node.socket_of(TEACHER)
    ping = bytes((0x89, 0x80 | 125)) + bytes(4 + 125)
    async with asyncio.timeout(20):
        while teacher_socket.leaves_at is None:
            stopped.writer.write(ping * 500)
            await stopped.writer.drain()
            await asyncio.sleep(0)
    assert teacher_socket.waiting < 1_100_000


async def test_a_large_snapshot_is_not_taken_for_falling_behind(node: Node, connect: Connect) -> None:
    for start in range(0, 600, 100):
        await asyncio.gather(*(node.relay(n, text=noise(2_000)) for n in range(start, start + 100)))
    teacher = await connect(TEACHER)
    joined = teacher.start("join", {"stream": MEETING})
    asking = await connect(SUPERVISOR)
    burst = [asking.start("command", command(f"c{n}", "question.relay", question(n))) for n in range(700, 720)]
    await asyncio.gather(*burst)
    reply = await asyncio.wait_for(joined, 10)
    assert len(reply["snapshot"]) > 600
    teacher.copy.take_reply(reply)
    await teacher.until_seq(625)


async def test_a_revoked_session_loses_its_sockets_within_a_second(node: Node, connect: Connect) -> None:
    revoked, other = await connect(TEACHER), await connect(SUPERVISOR)
    second = await connect(TEACHER)
    await revoked.join()
    await other.join()
    began = time.monotonic()
    node.accounts.revoked.append("session-vera")
    node.gateway.revoke(["session-vera"])
    for client in (revoked, second):
        assert (await client.until_event("closing"))["code"] == "revoked"
        assert await client.until_closed() == 4001
    assert time.monotonic() - began < 1
    await other.command("c1", "question.relay", question(1))
    await other.until_seq(6)
    assert not any(name.startswith("changes") for name, _ in revoked.events)
    with pytest.raises(Gone, match="not_signed_in"):
        await connect(TEACHER)


async def test_a_revocation_that_nobody_told_of_is_found_in_the_database(node: Node, connect: Connect) -> None:
    client = await connect(TEACHER)
    node.accounts.revoked.append("session-vera")
    assert (await client.until_event("closing", 5))["code"] == "revoked"


async def test_a_session_that_runs_out_may_do_nothing_more(node: Node, connect: Connect) -> None:
    client = await connect(SUPERVISOR)
    await client.join()
    [connection] = node.gateway._connections.values()
    connection.session = replace(connection.session, expires_at=1)
    answer = await client.command("c1", "question.relay", question(1))
    assert answer["error"]["code"] == "not_signed_in"
    node.accounts.sessions.clear()
    assert (await client.until_event("closing", 5))["code"] == "expired"


async def test_an_open_socket_keeps_its_session_in_use(
    node: Node, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.realtime.sessions.TOUCH_SECONDS", 0.0)
    client = await connect(OTHER_SUPERVISOR)
    await client.join()
    node.accounts.become("sam", person("sam", Role.REGISTRAR))
    await client.until_event("removed", 5)
    assert "session-sam" in node.accounts.touched


async def test_a_shutdown_answers_what_is_under_way_and_says_goodbye(node: Node, connect: Connect) -> None:
    asking, teacher = await connect(SUPERVISOR), await connect(TEACHER)
    await teacher.join()
    sent = [asking.start("command", command(f"c{n}", "question.relay", question(n))) for n in range(100)]
    await sent[0]
    began = time.monotonic()
    await node.drain()
    assert time.monotonic() - began < 10

    answers = await asyncio.gather(*sent)
    done = [answer for answer in answers if answer["ok"]]
    assert all(answer["error"]["code"] == "busy" for answer in answers if not answer["ok"])
    stream = await node.live.stream(MEETING)
    assert stream.seq == BEGUN + len(done)
    for client in (asking, teacher):
        closing = await client.until_event("closing")
        assert closing["code"] == "shutting_down"
        assert 500 <= closing["retry_ms"] <= 3_000
        assert await client.until_closed() == 1001
    async with aiohttp.ClientSession() as http:
        response = await http.get(f"{node.url}/socket.io/?EIO=4&transport=polling")
        assert response.status == 503


async def test_a_shutdown_does_not_wait_for_those_who_do_not_read(node: Node, stopped: StoppedReader) -> None:
    began = time.monotonic()
    await node.drain()
    assert time.monotonic() - began < 4
