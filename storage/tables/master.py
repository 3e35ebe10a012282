"""Masters: the chart of accounts, parties, items, cost centres, voucher types.

The columns are what is filtered and joined by; everything else is in the document. ``by_key`` finds a master by the
key other records refer to it with.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from storage.tables.base import flag, key, text, versioned_table
from storage.types import Amount


def _master(name: str, *columns: sa.Column[Any]) -> sa.Table:
    by_key = sa.Index(f"ix_{name}_key", "tenant_id", "company_id", "key")
    return versioned_table(name, key("key"), text("name"), *columns, indexes=(by_key,))


account_group = _master("account_group", key("parent_key"), text("reserved"))
ledger = _master(
    "ledger",
    key("group_key"),
    text("reserved"),
    sa.Column("opening", Amount, nullable=False),
    sa.Column("closing", Amount),
    sa.Column("credit_number", sa.Integer),
    sa.Column("credit_unit", sa.Text),
    flag("is_bill_wise"),
    flag("is_provisional"),
)
"""``is_provisional``: a placeholder."""
party = _master("party", key("ledger_key"), key("gstin"), key("pan"), flag("is_provisional"))
"""``is_provisional``: inferred from vouchers, gives way to the master."""
unit = _master("unit", text("uqc"))
stock_group = _master("stock_group", key("parent_key"))
item = _master("item", key("group_key"), key("hsn"), text("base_unit"))
godown = _master("godown", key("parent_key"))
cost_category = _master("cost_category")
cost_centre = _master("cost_centre", key("category_key"), key("parent_key"))
voucher_type = _master("voucher_type", key("parent_key"), text("kind"))
