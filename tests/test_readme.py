"""README.md and docs/deploying.md say of settings, commands and numbers what the code says."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from server.__main__ import COMMANDS
from server.config import SETTINGS, load
from server.metrics import Metrics
from server.rest.metrics import GAUGES, exposition

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def table(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its own."""
    lines = text.partition(f"\n{heading}\n")[2].partition("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("|")]
    return rows[2:]


def test_the_settings_are_those_of_the_code() -> None:
    expected = []
    for setting in SETTINGS:
        found = re.fullmatch(r"(.*) \[(.*)\]", setting.help)
        assert found is not None, setting.help
        expected.append([f"`{setting.variable}`", found[2], found[1]])
    assert table(README, "## Settings") == expected


def test_no_text_names_a_setting_that_there_is_not() -> None:
    known = {setting.variable for setting in SETTINGS}
    for text in (README, DEPLOYING, (ROOT / "Dockerfile").read_text("utf-8")):
        assert set(re.findall(r"\bLONGROOM_[A-Z_]+", text)) <= known


def test_the_environment_file_of_the_service_can_be_used() -> None:
    written = re.findall(r"^(LONGROOM_[A-Z_]+)=(\S+)", DEPLOYING.partition("```ini")[0], re.MULTILINE)
    environ = dict(written) | {"LONGROOM_METRICS_TOKEN": "0" * 48}
    assert len(environ) == 4
    assert load(environ).public_url == "https://longroom.example.org"


def test_every_command_is_in_the_table() -> None:
    told = {name for row in table(README, "## The command line") for name in re.findall(r"longroom ([a-z]+)", row[0])}
    assert told == COMMANDS.keys()


def test_every_target_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    for text in (README, DEPLOYING):
        assert set(re.findall(r"\bmake ([a-z]+)", text)) <= targets | {"it"}


def test_every_link_leads_to_a_file() -> None:
    for text, folder in ((README, ROOT), (DEPLOYING, ROOT / "docs")):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            if "://" not in target:
                assert (folder / target).exists(), target


def test_every_number_is_explained() -> None:
    metrics = Metrics()
    metrics.gauges = dict.fromkeys(GAUGES, lambda: 0.0)
    counted = {
        family.name
        for family in text_string_to_metric_families(exposition(metrics).decode())
        if family.name.startswith("longroom_")
    }
    told = {name.removesuffix("_total") for name in re.findall(r"`(longroom_[a-z_]+)(?:\{[a-z,]+\})?`", DEPLOYING)}
    assert told == counted
