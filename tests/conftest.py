"""Fixtures that every test may ask for; each is written in tests/support."""

from hypothesis import settings

from tests.support.databases import database, database_url, postgres, sqlite_template
from tests.support.redis import redis

__all__ = ["database", "database_url", "postgres", "redis", "sqlite_template"]

# How long an example takes is the machine's affair.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
