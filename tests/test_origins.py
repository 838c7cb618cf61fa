"""Whose name is ours, which pages are ours, and who is really calling."""

import pytest
from multidict import CIMultiDict

from server.config import load
from server.origins import Caller, Origins

PUBLIC = "https://longroom.example.org"


def origins(**variables: str) -> Origins:
    return Origins(load({f"LONGROOM_{name.upper()}": value for name, value in variables.items()}))


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("longroom.example.org", True),
        ("LONGROOM.example.org:443", True),
        ("localhost:8080", True),
        ("127.0.0.1", True),
        ("[::1]:8080", True),
        ("teacher.localhost:8080", True),
        ("evil.example", False),
        ("longroom.example.org.evil.example", False),
        ("evil-localhost", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost@evil.example", False),
        ("localhost:8080:1", False),
        ("local host", False),
        ("", False),
    ],
)
def test_a_host_header_must_name_this_server(host: str, is_own: bool) -> None:
    assert origins(public_url=PUBLIC).is_own_host(host) is is_own


def test_the_address_listened_on_is_a_name_of_ours() -> None:
    assert origins(host="192.0.2.5").is_own_host("192.0.2.5:8080")
    assert not origins().is_own_host("192.0.2.5:8080")


@pytest.mark.parametrize(
    ("headers", "is_same"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, True),  # A page cannot forge the first.
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "http://teacher.localhost:8080"}, True),
        ({"Origin": PUBLIC}, True),
        ({"Origin": "http://localhost:8080"}, False),  # Another person's host in the demo.
        ({"Origin": "https://teacher.localhost:8080"}, False),
        ({"Origin": "http://teacher.localhost"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_page_of_ours_has_our_origin(headers: dict[str, str], is_same: bool) -> None:
    sent = headers | {"Host": "teacher.localhost:8080"}
    assert origins(public_url=PUBLIC).is_same_origin(sent, Caller("127.0.0.1", "http")) is is_same


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        ("203.0.113.9", {}, Caller("203.0.113.9", "http")),
        # Anybody can send the header; only our proxies are believed.
        ("203.0.113.9", {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}, Caller("203.0.113.9", "http")),
        ("10.0.0.1", {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}, Caller("192.0.2.1", "https")),
        # What the client itself wrote stands further left, and is not reached.
        ("10.0.0.1", {"X-Forwarded-For": "1.1.1.1, 192.0.2.1, 10.0.0.2"}, Caller("192.0.2.1", "http")),
        ("10.0.0.1", {"X-Forwarded-For": "10.0.0.3, 10.0.0.2"}, Caller("10.0.0.3", "http")),
        ("10.0.0.1", {"X-Forwarded-For": "192.0.2.1, rubbish"}, Caller("10.0.0.1", "http")),
        ("10.0.0.1", {"X-Forwarded-Proto": "gopher"}, Caller("10.0.0.1", "http")),
        ("10.0.0.1", {}, Caller("10.0.0.1", "http")),
        (None, {"X-Forwarded-For": "192.0.2.1"}, Caller("", "http")),
    ],
)
def test_the_client_is_the_first_who_is_no_proxy_of_ours(
    peer: str | None, headers: dict[str, str], expected: Caller
) -> None:
    assert origins(trusted_proxies="10.0.0.0/8").caller(peer, "http", headers) == expected


def test_a_proxys_own_line_counts_behind_the_clients() -> None:
    headers = CIMultiDict([("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-Proto", "http")])
    headers.add("X-Forwarded-For", "192.0.2.1")
    headers.add("X-Forwarded-Proto", "https")
    caller = origins(trusted_proxies="10.0.0.0/8").caller("10.0.0.1", "http", headers)
    assert caller == Caller("192.0.2.1", "https")


def test_networks_of_the_other_kind_are_no_match() -> None:
    assert origins(trusted_proxies="2001:db8::/32").caller(
        "10.0.0.1", "http", {"X-Forwarded-For": "1.1.1.1"}
    ) == Caller("10.0.0.1", "http")


def test_the_listed_origins_are_each_once() -> None:
    assert origins().listed(8080, ["teacher"]) == [
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "http://teacher.localhost:8080",
    ]
