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
"""``record_writes`` and ``raw_writes`` count writing batches: a batch planned before another one is planned again."""

company_moment = sa.Table(
    "company_moment",
    metadata,
    tenant_column(),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    sa.Column("run_id", sa.BigInteger, nullable=False),
    sa.Column("known_at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "company_id"),
)
"""The newest moment at which something of a company was written or proved, and by which run.

A proof stands for the books as known at one moment, and a reader whose newest state is held back is shown the books of
an earlier one. That works only if nobody writes into the past: not into a state that another run has proved already.
"""

company_profile = versioned_table("company_profile", text("name"))

current_record = sa.Table(
    "current_record",
    metadata,
    tenant_column(),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("kind"),
    key("stream"),
    key("source_key"),
    sa.Column("version_id", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("source_version", sa.BigInteger),
    sa.Column("known_from", Moment, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "company_id", "kind", "stream", "source_key"),
    sqlite_with_rowid=False,
)
"""The current version of every record by its source address: one at most, and what an upsert compares with.

A table of its own with a single index: looked up through a partial index of ``voucher`` instead, PostgreSQL may choose
any of that table's indexes while it has no statistics, and read all rows of the tenant for every key.
"""
