"""What sources said: raw records, append-only, their payloads in compressed chunks.

Payloads of neighbours are compressed together: a chunk of fifty vouchers takes a tenth of the room and a fifth of the
time of fifty single blobs. The database itself refuses to change or delete what was appended; only the flag
``is_current`` moves.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import flag, key, metadata, tenant_column, text
from storage.types import Moment

chunk = sa.Table(
    "chunk",
    metadata,
    tenant_column(),
    sa.Column("id", sa.BigInteger, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id"),
)
"""zstd of ``size`` bytes: raw payloads, or canonical documents, back to back."""

raw_record = sa.Table(
    "raw_record",
    metadata,
    tenant_column(),
    sa.Column("id", sa.BigInteger, nullable=False),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("stream"),
    key("source_key"),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("chunk_id", sa.BigInteger, nullable=False),
    sa.Column("chunk_at", sa.Integer, nullable=False),
    sa.Column("chunk_size", sa.Integer, nullable=False),
    text("origin"),
    sa.Column("extracted_at", Moment, nullable=False),
    sa.Column("run_id", sa.BigInteger),
    flag("is_current"),
    sa.PrimaryKeyConstraint("tenant_id", "id"),
    sa.Index("uq_raw_record_digest", "tenant_id", "company_id", "stream", "source_key", "digest", unique=True),
    sqlite_with_rowid=False,
)
"""``is_current``: the newest the source said under this key; the only column that ever changes."""

raw_pending = sa.Table(
    "raw_pending",
    metadata,
    tenant_column(),
    sa.Column("raw_id", sa.BigInteger, nullable=False),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("stream"),
    sa.PrimaryKeyConstraint("tenant_id", "raw_id"),
    sqlite_with_rowid=False,
)
"""Current raw records that wait for translation; the row goes in the transaction that stores what came of it."""

raw_stream = sa.Table(
    "raw_stream",
    metadata,
    tenant_column(),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("stream"),
    sa.Column("translator_version", sa.Integer, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "company_id", "stream"),
)
"""The translator version the stream was last read with: a new version makes all its records pending again."""
