"""What all tables share: the metadata, the tenant column, and the columns of a version."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from storage.types import Key, Moment

metadata = sa.MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"},
)


def tenant_column() -> sa.Column[int]:
    """First column of every tenant's table."""
    return sa.Column("tenant_id", sa.Integer, nullable=False)


def flag(name: str) -> sa.Column[bool]:
    """A yes or no that is always said."""
    return sa.Column(name, sa.Boolean, nullable=False)


def text(name: str) -> sa.Column[str]:
    """Text for people; empty rather than null."""
    return sa.Column(name, sa.Text, nullable=False)


def key(name: str) -> sa.Column[str]:
    """Text that is matched by; empty rather than null."""
    return sa.Column(name, Key(), nullable=False)


def version_columns() -> list[sa.Column[Any]]:
    """Columns of every versioned canonical table.

    ``digest`` is the SHA-256 of the canonical document, which lies in ``chunk`` at (chunk_id, chunk_at, chunk_size);
    ``raw_id`` is the raw record it was translated from.
    """
    return [
        tenant_column(),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        key("stream"),
        key("source_key"),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger),
        sa.Column("raw_id", sa.BigInteger),
        sa.Column("known_from", Moment, nullable=False),
        sa.Column("known_to", Moment),
    ]


def versioned_table(name: str, *columns: sa.Column[Any], indexes: tuple[sa.Index, ...] = ()) -> sa.Table:
    """Declare a versioned table; ``current_record`` says which version of each record is current."""
    history = sa.Index(f"ix_{name}_source", "tenant_id", "company_id", "stream", "source_key")
    by_id = sa.PrimaryKeyConstraint("tenant_id", "id")
    return sa.Table(name, metadata, *version_columns(), *columns, by_id, history, *indexes)
