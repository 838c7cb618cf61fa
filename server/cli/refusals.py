"""What a command line is refused, told in its own words."""

from collections.abc import Mapping
from types import MappingProxyType

import click

from ..domain.messages import Refused


def refusal(refused: Refused, options: Mapping[str, str] = MappingProxyType({})) -> click.ClickException:
    """The end of the command that runs, in one line; a field at fault is named as the option that gave it.

    `options`: field → parameter of the command, where it goes by another name.
    """
    told = f"{refused.message} ({refused.code})"
    if refused.field is None:
        return click.ClickException(told)
    written = {one.name: _written(one) for one in click.get_current_context().command.params}
    name = options.get(refused.field, refused.field)
    return click.ClickException(f"{written.get(name, name)}: {told}")


def _written(parameter: click.Parameter) -> str:
    """As a person writes it: --from, or EMAIL."""
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name
