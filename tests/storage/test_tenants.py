"""Tenants never meet: tried through every repository, and on PostgreSQL with raw SQL under the application role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
import pytest
from psycopg import errors, sql

from canonical.bill import BillRefKind
from canonical.codec import CanonicalRecord
from canonical.errors import ConfigurationError, NotFound, RuleError
from canonical.issue import Issue, IssueLevel
from canonical.ledger import Ledger
from canonical.proof import Proof
from canonical.receivable import Direction
from canonical.voucher import Voucher
from storage import Store, TenantStore, open_store
from storage.tables import CONTROL_TABLES, TENANT_TABLES
from tests.storage.conftest import copy_of
from tests.storage.samples import NOW, bill, ledger, raw, ref, sale
from tests.support.postgres import private_postgres

AS_OF = date(2026, 3, 31)
ISSUE = Issue(code="tally.voucher.odd", level=IssueLevel.WARNING, message="odd")


def fill(books: TenantStore, party: str) -> dict[str, int]:
    """Put one of everything into a tenant; return the ids."""
    company = books.companies.ensure("tally", "co-1", party)
    run = books.runs.start("import", "tally", company, {}, NOW)
    (raw_id,) = books.raw.append(company, run, [raw("V1", party)]).raw_ids
    records: list[CanonicalRecord] = [
        ledger(party),
        sale("V1", date(2026, 3, 1), party, 100, bill(BillRefKind.NEW, 100, "INV-1")),
    ]
    books.records.upsert(company, run, records, NOW, [raw_id, raw_id])
    books.issues.replace(run, raw_id, company, [ISSUE])
    books.proofs.save(run, company, Proof(totals=()), NOW)
    connection = books.connections.save("main", "tally", {"party": party}, company_id=company)
    books.bookmarks.commit(connection.connection_id, "vouchers", {"at": party})
    voucher_id = next(books.records.iter_stored(company, Voucher)).id
    issue_id = books.issues.page(company_id=company).items[0].id
    ids = {"company": company, "run": run, "raw": raw_id, "voucher": voucher_id, "issue": issue_id}
    return {**ids, "connection": connection.connection_id}


@pytest.fixture
def two(store: Store) -> tuple[TenantStore, dict[str, int], TenantStore]:
    """A tenant with books and their ids, and another that has nothing; ids are a tenant's own, both count from 1."""
    store.tenants.create("other")
    other = store.tenant("other")
    return store.tenant(), fill(store.tenant(), "Asha"), other


REACHING: dict[str, Callable[[TenantStore, dict[str, int]], object]] = {
    "company": lambda t, ids: t.companies.get(ids["company"]),
    "raw record": lambda t, ids: t.raw.get(ids["raw"]),
    "voucher": lambda t, ids: t.records.get(Voucher, ids["voucher"]),
    "run": lambda t, ids: t.runs.get(ids["run"]),
    "finish run": lambda t, ids: t.runs.finish(ids["run"], "failed", {}, NOW),
    "connection": lambda t, ids: t.connections.get_by_id(ids["connection"]),
    "connection by name": lambda t, ids: t.connections.get("main"),
    "issue": lambda t, ids: t.issues.get(ids["issue"]),
    "append": lambda t, ids: t.raw.append(ids["company"], None, [raw("V9")]),
    "upsert": lambda t, ids: t.records.upsert(ids["company"], None, [ledger("Mallory")], NOW),
    "trace voucher": lambda t, ids: t.reports.trace(f"v:{ids['voucher']}"),
    "trace raw": lambda t, ids: t.reports.trace(f"r:{ids['raw']}"),
    "trace bill": lambda t, ids: t.reports.trace(f"b:{ids['company']}:asha:inv-1"),
}


@pytest.mark.parametrize("what", REACHING)
def test_nothing_of_another_tenant_can_be_reached(
    two: tuple[TenantStore, dict[str, int], TenantStore], what: str
) -> None:
    owner, ids, other = two
    with pytest.raises(NotFound):
        REACHING[what](other, ids)
    assert owner.runs.get(ids["run"]).status == "running"


LISTING: dict[str, Callable[[TenantStore, dict[str, int]], object]] = {
    "companies": lambda t, ids: t.companies.list(),
    "company": lambda t, ids: t.companies.find("tally", "co-1"),
    "pending": lambda t, ids: list(t.raw.iter_pending(ids["company"], "vouchers", 1)),
    "current": lambda t, ids: list(t.raw.iter_current(ids["company"], "vouchers")),
    "raw": lambda t, ids: t.raw.find(ids["company"], ref("vouchers", "V1")),
    "vouchers": lambda t, ids: list(t.records.iter(ids["company"], Voucher)),
    "page": lambda t, ids: t.records.page(ids["company"], Ledger).items,
    "record": lambda t, ids: t.records.find(Voucher, ids["company"], ref("vouchers", "V1")),
    "key": lambda t, ids: t.records.find_by_key(Ledger, ids["company"], "asha"),
    "issues": lambda t, ids: t.issues.page().items,
    "issue counts": lambda t, ids: t.issues.counts(company_id=ids["company"]),
    "proof": lambda t, ids: t.proofs.latest(ids["company"]),
    "connections": lambda t, ids: t.connections.list(),
    "bookmarks": lambda t, ids: t.bookmarks.all(ids["connection"]),
    "runs": lambda t, ids: t.runs.list().items,
    "trial balance": lambda t, ids: t.reports.trial_balance(ids["company"], AS_OF),
    "ageing": lambda t, ids: t.reports.ageing(ids["company"], AS_OF, direction=Direction.RECEIVABLE),
    "bills": lambda t, ids: t.reports.open_bills(ids["company"], AS_OF),
    "entries": lambda t, ids: list(t.reports.bill_entries(ids["company"], AS_OF)),
    "totals": lambda t, ids: t.controls.voucher_totals(ids["run"]).types,
    "crosswalk": lambda t, ids: t.crosswalk.load().entries,
}


@pytest.mark.parametrize("what", LISTING)
def test_nothing_of_another_tenant_is_listed(two: tuple[TenantStore, dict[str, int], TenantStore], what: str) -> None:
    owner, ids, other = two
    assert not LISTING[what](other, ids)
    assert what == "crosswalk" or LISTING[what](owner, ids)


def test_what_one_tenant_changes_stays_in_its_books(two: tuple[TenantStore, dict[str, int], TenantStore]) -> None:
    owner, ids, other = two
    fill(other, "Bina")
    other.issues.replace(None, ids["raw"], ids["company"], [])
    other.raw.mark_translated([ids["raw"]], 1)
    other.records.retire(ids["company"], Voucher, [ref("vouchers", "V1")], NOW)
    assert owner.issues.counts() == {ISSUE.code: 1}
    assert owner.raw.count_pending(ids["company"]) == {"vouchers": 1}
    assert [v.party_key for v in owner.reports.open_bills(ids["company"], AS_OF)] == ["asha"]


def test_keys_open_their_own_tenant_and_nothing_else(store: Store) -> None:
    store.tenants.create("other", "The other")
    secret = store.api_keys.create("other", "shop")
    found = store.api_keys.find_tenant(secret)
    assert found is not None
    assert found.slug == "other"
    assert store.api_keys.find_tenant(secret + "x") is None
    assert store.api_keys.find_tenant("") is None
    assert [key.hint for key in store.api_keys.list("other")] == [secret[-4:]]
    assert store.api_keys.list("default") == ()
    assert store.api_keys.revoke("default", secret[-4:], revoked_at=NOW) == 0
    assert store.api_keys.revoke("other", secret[-4:], revoked_at=NOW) == 1
    assert store.api_keys.find_tenant(secret) is None


def test_secrets_are_not_stored(store: Store, url: str) -> None:
    secret = store.api_keys.create("default")
    with store._database.read(0) as transaction:
        kept = transaction.rows("SELECT secret_hash, name, hint FROM api_key")
    assert secret.encode() not in b"".join(bytes(row[0]) for row in kept)
    assert secret not in str(kept)


def test_two_tenants_of_one_name_are_refused(store: Store) -> None:
    with pytest.raises(RuleError, match="already"):
        store.tenants.create("default")
    with pytest.raises(NotFound, match="nobody"):
        store.tenant("nobody")


# --- PostgreSQL: the database itself --------------------------------------------------------------------------------


@pytest.fixture
def postgres_url(migrated_database: str) -> Iterator[str]:
    with copy_of(migrated_database) as url:
        store = open_store(url)
        store.tenants.create("other")
        fill(store.tenant(), "Asha")
        fill(store.tenant("other"), "Bina")
        store.close()
        yield url


@contextmanager
def as_app(url: str, tenant: str | None) -> Iterator[psycopg.Connection]:
    """A connection as the application role, bound to a tenant or to none."""
    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE khata_app")
        if tenant is not None:
            connection.execute("SELECT set_config('app.tenant', %s, true)", (tenant,))
        yield connection
        connection.rollback()


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return 0 if row is None else int(row[0])


@pytest.mark.postgres
def test_every_tenant_table_forces_row_level_security(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        rows = connection.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class JOIN pg_namespace n "
            "ON n.oid = relnamespace WHERE n.nspname = 'public' AND relkind = 'r'"
        ).fetchall()
    assert {name for name, forced in rows if forced} == set(TENANT_TABLES)
    assert {name for name, forced in rows if not forced} == {*CONTROL_TABLES, "alembic_version"}


@pytest.mark.postgres
def test_the_application_role_owns_nothing_and_passes_over_nothing(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb FROM pg_roles "
            "WHERE rolname = 'khata_app'"
        ).fetchone()
        owned = connection.execute("SELECT tablename FROM pg_tables WHERE tableowner = 'khata_app'").fetchall()
    assert role == (False,) * 5
    assert owned == []


@pytest.mark.postgres
def test_raw_sql_sees_one_tenant_only(postgres_url: str) -> None:
    filled = [
        table for table in TENANT_TABLES if table in {"voucher", "posting", "bill_allocation", "raw_record", "run"}
    ]
    for table in filled:
        with psycopg.connect(postgres_url) as owner:
            everything = count(owner, table)
        seen = []
        for tenant in ("1", "2"):
            with as_app(postgres_url, tenant) as connection:
                seen.append(count(connection, table))
                found = connection.execute(
                    sql.SQL("SELECT DISTINCT tenant_id FROM {}").format(sql.Identifier(table))
                ).fetchall()
                assert found == [(int(tenant),)]
        assert sum(seen) == everything > 0


@pytest.mark.postgres
@pytest.mark.parametrize("tenant", [None, "", "0", "99"])
def test_without_a_tenant_nothing_is_visible_and_nothing_can_be_written(postgres_url: str, tenant: str | None) -> None:
    for table in TENANT_TABLES:
        with as_app(postgres_url, tenant) as connection:
            assert count(connection, table) == 0
    with as_app(postgres_url, tenant) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("INSERT INTO id_block (tenant_id, next_id) VALUES (1, 1)")


@pytest.mark.postgres
def test_rows_of_another_tenant_can_be_neither_written_nor_changed_nor_moved(postgres_url: str) -> None:
    with as_app(postgres_url, "1") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("INSERT INTO bill_ledger (tenant_id, company_id, ledger_key) VALUES (2, 1, 'mallory')")
    with as_app(postgres_url, "1") as connection:
        assert connection.execute("UPDATE voucher SET number = 'X' WHERE tenant_id = 2").rowcount == 0
        assert connection.execute("DELETE FROM posting WHERE tenant_id = 2").rowcount == 0
    with as_app(postgres_url, "1") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("UPDATE voucher SET tenant_id = 2")


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["tenant", "api_key"])
def test_the_application_role_cannot_read_keys_or_tenants(postgres_url: str, table: str) -> None:
    with as_app(postgres_url, "1") as connection, pytest.raises(errors.InsufficientPrivilege):
        count(connection, table)


@pytest.mark.postgres
def test_a_tenant_does_not_stay_bound_to_a_pooled_connection(postgres_url: str) -> None:
    store = open_store(postgres_url)
    store.tenant().companies.list()
    with store._database.engine.connect() as pooled:
        assert pooled.exec_driver_sql("SELECT current_setting('app.tenant', true)").scalar() in (None, "")
        assert pooled.exec_driver_sql("SELECT current_user").scalar() == "khata"
    store.close()


@pytest.mark.postgres
def test_an_owner_that_may_create_no_role_is_bound_by_the_policies_itself() -> None:
    with private_postgres(durable=False) as url, role_of(url, "plain_owner", "NOCREATEROLE") as owner_url:
        store = open_store(owner_url, migrate=True)
        store.tenants.create("other")
        fill(store.tenant(), "Asha")
        assert store.tenant("other").companies.list() == ()
        with store._database.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM voucher").scalar() == 0
        store.close()


@pytest.mark.postgres
def test_a_user_no_policy_binds_is_refused(postgres_url: str) -> None:
    with role_of(postgres_url, "above_rules", "BYPASSRLS") as exempt_url:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO above_rules")
        store = open_store(exempt_url)
        with pytest.raises(ConfigurationError, match="row-level security"):
            store.tenant().companies.list()
        store.close()


@contextmanager
def role_of(url: str, name: str, option: str) -> Iterator[str]:
    """A login role that may use the database's public schema; yields the address for it."""
    database = url.rsplit("/", 1)[1]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN " + option).format(sql.Identifier(name)))
        admin.execute(sql.SQL("GRANT ALL ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(name)))
        admin.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(name)))
        try:
            yield url.replace("khata@", f"{name}@")
        finally:
            admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
