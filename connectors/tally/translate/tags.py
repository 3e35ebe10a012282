"""Tag names this version knows, per object; the lists are data in ``known_tags.toml``."""

from __future__ import annotations

import tomllib
from importlib import resources

_KNOWN = {
    name: frozenset(text.split())
    for name, text in tomllib.loads(
        resources.files(__package__).joinpath("known_tags.toml").read_text(encoding="utf-8")
    ).items()
}
VOUCHER = _KNOWN["voucher"]
GROUP = _KNOWN["group"]
LEDGER = _KNOWN["ledger"]
VOUCHER_TYPE = _KNOWN["voucher_type"]
UNIT = _KNOWN["unit"]
GODOWN = _KNOWN["godown"]
STOCK_GROUP = _KNOWN["stock_group"]
STOCK_ITEM = _KNOWN["stock_item"]
COST = _KNOWN["cost"]

POSTING_KEPT = (
    "TAXOBJECTALLOCATIONS.LIST",
    "TAXTYPEALLOCATIONS.LIST",
    "TDSEXPENSEALLOCATIONS.LIST",
    "INTERESTCOLLECTION.LIST",
    "METHODTYPE",
    "BASICRATEOFINVOICETAX.LIST",
    "VATEXPAMOUNT",
)
"""Parts of a posting kept verbatim in its extras: TDS objects, interest terms, rounding and apportioning methods."""

LINE_KEPT = ("INCLVATRATE", "ADDLAMOUNT", "GSTSOURCETYPE", "HSNSOURCETYPE", "EXPENSEALLOCATIONS.LIST")
"""Parts of an item line kept verbatim in its extras."""
