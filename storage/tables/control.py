"""Tenants, their API keys, and the counters surrogate ids are taken from."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import metadata, tenant_column, text
from storage.types import Key, Moment

tenant = sa.Table(
    "tenant",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("slug", Key(), nullable=False, unique=True),
    text("name"),
    sa.Column("created_at", Moment),
)

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("secret_hash", sa.LargeBinary, primary_key=True),
    sa.Column("tenant_id", sa.Integer, sa.ForeignKey("tenant.id"), nullable=False),
    text("name"),
    text("hint"),
    sa.Column("created_at", Moment),
    sa.Column("revoked_at", Moment),
)

id_block = sa.Table(
    "id_block",
    metadata,
    tenant_column(),
    sa.Column("next_id", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id"),
)
