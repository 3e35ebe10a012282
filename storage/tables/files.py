"""Files taken from watched folders, and how the columns of people's spreadsheets are read."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import key, metadata, tenant_column, text
from storage.types import Json, Moment

taken_file = sa.Table(
    "taken_file",
    metadata,
    tenant_column(),
    sa.Column("id", sa.BigInteger, nullable=False),
    key("claim"),
    key("folder"),
    text("name"),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    key("status"),
    text("connector"),
    sa.Column("run_id", sa.BigInteger),
    text("report"),
    sa.Column("taken_at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id"),
    sa.UniqueConstraint("tenant_id", "claim"),
    sa.Index("ix_taken_file_digest", "tenant_id", "digest"),
)
"""One row per file once it is decided, before it is moved; ``claim`` is the name of the place it waits in."""

column_mapping = sa.Table(
    "column_mapping",
    metadata,
    tenant_column(),
    key("name"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("mapping", Json(), nullable=False),
    sa.Column("saved_at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "name", "version"),
)
"""Versions are added, never changed: what was imported by an older one can still be explained."""
