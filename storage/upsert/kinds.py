"""Kinds: for each canonical type, its table and the columns it is found by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.cost import CostCategory, CostCentre
from canonical.item import Godown, Item, StockGroup, Unit
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherType
from storage.engine import Row
from storage.tables import company, master, voucher
from storage.types import scale_amount, wire_day


@dataclass(frozen=True, slots=True)
class Kind:
    """How one canonical type is stored.

    Attributes:
        columns: the values of the table's own columns (after those of every version), in wire form.
        is_provisional: whether a record gives way to a real one of the same key.
    """

    record_type: type
    table: sa.Table
    columns: Callable[[Any], Row]
    is_provisional: Callable[[Any], bool] | None = None


def kind_of(record: CanonicalRecord) -> Kind:
    """Return the kind of a record."""
    return KINDS[type(record)]


def _ledger(ledger: Ledger) -> Row:
    period = ledger.credit_period
    return (
        ledger.key,
        ledger.name,
        ledger.group_key,
        ledger.reserved.value if ledger.reserved else "",
        scale_amount(ledger.opening_bills_net if ledger.opening is None else ledger.opening),
        None if ledger.closing is None else scale_amount(ledger.closing),
        period.number if period else None,
        period.unit.value if period else None,
        ledger.is_bill_wise,
        ledger.is_placeholder,
    )


def _party(party: Party) -> Row:
    return (party.key, party.name, party.ledger_key, party.gstin, party.pan, party.roles_inferred)


def _item(item: Item) -> Row:
    latest = item.tax_details[-1].hsn if item.tax_details else ""
    return (item.key, item.name, item.group_key, latest, item.base_unit)


def _voucher(voucher: Voucher) -> Row:
    return (
        voucher.kind.value,
        voucher.type_key,
        voucher.type_name,
        voucher.number,
        wire_day(voucher.day),
        voucher.party_key,
        voucher.is_cancelled,
        voucher.is_optional,
        voucher.is_post_dated,
        voucher.counts_in_books,
        scale_amount(voucher.debit_total),
    )


_KINDS = (
    Kind(Company, company.company_profile, lambda r: (r.name,)),
    Kind(
        AccountGroup,
        master.account_group,
        lambda r: (r.key, r.name, r.parent_key, r.reserved.value if r.reserved else ""),
    ),
    Kind(Ledger, master.ledger, _ledger, lambda r: cast("bool", r.is_placeholder)),
    Kind(Party, master.party, _party, lambda r: cast("bool", r.roles_inferred)),
    Kind(Unit, master.unit, lambda r: (r.key, r.symbol, r.uqc)),
    Kind(StockGroup, master.stock_group, lambda r: (r.key, r.name, r.parent_key)),
    Kind(Item, master.item, _item),
    Kind(Godown, master.godown, lambda r: (r.key, r.name, r.parent_key)),
    Kind(CostCategory, master.cost_category, lambda r: (r.key, r.name)),
    Kind(CostCentre, master.cost_centre, lambda r: (r.key, r.name, r.category_key, r.parent_key)),
    Kind(VoucherType, master.voucher_type, lambda r: (r.key, r.name, r.parent_key, r.kind.value)),
    Kind(Voucher, voucher.voucher, _voucher),
)
KINDS: dict[type, Kind] = {kind.record_type: kind for kind in _KINDS}
