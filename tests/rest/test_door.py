"""What every request meets at the door: the Host check, request ids, coded errors, headers, limits, the log."""

import asyncio
import gzip
import re
from ipaddress import ip_network
from typing import Any

import pytest
from structlog.testing import capture_logs

from server.rest.routes import ROUTES
from tests.support.app import PHYSICS, House, HouseRules

JSON = {"Content-Type": "application/json"}


PROXIED = HouseRules(settings={"trusted_proxies": (ip_network("127.0.0.1"),)})


@pytest.mark.parametrize("house_rules", [PROXIED])
async def test_every_answer_has_an_id_the_proxys_if_it_is_one(house: House, house_rules: HouseRules) -> None:
    made = (await house.nobody.get("/healthz")).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{16}", made)
    given = {"X-Request-ID": "order-4711_a.b"}
    assert (await house.nobody.get("/healthz", headers=given)).headers["X-Request-ID"] == "order-4711_a.b"
    for bad in ("short", "x" * 65, 'a"b: injected'):
        kept = (await house.nobody.get("/healthz", headers={"X-Request-ID": bad})).headers["X-Request-ID"]
        assert re.fullmatch("[0-9a-f]{16}", kept)


async def test_an_id_of_anybody_elses_making_is_not_taken(house: House) -> None:
    made = (await house.nobody.get("/healthz", headers={"X-Request-ID": "order-4711_a.b"})).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{16}", made)


async def test_another_hosts_name_is_refused_everywhere(house: House) -> None:
    for path in (
        "/",
        "/api/session",
        "/static/core/api.js",
        "/nowhere",
        "/socket.io/?EIO=4&transport=polling",
    ):
        answer = await house.nobody.get(path, headers={"Host": "evil.example"})
        assert (answer.status, answer.code) == (421, "wrong_host")
    # A balancer and a watch know the server by its address.
    for path in ("/healthz", "/readyz"):
        assert (await house.nobody.get(path, headers={"Host": "10.0.0.7:8080"})).status == 200


async def test_every_answer_is_wrapped(house: House) -> None:
    for path in ("/healthz", "/api/session", "/nowhere", "/static/vendor/preact.js", "/", "/sign-in"):
        headers = (await house.nobody.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        # Our own pages check a room's devices before class; nothing else may.
        who = "(self)" if path == "/sign-in" else "()"
        assert headers["Permissions-Policy"].startswith(f"camera={who}, geolocation=(), microphone={who}, ")
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Server" not in headers
        assert "Access-Control-Allow-Origin" not in headers
    for path in ("/api/session", "/api/openapi.json", "/api/meetings", "/nowhere"):
        assert (await house.nobody.get(path)).headers["Cache-Control"] == "no-store"


# ── Refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/nowhere", 404, "not_found"),
        ("POST", "/nowhere", 404, "not_found"),
        ("GET", "/api/directory/teapots", 404, "not_found"),
        ("GET", "/api/meetings/.hidden", 404, "not_found"),
        ("GET", f"/api/meetings/{'x' * 65}", 404, "not_found"),
        ("GET", "/api/meetings/a%2F..%2Fb", 404, "not_found"),
        ("GET", "/api/meetings/physics%00", 404, "not_found"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("PUT", "/api/session", 405, "method_not_allowed"),
        ("OPTIONS", "/api/session", 405, "method_not_allowed"),
        ("DELETE", "/api/directory/sites/north", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_a_coded_error(house: House, method: str, path: str, status: int, code: str) -> None:
    answer = await house.client("cora").send(method, path)
    assert (answer.status, answer.code) == (status, code)
    assert ("Allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize(
    ("headers", "data", "status", "code"),
    [
        (JSON, b"", 400, "malformed"),
        (JSON, b"{", 400, "malformed"),
        (JSON, b"[]", 400, "malformed"),
        (JSON, b"null", 400, "malformed"),
        (JSON, b'"text"', 400, "malformed"),
        (JSON, b'{"email": NaN}', 400, "malformed"),
        (JSON, b'{"email": "\xff"}', 400, "malformed"),
        (JSON, b'{"email": "\\ud800"}', 400, "malformed"),
        (JSON, b"[" * 30_000, 400, "malformed"),
        (JSON, b"{}" + b" " * 65_536, 413, "too_large"),
        ({}, b"{}", 415, "not_json"),
        ({"Content-Type": "text/plain"}, b"{}", 415, "not_json"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"email=a", 415, "not_json"),
        ({"Content-Type": "application/json; charset=latin-1"}, b"{}", 415, "not_json"),
        ({"Content-Type": "application/json; charset=UTF-8"}, b"{}", 400, "missing_field"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(
    house: House, headers: dict[str, str], data: bytes, status: int, code: str
) -> None:
    answer = await house.nobody.send("POST", "/api/tokens", headers=headers, data=data)
    assert (answer.status, answer.code) == (status, code)


async def test_a_body_that_hides_its_length_is_still_bounded(house: House) -> None:
    async def chunks() -> Any:
        for _ in range(70):
            yield b" " * 1_024

    answer = await house.nobody.send("POST", "/api/tokens", headers=JSON, data=chunks())  # type: ignore[arg-type]
    assert (answer.status, answer.code) == (413, "too_large")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("nope=1", "unknown_field", "nope"),
        ("limit=0", "out_of_range", "limit"),
        ("limit=many", "wrong_type", "limit"),
        ("after=a/b", "bad_id", "after"),
        ("limit=1&limit=2", "malformed", None),
    ],
)
async def test_a_query_is_read_as_strictly_as_a_body(house: House, query: str, code: str, field: str | None) -> None:
    answer = await house.client("cora").get(f"/api/directory/people?{query}")
    assert (answer.status, answer.code, answer.json["error"].get("field")) == (400, code, field)


NUMBERS = [
    (route.path, name)
    for route in ROUTES
    if route.method == "GET" and route.query is not None
    for name, field in route.query.model_fields.items()
    if field.annotation in {int, int | None}
]


def test_the_numbers_of_queries_are_known() -> None:
    assert {("/api/meetings", "since"), ("/api/meetings", "until"), ("/api/meetings", "limit")} <= set(NUMBERS)
    assert {("/api/schedule", "days"), ("/api/meetings/{meeting_id}/replay", "after")} <= set(NUMBERS)


@pytest.mark.parametrize(("path", "name"), NUMBERS)
@pytest.mark.parametrize("number", [-1, 2**63, 99_999_999_999_999_999_999_999])
async def test_a_number_that_nothing_holds_is_refused(house: House, path: str, name: str, number: int) -> None:
    place = path.format(meeting_id=PHYSICS, kind="sites")
    other = "&from=2026-10-14" if path == "/api/schedule" else ""
    answer = await house.client("cora").get(f"{place}?{name}={number}{other}")
    assert (answer.status, answer.code, answer.json["error"].get("field")) == (400, "out_of_range", name)


async def test_the_last_moment_that_a_list_reaches_is_answered(house: House) -> None:
    last = 253_402_300_799_999
    found = await house.client("cora").get(f"/api/meetings?since=0&until={last}")
    assert (found.status, bool(found.json["meetings"])) == (200, True)
    assert (await house.client("cora").get(f"/api/meetings?since={last}")).json["meetings"] == []


async def test_a_fault_of_ours_is_answered_and_logged_without_what_it_says(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no such row: Ann Fox")

    monkeypatch.setattr(house.services.rosters, "meetings_of", broken)
    with capture_logs() as logged:
        answer = await house.client("tess").get("/api/meetings")
    request_id = answer.headers["X-Request-ID"]
    assert answer.status == 500
    assert answer.json["error"] == {
        "code": "internal",
        "message": f"the server made a mistake: it is logged under {request_id}",
    }
    [entry] = [entry for entry in logged if entry["log_level"] == "error"]
    assert entry["request_id"] == request_id
    assert entry["exception"][0] == "RuntimeError"
    assert "Ann" not in str(logged)


# ── How often ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("house_rules", [HouseRules(settings={"command_rate": 5})])
async def test_one_person_cannot_crowd_out_the_others(house: House, house_rules: HouseRules) -> None:
    tess, nora = house.client("tess"), house.client("nora")
    # What the person's sockets used counts as well: it is one allowance.
    assert house.services.rate.wait("tess", asyncio.get_running_loop().time(), 95) == 0
    answers = await asyncio.gather(*[tess.get("/api/session") for _ in range(20)])
    refused = [answer for answer in answers if answer.status == 429]
    assert 10 <= len(refused) <= 15  # The rest of a batch's worth, and what comes back meanwhile.
    assert {answer.code for answer in refused} == {"too_many_requests"}
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
    assert (await nora.get("/api/session")).status == 200


# ── The log ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_log_names_routes_and_never_paths_queries_or_people(house: House) -> None:
    with capture_logs() as logged:
        await house.nobody.get("/demo/a-secret-in-a-path")
        await house.nobody.get("/sign-in?next=/meetings/secret-meeting")
        await house.client("tess").get(f"/api/meetings/{PHYSICS}")
        await house.nobody.get("/nowhere/at-all?token=secret")
    assert [(entry["method"], entry["route"], entry["status"]) for entry in logged] == [
        ("GET", "/demo/{secret}", 404),
        ("GET", "/sign-in", 200),
        ("GET", "/api/meetings/{meeting_id}", 200),
        ("-", "-", 404),
    ]
    for hidden in ("secret-", "-secret", "token", PHYSICS, "tess", "Tess"):
        assert hidden not in str(logged)


async def _levels(house: House) -> list[str]:
    with capture_logs() as logged:
        await house.nobody.get("/sign-in")
        await house.nobody.get("/healthz")
        await house.nobody.get("/demo/none")
    return [entry["log_level"] for entry in logged]


@pytest.mark.parametrize("house_rules", [HouseRules(settings={"log_format": "json"})])
async def test_a_program_reads_of_every_request_but_the_frequent(house: House, house_rules: HouseRules) -> None:
    assert await _levels(house) == ["info", "debug", "info"]


@pytest.mark.parametrize("house_rules", [HouseRules(settings={"log_format": "console"})])
async def test_a_person_is_not_shown_each_request_that_went_well(house: House, house_rules: HouseRules) -> None:
    assert await _levels(house) == ["debug", "debug", "info"]


async def test_a_body_that_would_inflate_is_refused_as_it_came(house: House) -> None:
    bomb = gzip.compress(b" " * 1_000_000)
    headers = JSON | {"Content-Encoding": "gzip"}
    answer = await house.nobody.send("POST", "/api/session", data=bomb, headers=headers)
    assert (answer.status, answer.code) == (415, "not_json")


async def test_a_token_that_is_no_text_is_nobodys(house: House) -> None:
    for headers in ({"Authorization": "Bearer \udcff"}, {"Cookie": "__Host-longroom=\udcff"}):
        answer = await house.nobody.get("/api/session", headers=headers)
        assert (answer.status, answer.code) == (401, "not_signed_in")
