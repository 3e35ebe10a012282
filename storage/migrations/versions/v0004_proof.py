"""Proofs say what each line compares and why it may have no oracle, what they came to, and what an owner accepted.

Revision: 0004. Down to: 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import security
from storage.types import Amount, Day, Moment

revision = "0004"
down_revision = "0003"

_LINE = (
    "INSERT INTO proof_line (tenant_id, proof_id, line, kind, name, ours, theirs, oracle, reason, as_of) "
    "SELECT tenant_id, proof_id, line, 'other', name, ours, theirs, oracle, '', NULL FROM proof_total"
)
_FINDING = (
    "INSERT INTO proof_finding (tenant_id, proof_id, compared, differing, without_oracle, money_difference, "
    "opening_difference, other_differences, record_writes) "
    "SELECT p.tenant_id, p.id, COUNT(t.theirs), COALESCE(SUM(CASE WHEN t.ours <> t.theirs THEN 1 ELSE 0 END), 0), "
    "COUNT(t.line) - COUNT(t.theirs), COALESCE(MAX(ABS(t.ours - t.theirs)), 0), 0, 0, NULL FROM proof p "
    "LEFT JOIN proof_total t ON t.tenant_id = p.tenant_id AND t.proof_id = p.id GROUP BY p.tenant_id, p.id"
)
_TOTAL = (
    "INSERT INTO proof_total (tenant_id, proof_id, line, name, ours, theirs, oracle) "
    "SELECT tenant_id, proof_id, line, name, ours, theirs, oracle FROM proof_line"
)
_NEW = ("proof_finding", "proof_line", "proof_oracle", "accepted_difference")


def upgrade() -> None:
    """Create the tables, move the lines over and add up what older proofs came to."""
    _create_finding()
    _create_line()
    _create_oracle()
    _create_accepted()
    with security.all_rows("proof", "proof_total"):
        op.execute(_LINE)
        op.execute(_FINDING)
    op.drop_table("proof_total")
    security.protect(_NEW)


def downgrade() -> None:
    """Move the lines back and drop the tables."""
    op.create_table(
        "proof_total",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("proof_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("ours", Amount(), nullable=False),
        sa.Column("theirs", Amount(), nullable=True),
        sa.Column("oracle", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "proof_id", "line", name="pk_proof_total"),
    )
    with security.all_rows("proof_line"):
        op.execute(_TOTAL)
    security.protect(("proof_total",))
    for table in _NEW:
        op.drop_table(table)


def _create_finding() -> None:
    op.create_table(
        "proof_finding",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("proof_id", sa.BigInteger, nullable=False),
        sa.Column("compared", sa.BigInteger, nullable=False),
        sa.Column("differing", sa.BigInteger, nullable=False),
        sa.Column("without_oracle", sa.BigInteger, nullable=False),
        sa.Column("money_difference", Amount(), nullable=False),
        sa.Column("opening_difference", Amount(), nullable=False),
        sa.Column("other_differences", sa.BigInteger, nullable=False),
        sa.Column("record_writes", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "proof_id", name="pk_proof_finding"),
    )


def _create_line() -> None:
    op.create_table(
        "proof_line",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("proof_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("ours", Amount(), nullable=False),
        sa.Column("theirs", Amount(), nullable=True),
        sa.Column("oracle", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("as_of", Day(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "proof_id", "line", name="pk_proof_line"),
    )


def _create_oracle() -> None:
    op.create_table(
        "proof_oracle",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("proof_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("oracle", sa.Text, nullable=False),
        sa.Column("is_used", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("as_of", Day(), nullable=True),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "proof_id", "line", name="pk_proof_oracle"),
    )


def _create_accepted() -> None:
    op.create_table(
        "accepted_difference",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("accepted_at", Moment(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "company_id", "accepted_at", name="pk_accepted_difference"),
    )
