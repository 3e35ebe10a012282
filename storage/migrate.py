"""Migrations: bringing a database to the schema this program knows, and back.

Alembic's scripts lie in ``storage/migrations/versions``; this module runs them in process, one process at a time, and
says what is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from canonical.errors import MigrationNeeded
from storage.engine import NO_TENANT, Database

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"
LOCK_KEY = 0x6B68617461
"""PostgreSQL advisory lock held while migrating: the letters of khata."""


def migrate(database: Database, revision: str = "head") -> None:
    """Run the scripts up or down to a revision (``base`` empties the schema); all of them or none."""
    from alembic import command  # noqa: PLC0415 - a fifth of a second that only migrating needs

    with database.write(NO_TENANT) as transaction:
        if database.dialect.name == "postgresql":
            transaction.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
        config = _config()
        config.attributes["connection"] = transaction.connection
        position = _revision(transaction.connection)
        order = known_revisions()
        if revision == "base" or (
            revision in order and position in order and order.index(revision) < order.index(position)
        ):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def pending_migrations(database: Database) -> tuple[str, ...]:
    """Revisions the database lacks, oldest first.

    Raises:
        MigrationNeeded: the database is newer than this program.
    """
    with database.read(NO_TENANT) as transaction:
        position = _revision(transaction.connection)
    known = known_revisions()
    if position is not None and position not in known:
        raise MigrationNeeded(
            f"The database is at revision {position}, which this program does not know: it was written by a newer "
            "Khata. Update the program.",
            revision=position,
        )
    return tuple(known if position is None else known[known.index(position) + 1 :])


def require_current(database: Database) -> None:
    """Refuse a database that is not at this program's schema.

    Raises:
        MigrationNeeded: it is older or newer.
    """
    missing = pending_migrations(database)
    if missing:
        raise MigrationNeeded(
            f"The database lacks the migrations {', '.join(missing)}; back it up, then run the migration.",
            missing=", ".join(missing),
        )


def known_revisions() -> list[str]:
    """Revisions this program has, oldest first, by the names of their modules."""
    return sorted(path.stem[1:5] for path in (SCRIPTS / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py"))


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config
