"""What sources said: raw records, append-only, their payloads in compressed chunks.

Payloads of neighbours are compressed together: a chunk of fifty vouchers takes a tenth of the room and a fifth of the
time of fifty single blobs. The database itself refuses to change or delete what was appended; only the flag
``is_current`` moves.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import flag, key, metadata, tenant_column, text
from storage.types import Day, Moment

RAW_ADDRESS = "uq_raw_record_digest"
"""Index of raw records by company, stream and source key."""

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
    sa.Column("version", sa.BigInteger),
    sa.Column("day", Day),
    sa.Column("label", sa.Text),
    sa.PrimaryKeyConstraint("tenant_id", "id"),
    sa.Index(RAW_ADDRESS, "tenant_id", "company_id", "stream", "source_key", "digest", unique=True),
    sa.Index(
        "ix_raw_record_day",
        "tenant_id",
        "company_id",
        "stream",
        "day",
        sqlite_where=sa.text("is_current AND day IS NOT NULL"),
        postgresql_where=sa.text("is_current AND day IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)
"""``is_current``: the newest the source said under this key, and not retired; the only column that changes.

``version``, ``day`` and ``label`` repeat what the payload says (``canonical.record.RawRecord``), to be held against a
census. They are null if the source does not say them; in records stored before they were kept they are filled in when
the record is read again.
"""

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

tombstone = sa.Table(
    "tombstone",
    metadata,
    tenant_column(),
    sa.Column("id", sa.BigInteger, nullable=False),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("stream"),
    key("source_key"),
    sa.Column("raw_id", sa.BigInteger, nullable=False),
    sa.Column("run_id", sa.BigInteger),
    sa.Column("known_at", Moment, nullable=False),
    text("reason"),
    sa.PrimaryKeyConstraint("tenant_id", "id"),
    sa.Index("ix_tombstone_source", "tenant_id", "company_id", "stream", "source_key"),
    sa.Index("ix_tombstone_raw", "tenant_id", "raw_id"),
)
"""The source has it no more: said once, never changed. ``raw_id`` is the last it had said; if it says anything under
this key again, that is a new current record, and the tombstone tells of the time between."""

renaming = sa.Table(
    "renaming",
    metadata,
    tenant_column(),
    sa.Column("id", sa.BigInteger, nullable=False),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("stream"),
    key("source_key"),
    text("old_name"),
    text("new_name"),
    sa.Column("run_id", sa.BigInteger),
    sa.Column("known_at", Moment, nullable=False),
    flag("is_settled"),
    sa.PrimaryKeyConstraint("tenant_id", "id"),
    sa.Index("ix_renaming_company", "tenant_id", "company_id", "is_settled"),
)
"""A record others refer to by name got another one. ``is_settled``: whatever names it is in ``raw_outdated`` by now."""

raw_outdated = sa.Table(
    "raw_outdated",
    metadata,
    tenant_column(),
    sa.Column("raw_id", sa.BigInteger, nullable=False),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("stream"),
    sa.PrimaryKeyConstraint("tenant_id", "raw_id"),
    sa.Index("ix_raw_outdated_stream", "tenant_id", "company_id", "stream"),
    sqlite_with_rowid=False,
)
"""Current raw records that name what was renamed: the source would say them otherwise now, so they are to be read
again; the row goes when they are."""
