"""The running app, for every test here; it is written in tests/support."""

from tests.support.app import house, house_rules, school_file

__all__ = ["house", "house_rules", "school_file"]
