import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvloop

from server.domain.actors import Actor
from server.service.rates import Rate

from .clients import WireClient
from .world import Node


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """uvloop, as in service: its transports buffer otherwise than asyncio's own."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
def shared_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "longroom.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def start_node(shared_database_url: str) -> AsyncIterator[Callable[..., Awaitable[Node]]]:
    """Start a node over the test's database; options are the gateway's."""
    nodes: list[Node] = []

    async def start(**options: Any) -> Node:
        node = Node(shared_database_url, {"rate": Rate(0)} | options)
        await node.start()
        nodes.append(node)
        return node

    yield start
    for node in nodes:
        await node.stop()


@pytest.fixture
async def node(start_node: Callable[..., Awaitable[Node]]) -> Node:
    """One node with a live meeting."""
    node = await start_node()
    await node.open_meeting()
    return node


@pytest.fixture
async def connect(node: Node) -> AsyncIterator[Callable[[Actor], Awaitable[WireClient]]]:
    """Connect a person to the node."""
    clients: list[WireClient] = []

    async def connect(actor: Actor, **options: Any) -> WireClient:
        client = WireClient(node.url, actor, **options)
        await client.connect()
        clients.append(client)
        return client

    yield connect
    for client in clients:
        await client.close()
