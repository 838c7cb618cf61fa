"""The school's database, for every test here; it is written in tests/support."""

from tests.support.app import school_file

__all__ = ["school_file"]
