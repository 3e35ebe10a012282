"""Sign-ins of connections, their pace and breaker, and deliveries of webhooks.

Revision: 0007. Down to: 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import security
from storage.types import Json, Key, Moment

revision = "0007"
down_revision = "0006"

TABLES = ("sign_in", "throttle", "delivery")


def upgrade() -> None:
    """Create the tables."""
    _create_sign_in()
    _create_throttle()
    _create_delivery()
    security.protect(TABLES)


def downgrade() -> None:
    """Drop them; whoever signed in has to do so again."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_sign_in() -> None:
    op.create_table(
        "sign_in",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("connection_id", sa.BigInteger, nullable=False),
        sa.Column("sealed", Json(), nullable=False),
        sa.Column("renewals", sa.BigInteger, nullable=False),
        sa.Column("refusal", sa.Text, nullable=False),
        sa.Column("refused_at", Moment(), nullable=True),
        sa.Column("updated_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "connection_id", name="pk_sign_in"),
    )


def _create_throttle() -> None:
    op.create_table(
        "throttle",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("connection_id", sa.BigInteger, nullable=False),
        sa.Column("free_at", sa.Double, nullable=False),
        sa.Column("held_until", sa.Double, nullable=False),
        sa.Column("day", Key(), nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("open_until", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "connection_id", name="pk_throttle"),
    )


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("connection_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("events", Json(), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_delivery"),
        sa.UniqueConstraint("tenant_id", "connection_id", "digest", name="uq_delivery_tenant_id_connection_id_digest"),
    )
    op.create_index("ix_delivery_received", "delivery", ["tenant_id", "received_at"])
