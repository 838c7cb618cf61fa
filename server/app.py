"""The whole house put together: one factory for `longroom serve` and for tests, and how it starts and stops.

What is built here is built once, in order, and taken down in the reverse: nobody else makes a service.
"""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from . import rest
from .config import BadSettings, Settings
from .logs import Lines, where
from .metrics import Histogram
from .origins import Origins
from .realtime import asyncapi
from .realtime.gateway import Gateway
from .rest.client_files import ClientFiles
from .service.accounts import Accounts, Session, SignInLimits
from .service.attempts import Attempts
from .service.briefs import Briefs
from .service.clock import Clock, SystemClock
from .service.demo import Demo
from .service.demo_program import PEOPLE
from .service.directory import Directory
from .service.due import Due
from .service.elsewhere import Elsewhere
from .service.feeds import Feeds
from .service.links import Links
from .service.live import Live
from .service.live_board import LiveBoard
from .service.passwords import Passwords
from .service.planning import Planning
from .service.rates import Rate
from .service.readiness import Readiness
from .service.rosters import Rosters
from .service.schedule import Schedule
from .storage.engine import Database

CLIENT = Path(__file__).parents[1] / "client_static"
NOTICE_SECONDS = 2.0
"""How often other processes' edits and revocations are looked for: these must count within five seconds."""
ELSEWHERE_SECONDS = 5.0
"""How often it is looked for adults who have gone to another school."""
DUE_SECONDS = 1.0
"""How often it is looked for what time has made due."""
LAG_SECONDS = 0.5
"""How often it is looked how late the event loop comes to a timer."""
LINK_SECONDS = 2.0
"""How often it is looked which rooms are linked; what is recorded is dated by the heartbeats themselves."""
SHUTDOWN_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30.0
"""How long an HTTP connection may idle between two requests."""
REQUEST_SECONDS = 1.0
"""How long requests under way may take after the sockets were drained."""

SERVICES = web.AppKey("services", rest.Services)
GATEWAY = web.AppKey("gateway", Gateway)
log = structlog.stdlib.get_logger("longroom")


class SocketAccounts:
    """The accounts as the gateway asks for them."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self.session = accounts.session
        self.revoked_since = accounts.revoked_since

    async def authenticate(self, token: str) -> Session | None:
        """The session of a token, or None: unknown, expired or revoked."""
        return await self._accounts.session_of(token)

    async def touch(self, session_id: str) -> None:
        """A live socket uses its session."""
        await self._accounts.touch(session_id)


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    client: Path = CLIENT,
    limits: SignInLimits | None = None,
    passwords: Passwords | None = None,
    is_demo: bool = False,
) -> web.Application:
    """The application, on a database that is already migrated. `is_demo`: load the demo and let its people in."""
    clock = clock or SystemClock()
    database = Database(settings.database_url)
    live = Live(database, clock)
    lines = Lines(settings)
    directory = Directory(database, clock, live)
    attempts = Attempts(settings.redis_url)
    accounts = Accounts(database, directory, clock, passwords=passwords, limits=limits, attempts=attempts)
    origins = Origins(settings)
    rate = Rate(settings.command_rate)
    gateway = Gateway(
        live,
        SocketAccounts(accounts),
        clock,
        origins=origins.listed(settings.port, [person.host for person in PEOPLE] if is_demo else ()),
        redis_url=settings.redis_url,
        rate=rate,
        lines=lines,
        address_of=lambda request: origins.caller(request.remote, request.scheme, request.headers).address,
    )
    due = Due(database, live, clock)
    links = Links(database, live, clock)
    elsewhere = Elsewhere(database, live)
    demo = Demo(database, directory, live, accounts, clock, settings.secrets_dir) if is_demo else None
    schedule = Schedule(database, clock)
    services = rest.Services(
        settings=settings,
        origins=origins,
        clock=clock,
        live=live,
        live_board=LiveBoard(database, live, clock),
        accounts=accounts,
        directory=directory,
        rosters=Rosters(database),
        planning=Planning(database, directory, live, clock),
        schedule=schedule,
        feeds=Feeds(database, schedule, clock),
        briefs=Briefs(database, directory, clock),
        client=ClientFiles(client),
        rate=rate,
        readiness=Readiness(database, lambda: gateway.is_draining, lambda: gateway.link),
        lines=lines,
        asyncapi=asyncapi.document(),
    )
    live.metrics.gauges |= {
        "sockets": lambda: gateway.count,
        "streams_loaded": lambda: live.figures[0],
        "commands_under_way": lambda: live.figures[1],
    }
    if settings.redis_url is not None:
        live.metrics.gauges["redis_linked"] = lambda: gateway.link == "up"
    app = web.Application(middlewares=[rest.envelope(services)], client_max_size=rest.MAX_BODY)
    app[SERVICES], app[GATEWAY] = services, gateway
    rest.attach(app, services)
    gateway.attach(app)

    async def running(_: web.Application) -> AsyncIterator[None]:
        await live.start()
        await directory.begin()
        if demo is not None:
            await demo.start()
        await gateway.start()
        noticing = asyncio.create_task(_every(NOTICE_SECONDS, accounts.notice), name="notice")
        keeping_up = asyncio.create_task(directory.keep_up(), name="keep up")
        settling = asyncio.create_task(_every(DUE_SECONDS, due.settle), name="due")
        linking = asyncio.create_task(_every(LINK_SECONDS, lambda: links.look(gateway.rooms_heard())), name="links")
        leaving = asyncio.create_task(_every(ELSEWHERE_SECONDS, elsewhere.look), name="elsewhere")
        watching = asyncio.create_task(_watch_the_loop(live.metrics.loop_lag), name="loop lag")
        yield
        await _stop(watching)
        await _stop(leaving)
        await _stop(linking)
        await _stop(settling)
        await _stop(noticing)
        await _stop(keeping_up)
        await _guarded(accounts.write_seen)
        await live.close()
        accounts.close()
        await attempts.close()
        await database.close()
        lines.flush()

    async def drain(_: web.Application) -> None:
        await gateway.drain()

    accounts.on_revoked.append(gateway.revoke)
    accounts.on_actor_changed.append(_in_background(gateway.actor_changed))
    app.cleanup_ctx.append(running)
    app.on_shutdown.append(drain)
    return app


def _in_background(work: Callable[[str], Coroutine[Any, Any, None]]) -> Callable[[str], None]:
    """A listener that starts the work and does not wait for it."""
    tasks: set[asyncio.Task[None]] = set()

    def start(of: str) -> None:
        task = asyncio.create_task(_guarded(lambda: work(of)))
        tasks.add(task)  # The loop alone would let it be collected half-way.
        task.add_done_callback(tasks.discard)

    return start


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _guarded(work)


async def _watch_the_loop(lag: Histogram) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_SECONDS
        await asyncio.sleep(LAG_SECONDS)
        lag.observe(max(0.0, loop.time() - due))


async def _guarded(work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - the next round may go better
        log.error("background work failed", exception=where(error))


async def _stop(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def listen(settings: Settings) -> socket.socket:
    """The socket to serve on, bound before anything else is done; raises BadSettings where that cannot be."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=1_024)
    except socket.gaierror:
        fault = f"LONGROOM_HOST is {settings.host!r}, which no network here knows: write 127.0.0.1"
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        fault = f"nothing can listen on {settings.host}:{settings.port} ({reason}): "
        fault += "write another LONGROOM_PORT, or 0 for a free one"
    raise BadSettings([fault])


def runner_of(app: web.Application) -> web.AppRunner:
    """What serves the application, with the limits that HTTP itself needs."""
    return web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=REQUEST_SECONDS,
        handle_signals=False,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        # A few kilobytes may inflate to many megabytes, and do so on the loop before anybody could refuse them.
        auto_decompress=False,
    )


async def serve(
    app: web.Application, listening: socket.socket, beside: Callable[[], Coroutine[Any, Any, None]] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM, then stop within ten seconds. `beside` runs while the server does.

    A second signal ends the process at once.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _ask_to_stop, loop, stopping)
    runner = runner_of(app)
    await runner.setup()
    site = web.SockSite(runner, listening, backlog=1_024)
    await site.start()
    companion = asyncio.create_task(_guarded(beside), name="beside") if beside is not None else None
    # What start built stays: the collector need not look at it again and again while commands are on their way.
    gc.collect()
    gc.freeze()
    # A meeting's state is many small objects without a cycle: looking them all through for one took 125 ms, again and
    # again. What does make cycles (a connection that ended) is small and may wait longer.
    gc.set_threshold(100_000, 20, 100)
    log.info("serving", port=listening.getsockname()[1])
    await stopping.wait()
    log.info("stopping")
    if companion is not None:
        await _stop(companion)
    try:
        async with asyncio.timeout(SHUTDOWN_SECONDS):
            await runner.cleanup()
    except TimeoutError:
        log.warning("stopped without waiting for everything", seconds=SHUTDOWN_SECONDS)


def _ask_to_stop(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    stopping.set()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end on uvloop, or where that does not install on asyncio's own loop."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)
