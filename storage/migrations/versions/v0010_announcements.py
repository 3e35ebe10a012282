"""Objects that webhooks named: a sync looks for exactly these.

Revision: 0010. Down to: 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import security
from storage.types import Key, Moment

revision = "0010"
down_revision = "0009"

TABLE = "announcement"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("connection_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("is_deletion", sa.Boolean, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("outcome", Key(), nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "connection_id", "stream", "source_key", name="pk_announcement"),
    )
    op.create_index("ix_announcement_last", TABLE, ["tenant_id", "last_at"])
    security.protect((TABLE,))


def downgrade() -> None:
    """Drop it; what it named is found by the next sync that compares everything."""
    op.drop_table(TABLE)
