"""Settings: each one checked at the start, each fault one sentence that says what to write."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from server.config import SETTINGS, BadSettings, load

AWAY = "where browsers would not keep the sign-in cookie: away from localhost it must be https"


def faults(environ: dict[str, str], flags: dict[str, str | None] | None = None) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        load(environ, flags)
    return caught.value.faults


def test_without_a_word_it_serves_this_machine_from_a_file() -> None:
    settings = load({})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8080, "http://localhost:8080")
    assert settings.data_dir == Path("data").absolute()
    assert settings.database_url == f"sqlite:///{settings.data_dir}/longroom.db"
    assert settings.trusted_proxies == ()
    assert settings.redis_url is None


def test_a_flag_wins_over_its_variable_and_an_empty_variable_is_none() -> None:
    settings = load({"LONGROOM_PORT": "9000", "LONGROOM_HOST": ""}, {"port": "9001", "host": None})
    assert (settings.port, settings.host) == (9001, "127.0.0.1")


def test_the_public_url_follows_a_port_found_at_the_start_unless_it_was_set() -> None:
    free = load({"LONGROOM_PORT": "0"})
    assert free.at_port(4711).public_url == "http://localhost:4711"
    behind = load({"LONGROOM_PORT": "0", "LONGROOM_PUBLIC_URL": "https://Longroom.Example.org/"})
    assert behind.at_port(4711).public_url == "https://longroom.example.org"


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("PORT", "abc", "which is not a whole number from 0 to 65535: write 8080, or 0 for any free port"),
        ("PORT", "65536", "which is not a whole number from 0 to 65535: write 8080, or 0 for any free port"),
        ("PORT", "-1", "which is not a whole number from 0 to 65535: write 8080, or 0 for any free port"),
        ("HOST", "not a host", "which is not an address or a host name: write 127.0.0.1, or 0.0.0.0 for every network"),
        ("PUBLIC_URL", "longroom", "which is not an http or https URL: write https://longroom.example.org"),
        ("PUBLIC_URL", "ftp://x", "which is not an http or https URL: write https://longroom.example.org"),
        ("PUBLIC_URL", "https://x:y", "which is not a URL: write https://longroom.example.org"),
        (
            "PUBLIC_URL",
            "https://x.org/a",
            "which has more than a scheme, a host and a port: write https://longroom.example.org",
        ),
        (
            "PUBLIC_URL",
            "http://x.org",
            AWAY + ": write https://longroom.example.org",
        ),
        (
            "TRUSTED_PROXIES",
            "10.0.0.0/8, nope",
            "where 'nope' is not an address or a network: write addresses or networks, such as 10.0.0.0/8 192.0.2.7",
        ),
        ("COMMAND_RATE", "1.5", "which is not a whole number from 0 to 1000000: write 200, or 0 for no limit"),
        ("LOG_LEVEL", "loud", "which is none of them: write debug, info, warning or error"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_to_write(name: str, value: str, fault: str) -> None:
    assert faults({f"LONGROOM_{name}": value}) == [f"LONGROOM_{name} is {value!r}, {fault}"]


@pytest.mark.parametrize(
    "url", ["mysql://root:hunter2@db/x", "sqlite://", "sqlite:///:memory:", "hunter2", "postgresql://"]
)
def test_a_database_url_that_cannot_be_used_is_not_repeated(url: str) -> None:
    [fault] = faults({"LONGROOM_DATABASE_URL": url})
    assert fault == (
        "LONGROOM_DATABASE_URL is set to a value, which is neither a SQLite file nor a PostgreSQL database: "
        "write sqlite:///path/to/file or postgresql://user@host/name"
    )


@pytest.mark.parametrize("token", ["hunter2", "a token of seven words", "x" * 257, "hünter2" * 4])
def test_a_metrics_token_that_cannot_be_used_is_not_repeated(token: str) -> None:
    [fault] = faults({"LONGROOM_METRICS_TOKEN": token})
    assert fault == (
        "LONGROOM_METRICS_TOKEN is set to a value, which is not 16 to 256 letters, digits and signs of a bearer token: "
        "write 16 or more letters and digits, such as `openssl rand -hex 24` prints"
    )


@pytest.mark.parametrize(
    ("url", "secrets_dir"),
    [
        ("sqlite:////srv/longroom.db", "/srv"),
        ("sqlite+aiosqlite:////srv/longroom.db", "/srv"),
        ("postgresql://u:p@db/longroom", "/var/longroom"),
        ("postgres://u:p@db/longroom", "/var/longroom"),
    ],
)
def test_secrets_lie_beside_the_database(url: str, secrets_dir: str) -> None:
    settings = load({"LONGROOM_DATABASE_URL": url, "LONGROOM_DATA_DIR": "/var/longroom"})
    assert settings.secrets_dir == Path(secrets_dir)
    assert not settings.database_url.startswith("postgres:")


def test_an_unknown_variable_is_taken_for_a_typing_error() -> None:
    assert faults({"LONGROOM_PROT": "9000"}) == [
        "LONGROOM_PROT is not a setting of Longroom, probably a typing error: write LONGROOM_PORT"
    ]
    [fault] = faults({"LONGROOM_XYZZY": "1"})
    assert fault.startswith("LONGROOM_XYZZY is not a setting of Longroom, probably a typing error: remove it")
    assert load({"OTHER_PROT": "9000"}).port == 8080


def test_all_faults_come_at_once() -> None:
    assert len(faults({"LONGROOM_PORT": "x", "LONGROOM_LOG_LEVEL": "x"}, {"host": "a b"})) == 3


def test_a_fault_in_a_flag_names_the_flag() -> None:
    [fault] = faults({}, {"port": "x"})
    assert fault.startswith("--port is 'x'")


def test_proxies_are_networks() -> None:
    settings = load({"LONGROOM_TRUSTED_PROXIES": "10.0.0.0/8,2001:db8::1"})
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("2001:db8::1"))


def test_the_data_directory_is_the_owners_alone(tmp_path: Path) -> None:
    settings = load({"LONGROOM_DATA_DIR": str(tmp_path / "new" / "data")})
    settings.make_folders()
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700
    settings.make_folders()  # A second start finds it there.


def test_a_folder_that_cannot_be_made_is_a_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    inside = tmp_path / "file" / "data"
    with pytest.raises(BadSettings, match=r"^LONGROOM_DATA_DIR needs the folder .*/file/data', which cannot be made"):
        load({"LONGROOM_DATA_DIR": str(inside)}).make_folders()
    elsewhere = {"LONGROOM_DATA_DIR": str(tmp_path), "LONGROOM_DATABASE_URL": f"sqlite:///{inside}/longroom.db"}
    with pytest.raises(BadSettings, match=r"^LONGROOM_DATABASE_URL needs the folder"):
        load(elsewhere).make_folders()


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80")],
)
def test_a_program_beside_the_server_knows_where_to_reach_it(host: str, url: str) -> None:
    assert load({"LONGROOM_HOST": host, "LONGROOM_PORT": "80"}).local_url == url


def test_each_setting_has_help_and_a_flag() -> None:
    assert {s.flag for s in SETTINGS} >= {"--database-url", "--data-dir", "--host", "--port", "--public-url"}
    assert all(s.help and s.write for s in SETTINGS)
