"""The migrations: they lead to the declared tables on both databases, and running them again changes nothing."""

from pathlib import Path

from sqlalchemy import select, text

from server.storage.engine import Database
from server.storage.migrate import differences, is_current, upgrade
from server.storage.tables import database_info


async def epoch_of(database: Database) -> str:
    async with database.reading() as connection:
        rows = await connection.execute(select(database_info.c.value).where(database_info.c.key == "epoch"))
        return rows.scalar_one()


def test_migrations_equal_the_tables() -> None:
    assert differences() == []


def test_migrations_equal_the_tables_on_each_database(database_url: str) -> None:
    assert is_current(database_url)
    assert differences(database_url) == []


async def test_an_upgrade_inside_an_event_loop_keeps_the_epoch(database: Database, database_url: str) -> None:
    before = await epoch_of(database)
    upgrade(database_url)
    assert await epoch_of(database) == before


async def test_a_table_that_differs_is_found(database: Database, database_url: str) -> None:
    await database.write(lambda c: c.execute(text("DROP INDEX ix_audit_at")))
    await database.write(lambda c: c.execute(text("ALTER TABLE sites DROP COLUMN jurisdiction")))
    found = differences(database_url)
    assert len(found) == 2
    assert "ix_audit_at" in found[0] + found[1]
    assert "jurisdiction" in found[0] + found[1]


def test_a_new_database_is_current_and_one_that_is_not_there_is_not(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/new.db")
    assert is_current(f"sqlite:///{tmp_path}/new.db")
    assert not is_current(f"sqlite:///{tmp_path}/other.db")
