"""The settings as flags of a command, each with its variable's name beside it."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from ..config import SETTINGS, BadSettings, Settings, load


def settings_options(*fields: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command flags for these settings, or for all; it gets them by field name, as they were written."""

    def declare(command: Callable[..., Any]) -> Callable[..., Any]:
        for setting in reversed(SETTINGS):
            if not fields or setting.field in fields:
                shown = f"{setting.help}  ({setting.variable})"
                command = click.option(setting.flag, setting.field, metavar="…", help=shown)(command)
        return command

    return declare


def read_settings(flags: dict[str, str | None]) -> Settings:
    """The settings; what is wrong with them is told in plain sentences. Nothing is made yet."""
    try:
        return load(os.environ, flags)
    except BadSettings as error:
        raise unusable(error.faults) from None


def unusable(faults: Iterable[str]) -> click.ClickException:
    """The end of a command that cannot begin."""
    return click.ClickException("\n       ".join(faults))


@contextmanager
def reaching_the_database() -> Iterator[None]:
    """Tell in one sentence, without the URL and its password, that the database cannot be reached or written."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, OSError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
        fault = f"the database cannot be reached or written ({reason}): look at LONGROOM_DATABASE_URL"
        raise unusable([fault]) from None


def make_folders(settings: Settings) -> None:
    """Make the folders that the settings name, for a command that writes there."""
    try:
        settings.make_folders()
    except BadSettings as error:
        raise unusable(error.faults) from None


def upgrade(settings: Settings) -> None:
    """Bring the database to this release's tables; where there is none, make one."""
    from ..storage import migrate

    make_folders(settings)
    with reaching_the_database():
        migrate.upgrade(settings.database_url)


def require_current(settings: Settings) -> None:
    """End the command where there is no database, or it was not brought to this release's tables; it writes nothing."""
    file = settings.database_file
    with reaching_the_database():
        is_absent = file is not None and not file.exists()
    if is_absent:
        # To connect would make an empty one.
        fault = f"there is no database at {file}: write another LONGROOM_DATA_DIR or LONGROOM_DATABASE_URL, or make "
        raise unusable([fault + "one with `longroom migrate`, or with the demo in it by `longroom serve --demo`"])
    from ..storage.migrate import is_current

    with reaching_the_database():
        current = is_current(settings.database_url)
    if not current:
        raise unusable(["the database is not at this release's tables: run `longroom migrate` first"])
