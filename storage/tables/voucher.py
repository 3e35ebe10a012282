"""Vouchers and what hangs on a voucher's version: postings, bill allocations, lines, taxes, banks, cost centres.

Signed columns are debit-positive and called ``net``. Postings and bill allocations repeat the voucher's day, whether
it counts in the books, and the times it was known, so that a trial balance or an ageing reads one covering index and
joins nothing. ``unreferenced`` is the part of a posting that no bill allocation names: it is on account on a party's
ledger and meaningless elsewhere, and which ledgers are parties' is asked when the report is made, so that masters may
arrive before or after vouchers.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from storage.tables.base import flag, key, metadata, tenant_column, text, versioned_table
from storage.types import Amount, Day, Moment, Number

voucher = versioned_table(
    "voucher",
    key("kind"),
    key("type_key"),
    text("type_name"),
    text("number"),
    sa.Column("day", Day, nullable=False),
    key("party_key"),
    flag("is_cancelled"),
    flag("is_optional"),
    flag("is_post_dated"),
    flag("counts"),
    sa.Column("debit_total", Amount, nullable=False),
    indexes=(
        sa.Index("ix_voucher_day", "tenant_id", "company_id", "day", "id"),
        sa.Index("ix_voucher_party", "tenant_id", "company_id", "party_key", "day", "id"),
        sa.Index("ix_voucher_raw", "tenant_id", "raw_id"),
    ),
)
"""``counts``: accounting kind, not cancelled, not optional; only then are its postings part of the books."""


def _known() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return sa.Column("known_from", Moment, nullable=False), sa.Column("known_to", Moment)


posting = sa.Table(
    "posting",
    metadata,
    tenant_column(),
    sa.Column("voucher_id", sa.BigInteger, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("ledger_key"),
    sa.Column("day", Day, nullable=False),
    sa.Column("net", Amount, nullable=False),
    sa.Column("unreferenced", Amount, nullable=False),
    flag("counts"),
    *_known(),
    sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line"),
    sa.Index(
        "ix_posting_ledger",
        "tenant_id",
        "company_id",
        "ledger_key",
        "day",
        "net",
        "counts",
        "known_to",
        "known_from",
    ),
    sa.Index(
        "ix_posting_unreferenced",
        "tenant_id",
        "company_id",
        "ledger_key",
        "day",
        "unreferenced",
        "counts",
        "known_to",
        "known_from",
        sqlite_where=sa.text("unreferenced <> 0"),
        postgresql_where=sa.text("unreferenced <> 0"),
    ),
    sqlite_with_rowid=False,
)

bill_allocation = sa.Table(
    "bill_allocation",
    metadata,
    tenant_column(),
    sa.Column("owner_id", sa.BigInteger, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("ledger_key"),
    key("item_key"),
    text("ref"),
    text("kind"),
    sa.Column("net", Amount, nullable=False),
    sa.Column("effective_on", Day),
    sa.Column("bill_date", Day),
    sa.Column("due_date", Day),
    sa.Column("credit_number", sa.Integer),
    sa.Column("credit_unit", sa.Text),
    flag("counts"),
    flag("is_opening"),
    *_known(),
    sa.PrimaryKeyConstraint("tenant_id", "owner_id", "line", "seq"),
    sa.Index(
        "ix_bill_allocation_item",
        "tenant_id",
        "company_id",
        "ledger_key",
        "item_key",
        "effective_on",
        "net",
        "bill_date",
        "due_date",
        "counts",
        "known_to",
        "known_from",
    ),
    sqlite_with_rowid=False,
)
"""``owner_id``: the version of the voucher, or of the ledger for an opening bill (then ``effective_on`` is null: the
eve of the books). ``item_key``: the folded reference; an on-account row has one of its own, for it is its own item."""

item_line = sa.Table(
    "item_line",
    metadata,
    tenant_column(),
    sa.Column("voucher_id", sa.BigInteger, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    key("item_key"),
    sa.Column("net", Amount, nullable=False),
    sa.Column("quantity", Number),
    text("unit"),
    sa.Column("rate", Number),
    text("hsn"),
    key("ledger_key"),
    sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line"),
    sqlite_with_rowid=False,
)

tax_line = sa.Table(
    "tax_line",
    metadata,
    tenant_column(),
    sa.Column("voucher_id", sa.BigInteger, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    text("head"),
    key("ledger_key"),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("rate", Number),
    sa.Column("assessable", Amount),
    sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line"),
    sqlite_with_rowid=False,
)

bank_allocation = sa.Table(
    "bank_allocation",
    metadata,
    tenant_column(),
    sa.Column("voucher_id", sa.BigInteger, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("net", Amount, nullable=False),
    text("transaction_type"),
    text("instrument_number"),
    sa.Column("instrument_date", Day),
    sa.Column("cleared_on", Day),
    text("reference"),
    sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line", "seq"),
    sqlite_with_rowid=False,
)

cost_allocation = sa.Table(
    "cost_allocation",
    metadata,
    tenant_column(),
    sa.Column("voucher_id", sa.BigInteger, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    key("centre_key"),
    key("category_key"),
    sa.Column("net", Amount, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "voucher_id", "line", "seq"),
    sqlite_with_rowid=False,
)

ledger_trait = sa.Table(
    "ledger_trait",
    metadata,
    tenant_column(),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("ledger_key"),
    key("trait"),
    sa.PrimaryKeyConstraint("tenant_id", "company_id", "ledger_key", "trait"),
    sqlite_with_rowid=False,
)
"""Evidence about ledgers whose masters may be missing: ``bills`` (has allocations), ``party`` (a trade document names
it as its party), ``bank`` (moved in a contra or carries an instrument). Evidence is only ever added."""
