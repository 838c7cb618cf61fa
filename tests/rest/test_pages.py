"""The shell, its policy, and the files that it runs."""

import gzip
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest

from server.app import CLIENT
from server.rest import client_files
from server.rest.client_files import FOLDERS, ClientFiles
from tests.support.app import House


def policy(header: str) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in header.split(";"))


async def test_the_policy_lets_in_the_import_map_and_nothing_else_inline(house: House) -> None:
    page = await house.nobody.get("/sign-in")
    html = page.body.decode()
    [inline] = re.findall(r"<script type=\"importmap\">(.*?)</script>", html, re.DOTALL)
    digest = b64encode(sha256(inline.encode()).digest()).decode()
    host = house.url.removeprefix("http://")
    assert policy(page.headers["Content-Security-Policy"]) == {
        "default-src": "'none'",
        "script-src": f"'self' 'sha256-{digest}'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": f"'self' ws://{host} wss://{host}",
        "manifest-src": "'self'",
        "font-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "longroom",
    }
    assert page.headers["Cache-Control"] == "no-store"
    assert html.count("<script") == 2
    assert "style=" not in html


async def test_every_file_that_the_shell_names_is_there_and_kept_for_good(house: House) -> None:
    html = (await house.nobody.get("/sign-in")).body.decode()
    named = re.findall(r"\"(/static/[^\"]+\?v=[0-9a-f]{16})\"", html)
    assert any("/static/pages/app.js?v=" in url for url in named)
    assert any("/static/vendor/preact.js?v=" in url for url in named)
    assert re.findall(r"(?:src|href)=\"/static/[^\"?]+\"", html) == []
    for url in named:
        answer = await house.nobody.get(url)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


# ── Led to the sign-in page, and back ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/", "/sign-in"),
        ("/meetings/physics-today", "/sign-in?next=%2Fmeetings%2Fphysics-today"),
        ("/meetings/physics-today?room=north", "/sign-in?next=%2Fmeetings%2Fphysics-today%3Froom%3Dnorth"),
        ("/meetings/physics-today?room=//evil", "/sign-in?next=%2Fmeetings%2Fphysics-today"),
    ],
)
async def test_who_is_not_signed_in_is_led_to_the_door(house: House, path: str, location: str) -> None:
    answer = await house.nobody.get(path)
    assert (answer.status, answer.headers["Location"]) == (303, location)
    assert (await house.client("tess").get(path)).status == 200


@pytest.mark.parametrize("following", ["/", "/meetings/physics-today", "/meetings/physics-today?room=north"])
async def test_the_door_keeps_a_page_of_ours_in_mind(house: House, following: str) -> None:
    assert (await house.nobody.get(f"/sign-in?next={quote(following, safe='')}")).status == 200


@pytest.mark.parametrize(
    "following",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/meetings/..%2F..//evil.example",
        "/meetings/x\n//evil.example",
        "/meetings/x/../../evil",
        "/meetings/x?room=//evil.example",
        "/meetings/x?next=north",
        "/api/session",
        "/demo/secret",
        "evil",
        "",
    ],
)
async def test_the_door_leads_nowhere_else(house: House, following: str) -> None:
    answer = await house.nobody.get(f"/sign-in?next={quote(following, safe='')}")
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")


async def test_a_page_that_is_not_there_says_so_to_a_person_and_to_a_program(house: House) -> None:
    person = await house.nobody.get("/nowhere", headers={"Accept": "text/html,application/xhtml+xml"})
    assert (person.status, person.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    program = await house.nobody.get("/nowhere", headers={"Accept": "*/*"})
    assert (program.status, program.code) == (404, "not_found")
    api = await house.nobody.get("/api/nowhere", headers={"Accept": "text/html"})
    assert (api.status, api.code) == (404, "not_found")


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "package.json",
        "vendor.mjs",
        "node_modules/htm/package.json",
        "vendor/../package.json",
        "vendor/%2e%2e/package.json",
        "core/..%2f..%2fpyproject.toml",
        "core/.hidden.js",
        ".npmrc",
        "core",
        "core/",
        "core//api.js",
        "core/nothing.js",
        "core/api.js/",
        "core/api.js%00.css",
        "vendor/..%5cpackage.json",
        "/etc/passwd",
    ],
)
async def test_only_what_is_listed_is_served(house: House, path: str) -> None:
    answer = await house.nobody.get(f"/static/{path}")
    assert (answer.status, answer.code) == (404, "not_found")


async def test_a_file_without_a_version_is_asked_for_each_time(house: House) -> None:
    path = "/static/vendor/preact.js"
    whole = await house.nobody.get(path, headers={"Accept-Encoding": "identity"})
    assert whole.body == (CLIENT / "vendor" / "preact.js").read_bytes()
    assert whole.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert whole.headers["Cache-Control"] == "no-cache"
    assert whole.headers["Vary"] == "Accept-Encoding"
    again = await house.nobody.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", whole.headers["ETag"])
    other = await house.nobody.get(path, headers={"If-None-Match": 'W/"another"'})
    assert other.status == 200
    outdated = await house.nobody.get(f"{path}?v=0123456789abcdef")
    assert (outdated.status, outdated.headers["Cache-Control"]) == (200, "no-cache")


async def test_a_file_travels_compressed(house: House) -> None:
    url = f"{house.url}/static/vendor/preact.js"
    async with house.http.get(url, headers={"Accept-Encoding": "gzip"}, auto_decompress=False) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        body = await response.read()
    plain = (CLIENT / "vendor" / "preact.js").read_bytes()
    assert gzip.decompress(body) == plain
    assert len(body) < len(plain) / 2


async def test_a_head_is_a_get_without_the_body(house: House) -> None:
    answer = await house.nobody.send("HEAD", "/static/vendor/preact.js")
    assert (answer.status, answer.body) == (200, b"")
    assert "ETag" in answer.headers


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "client"
    (root / "core").mkdir(parents=True)
    (tmp_path / "secret.js").write_text("1")
    (root / "core" / "out.js").symlink_to(tmp_path / "secret.js")
    (root / "core" / "in.js").write_text("1")
    files = ClientFiles(root)
    assert files.find("core/out.js") is None
    assert files.find("core/in.js") is not None


def test_an_edited_file_is_read_again_and_gets_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
    (tmp_path / "index.html").write_text('<!-- import map --><script src="/static/core/a.js"></script>')
    (tmp_path / "vendor" / "importmap.json").write_text('{"imports": {"x": "/static/vendor/x.js"}}')
    (tmp_path / "core" / "a.js").write_text("1")
    files = ClientFiles(tmp_path)
    before = files.shell()
    assert files.shell() == before
    (tmp_path / "core" / "a.js").write_text("22")
    assert files.shell() == before, "it is kept for a moment"
    monkeypatch.setattr(client_files, "SHELL_SECONDS", 0.0)
    after = files.shell()
    assert before.body != after.body
    assert before.import_map_source != after.import_map_source
