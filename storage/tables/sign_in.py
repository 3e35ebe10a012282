"""Sign-ins of connections, how fast they may ask, what products called us with, and what those calls named."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import flag, key, metadata, tenant_column, text
from storage.types import Json, Moment

sign_in = sa.Table(
    "sign_in",
    metadata,
    tenant_column(),
    sa.Column("connection_id", sa.BigInteger, nullable=False),
    sa.Column("sealed", Json(), nullable=False),
    sa.Column("renewals", sa.BigInteger, nullable=False),
    text("refusal"),
    sa.Column("refused_at", Moment),
    sa.Column("updated_at", Moment),
    sa.PrimaryKeyConstraint("tenant_id", "connection_id"),
)
"""Tokens, sealed by the vault; ``refusal`` is the code with which the authorisation server ended them."""

throttle = sa.Table(
    "throttle",
    metadata,
    tenant_column(),
    sa.Column("connection_id", sa.BigInteger, nullable=False),
    sa.Column("free_at", sa.Double, nullable=False),
    sa.Column("held_until", sa.Double, nullable=False),
    key("day"),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("open_until", sa.Double, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "connection_id"),
)
"""Token bucket, day's quota and breaker of a connection; moments are seconds since 1970 UTC."""

delivery = sa.Table(
    "delivery",
    metadata,
    tenant_column(),
    sa.Column("id", sa.BigInteger, nullable=False),
    sa.Column("connection_id", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("events", Json(), nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id"),
    sa.UniqueConstraint("tenant_id", "connection_id", "digest"),
    sa.Index("ix_delivery_received", "tenant_id", "received_at"),
)
"""What products called us with: the bytes of each, once, and how often they came.

``connection_id`` is 0 of those that are about no connection of the tenant.
"""

announcement = sa.Table(
    "announcement",
    metadata,
    tenant_column(),
    sa.Column("connection_id", sa.BigInteger, nullable=False),
    key("stream"),
    key("source_key"),
    flag("is_deletion"),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("first_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    key("outcome"),
    sa.Column("run_id", sa.BigInteger),
    sa.PrimaryKeyConstraint("tenant_id", "connection_id", "stream", "source_key"),
    sa.Index("ix_announcement_last", "tenant_id", "last_at"),
)
"""Objects that deliveries named, each once: an empty ``outcome`` waits for a sync that looks for it."""
