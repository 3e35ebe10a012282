"""What a census is held against, tombstones, and renames.

SQLite cannot say where a new column goes, so the raw records move to a new table there; their payloads, which are what
is large, stay where they are.

Revision: 0005. Down to: 0004.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations import security
from storage.types import Day, Key, Moment

revision = "0005"
down_revision = "0004"

TABLES = ("raw_outdated", "renaming", "tombstone")
KEPT = (
    "tenant_id",
    "id",
    "company_id",
    "stream",
    "source_key",
    "digest",
    "chunk_id",
    "chunk_at",
    "chunk_size",
    "origin",
    "extracted_at",
    "run_id",
    "is_current",
)
DIGEST_INDEX = ("uq_raw_record_digest", ("tenant_id", "company_id", "stream", "source_key", "digest"))


def upgrade() -> None:
    """Add the columns and the tables."""
    if security.is_postgres():
        for column in _added():
            op.add_column("raw_record", column)
    else:
        _rebuild_raw_record(*_added())
    current = sa.text("is_current AND day IS NOT NULL")
    op.create_index(
        "ix_raw_record_day",
        "raw_record",
        ["tenant_id", "company_id", "stream", "day"],
        unique=False,
        sqlite_where=current,
        postgresql_where=current,
    )
    security.grant_columns("raw_record", "version, day, label")
    _create_tombstone()
    _create_renaming()
    _create_raw_outdated()
    security.protect(TABLES)
    security.freeze(("tombstone",))


def downgrade() -> None:
    """Take them away; what was retired stays out of the books."""
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_raw_record_day", table_name="raw_record")
    if security.is_postgres():
        for column in _added():
            op.drop_column("raw_record", column.name)
    else:
        _rebuild_raw_record()


def _added() -> tuple[sa.Column[Any], ...]:
    return sa.Column("version", sa.BigInteger), sa.Column("day", Day()), sa.Column("label", sa.Text)


def _rebuild_raw_record(*added: sa.Column[Any]) -> None:
    """Make the table anew under its name (an ALTER TABLE would leave another text in the schema) and fill it."""
    for trigger in ("raw_record_no_update", "raw_record_no_delete"):
        op.execute(f"DROP TRIGGER {trigger}")
    op.drop_index(DIGEST_INDEX[0], table_name="raw_record")
    op.rename_table("raw_record", "raw_record_before")
    op.create_table(
        "raw_record",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("extracted_at", Moment(), nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("is_current", sa.Boolean, nullable=False),
        *added,
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_raw_record"),
        sqlite_with_rowid=False,
    )
    kept = ", ".join(KEPT)
    op.execute(f"INSERT INTO raw_record ({kept}) SELECT {kept} FROM raw_record_before")
    op.drop_table("raw_record_before")
    op.create_index(DIGEST_INDEX[0], "raw_record", list(DIGEST_INDEX[1]), unique=True)
    security.freeze(("raw_record",))


def _create_tombstone() -> None:
    op.create_table(
        "tombstone",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("raw_id", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_tombstone"),
    )
    op.create_index("ix_tombstone_source", "tombstone", ["tenant_id", "company_id", "stream", "source_key"])
    op.create_index("ix_tombstone_raw", "tombstone", ["tenant_id", "raw_id"])


def _create_renaming() -> None:
    op.create_table(
        "renaming",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("old_name", sa.Text, nullable=False),
        sa.Column("new_name", sa.Text, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("is_settled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_renaming"),
    )
    op.create_index("ix_renaming_company", "renaming", ["tenant_id", "company_id", "is_settled"])


def _create_raw_outdated() -> None:
    op.create_table(
        "raw_outdated",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("raw_id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "raw_id", name="pk_raw_outdated"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_raw_outdated_stream", "raw_outdated", ["tenant_id", "company_id", "stream"])
