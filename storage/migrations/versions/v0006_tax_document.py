"""Tax documents: what is compared across sales, purchases and notes.

Revision: 0006. Down to: 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import security
from storage.types import Amount, Day, Key

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "tax_document",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("raw_id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("own_gstin", Key(), nullable=False),
        sa.Column("other", Key(), nullable=False),
        sa.Column("is_to_registered", sa.Boolean, nullable=False),
        sa.Column("number_key", Key(), nullable=False),
        sa.Column("number_fault", sa.Text, nullable=False),
        sa.Column("taxable", Amount(), nullable=False),
        sa.Column("must_register", sa.Boolean, nullable=False),
        sa.Column("is_registered", sa.Boolean, nullable=False),
        sa.Column("registered_on", Day(), nullable=True),
        sa.Column("hsn_digits", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "raw_id", name="pk_tax_document"),
        sqlite_with_rowid=False,
    )
    security.protect(("tax_document",))


def downgrade() -> None:
    """Drop it."""
    op.drop_table("tax_document")
