"""`longroom migrate`: the database's tables."""

import click

from .settings import read_settings, settings_options, upgrade


@click.command()
@click.option(
    "--check", "is_check", is_flag=True, help="Change nothing: do the migrations lead to the declared tables?"
)
@settings_options("data_dir", "database_url")
def migrate(is_check: bool, **flags: str | None) -> None:
    """Bring the database to this release's tables."""
    if is_check:
        from ..storage.migrate import differences

        found = differences()
        for difference in found:
            click.echo(difference)
        if found:
            raise click.ClickException("the migrations do not lead to the declared tables")
        click.echo("The migrations lead to exactly the declared tables.")
        return
    upgrade(read_settings(flags))
    click.echo("The database is at this release's tables.")
