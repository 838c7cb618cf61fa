"""The browser's files: which of them are served, how long they may be kept, and the one HTML shell.

Only the folders listed here, only the kinds of file listed here. The shell's import map names every module with the
hash of its content (`?v=…`), so that a browser keeps a file for good and still never runs an old one; asked for in any
other way, a file is checked with its ETag each time.
"""

import gzip
import re
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson

FOLDERS = ("core", "components", "pages", "styles", "locales", "vendor")
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
}
_COMPRESSIBLE = frozenset(MEDIA_TYPES.values()) - {"image/png"}
SHELL_SECONDS = 1.0
"""How long the shell is served as it was made."""
_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_IMPORT_MAP_PLACE = "<!-- import map -->"
_LINKED = re.compile(r'(?<==")/static/[^"?]+(?=")')


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent. `version` is the hash of its content."""

    media_type: str
    body: bytes
    compressed: bytes | None
    version: str
    stamp: tuple[int, int]
    """When it was written and its size: what tells that it must be read again."""

    @property
    def etag(self) -> str:
        """Weak, for it is the same for the compressed body."""
        return f'W/"{self.version}"'


@dataclass(frozen=True, slots=True)
class Shell:
    """The HTML that answers every page, and the CSP source that lets its import map in."""

    body: bytes
    import_map_source: str


class ClientFiles:
    """The files under one folder. All methods read the disk: call them in a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._held: dict[str, File] = {}
        self._shell: tuple[float, Shell] | None = None

    def find(self, path: str) -> File | None:
        """The file at a path such as `core/api.js`; None where there is none, or none to be served."""
        segments = path.split("/")
        if segments[0] not in FOLDERS or len(segments) < 2 or not all(map(_SEGMENT.fullmatch, segments)):
            return None
        media_type = MEDIA_TYPES.get(Path(path).suffix)
        full = (self._root / path).resolve()
        if media_type is None or not full.is_relative_to(self._root) or not full.is_file():
            return None
        return self._read(path, full, media_type)

    def _read(self, path: str, full: Path, media_type: str) -> File:
        stat = full.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        held = self._held.get(path)
        if held is not None and held.stamp == stamp:
            return held
        body = full.read_bytes()
        compressed = gzip.compress(body, mtime=0) if media_type in _COMPRESSIBLE and len(body) > 1024 else None
        file = self._held[path] = File(media_type, body, compressed, sha256(body).hexdigest()[:16], stamp)
        return file

    def shell(self) -> Shell:
        """The HTML shell with its import map, at most a second old. Raises FileNotFoundError where the client was not
        installed."""
        # It looks at every module: done for each visit, that is 20 ms which anybody can ask for.
        now = time.monotonic()
        if self._shell is None or now - self._shell[0] >= SHELL_SECONDS:
            self._shell = (now, self._make_shell())
        return self._shell[1]

    def _make_shell(self) -> Shell:
        html = (self._root / "index.html").read_text("utf-8")
        import_map = orjson.dumps({"imports": self._imports()})
        digest = b64encode(sha256(import_map).digest()).decode()
        inline = f'<script type="importmap">{import_map.decode()}</script>'
        html = _LINKED.sub(lambda found: self._versioned(found[0]), html.replace(_IMPORT_MAP_PLACE, inline, 1))
        return Shell(html.encode(), f"'sha256-{digest}'")

    def _imports(self) -> dict[str, str]:
        """What the pages import: the vendored packages by name, and each module of ours by its own address."""
        bare = orjson.loads((self._root / "vendor" / "importmap.json").read_bytes())["imports"]
        named = {name: self._versioned(url) for name, url in bare.items()}
        return named | {url: self._versioned(url) for url in self._modules()}

    def _modules(self) -> Iterator[str]:
        for folder in FOLDERS:
            for full in sorted((self._root / folder).rglob("*.js")):
                yield f"/static/{full.relative_to(self._root).as_posix()}"

    def _versioned(self, url: str) -> str:
        file = self.find(url.removeprefix("/static/"))
        return url if file is None else f"{url}?v={file.version}"
