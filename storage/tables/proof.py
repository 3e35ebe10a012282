"""Proofs: every comparison with the source, what became of its reports, and what an owner accepted."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import flag, metadata, tenant_column, text
from storage.types import Amount, Day, Moment

proof = sa.Table(
    "proof",
    metadata,
    tenant_column(),
    sa.Column("id", sa.BigInteger, nullable=False),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    sa.Column("run_id", sa.BigInteger),
    text("status"),
    sa.Column("known_at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id"),
    sa.Index("ix_proof_company", "tenant_id", "company_id", "id"),
)

proof_finding = sa.Table(
    "proof_finding",
    metadata,
    tenant_column(),
    sa.Column("proof_id", sa.BigInteger, nullable=False),
    sa.Column("compared", sa.BigInteger, nullable=False),
    sa.Column("differing", sa.BigInteger, nullable=False),
    sa.Column("without_oracle", sa.BigInteger, nullable=False),
    sa.Column("money_difference", Amount, nullable=False),
    sa.Column("opening_difference", Amount, nullable=False),
    sa.Column("other_differences", sa.BigInteger, nullable=False),
    sa.Column("record_writes", sa.BigInteger),
    sa.PrimaryKeyConstraint("tenant_id", "proof_id"),
)
"""What a proof came to, so that "is it published" needs no look at its lines.

``record_writes`` is the company's counter when its figures were taken: while it is the same, the books are as proven.
"""

proof_line = sa.Table(
    "proof_line",
    metadata,
    tenant_column(),
    sa.Column("proof_id", sa.BigInteger, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    text("kind"),
    text("name"),
    sa.Column("ours", Amount, nullable=False),
    sa.Column("theirs", Amount),
    text("oracle"),
    text("reason"),
    sa.Column("as_of", Day),
    sa.PrimaryKeyConstraint("tenant_id", "proof_id", "line"),
)
"""Control totals. Of all but a company's newest proof those that were proved are not kept; their number is."""

proof_oracle = sa.Table(
    "proof_oracle",
    metadata,
    tenant_column(),
    sa.Column("proof_id", sa.BigInteger, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    text("oracle"),
    flag("is_used"),
    text("reason"),
    sa.Column("as_of", Day),
    sa.Column("lines", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "proof_id", "line"),
)

accepted_difference = sa.Table(
    "accepted_difference",
    metadata,
    tenant_column(),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    sa.Column("accepted_at", Moment, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    text("reason"),
    sa.PrimaryKeyConstraint("tenant_id", "company_id", "accepted_at"),
)
"""What the opening balances of a company may fail to balance by, as its owner decided; the newest row counts."""
