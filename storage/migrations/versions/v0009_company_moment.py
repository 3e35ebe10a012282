"""The newest moment at which something of a company was written or proved, and by which run.

Revision: 0009. Down to: 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import security
from storage.types import Moment

revision = "0009"
down_revision = "0008"

_FROM_PROOFS = (
    "INSERT INTO company_moment (tenant_id, company_id, run_id, known_at) "
    "SELECT tenant_id, company_id, 0, MAX(known_at) FROM proof GROUP BY tenant_id, company_id"
)
"""Run 0 is none: whoever writes next, an earlier run included, does so after everything that was proved."""


def upgrade() -> None:
    """Create the table; what was proved so far is not written into."""
    op.create_table(
        "company_moment",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "company_id", name="pk_company_moment"),
    )
    with security.all_rows("proof"):
        op.execute(_FROM_PROOFS)
    security.protect(("company_moment",))


def downgrade() -> None:
    """Drop it."""
    op.drop_table("company_moment")
