"""The log: JSON a line, without what an exception says."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from aiohttp.http_exceptions import BadHttpMethod

from server import logs
from server.config import Settings


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def configure(log_format: str = "json") -> None:
    given = {"data_dir": Path(), "database_url": "", "log_format": log_format}
    logs.configure(Settings(**given))  # type: ignore[arg-type]


def test_an_exception_is_logged_by_place_and_never_by_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    try:
        try:
            raise KeyError("Ann Fox asked why")
        except KeyError as error:
            raise ValueError("parameters: ('Ann Fox',)") from error
    except ValueError:
        logging.getLogger("server.somewhere").exception("it failed")
    line = capsys.readouterr().err
    assert "Ann" not in line
    entry = json.loads(line)
    assert (entry["event"], entry["level"]) == ("it failed", "error")
    assert [where for where in entry["exception"] if not where.startswith(" ")] == ["ValueError", "KeyError"]
    assert "test_logs.py" in entry["exception"][1]


def test_our_own_log_and_a_librarys_look_alike(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    structlog.stdlib.get_logger("longroom").info("serving", port=8080)
    logging.getLogger("library").warning("beware of %s", "it", extra={"more": 1})
    own, library = map(json.loads, capsys.readouterr().err.splitlines())
    assert (own["event"], own["port"], own["level"]) == ("serving", 8080, "info")
    assert (library["event"], library["more"], library["level"]) == ("beware of it", 1, "warning")
    assert set(own) - {"port"} == set(library) - {"more"} == {"event", "level", "timestamp"}


def test_what_libraries_chat_about_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    logging.getLogger("alembic.runtime.migration").info("Context impl")
    structlog.stdlib.get_logger("longroom").debug("detail")
    assert capsys.readouterr().err == ""


def test_a_person_may_have_lines_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    configure("console")
    structlog.stdlib.get_logger("longroom").info("serving", port=8080)
    assert "serving" in (line := capsys.readouterr().err)
    assert not line.startswith("{")


def test_what_comes_over_the_wire_is_in_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    forged = "invalid session x\n2026-11-25 [error] FORGED Ben Castillo\x1b[2J"
    logging.getLogger("server.realtime.gateway.engineio").error(forged)
    logging.getLogger("aiohttp.server").error("Error handling request from %s", "203.0.113.7")
    try:
        raise BadHttpMethod("BREW for Ben Castillo")
    except BadHttpMethod:
        logging.getLogger("aiohttp.server").exception("Error handling request from 203.0.113.7")
    err = capsys.readouterr().err
    assert not any(word in err for word in ("FORGED", "Castillo", "203.0.113.7", "\x1b"))
    assert [json.loads(line)["event"].partition(" at ")[0] for line in err.splitlines()] == [
        "server.realtime.gateway.engineio said something",
        "aiohttp.server said something",
    ]
