"""The command line. Each command's code is loaded when it is run, so that `longroom --help` answers at once."""

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from .cli.running import noted, require_alone
from .cli.settings import make_folders, read_settings, require_current, settings_options, unusable, upgrade
from .config import BadSettings, Settings

COMMANDS = {
    "serve": ("server.__main__:serve", "Run the server; with --demo, on a demo program that is live now."),
    "demo": ("server.cli.demo:demo", "Load the demo program, or describe it for other programs."),
    "drive": ("server.cli.drive:drive", "Play questions from a CSV file against a running server."),
    "migrate": ("server.cli.migrate:migrate", "Bring the database to this release's tables."),
    "user": ("server.cli.user:user", "Add people, disable or enable them, or give them a new password."),
    "erase": ("server.cli.erase:erase", "Take a question's or an announcement's words out of the record."),
    "backup": ("server.cli.backup:backup", "Copy the database to a file, beside a server that runs."),
    "restore": ("server.cli.restore:restore", "Put a backup in the database's place, and begin a new epoch."),
    "check": ("server.cli.check:check", "Read every log again, and say what is not as it must be."),
}


class Commands(click.Group):
    """The commands by name; only the one that is run is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        # Started as a script, this module goes by another name, and must not be loaded a second time.
        found: Any = globals()[name] if module == "server.__main__" else getattr(importlib.import_module(module), name)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="longroom")
def main() -> None:
    """Longroom: one live class, many rooms.

    Every setting is also a variable: LONGROOM_PORT is --port of `longroom serve`.
    """
    # Whatever is written (a database, its journal, a secret) is for this user alone.
    os.umask(0o077)


@click.command()
@click.option("--demo", "is_demo", is_flag=True, help="Migrate, load the demo program, and print its sign-in links.")
@click.option(
    "--simulate",
    is_flag=True,
    help="Play the demo's class: supervisors ask and bring answers back, a teacher answers what nobody takes up. "
    "Needs --demo.",
)
@settings_options()
def serve(is_demo: bool, simulate: bool, **flags: str | None) -> None:
    """Run the server."""
    if simulate and not is_demo:
        raise click.UsageError("--simulate plays in the demo program: write --demo as well")
    settings = read_settings(flags)
    from . import app, logs

    # Before this server has a port of its own, on which it could take itself for the other.
    require_alone(settings)
    # Bound before the database is touched: a second `serve` on one port leaves everything as it was.
    try:
        listening = app.listen(settings)
    except BadSettings as error:
        raise unusable(error.faults) from None
    with listening:
        settings = settings.at_port(listening.getsockname()[1])
        logs.configure(settings)
        if is_demo:
            upgrade(settings)
        else:
            require_current(settings)
            make_folders(settings)
        application = app.create_app(settings, is_demo=is_demo)
        with noted(settings):
            app.run(app.serve(application, listening, _in_the_demo(settings, simulate) if is_demo else None))


def _in_the_demo(settings: Settings, simulate: bool) -> Callable[[], Any]:
    """What goes on beside a server with the demo: its links are printed, and its class may be played."""

    async def beside() -> None:
        from .service.demo import describe
        from .storage.engine import Database

        database = Database(settings.database_url)
        try:
            described = await describe(database, settings.secrets_dir, settings.public_url)
        finally:
            await database.close()
        print(_sign_in_links(described), flush=True)
        if simulate:
            from .cli.simulate import run

            await run(settings.local_url, described)

    return beside


def _sign_in_links(described: dict[str, Any]) -> str:
    """One aligned line for each person to play: name, role, site, link."""
    sites = {site["site_id"]: site["name"] for site in described["sites"]}
    rows = [
        (person["name"], person["role"], sites.get(person["site_id"], ""), person["sign_in_url"])
        for person in described["people"]
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    ]
    return "\n".join(
        ["", "Longroom is live. Open a link to be that person; several fit side by side in one browser.", ""]
        + [f"  {line}" for line in lines]
        + ["", "Ctrl-C stops the server."]
    )


if __name__ == "__main__":
    sys.exit(main())
