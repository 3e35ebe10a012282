"""One suite on both databases: every test that asks for ``url`` or ``store`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage import Store, TenantStore, open_store
from tests.support.postgres import private_postgres
from tests.support.stores import migrated_file

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    """A migrated database to copy."""
    with private_postgres(durable=False) as url:
        open_store(url, migrate=True).close()
        yield url


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    with private_postgres(durable=False) as url:
        yield url


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the schema and no books."""
    if request.param == "sqlite":
        shutil.copy(migrated_file(), tmp_path / "books.db")
        yield f"sqlite:///{tmp_path}/books.db"
        return
    template = request.getfixturevalue("migrated_database")
    with copy_of(template) as made:
        yield made


class copy_of:  # noqa: N801 - reads as a verb where it is used
    """A database made from a template; dropped at the end."""

    def __init__(self, template: str) -> None:
        self.server, self.template = template.rsplit("/", 1)
        self.name = f"{self.template}_copy"

    def __enter__(self) -> str:
        self._admin(f"CREATE DATABASE {self.name} TEMPLATE {self.template}")
        return f"{self.server}/{self.name}"

    def __exit__(self, *raised: object) -> None:
        self._admin(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as admin:
            admin.execute(statement)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open store."""
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def books(store: Store) -> TenantStore:
    """The default tenant's part of it."""
    return store.tenant()


@pytest.fixture
def company(books: TenantStore) -> int:
    """A company to write into."""
    return books.companies.ensure("tally", "co-1", "Ashoka Traders")
