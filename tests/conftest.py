"""Fixtures that every test may ask for; each is written in tests/support."""

from tests.support.databases import database, database_url, postgres, sqlite_template
from tests.support.redis import redis

__all__ = ["database", "database_url", "postgres", "redis", "sqlite_template"]
