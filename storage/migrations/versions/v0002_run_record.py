"""Which raw records a run saw: the figures of an import are read back for exactly these.

Revision: 0002. Down to: 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import security

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "run_record",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("raw_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "raw_id", name="pk_run_record"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_voucher_raw", "voucher", ["tenant_id", "raw_id"], unique=False)
    security.protect(("run_record",))


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_voucher_raw", table_name="voucher")
    op.drop_table("run_record")
