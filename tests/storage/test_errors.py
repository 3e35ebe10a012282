"""What breaks below the store arrives as an error that says whether to try again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from canonical.errors import ConcurrentUpdate, InvariantError, Recovery, StorageError
from canonical.ledger import Ledger
from storage import Store, TenantStore, open_store, sqlite
from tests.storage.samples import NOW, ledger
from tests.support.postgres import private_postgres
from tests.support.stores import migrated_file


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(StorageError, match="does not answer") as raised:
        open_store("postgresql://user:geheim@127.0.0.1:1/books")
    assert raised.value.code == "storage.unavailable"
    assert "geheim" not in str(raised.value)


@pytest.mark.postgres
def test_a_database_that_is_not_there() -> None:
    with private_postgres(durable=False) as url, pytest.raises(StorageError, match="does not exist"):
        open_store(url + "_none")


@pytest.mark.postgres
def test_a_server_that_goes_away_in_the_middle() -> None:
    with private_postgres(durable=False) as url:
        store = open_store(url, migrate=True)
        books = store.tenant()
        company = books.companies.ensure("tally", "co-1")

        def lose_the_server() -> None:
            with books.transaction():
                books.records.upsert(company, None, [ledger("Asha")], NOW)
                end_sessions(url)
                books.records.upsert(company, None, [ledger("Bina")], NOW)

        with pytest.raises(StorageError, match="does not answer"):
            lose_the_server()
        books.records.upsert(company, None, [ledger("Bina")], NOW)
        assert [item.name for item in books.records.iter(company, Ledger)] == ["Bina"]
        store.close()


def end_sessions(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'khata'")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "books.db").write_bytes(b"PK\x03\x04 something else entirely" * 100)
    with pytest.raises(StorageError, match="cannot be used"):
        open_store(f"sqlite:///{tmp_path}/books.db", migrate=True)


def test_a_writer_that_never_gets_its_turn_may_try_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "books.db"
    path.write_bytes(migrated_file().read_bytes())
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
    store = open_store(f"sqlite:///{path}")
    books = store.tenant()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(ConcurrentUpdate) as raised:
        books.companies.ensure("tally", "co-1")
    assert raised.value.recovery is Recovery.RETRY
    holder.execute("ROLLBACK")
    holder.close()
    books.companies.ensure("tally", "co-1")
    store.close()


def test_our_own_mistakes_are_not_disguised(store: Store, books: TenantStore) -> None:
    with pytest.raises(sa.exc.DBAPIError), store._database.write(books.tenant_id) as transaction:
        transaction.connection.exec_driver_sql("SELECT nothing FROM nowhere")


def test_a_reading_transaction_cannot_start_to_write(store: Store, books: TenantStore) -> None:
    with pytest.raises(InvariantError), store._database.read(books.tenant_id):
        books.companies.ensure("tally", "co-1")
