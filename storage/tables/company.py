"""Companies: the identity everything hangs on, and the versions of what the source says about it."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import key, metadata, tenant_column, text, versioned_table
from storage.types import Day, Moment

company = sa.Table(
    "company",
    metadata,
    tenant_column(),
    sa.Column("id", sa.BigInteger, nullable=False),
    key("connector"),
    key("source_key"),
    text("name"),
    sa.Column("books_from", Day),
    sa.Column("created_at", Moment),
    sa.Column("record_writes", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("raw_writes", sa.BigInteger, nullable=False, server_default="0"),
    sa.PrimaryKeyConstraint("tenant_id", "id"),
    sa.UniqueConstraint("tenant_id", "connector", "source_key"),
)
"""``record_writes`` and ``raw_writes`` count writing batches: a batch planned against an older count is planned again."""

company_profile = versioned_table("company_profile", text("name"))
