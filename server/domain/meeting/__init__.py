"""A meeting, one scheduled live class of a section: importing this package declares all that can happen in it."""

from . import erasing, facts, lifecycle, questions
from .state import Meeting

__all__ = ["Meeting", "erasing", "facts", "lifecycle", "questions"]
