"""The published document is the router, and the router is what was declared."""

import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from server.domain.actors import Permission
from server.domain.messages import COMMANDS
from server.rest import ROUTES
from server.rest.errors import STATUS
from server.rest.openapi import document
from server.rest.routes import Content, Open, Scope, route
from tests.support.app import House

PROTOCOL = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")


async def test_the_document_is_published_and_well_formed(house: House) -> None:
    published = (await house.nobody.get("/api/openapi.json")).json
    assert published == document()
    validate(published)
    assert published["openapi"] == "3.1.0"


async def test_the_router_has_what_the_document_has_and_nothing_else(house: House) -> None:
    routed = {
        (route.method, re.sub(r"\{([a-z_]+):[^}]*\}", r"{\1}", route.resource.canonical))
        for route in house.app.router.routes()
        if route.resource is not None and not route.resource.canonical.startswith("/socket.io")
    }
    documented = {(method.upper(), path) for path, operations in document()["paths"].items() for method in operations}
    assert {one for one in routed if one[0] != "HEAD"} == documented
    assert {path for method, path in routed if method == "HEAD"} <= {path for _, path in documented}


def test_every_operation_says_who_may_and_over_what() -> None:
    for path, operations in document()["paths"].items():
        for operation in operations.values():
            assert operation["x-permission"] in {*Permission, "public", "operator", "each command"}, path
            assert operation["x-scope"] in {str(scope) for scope in Scope}, path
            is_public = operation["x-permission"] == "public"
            assert (operation["security"] == []) is is_public
            assert is_public or {"401", "303"} & operation["responses"].keys()


def test_the_protocol_names_each_error_with_its_status() -> None:
    """docs/protocol.md §2 is what clients are written from: a code that it lacks would surprise them."""
    section = PROTOCOL.partition("## 2. Errors")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ((?:`[a-z_]+` ?)+) \| (\d+) \|", section, re.MULTILINE)
    documented = {code: int(status) for codes, status in rows for code in re.findall(r"`([a-z_]+)`", codes)}
    assert documented == STATUS


def test_the_protocol_names_each_route() -> None:
    named = set(re.findall(r"`(?:[A-Z/]+ )?(/[^ `?]*)", PROTOCOL))
    paths = {re.sub(r"<[a-z]+>", "{}", path) for path in named}
    for declared in ROUTES:
        if declared.path.startswith("/api/"):
            path = re.sub(r"\{[a-z_]+\}", "{}", declared.path)
            general = re.sub(r"^/api/directory/[a-z_]+", "/api/directory/{}", path)
            assert general in paths, declared.path


def test_the_protocol_names_each_command_but_the_servers_own() -> None:
    for name in COMMANDS.keys() - {"meeting.enter_facts"}:
        assert f"`{name}`" in PROTOCOL, name


# ── Declarations ──────────────────────────────────────────────────────────────────────────────────────────────────

WHOLE: dict[str, Any] = {
    "may": Permission.READ_REPORT,
    "scope": Scope.MEETING,
    "response": dict[str, Any],
    "operation_id": "try_out",
}


async def handler(call: object) -> None:
    """A handler."""


async def silent(call: object) -> None: ...


@pytest.mark.parametrize(
    ("method", "path", "changed", "fault"),
    [
        ("GET", "/api/x/{meeting_id}", {"may": None}, "declares no permission"),
        ("GET", "/api/x/{meeting_id}", {"may": "meeting:report"}, "declares no permission"),
        ("GET", "/api/x/{meeting_id}", {"scope": None}, "declares no scope"),
        ("GET", "/api/x/{meeting_id}", {"scope": "meeting"}, "declares no scope"),
        ("GET", "/api/x/{meeting_id}", {"may": Open.PUBLIC}, "go together"),
        ("GET", "/api/x/{meeting_id}", {"scope": Scope.PUBLIC}, "go together"),
        ("GET", "/api/x/{meeting_id}", {"scope": Scope.RECORD}, "declare their own permissions"),
        ("GET", "/api/x/{meeting_id}", {"may": Open.EACH_COMMAND}, "declare their own permissions"),
        ("GET", "/api/x", {}, "its path names none"),
        ("TRACE", "/api/x/{meeting_id}", {}, "the method must be one of"),
        ("GET", "/api/meetings/{meeting_id}", {}, "declared twice"),
        ("GET", "/api/x/{meeting_id}", {"operation_id": "get_report"}, "another route is called get_report"),
        ("GET", "/api/x/{meeting_id}", {"handler": silent}, "says nothing of what it does"),
    ],
)
def test_a_declaration_that_leaves_something_out_fails_at_import(
    method: str, path: str, changed: dict[str, Any], fault: str
) -> None:
    before = list(ROUTES)
    declared = WHOLE | changed
    function = declared.pop("handler", handler)
    with pytest.raises(TypeError, match=fault):
        route(method, path, **declared)(function)
    assert before == ROUTES


def test_a_page_is_html() -> None:
    pages = [declared for declared in ROUTES if declared.scope is Scope.PAGE]
    assert {declared.path for declared in pages} == {
        *("/", "/schedule", "/meetings/{meeting_id}", "/meetings/{meeting_id}/brief", "/meetings/{meeting_id}/report"),
    }
    assert all(declared.response == Content("text/html") for declared in pages)
