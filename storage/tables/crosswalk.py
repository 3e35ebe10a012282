"""The crosswalk: which source parties stand under which golden party, past and present."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import key, metadata, tenant_column
from storage.types import Moment

crosswalk = sa.Table(
    "crosswalk",
    metadata,
    tenant_column(),
    key("entry_id"),
    key("golden_id"),
    key("merge_id"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "entry_id"),
    sa.Index("ix_crosswalk_golden", "tenant_id", "golden_id"),
)
"""``document`` is the entry, exactly; the columns are what is filtered by. Entries end, they are never deleted."""
