"""A meeting, one scheduled live class of a section: importing this package declares all that can happen in it."""

from . import (
    announcements,
    answering,
    asking,
    calls,
    catch_up,
    declining,
    deferring,
    duty,
    erasing,
    facts,
    lifecycle,
    links,
    merging,
    readiness,
    returning,
    settling,
)
from .state import Meeting

__all__ = [
    "Meeting",
    "announcements",
    "answering",
    "asking",
    "calls",
    "catch_up",
    "declining",
    "deferring",
    "duty",
    "erasing",
    "facts",
    "lifecycle",
    "links",
    "merging",
    "readiness",
    "returning",
    "settling",
]
