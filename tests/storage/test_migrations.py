"""Migrations up and down, and the schema they make held against the declared tables."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from canonical.errors import ConfigurationError, MigrationNeeded
from storage import open_store
from storage.migrate import _config, known_revisions
from storage.store import _parse
from storage.tables import metadata
from tests.support.postgres import private_postgres

ROOT = Path(__file__).resolve().parents[2]
REVISIONS = known_revisions()


def test_known_revisions_are_alembics_own_in_its_order() -> None:
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    assert [script.revision for script in reversed(list(scripts))] == REVISIONS


def engine_of(url: str) -> sa.Engine:
    parsed = _parse(url)
    return sa.create_engine(
        parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed
    )


def schema_of(url: str) -> list[tuple[str, ...]]:
    """Everything the database says about its tables and indexes, in its own words."""
    engine = engine_of(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            sql = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
            rows = [(kind, name, " ".join(text.split())) for kind, name, text in connection.exec_driver_sql(sql)]
        else:
            columns = (
                "SELECT table_name, column_name, data_type, is_nullable, COALESCE(column_default, ''), "
                "COALESCE(collation_name, ''), COALESCE(numeric_scale, 0)::text, "
                # the place among the columns there are: PostgreSQL never gives the number of a dropped one again
                "(rank() OVER (PARTITION BY table_name ORDER BY ordinal_position))::text "
                "FROM information_schema.columns WHERE table_schema = 'public'"
            )
            indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            rows = [tuple(row) for sql in (columns, indexes) for row in connection.exec_driver_sql(sql)]
    engine.dispose()
    return sorted(row for row in rows if "alembic_version" not in row)


@contextmanager
def second_database(url: str) -> Iterator[str]:
    """Another empty database of the same kind."""
    if url.startswith("sqlite"):
        yield url.replace("empty.db", "declared.db")
        return
    with private_postgres(durable=False) as other:
        yield other


def test_the_migrated_schema_is_the_declared_one(empty_url: str) -> None:
    open_store(empty_url, migrate=True).close()
    with second_database(empty_url) as declared:
        engine = engine_of(declared)
        metadata.create_all(engine)
        engine.dispose()
        migrated = schema_of(empty_url)
        assert migrated == schema_of(declared)
    assert {name for row in migrated for name in row[:2]} >= set(metadata.tables)


def test_down_to_nothing_and_back_up(empty_url: str) -> None:
    store = open_store(empty_url, migrate=True)
    before = schema_of(empty_url)
    store.migrate("base")
    assert schema_of(empty_url) == []
    assert store.pending_migrations() == tuple(REVISIONS)
    store.migrate()
    assert schema_of(empty_url) == before
    assert store.tenant().companies.list() == ()
    store.close()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_every_version_on_the_way_can_be_left_both_ways(empty_url: str, revision: str) -> None:
    store = open_store(empty_url, migrate=True)
    top = schema_of(empty_url)
    store.migrate(revision)
    middle = schema_of(empty_url)
    assert middle != top
    with pytest.raises(MigrationNeeded, match=REVISIONS[-1]):
        open_store(empty_url)
    store.migrate()
    assert schema_of(empty_url) == top
    store.migrate("base")
    store.migrate(revision)
    assert schema_of(empty_url) == middle
    store.close()


def test_an_empty_database_is_not_touched_unless_asked(empty_url: str) -> None:
    with pytest.raises(MigrationNeeded, match="0001"):
        open_store(empty_url)
    assert schema_of(empty_url) == []


def test_a_database_of_a_newer_program_is_refused(empty_url: str) -> None:
    open_store(empty_url, migrate=True).close()
    engine = engine_of(empty_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    for migrate in (False, True):
        with pytest.raises(MigrationNeeded, match="newer"):
            open_store(empty_url, migrate=migrate)


@pytest.mark.slow
def test_processes_that_migrate_at_once_do_it_once(empty_url: str) -> None:
    code = f"from storage import open_store; open_store({empty_url!r}, migrate=True).close()"
    children = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    errors = [child.communicate()[1] for child in children]
    assert [child.returncode for child in children] == [0] * 4, errors
    open_store(empty_url).close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://localhost/books", "mysql is not a database Khata knows"),
        ("nonsense", "not a URL"),
        ("sqlite://", "is a file"),
        ("sqlite:////no/such/folder/books.db", "does not exist"),
    ],
)
def test_addresses_that_are_none_say_so(url: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        open_store(url, migrate=True)


def test_the_password_is_not_shown(tmp_path: Path) -> None:
    assert "geheim" not in _parse("postgresql://user:geheim@host/books").render_as_string(hide_password=True)
