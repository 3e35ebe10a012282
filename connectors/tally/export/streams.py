"""Which stream an object belongs to, by its tag: the one table the reader and the tap share."""

from __future__ import annotations

STREAM_BY_TAG: dict[str, str] = {
    "COMPANY": "companies",
    "CURRENCY": "currencies",
    "UNIT": "units",
    "GROUP": "groups",
    "LEDGER": "ledgers",
    "VOUCHERTYPE": "voucher_types",
    "COSTCATEGORY": "cost_categories",
    "COSTCENTRE": "cost_centres",
    "STOCKGROUP": "stock_groups",
    "STOCKCATEGORY": "stock_categories",
    "GODOWN": "godowns",
    "STOCKITEM": "stock_items",
    "TAXUNIT": "tax_units",
    "VOUCHER": "vouchers",
}
OTHER_MASTERS = "other_masters"
"""Objects of any other kind (price levels, budgets, scenarios, attendance types): kept, not interpreted."""

REPORTS = "reports"
"""Tally's own reports (bills, trial balance, statements), each one record: what books are proved against."""
REPORT_ROWS = frozenset(
    {"BILLFIXED", "BILLCL", "BILLDUE", "BILLOVERDUE", "DSPACCNAME", "DSPACCINFO", "DSPPERIOD"}
    | {"BSNAME", "BSAMT", "PLAMT", "DSPSTKINFO", "STATNAME", "STATVALUE"}
)
"""Elements that make the rows of a report; they are siblings, paired by their order."""

STREAMS: tuple[str, ...] = (
    *(name for name in STREAM_BY_TAG.values() if name != "vouchers"),
    OTHER_MASTERS,
    REPORTS,
    "vouchers",
)
"""Every stream, masters before vouchers."""
