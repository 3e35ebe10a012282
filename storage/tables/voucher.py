"""Vouchers and what hangs on a voucher's version: postings, bill allocations, lines, taxes, banks, cost centres.

Signed columns are debit-positive and called ``net``. Postings and bill allocations repeat the voucher's day, whether
it counts in the books, and the times it was known, so that a trial balance or an ageing reads one covering index and
joins nothing.

Money on account: ``posting.unreferenced`` is what a voucher posts to a ledger without an allocation naming a bill for
it (its total stands on the voucher's first such posting on that ledger). On a party's ledger it is an open item of the
voucher, elsewhere it means nothing; which ledgers are parties' is asked when a report is made, so that masters may
arrive before or after vouchers. So for every party ledger, whatever came first:
opening bills and opening rest + bill allocations + unreferenced = ledger balance.
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
    sa.Column("aged_from", Day),
    sa.Column("falls_due", Day),
    sa.Column("origin_side", sa.Integer),
    flag("counts"),
    flag("is_opening"),
    flag("is_implied"),
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
        "aged_from",
        "falls_due",
        "origin_side",
        "counts",
        "known_to",
        "known_from",
    ),
    sqlite_with_rowid=False,
)
"""What a posting or an opening balance says about bills.

``owner_id`` is the version of the voucher, or of the ledger for what was open when the books began; then
``effective_on`` is null and stands for the eve of the books, and so does the day 0001-01-01 in the columns below.
``item_key`` is the folded reference, or for money without one a mark and the voucher: its own item. ``bill_date``,
``due_date`` and the credit period are as the source gives them. ``aged_from``, ``falls_due`` (null: the ledger's
default terms count) and ``origin_side`` (1 debit, -1 credit) are what ageing reads; they are null on settlements, which
never move a bill's dates. ``is_implied``: not said by the source, but what an opening balance or voucher leaves over.
"""

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

bill_ledger = sa.Table(
    "bill_ledger",
    metadata,
    tenant_column(),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("ledger_key"),
    sa.PrimaryKeyConstraint("tenant_id", "company_id", "ledger_key"),
    sqlite_with_rowid=False,
)
"""Ledgers that ever carried a bill: evidence that a ledger is a party's while its master is not known."""
