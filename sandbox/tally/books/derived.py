"""Plain fields that Tally derives from dated lists: the latest row of a party's registration and of an item's rates.

From 3.0 on the lists hold the truth and the plain fields of older releases answer from their last row (captures of 7.0
have PARTYGSTIN filled). The spelling of the item methods is Tally's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.tally.books.tree import Element

_LEDGER: dict[str, tuple[str, str]] = {
    "PARTYGSTIN": ("LEDGSTREGDETAILS.LIST", "GSTIN"),
    "GSTREGISTRATIONTYPE": ("LEDGSTREGDETAILS.LIST", "GSTREGISTRATIONTYPE"),
    "LEDSTATENAME": ("LEDMAILINGDETAILS.LIST", "STATE"),
    "COUNTRYNAME": ("LEDMAILINGDETAILS.LIST", "COUNTRY"),
    "COUNTRYOFRESIDENCE": ("LEDMAILINGDETAILS.LIST", "COUNTRY"),
    "PINCODE": ("LEDMAILINGDETAILS.LIST", "PINCODE"),
    "MAILINGNAME": ("LEDMAILINGDETAILS.LIST", "MAILINGNAME"),
    "LEDGERCONTACT": ("CONTACTDETAILS.LIST", "NAME"),
    "LEDGERMOBILE": ("CONTACTDETAILS.LIST", "PHONENUMBER"),
}
_ITEM: dict[str, tuple[tuple[str, str], ...]] = {
    "INFGSTHSNCODE": (("HSNDETAILS.LIST", "HSNCODE"), ("GSTDETAILS.LIST", "HSNCODE")),
    "INFGSTHSNDESCRIPTION": (("HSNDETAILS.LIST", "HSN"), ("GSTDETAILS.LIST", "HSN")),
    "INFGSTTAXABLILITY": (("GSTDETAILS.LIST", "TAXABILITY"),),
}
_INTEGRATED_HEADS = frozenset({"IGST", "Integrated Tax"})
_LISTS = {"ADDRESS": ("LEDMAILINGDETAILS.LIST", "ADDRESS.LIST")}


def derived_text(kind: str, field: str, tree: Element) -> str | None:
    """Return a derived plain field; None where the class derives no such field.

    Args:
        kind: class of the master.
        field: upper case.
        tree: its tree.
    """
    if kind == "LEDGER" and field in _LEDGER:
        return _last(tree, *_LEDGER[field])
    if kind != "STOCKITEM":
        return None
    if field in _ITEM:
        return next((text for home in _ITEM[field] if (text := _last(tree, *home))), "")
    if field == "GSTMSTTYPEOFSUPPLY":
        return tree.value("GSTTYPEOFSUPPLY")
    return _integrated_rate(tree) if field == "INFGSTIGSTRATE" else None


def _last(tree: Element, tag: str, field: str) -> str:
    """Return the field of the last row; without rows the first value of the plain list older releases have."""
    rows = tree.all(tag) or tree.all(f"{field}.LIST")[:1]
    return rows[-1].value(field) if rows else ""


def _integrated_rate(tree: Element) -> str:
    """The IGST rate of the latest row, found by its duty head: the order of the heads differs between releases."""
    rows = tree.all("GSTDETAILS.LIST")
    states = rows[-1].all("STATEWISEDETAILS.LIST") if rows else ()
    rates = [rate for state in states for rate in state.all("RATEDETAILS.LIST")]
    return next((rate.value("GSTRATE") for rate in rates if rate.value("GSTRATEDUTYHEAD") in _INTEGRATED_HEADS), "")


def derived_list(kind: str, tag: str, tree: Element) -> Sequence[Element]:
    """Return the entries of a plain list (``ADDRESS.LIST``) that stands inside the latest row of a dated one."""
    home = _LISTS.get(tag.removesuffix(".LIST"))
    if kind != "LEDGER" or home is None:
        return ()
    rows = tree.all(home[0])
    return rows[-1].all(home[1]) if rows else ()
