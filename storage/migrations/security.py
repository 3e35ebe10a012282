"""What the database itself enforces: tenants apart, raw records unchanged.

PostgreSQL: every tenant table has row-level security, forced on its owner too; transactions run as ``khata_app``, which
owns nothing. The policy compares with ``app.tenant``, set for each transaction; where it is not set no row is visible
and none can be written. SQLite has no such thing: there the repositories keep tenants apart, and triggers keep raw
records as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic import op

APP_ROLE = "khata_app"
APPEND_ONLY = ("chunk", "raw_record")
"""Tables whose rows are never changed or deleted, but for ``raw_record.is_current``; ``tombstone`` joined later."""
FROZEN_COLUMNS = {
    "chunk": "tenant_id, id, size, payload",
    "raw_record": "tenant_id, id, company_id, stream, source_key, digest, chunk_id, chunk_at, chunk_size",
    "tombstone": "tenant_id, id, company_id, stream, source_key, raw_id, run_id, known_at, reason",
}


def is_postgres() -> bool:
    """Whether the migration runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def create_app_role() -> None:
    """Make the application role if this user may, and let this user step down to it.

    A role belongs to the whole server: another database, or another process at this moment, may have made it.
    """
    op.execute(
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
                CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
            END IF;
        EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
        END $$
        """
    )
    op.execute(
        f"""
        DO $$ BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
                IF NOT pg_has_role(current_user, '{APP_ROLE}', 'MEMBER') THEN
                    EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
                END IF;
                EXECUTE format('GRANT USAGE ON SCHEMA %I TO {APP_ROLE}', current_schema());
            END IF;
        EXCEPTION WHEN insufficient_privilege THEN NULL;
        END $$
        """
    )


def protect(tables: Sequence[str]) -> None:
    """Put tenant tables under row-level security and give the application role its rights on them."""
    if not is_postgres():
        return
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        mine = "tenant_id = (SELECT NULLIF(current_setting('app.tenant', true), '')::int)"
        op.execute(f"CREATE POLICY tenant ON {table} USING ({mine}) WITH CHECK ({mine})")
        op.execute(_for_app_role(f"GRANT {_rights(table)} ON {table} TO {APP_ROLE}"))


@contextmanager
def all_rows(*tables: str) -> Iterator[None]:
    """Let the owner see the rows of every tenant for a moment; row-level security is forced on it otherwise."""
    if is_postgres():
        for table in tables:
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    if is_postgres():
        for table in tables:
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _rights(table: str) -> str:
    match table:
        case "raw_record":
            return "SELECT, INSERT, UPDATE (is_current)"
        case "chunk" | "tombstone":
            return "SELECT, INSERT"
        case _:
            return "SELECT, INSERT, UPDATE, DELETE"


def _for_app_role(statement: str) -> str:
    return (
        f"DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN {statement}; END IF; END $$"
    )


def freeze(tables: Sequence[str] = APPEND_ONLY) -> None:
    """Make SQLite refuse to change or delete what was appended (PostgreSQL: no such right is granted)."""
    if is_postgres():
        return
    for table in tables:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {FROZEN_COLUMNS[table]} ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")


def grant_columns(table: str, columns: str) -> None:
    """Let the application role change more columns of a table (PostgreSQL)."""
    if is_postgres():
        op.execute(_for_app_role(f"GRANT UPDATE ({columns}) ON {table} TO {APP_ROLE}"))


def drop_privileges() -> None:
    """Take the application role's rights in this database back; the role may serve other databases and stays."""
    if is_postgres():
        op.execute(_for_app_role(f"EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM {APP_ROLE}', current_schema())"))
