"""Files taken from watched folders, and mappings of spreadsheet columns.

Revision: 0008. Down to: 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import security
from storage.types import Json, Key, Moment

revision = "0008"
down_revision = "0007"

TABLES = ("taken_file", "column_mapping")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "taken_file",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("claim", Key(), nullable=False),
        sa.Column("folder", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("status", Key(), nullable=False),
        sa.Column("connector", sa.Text, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_taken_file"),
        sa.UniqueConstraint("tenant_id", "claim", name="uq_taken_file_tenant_id_claim"),
    )
    op.create_index("ix_taken_file_digest", "taken_file", ["tenant_id", "digest"])
    op.create_table(
        "column_mapping",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("mapping", Json(), nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", "version", name="pk_column_mapping"),
    )
    security.protect(TABLES)


def downgrade() -> None:
    """Drop them; files that were imported are known by their raw records still."""
    for table in reversed(TABLES):
        op.drop_table(table)
