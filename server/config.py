"""The settings: read once at start from LONGROOM_* variables and the command line, and never changed.

Each setting is declared once, in `SETTINGS`: its variable, its flag, its check and its help all come from
there. A value that cannot be used stops the start with one sentence that names the variable, says what is
wrong with it and what to write instead.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

Network: TypeAlias = IPv4Network | IPv6Network
PREFIX = "LONGROOM_"
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("auto", "json", "console")

_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}\Z")


class BadSettings(ValueError):
    """Settings that the server cannot start with. `faults` holds one sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server was started with. `load` makes one; tests may make one by hand."""

    data_dir: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = 8080
    """0: any free port. `at_port` names the one that was found."""
    public_url: str = "http://localhost:8080"
    """Scheme, host and port that browsers use, without a trailing slash."""
    trusted_proxies: tuple[Network, ...] = ()
    redis_url: str | None = None
    command_rate: int = 200
    """Commands that one person may send in a second; 0: no limit."""
    metrics_token: str | None = None
    """Who has it may read `/metrics`; None: only this machine may."""
    log_level: str = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    """auto: console on a terminal, else json."""

    @property
    def secrets_dir(self) -> Path:
        """Where secrets made on first run lie: beside the database file, or in the data directory."""
        return self.data_dir if self.database_file is None else self.database_file.parent

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None: the database is a server's."""
        scheme, _, path = self.database_url.partition(":///")
        return Path(path.partition("?")[0]) if scheme.startswith("sqlite") else None

    @property
    def local_url(self) -> str:
        """Where a program on this machine reaches the server, whatever stands in front of it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def make_folders(self) -> None:
        """Create the folders of the data and of the database, for their owner alone; raises BadSettings."""
        for variable, folder in (("DATA_DIR", self.data_dir), ("DATABASE_URL", self.secrets_dir)):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                fault = f"{PREFIX}{variable} needs the folder {str(folder)!r}, which cannot be made ({error.strerror})"
                raise BadSettings([f"{fault}: write one that this user may write to"]) from None

    def at_port(self, port: int) -> "Settings":
        """The same settings once the port is known; a public URL that was never set follows it."""
        if port == self.port:
            return self
        follows = self.public_url == _default_public_url(self.port)
        return replace(self, port=port, public_url=_default_public_url(port) if follows else self.public_url)


@dataclass(frozen=True, slots=True)
class Setting:
    """One declared setting. `read` turns text into its value, or raises ValueError saying what it is not."""

    field: str
    read: Callable[[str], Any]
    write: str
    """What a person should write, as the end of a sentence."""
    help: str
    is_secret: bool = False
    """Its value may hold a password: an error does not repeat it."""

    @property
    def variable(self) -> str:
        """Its environment variable, `LONGROOM_…`."""
        return PREFIX + self.field.upper()

    @property
    def flag(self) -> str:
        """Its option on the command line."""
        return "--" + self.field.replace("_", "-")


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"which is not a whole number from {low} to {high}")
        return int(text)

    return read


def _choice(choices: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError("which is none of them")
        return text.lower()

    return read


def _host(text: str) -> str:
    if not _HOST.match(text):
        raise ValueError("which is not an address or a host name")
    return text


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is no number
    except ValueError:
        raise ValueError("which is not a URL") from None
    return parts


def _public_url(text: str) -> str:
    parts = _split(text)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not _HOST.match(host):
        raise ValueError("which is not an http or https URL")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("which has more than a scheme, a host and a port")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("where browsers would not keep the sign-in cookie: away from localhost it must be https")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def is_loopback(host: str) -> bool:
    """Whether browsers take the host (without a port) for this machine, and so for secure without TLS."""
    return host in {"localhost", "127.0.0.1", "::1", "[::1]"} or host.endswith(".localhost")


def _networks(text: str) -> tuple[Network, ...]:
    found: list[Network] = []
    for part in text.replace(",", " ").split():
        try:
            found.append(ip_network(part))
        except ValueError:
            raise ValueError(f"where {part!r} is not an address or a network") from None
    return tuple(found)


def _database_url(text: str) -> str:
    parts = _split(text)
    driver = parts.scheme.partition("+")[0]
    if driver == "sqlite" and re.match(r"[a-z+]+:///(?!:memory:).", text):
        return text
    if driver in {"postgresql", "postgres"} and parts.path.strip("/"):
        return re.sub(r"^postgres\b", "postgresql", text)
    raise ValueError("which is neither a SQLite file nor a PostgreSQL database")


def _redis_url(text: str) -> str:
    if _split(text).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("which is not a Redis URL")
    return text


def _token(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]{16,256}", text):
        raise ValueError("which is not 16 to 256 letters, digits and signs of a bearer token")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("data_dir", Path, "a folder, such as ./data", "Where the database and the secrets lie. [./data]"),
    Setting(
        "database_url",
        _database_url,
        "sqlite:///path/to/file or postgresql://user@host/name",
        "The database. [longroom.db in the data folder]",
        is_secret=True,
    ),
    Setting("host", _host, "127.0.0.1, or 0.0.0.0 for every network", "The address to listen on. [127.0.0.1]"),
    Setting(
        "port",
        _whole_number(0, 65535),
        "8080, or 0 for any free port",
        "The port to listen on; 0 takes a free one. [8080]",
    ),
    Setting(
        "public_url",
        _public_url,
        "https://longroom.example.org",
        "Where browsers reach the server. [http://localhost:PORT]",
    ),
    Setting(
        "trusted_proxies",
        _networks,
        "addresses or networks, such as 10.0.0.0/8 192.0.2.7",
        "The proxies whose X-Forwarded-* headers are believed. [none]",
    ),
    Setting(
        "redis_url",
        _redis_url,
        "redis://host:6379/0",
        "Redis or Valkey, where several servers share one database. [none: one server]",
        is_secret=True,
    ),
    Setting(
        "command_rate",
        _whole_number(0, 1_000_000),
        "200, or 0 for no limit",
        "Commands that one person may send in a second; 0: no limit. [200]",
    ),
    Setting(
        "metrics_token",
        _token,
        "16 or more letters and digits, such as `openssl rand -hex 24` prints",
        "The bearer token that may read /metrics. [none: only this machine may]",
        is_secret=True,
    ),
    Setting(
        "log_level",
        _choice(LOG_LEVELS),
        "debug, info, warning or error",
        "What is logged: debug, info, warning or error. [info]",
    ),
    Setting(
        "log_format",
        _choice(LOG_FORMATS),
        "auto, json or console",
        "How a line of the log looks: json, console, or auto: console on a terminal, else json. [auto]",
    ),
)
assert [setting.field for setting in SETTINGS] == [f.name for f in fields(Settings)]  # noqa: S101 - at import


def load(environ: Mapping[str, str], flags: Mapping[str, str | None] | None = None) -> Settings:
    """The settings out of the environment and the flags, by field name; a flag wins over its variable.

    An empty variable counts as not set. Raises BadSettings with every fault found, to be mended in one go.
    """
    faults = _unknown(environ)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        flag = (flags or {}).get(setting.field)
        name, text = (setting.flag, flag) if flag is not None else (setting.variable, environ.get(setting.variable, ""))
        if not text:
            continue
        try:
            values[setting.field] = setting.read(text)
        except ValueError as error:
            value = "set to a value" if setting.is_secret else repr(text)
            faults.append(f"{name} is {value}, {error}: write {setting.write}")
    if faults:
        raise BadSettings(faults)
    data_dir = values.setdefault("data_dir", Path("data")).absolute()
    values["data_dir"] = data_dir
    values.setdefault("database_url", f"sqlite:///{data_dir}/longroom.db")
    values.setdefault("public_url", _default_public_url(values.get("port", 8080)))
    return Settings(**values)


def _default_public_url(port: int) -> str:
    return f"http://localhost:{port}"


def _unknown(environ: Mapping[str, str]) -> list[str]:
    known = [setting.variable for setting in SETTINGS]
    faults: list[str] = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            # Compared without the prefix, which would make any two of them look alike.
            bare = [one.removeprefix(PREFIX) for one in known]
            close = difflib.get_close_matches(name.removeprefix(PREFIX), bare, n=1)
            hint = f"write {PREFIX}{close[0]}" if close else f"remove it, or write one of {', '.join(known)}"
            faults.append(f"{name} is not a setting of Longroom, probably a typing error: {hint}")
    return faults
