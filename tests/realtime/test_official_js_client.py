"""The official JavaScript client, as browsers use it, against our sockets; it runs under Node."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from .validating import validate, validate_message
from .world import BEGUN, MEETING, SUPERVISOR, Node, noise, question

DRIVER = Path(__file__).with_name("official_client.mjs")


async def drive(node: Node, token: str, transports: list[str], questions: list[dict[str, Any]]) -> list[Any]:
    """Run the driver to its end, cutting its link when it asks for that; all that it said."""
    options = {"url": node.url, "token": token, "transports": transports, "stream": MEETING, "questions": questions}
    process = await asyncio.create_subprocess_exec(
        "node", str(DRIVER), json.dumps(options), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said: list[Any] = []
    try:
        async with asyncio.timeout(30):
            async for line in process.stdout:
                said.append(json.loads(line))
                if said[-1][0] == "cut me":
                    await node.socket_of(SUPERVISOR).cut("transport error")
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
    return said


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]], ids="-".join)
async def test_the_official_client(node: Node, transports: list[str]) -> None:
    questions = [question(n) for n in range(60)] + [question(60, text=noise(1_900))]

    said = await drive(node, "token-ruth", transports, questions)

    by_kind: dict[str, list[Any]] = {}
    for kind, value in said:
        by_kind.setdefault(kind, []).append(value)
    assert said[-2:] == [["done", None], ["disconnect", "io client disconnect"]]
    # Node's client offers deflate; no extension was agreed on.
    assert by_kind["transport"] == [[transports[-1], ""]]
    [answers] = by_kind["answers"]
    assert [answer["seq"] for answer in answers] == sorted(answer["seq"] for answer in answers)
    assert all(answer["ok"] for answer in answers)

    changes = by_kind["changes"]
    for body in changes:
        validate_message("changes", body)
    assert changes[-1]["seq"] == BEGUN + 61
    assert [body["after"] for body in changes] == [BEGUN, *(body["seq"] for body in changes[:-1])]
    told = [one["id"] for body in changes for one in body["changes"] if one["kind"] == "question"]
    assert told == [f"q{n:05}" for n in range(61)]
    assert by_kind["gz"]

    first, again = by_kind["joined"]
    validate("JoinReply", first)
    validate("JoinReply", again)
    assert "snapshot" in first
    assert again["changes"] == []
    assert again["seq"] == BEGUN + 61


async def test_it_is_told_why_it_is_refused(node: Node) -> None:
    said = await drive(node, "nobody", ["websocket"], [])
    assert said == [["connect_error", {"message": "sign in first", "data": {"code": "not_signed_in"}}]]
