"""The streams of BUSY: one per kind of object, whatever the route it came by."""

from __future__ import annotations

from connectors.busy.staging import MasterType

COMPANIES, ACCOUNTS, VOUCHERS, REPORTS = "companies", "accounts", "vouchers", "reports"
UNITS, GROUPS, ITEMS, ITEM_GROUPS, CENTRES = "units", "account_groups", "items", "item_groups", "material_centres"
REPORT_VOUCHERS, DELETED = "report_vouchers", "deleted"
MASTER_STREAMS: dict[int, str] = {
    MasterType.UNIT: UNITS,
    MasterType.ACCOUNT_GROUP: GROUPS,
    MasterType.ACCOUNT: ACCOUNTS,
    MasterType.ITEM_GROUP: ITEM_GROUPS,
    MasterType.MATERIAL_CENTRE: CENTRES,
    MasterType.ITEM: ITEMS,
}
"""Streams of the masters that documents refer to, by BUSY's master type."""
OTHER_MASTERS = "other_masters"
"""Every other master: kept, few of them translated."""
TRANSLATED = (COMPANIES, *MASTER_STREAMS.values(), OTHER_MASTERS, VOUCHERS, REPORT_VOUCHERS, DELETED)
"""Masters before vouchers."""
STREAMS = (*TRANSLATED, REPORTS)
"""In the order they are read; what is only compared with comes last."""
NAMED = frozenset(MASTER_STREAMS.values())
"""Streams whose records vouchers refer to by name."""


def stream_of_master(master_type: int) -> str:
    """Return the stream of a master type."""
    return MASTER_STREAMS.get(master_type, OTHER_MASTERS)
