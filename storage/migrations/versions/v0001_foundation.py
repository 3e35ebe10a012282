"""The foundation: tenants, companies, raw store, canonical tables, runs.

Revision: 0001. Down to: an empty database.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import security
from storage.types import Amount, Day, Json, Key, Moment, Number

revision = "0001"
down_revision = None

TENANT_TABLES = (
    "account_group",
    "bank_allocation",
    "bill_allocation",
    "bill_ledger",
    "bookmark",
    "chunk",
    "company",
    "company_profile",
    "connection",
    "cost_allocation",
    "cost_category",
    "cost_centre",
    "current_record",
    "godown",
    "id_block",
    "issue",
    "item",
    "item_line",
    "ledger",
    "party",
    "posting",
    "proof",
    "proof_total",
    "raw_pending",
    "raw_record",
    "raw_stream",
    "run",
    "run_step",
    "stock_group",
    "tax_line",
    "unit",
    "voucher",
    "voucher_type",
)
CONTROL_TABLES = ("api_key", "tenant")


def upgrade() -> None:
    """Create everything."""
    if security.is_postgres():
        security.create_app_role()
    _create_account_group()
    _create_bank_allocation()
    _create_bill_allocation()
    _create_bill_ledger()
    _create_bookmark()
    _create_chunk()
    _create_company()
    _create_company_profile()
    _create_connection()
    _create_cost_allocation()
    _create_cost_category()
    _create_cost_centre()
    _create_current_record()
    _create_godown()
    _create_id_block()
    _create_issue()
    _create_item()
    _create_item_line()
    _create_ledger()
    _create_party()
    _create_posting()
    _create_proof()
    _create_proof_total()
    _create_raw_pending()
    _create_raw_record()
    _create_raw_stream()
    _create_run()
    _create_run_step()
    _create_stock_group()
    _create_tax_line()
    _create_tenant()
    _create_unit()
    _create_voucher()
    _create_voucher_type()
    _create_api_key()
    security.protect(TENANT_TABLES)
    security.freeze()
    op.execute("INSERT INTO tenant (id, slug, name) VALUES (1, 'default', 'default')")


def downgrade() -> None:
    """Drop everything."""
    for table in (*TENANT_TABLES, *CONTROL_TABLES):
        op.drop_table(table)
    security.drop_privileges()


def _create_account_group() -> None:
    op.create_table(
        "account_group",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent_key", Key(), nullable=False),
        sa.Column("reserved", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_account_group"),
    )
    op.create_index("ix_account_group_key", "account_group", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index(
        "ix_account_group_source", "account_group", ["tenant_id", "company_id", "stream", "source_key"], unique=False
    )


def _create_bank_allocation() -> None:
    op.create_table(
        "bank_allocation",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("voucher_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("net", Amount(), nullable=False),
        sa.Column("transaction_type", sa.Text, nullable=False),
        sa.Column("instrument_number", sa.Text, nullable=False),
        sa.Column("instrument_date", Day(), nullable=True),
        sa.Column("cleared_on", Day(), nullable=True),
        sa.Column("reference", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line", "seq", name="pk_bank_allocation"),
        sqlite_with_rowid=False,
    )


def _create_bill_allocation() -> None:
    op.create_table(
        "bill_allocation",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("ledger_key", Key(), nullable=False),
        sa.Column("item_key", Key(), nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("net", Amount(), nullable=False),
        sa.Column("effective_on", Day(), nullable=True),
        sa.Column("bill_date", Day(), nullable=True),
        sa.Column("due_date", Day(), nullable=True),
        sa.Column("credit_number", sa.Integer, nullable=True),
        sa.Column("credit_unit", sa.Text, nullable=True),
        sa.Column("aged_from", Day(), nullable=True),
        sa.Column("falls_due", Day(), nullable=True),
        sa.Column("origin_side", sa.Integer, nullable=True),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("is_opening", sa.Boolean, nullable=False),
        sa.Column("is_implied", sa.Boolean, nullable=False),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "owner_id", "line", "seq", name="pk_bill_allocation"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_bill_allocation_item",
        "bill_allocation",
        [
            "tenant_id",
            "company_id",
            "ledger_key",
            "item_key",
            "effective_on",
            "net",
            "aged_from",
            "falls_due",
            "origin_side",
            "counts",
            "known_to",
            "known_from",
        ],
        unique=False,
    )


def _create_bill_ledger() -> None:
    op.create_table(
        "bill_ledger",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("ledger_key", Key(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "company_id", "ledger_key", name="pk_bill_ledger"),
        sqlite_with_rowid=False,
    )


def _create_bookmark() -> None:
    op.create_table(
        "bookmark",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("connection_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("state", Json(), nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("updated_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "connection_id", "stream", name="pk_bookmark"),
    )


def _create_chunk() -> None:
    op.create_table(
        "chunk",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_chunk"),
    )


def _create_company() -> None:
    op.create_table(
        "company",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("connector", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("books_from", Day(), nullable=True),
        sa.Column("created_at", Moment(), nullable=True),
        sa.Column("record_writes", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("raw_writes", sa.BigInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_company"),
        sa.UniqueConstraint("tenant_id", "connector", "source_key", name="uq_company_tenant_id_connector_source_key"),
    )


def _create_company_profile() -> None:
    op.create_table(
        "company_profile",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_company_profile"),
    )
    op.create_index(
        "ix_company_profile_source",
        "company_profile",
        ["tenant_id", "company_id", "stream", "source_key"],
        unique=False,
    )


def _create_connection() -> None:
    op.create_table(
        "connection",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("connector", sa.Text, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=True),
        sa.Column("config", Json(), nullable=False),
        sa.Column("created_at", Moment(), nullable=True),
        sa.Column("updated_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_connection"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_connection_tenant_id_name"),
    )


def _create_cost_allocation() -> None:
    op.create_table(
        "cost_allocation",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("voucher_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("centre_key", Key(), nullable=False),
        sa.Column("category_key", Key(), nullable=False),
        sa.Column("net", Amount(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line", "seq", name="pk_cost_allocation"),
        sqlite_with_rowid=False,
    )


def _create_cost_category() -> None:
    op.create_table(
        "cost_category",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_cost_category"),
    )
    op.create_index("ix_cost_category_key", "cost_category", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index(
        "ix_cost_category_source", "cost_category", ["tenant_id", "company_id", "stream", "source_key"], unique=False
    )


def _create_cost_centre() -> None:
    op.create_table(
        "cost_centre",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("category_key", Key(), nullable=False),
        sa.Column("parent_key", Key(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_cost_centre"),
    )
    op.create_index("ix_cost_centre_key", "cost_centre", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index(
        "ix_cost_centre_source", "cost_centre", ["tenant_id", "company_id", "stream", "source_key"], unique=False
    )


def _create_current_record() -> None:
    op.create_table(
        "current_record",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("version_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "company_id", "kind", "stream", "source_key", name="pk_current_record"),
        sqlite_with_rowid=False,
    )


def _create_godown() -> None:
    op.create_table(
        "godown",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent_key", Key(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_godown"),
    )
    op.create_index("ix_godown_key", "godown", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index("ix_godown_source", "godown", ["tenant_id", "company_id", "stream", "source_key"], unique=False)


def _create_id_block() -> None:
    op.create_table(
        "id_block",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("next_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_id_block"),
    )


def _create_issue() -> None:
    op.create_table(
        "issue",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=True),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("code", Key(), nullable=False),
        sa.Column("level", Key(), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("source", Json(), nullable=True),
        sa.Column("facts", Json(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_issue"),
    )
    op.create_index("ix_issue_company", "issue", ["tenant_id", "company_id", "code", "id"], unique=False)
    op.create_index("ix_issue_raw", "issue", ["tenant_id", "raw_id"], unique=False)
    op.create_index("ix_issue_run", "issue", ["tenant_id", "run_id"], unique=False)


def _create_item() -> None:
    op.create_table(
        "item",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("group_key", Key(), nullable=False),
        sa.Column("hsn", Key(), nullable=False),
        sa.Column("base_unit", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_item"),
    )
    op.create_index("ix_item_key", "item", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index("ix_item_source", "item", ["tenant_id", "company_id", "stream", "source_key"], unique=False)


def _create_item_line() -> None:
    op.create_table(
        "item_line",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("voucher_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("item_key", Key(), nullable=False),
        sa.Column("net", Amount(), nullable=False),
        sa.Column("quantity", Number(), nullable=True),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("rate", Number(), nullable=True),
        sa.Column("hsn", sa.Text, nullable=False),
        sa.Column("ledger_key", Key(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line", name="pk_item_line"),
        sqlite_with_rowid=False,
    )


def _create_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("group_key", Key(), nullable=False),
        sa.Column("reserved", sa.Text, nullable=False),
        sa.Column("opening", Amount(), nullable=False),
        sa.Column("closing", Amount(), nullable=True),
        sa.Column("credit_number", sa.Integer, nullable=True),
        sa.Column("credit_unit", sa.Text, nullable=True),
        sa.Column("is_bill_wise", sa.Boolean, nullable=False),
        sa.Column("is_provisional", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_ledger"),
    )
    op.create_index("ix_ledger_key", "ledger", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index("ix_ledger_source", "ledger", ["tenant_id", "company_id", "stream", "source_key"], unique=False)


def _create_party() -> None:
    op.create_table(
        "party",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("ledger_key", Key(), nullable=False),
        sa.Column("gstin", Key(), nullable=False),
        sa.Column("pan", Key(), nullable=False),
        sa.Column("is_provisional", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_party"),
    )
    op.create_index("ix_party_key", "party", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index("ix_party_source", "party", ["tenant_id", "company_id", "stream", "source_key"], unique=False)


def _create_posting() -> None:
    op.create_table(
        "posting",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("voucher_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("ledger_key", Key(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("net", Amount(), nullable=False),
        sa.Column("unreferenced", Amount(), nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line", name="pk_posting"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_posting_ledger",
        "posting",
        ["tenant_id", "company_id", "ledger_key", "day", "net", "counts", "known_to", "known_from"],
        unique=False,
    )
    op.create_index(
        "ix_posting_unreferenced",
        "posting",
        ["tenant_id", "company_id", "ledger_key", "day", "unreferenced", "counts", "known_to", "known_from"],
        unique=False,
        sqlite_where=sa.text("unreferenced <> 0"),
        postgresql_where=sa.text("unreferenced <> 0"),
    )


def _create_proof() -> None:
    op.create_table(
        "proof",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_proof"),
    )
    op.create_index("ix_proof_company", "proof", ["tenant_id", "company_id", "id"], unique=False)


def _create_proof_total() -> None:
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


def _create_raw_pending() -> None:
    op.create_table(
        "raw_pending",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("raw_id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "raw_id", name="pk_raw_pending"),
        sqlite_with_rowid=False,
    )


def _create_raw_record() -> None:
    op.create_table(
        "raw_record",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("extracted_at", Moment(), nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_raw_record"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_raw_record_digest", "raw_record", ["tenant_id", "company_id", "stream", "source_key", "digest"], unique=True
    )


def _create_raw_stream() -> None:
    op.create_table(
        "raw_stream",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("translator_version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "company_id", "stream", name="pk_raw_stream"),
    )


def _create_run() -> None:
    op.create_table(
        "run",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("connector", sa.Text, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=True),
        sa.Column("connection_id", sa.BigInteger, nullable=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("facts", Json(), nullable=False),
        sa.Column("summary", Json(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_run"),
    )


def _create_run_step() -> None:
    op.create_table(
        "run_step",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=True),
        sa.Column("facts", Json(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "name", name="pk_run_step"),
    )


def _create_stock_group() -> None:
    op.create_table(
        "stock_group",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent_key", Key(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_stock_group"),
    )
    op.create_index("ix_stock_group_key", "stock_group", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index(
        "ix_stock_group_source", "stock_group", ["tenant_id", "company_id", "stream", "source_key"], unique=False
    )


def _create_tax_line() -> None:
    op.create_table(
        "tax_line",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("voucher_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("ledger_key", Key(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("rate", Number(), nullable=True),
        sa.Column("assessable", Amount(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line", name="pk_tax_line"),
        sqlite_with_rowid=False,
    )


def _create_tenant() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("slug", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tenant"),
        sa.UniqueConstraint("slug", name="uq_tenant_slug"),
    )


def _create_unit() -> None:
    op.create_table(
        "unit",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("uqc", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_unit"),
    )
    op.create_index("ix_unit_key", "unit", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index("ix_unit_source", "unit", ["tenant_id", "company_id", "stream", "source_key"], unique=False)


def _create_voucher() -> None:
    op.create_table(
        "voucher",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("type_key", Key(), nullable=False),
        sa.Column("type_name", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("party_key", Key(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean, nullable=False),
        sa.Column("is_optional", sa.Boolean, nullable=False),
        sa.Column("is_post_dated", sa.Boolean, nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("debit_total", Amount(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_voucher"),
    )
    op.create_index("ix_voucher_day", "voucher", ["tenant_id", "company_id", "day", "id"], unique=False)
    op.create_index("ix_voucher_party", "voucher", ["tenant_id", "company_id", "party_key", "day", "id"], unique=False)
    op.create_index("ix_voucher_source", "voucher", ["tenant_id", "company_id", "stream", "source_key"], unique=False)


def _create_voucher_type() -> None:
    op.create_table(
        "voucher_type",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("stream", Key(), nullable=False),
        sa.Column("source_key", Key(), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=True),
        sa.Column("chunk_id", sa.BigInteger, nullable=False),
        sa.Column("chunk_at", sa.Integer, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=True),
        sa.Column("raw_id", sa.BigInteger, nullable=True),
        sa.Column("known_from", Moment(), nullable=False),
        sa.Column("known_to", Moment(), nullable=True),
        sa.Column("key", Key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent_key", Key(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_voucher_type"),
    )
    op.create_index("ix_voucher_type_key", "voucher_type", ["tenant_id", "company_id", "key"], unique=False)
    op.create_index(
        "ix_voucher_type_source", "voucher_type", ["tenant_id", "company_id", "stream", "source_key"], unique=False
    )


def _create_api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("created_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
        ),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_api_key"),
    )
