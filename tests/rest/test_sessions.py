"""Signing in, staying so, and being signed out."""

import re
from typing import Any

import pytest

from server.service.accounts import SignInLimits
from tests.support.app import PASSWORD, Answer, Client, House, HouseRules

RIGHT = {"email": "tess@school.example", "password": PASSWORD}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


async def browser(house: House, email: str = RIGHT["email"], headers: dict[str, str] | None = None) -> dict[str, str]:
    """The headers of a browser that has just signed in."""
    credentials = {"email": email, "password": PASSWORD}
    answer = await house.nobody.send("POST", "/api/session", credentials, headers=OWN_PAGE | (headers or {}))
    assert answer.status == 200
    return cookie(answer)


def cookie(answer: Answer) -> dict[str, str]:
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


async def test_a_browser_gets_a_cookie_out_of_everybodys_reach(house: House) -> None:
    await house.set_password("tess")
    answer = await house.nobody.send("POST", "/api/session", RIGHT, headers=OWN_PAGE)
    assert answer.json == {
        "person_id": "tess",
        "name": "Tess Adler",
        "program": {"id": "plains", "name": "Plains Consortium"},
        "grants": [{"role": "teacher", "site_id": None}],
        "expires_at": house.clock.now() + 8 * 3_600_000,
    }
    assert re.fullmatch(
        r"__Host-longroom=[A-Za-z0-9_-]{43}; Max-Age=28800; Path=/; HttpOnly; Secure; SameSite=Lax",
        answer.headers["Set-Cookie"],
    )
    assert (await house.nobody.get("/api/session", headers=cookie(answer))).json == answer.json


async def test_another_client_gets_a_token(house: House) -> None:
    await house.set_password("tess")
    answer = await house.nobody.send("POST", "/api/tokens", RIGHT)
    assert answer.json["person"] == {"person_id": "tess", "name": "Tess Adler"}
    assert answer.json["expires_at"] == house.clock.now() + 8 * 3_600_000
    assert "Set-Cookie" not in answer.headers
    client = Client(house.http, house.url, answer.json["token"])
    assert (await client.get("/api/session")).json["person_id"] == "tess"


@pytest.mark.parametrize("path", ["/api/session", "/api/tokens"])
@pytest.mark.parametrize(
    "wrong", [{"password": "not this one"}, {"email": "nobody@school.example"}, {"email": "cora@school.example"}]
)
async def test_what_was_wrong_is_not_told(house: House, path: str, wrong: dict[str, str]) -> None:
    """A wrong password, an unknown address and somebody without a password get one answer."""
    await house.set_password("tess")
    answer = await house.nobody.send("POST", path, RIGHT | wrong)
    assert (answer.status, answer.json["error"]) == (
        401,
        {"code": "not_signed_in", "message": "the e-mail address or the password is wrong"},
    )
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"email": "tess@school.example"}, "missing_field", "password"),
        (RIGHT | {"remember": True}, "unknown_field", "remember"),
        (RIGHT | {"password": 7}, "wrong_type", "password"),
        (RIGHT | {"password": ""}, "too_short", "password"),
        (RIGHT | {"password": "x" * 1_025}, "too_long", "password"),
        (RIGHT | {"email": "x" * 255}, "too_long", "email"),
    ],
)
async def test_a_body_that_cannot_be_read_names_the_field(
    house: House, body: dict[str, Any], code: str, field: str
) -> None:
    answer = await house.nobody.send("POST", "/api/session", body)
    assert (answer.status, answer.code, answer.json["error"]["field"]) == (400, code, field)


@pytest.mark.parametrize("house_rules", [HouseRules(limits=SignInLimits(per_account_and_address="3 per 5 minutes"))])
async def test_guessing_is_slowed_down_with_the_seconds_to_wait(house: House, house_rules: HouseRules) -> None:
    for _ in range(3):
        assert (await house.nobody.send("POST", "/api/tokens", RIGHT | {"password": "guess"})).status == 401
    answer = await house.nobody.send("POST", "/api/tokens", RIGHT | {"password": "guess"})
    assert (answer.status, answer.code) == (429, "too_many_requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 300


@pytest.mark.parametrize(
    "house_rules",
    [
        HouseRules(
            settings={"trusted_proxies": ()},
            limits=SignInLimits(per_address="2 per 5 minutes", per_account_and_address="99 per minute"),
        )
    ],
)
async def test_a_forged_address_does_not_escape_the_limit(house: House, house_rules: HouseRules) -> None:
    statuses = []
    for number in range(3):
        forged = {"X-Forwarded-For": f"192.0.2.{number}"}
        statuses.append((await house.nobody.send("POST", "/api/tokens", RIGHT, headers=forged)).status)
    assert statuses == [401, 401, 429]


# ── A cookie's request must come from a page of ours ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "own"}, 403),
        ({"Origin": "own"}, 204),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_cookie_alone_changes_nothing(house: House, headers: dict[str, str], status: int) -> None:
    await house.set_password("tess")
    signed_in = await browser(house)
    sent = {name: house.url if value == "own" else value for name, value in headers.items()}
    answer = await house.nobody.send("DELETE", "/api/session", headers=signed_in | sent)
    assert answer.status == status
    assert answer.code == (None if status == 204 else "cross_site")
    assert (await house.nobody.get("/api/session", headers=signed_in)).status == (401 if status == 204 else 200)


async def test_reading_needs_no_page_of_ours(house: House) -> None:
    """A link from elsewhere opens our page; what other pages read, the browser keeps from them."""
    await house.set_password("tess")
    signed_in = await browser(house)
    assert (await house.nobody.get("/api/session", headers=signed_in | {"Sec-Fetch-Site": "cross-site"})).status == 200


async def test_another_sites_form_signs_nobody_in(house: House) -> None:
    await house.set_password("tess")
    answer = await house.nobody.send("POST", "/api/session", RIGHT, headers={"Origin": "https://evil.example"})
    assert (answer.status, answer.code) == (403, "cross_site")


async def test_a_bearer_token_is_nothing_that_a_browser_adds(house: House) -> None:
    answer = await house.client("tess").send("DELETE", "/api/session", headers={"Origin": "https://evil.example"})
    assert answer.status == 204


# ── Ending ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_signing_out_here_leaves_the_others(house: House) -> None:
    await house.set_password("tess")
    first, second = await browser(house), await browser(house)
    answer = await house.nobody.send("DELETE", "/api/session", headers=first | OWN_PAGE)
    assert answer.headers["Set-Cookie"].startswith("__Host-longroom=; Max-Age=0; Path=/; HttpOnly; Secure")
    assert (await house.nobody.get("/api/session", headers=first)).status == 401
    assert (await house.nobody.get("/api/session", headers=second)).status == 200


async def test_signing_out_everywhere_leaves_none(house: House) -> None:
    await house.set_password("tess")
    first, token = await browser(house), (await house.nobody.send("POST", "/api/tokens", RIGHT)).json["token"]
    other = Client(house.http, house.url, token)
    assert (await other.send("DELETE", "/api/sessions")).status == 204
    assert (await house.nobody.get("/api/session", headers=first)).status == 401
    assert (await other.get("/api/session")).status == 401
    assert (await house.client("cora").get("/api/session")).status == 200


async def test_a_session_ends_after_half_an_hour_without_use_and_after_eight_hours_with(house: House) -> None:
    tess = house.client("tess")
    for _ in range(15):
        house.clock.advance(minutes=29)
        assert (await tess.get("/api/session")).status == 200
    house.clock.advance(minutes=31)
    assert (await tess.get("/api/session")).status == 401
    nora = house.client("nora")
    assert (await nora.get("/api/session")).status == 401


async def test_on_a_shared_device_the_next_person_ends_the_last_ones_session(house: House) -> None:
    await house.set_password("tess")
    await house.set_password("cora")
    tess = await browser(house)
    await browser(house, "cora@school.example", headers=tess)
    assert (await house.nobody.get("/api/session", headers=tess)).status == 401


async def test_another_tab_of_the_same_person_goes_on(house: House) -> None:
    await house.set_password("tess")
    first = await browser(house)
    await browser(house, headers=first)
    assert (await house.nobody.get("/api/session", headers=first)).status == 200


async def test_a_token_that_was_never_given_is_nobody(house: House) -> None:
    for token in ("", "x", "token-of-tess ", "é" * 40, "a" * 5_000):
        headers = {"Authorization": f"Bearer {token}"}
        # Surrounding space is no part of a token.
        expected = 200 if token.strip() == "token-of-tess" else 401
        assert (await house.nobody.get("/api/session", headers=headers)).status == expected
    assert (await house.nobody.get("/api/session", headers={"Authorization": "Basic dGVzczp4"})).status == 401


async def test_what_a_coordinator_changes_counts_from_the_next_request(house: House) -> None:
    edda, cora = house.client("edda"), house.client("cora")
    assert (await edda.get("/api/meetings")).json["meetings"] != []
    ended = {"version": 1, "ends_on": "2026-09-01"}
    assert (await cora.send("PATCH", "/api/directory/grants/grant-edda", ended)).status == 200
    assert (await edda.get("/api/session")).json["grants"] == []
    assert (await edda.get("/api/meetings")).status == 403
    # Without a role there is nothing to see, but there is a way out.
    assert (await edda.send("DELETE", "/api/session")).status == 204


# ── Demo links ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("house_rules", [HouseRules(is_demo=True)])
async def test_a_demo_link_lets_its_person_in_again_and_again(house: House, house_rules: HouseRules) -> None:
    links = house.services.accounts.demo_links
    secret = next(secret for secret, person_id in links.items() if person_id == "teacher")
    first, second = [await house.nobody.get(f"/demo/{secret}") for _ in range(2)]
    for answer in (first, second):
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        held = await house.nobody.get("/api/session", headers=cookie(answer))
        assert held.json["person_id"] == "teacher"
    assert (await house.nobody.get("/demo/guessed")).code == "not_found"
