"""`longroom backup`: a copy of the database in one file. Works beside a running server, which does not notice."""

import shlex
from pathlib import Path

import click
from sqlalchemy.engine import URL, make_url

from ..config import Settings
from ..storage import backup as copies
from .settings import read_settings, settings_options, unusable


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@settings_options("data_dir", "database_url")
def backup(file: Path, **flags: str | None) -> None:
    """Copy the database to the new FILE, as it is at one moment.

    Names and words are in it: keep it as you keep those. Beside a server that runs, this makes nobody wait.
    """
    settings = read_settings(flags)
    database = settings.database_file
    if database is None:
        raise unusable([f"PostgreSQL makes its own backups, beside running servers: {dump_command(settings, file)}"])
    if not database.exists():
        raise unusable(
            [f"there is no database at {database}: write another LONGROOM_DATA_DIR or LONGROOM_DATABASE_URL"]
        )
    try:
        copies.copy_out(database, file)
        streams, events = copies.count(file)
    except FileExistsError:
        raise unusable([f"{file} exists already: write the name of a new file"]) from None
    except copies.Unreadable as error:
        raise unusable(
            [f"{database} could not be copied whole ({error}): look at the disk, and at an older backup"]
        ) from None
    except OSError as error:
        raise unusable([f"{file} cannot be written ({error.strerror})"]) from None
    size = file.stat().st_size
    click.echo(f"{file}: {streams} streams, {events} events, {size / 1e6:.1f} MB. `longroom restore` reads it.")


def dump_command(settings: Settings, file: Path) -> str:
    """How PostgreSQL's own tool makes a backup; the password is in no command line."""
    return f"pg_dump --format=custom --file={shlex.quote(str(file))} --dbname={database_name(settings)}"


def database_name(settings: Settings) -> str:
    """The database as PostgreSQL's tools are given it. They take the password from PGPASSWORD or ~/.pgpass."""
    url = make_url(settings.database_url)
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return shlex.quote(shown.render_as_string())
