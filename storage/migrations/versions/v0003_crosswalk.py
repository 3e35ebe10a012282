"""The crosswalk of the harmonizer.

Revision: 0003. Down to: 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import security
from storage.types import Key, Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "crosswalk",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("entry_id", Key(), nullable=False),
        sa.Column("golden_id", Key(), nullable=False),
        sa.Column("merge_id", Key(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "entry_id", name="pk_crosswalk"),
    )
    op.create_index("ix_crosswalk_golden", "crosswalk", ["tenant_id", "golden_id"], unique=False)
    security.protect(("crosswalk",))


def downgrade() -> None:
    """Drop it."""
    op.drop_table("crosswalk")
