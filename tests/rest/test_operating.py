"""What is there for whoever runs the server: `/readyz`, `/metrics`, and who may read it."""

import re
from ipaddress import ip_network
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from server.app import GATEWAY
from server.domain.messages import COMMANDS
from server.metrics import Histogram, declared
from server.rest import ROUTES
from server.rest.metrics import exposition
from tests.support.app import PHYSICS, Client, House, HouseRules
from tests.support.school import START_DATA

TOKEN = "a-token-of-enough-length"
WITH_TOKEN = HouseRules(settings={"metrics_token": TOKEN})
PROXIED = HouseRules(settings={"trusted_proxies": (ip_network("127.0.0.1"),)})
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(body: bytes) -> Samples:
    """Each number by its name and its labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


async def read(house: House) -> Samples:
    answer = await house.nobody.get("/metrics")
    assert answer.status == 200
    return samples(answer.body)


def of(found: Samples, name: str, **labels: str) -> float:
    return found.get((f"longroom_{name}", frozenset(labels.items())), 0)


# ── Who may read ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_without_a_token_only_this_machine_may_read(house: House) -> None:
    answer = await house.nobody.get("/metrics")
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
    # What a proxy on this machine passes on comes from this machine as well, whoever asked it.
    for passed_on in (
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Proto": "https"},
        {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "longroom.example.org"},
        {"Host": "10.0.0.7:8080"},
    ):
        refused = await house.nobody.get("/metrics", headers=passed_on)
        assert (refused.status, refused.code) == (403, "forbidden"), passed_on
    for nearby in ("localhost:8080", "127.0.0.1", "[::1]:8080"):
        assert (await house.nobody.get("/metrics", headers={"Host": nearby})).status == 200


@pytest.mark.parametrize("house_rules", [PROXIED])
async def test_a_trusted_proxys_word_makes_nobody_local(house: House, house_rules: HouseRules) -> None:
    refused = await house.nobody.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    assert (refused.status, refused.code) == (403, "forbidden")


@pytest.mark.parametrize("house_rules", [WITH_TOKEN])
async def test_with_a_token_whoever_has_it_may_read_and_nobody_else(house: House, house_rules: HouseRules) -> None:
    for token in (None, "", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), "token-of-cora", "\udcff"):
        refused = await Client(house.http, house.url, token).get("/metrics")
        assert (refused.status, refused.code) == (401, "not_signed_in"), token
    reader = Client(house.http, house.url, TOKEN)
    assert (await reader.get("/metrics", headers={"Host": "longroom.example.org", "Via": "1.1 proxy"})).status == 200
    # It opens nothing else.
    assert (await reader.get("/api/session")).status == 401


# ── What is counted ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_requests_and_commands_are_counted_by_declared_names_alone(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    nora = house.client("nora")
    asked = {"question_id": "q-1", "site_id": "north", "text": "why?", "asked_at": 1}
    assert (await nora.command(PHYSICS, "c-1", "question.relay", asked)).status == 200
    assert (await nora.command(PHYSICS, "c-2", "question.relay", asked)).code == "id_taken"
    assert (await nora.command(PHYSICS, "c-3", "Ann Fox asks", {})).code == "unknown_command"
    assert (await nora.get("/nowhere/Ann-Fox")).status == 404
    found = await read(house)
    route = "/api/meetings/{meeting_id}/commands"
    assert of(found, "http_requests_total", route=route, status="2xx") == 2
    assert of(found, "http_requests_total", route=route, status="4xx") == 2
    assert of(found, "http_requests_total", route="unknown", status="4xx") == 1
    assert of(found, "http_request_seconds_count", route=route) == 4
    assert of(found, "http_request_seconds_sum", route=route) > 0
    assert of(found, "commands_total", command="question.relay", outcome="ok") == 1
    assert of(found, "commands_total", command="question.relay", outcome="id_taken") == 1
    assert of(found, "commands_total", command="unknown", outcome="unknown_command") == 1
    assert of(found, "commit_seconds_count") == of(found, "commit_commands_bucket", le="1")
    assert of(found, "commit_seconds_count") >= 2
    assert of(found, "failed_appends_total") == 0
    assert of(found, "streams_loaded") >= 1
    assert of(found, "commands_under_way") == of(found, "sockets") == 0
    assert ("longroom_redis_linked", frozenset()) not in found
    known = {one.path for one in ROUTES} | {"unknown"}
    for name, labels in found:
        values = dict(labels)
        assert values.keys() <= {"route", "status", "command", "outcome", "code", "le", "version"}, name
        # The router shows a pattern without its expression.
        assert re.sub(r"{path}", "{path:.+}", values.get("route", "unknown")) in known, values
        assert values.get("command", "unknown") in {*COMMANDS, "unknown"}


async def test_what_is_counted_is_well_formed_and_explained(house: House) -> None:
    body = exposition(house.services.live.metrics).decode()
    families = {family.name: family for family in text_string_to_metric_families(body)}
    assert all(family.documentation for family in families.values())
    assert {"longroom_info", "longroom_frames_sent", "longroom_loop_lag_seconds", "longroom_due_lag_seconds"} <= (
        families.keys()
    )


def test_a_value_counts_up_to_the_first_bound_that_holds_it() -> None:
    held = Histogram(1, 5)
    for value in (0, 1, 1.5, 5, 6):
        held.observe(value)
    assert (held.counts, held.total) == ([2, 2, 1], 13.5)


@pytest.mark.parametrize("name", ["Ann Fox", "", None, 7, ["meeting.start"], {}])
def test_a_name_that_nobody_declared_is_not_repeated(name: Any) -> None:
    assert declared(name, COMMANDS) == "unknown"


# ── Ready ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_it_is_ready_and_says_so(house: House) -> None:
    answer = await house.nobody.get("/readyz")
    assert (answer.status, answer.json) == (200, {"ok": True, "redis": "none"})


async def test_what_it_stands_on_must_be_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def why() -> str:
        answer = await house.nobody.get("/readyz")
        assert (answer.status, answer.code) == (503, "busy")
        return str(answer.json["error"]["message"])

    database = house.services.readiness._database

    async def at(revision: str) -> None:
        async def write(link: Any) -> None:
            await link.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": revision})

        await database.write(write)

    assert (await house.nobody.get("/readyz")).status == 200
    newest = house.services.readiness._newest
    assert newest is not None
    await at("9999")
    assert await why() == "not ready: the database is not at this release's tables"
    await at(newest)
    gateway = house.app[GATEWAY]
    with monkeypatch.context() as patch:
        patch.setattr(type(gateway._fanout), "link", "pending")
        assert await why() == "not ready: Redis has not answered yet"
    with monkeypatch.context() as patch:
        # A lost link makes what other nodes say late, and no server useless.
        patch.setattr(type(gateway._fanout), "link", "lost")
        answer = await house.nobody.get("/readyz")
        assert (answer.status, answer.json) == (200, {"ok": True, "redis": "lost"})
    with monkeypatch.context() as patch:
        patch.setattr(gateway._engine, "is_accepting", False)
        patch.setattr(database, "reading", unreachable)
        assert await why() == "not ready: the server is stopping, the database does not answer"
        assert (await house.nobody.get("/healthz")).status == 200


def unreachable() -> Any:
    raise OSError("no route to host")
