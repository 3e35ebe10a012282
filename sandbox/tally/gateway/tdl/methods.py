"""Methods that Tally computes from lists or from other masters, beside those the books answer themselves.

Clients ask a party for ``$Address`` or ``$LedStateName`` though releases since 3.0 keep them in dated lists, an item
for its inferred GST rate, a goods line for the godown of its batch. A field that an object has itself is taken first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandbox.tally.books.values import Logical, Scalar, Text
from sandbox.tally.gateway.tdl.values import Methods

Derive = Callable[[Methods], Scalar | None]


def read_method(obj: Methods, name: str) -> Scalar | None:
    """A method, computed where the object does not have it; None if it has no such method.

    Args:
        obj: Any object.
        name: Lower case.
    """
    found = obj.method(name)
    if found is not None and (name not in _FILLED or found.wire):
        return found
    derive = _DERIVED.get((obj.tag, name))
    return (derive(obj) if derive is not None else None) or found


def read_children(obj: Methods, name: str) -> Sequence[Methods]:
    """The objects of a list, taken from the dated details of a ledger where it has none of its own."""
    found = obj.children(name)
    if not found and name == "address" and obj.tag == "LEDGER":
        details = obj.children("ledmailingdetails")
        return details[-1].children(name) if details else ()
    return found


def _last_of(listed: str, *fields: str) -> Derive:
    """A field of the last entry of a list: the one in force now."""

    def derive(obj: Methods) -> Scalar | None:
        rows = obj.children(listed)
        return next((value for field in fields if rows and (value := rows[-1].method(field)) is not None), None)

    return derive


def _first_of(listed: str, field: str) -> Derive:
    def derive(obj: Methods) -> Scalar | None:
        rows = obj.children(listed)
        return rows[0].method(field) if rows else None

    return derive


def _same_as(field: str) -> Derive:
    return lambda obj: obj.method(field)


def _rate_of(head: str) -> Derive:
    """A GST rate by its duty head, never by its place in the list."""

    def derive(obj: Methods) -> Scalar | None:
        details = obj.children("gstdetails")
        for state in details[-1].children("statewisedetails") if details else ():
            for rate in state.children("ratedetails"):
                named = rate.method("gstratedutyhead")
                if named is not None and named.wire == head:
                    return rate.method("gstrate")
        return None

    return derive


def _deemed_positive(obj: Methods) -> Scalar:
    """Whether a predefined voucher type debits its first line: payments do, as captured; sales do not."""
    reserved = obj.method("reservedname") or Text("")
    return Logical(reserved.wire in _DEBITS_FIRST)


_DEBITS_FIRST = frozenset({"Payment", "Purchase", "Debit Note", "Journal", "Contra", "Receipt Note", "Stock Journal"})

_DERIVED: dict[tuple[str, str], Derive] = {
    ("LEDGER", "ledstatename"): _last_of("ledmailingdetails", "state"),
    ("LEDGER", "statename"): _last_of("ledmailingdetails", "state"),
    ("LEDGER", "countryname"): _last_of("ledmailingdetails", "country"),
    ("LEDGER", "countryofresidence"): _last_of("ledmailingdetails", "country"),
    ("LEDGER", "pincode"): _last_of("ledmailingdetails", "pincode"),
    ("LEDGER", "mailingname"): _last_of("ledmailingdetails", "mailingname"),
    ("LEDGER", "ledgermobile"): _first_of("contactdetails", "phonenumber"),
    ("LEDGER", "ledgercountryisdcode"): _first_of("contactdetails", "countryisdcode"),
    ("LEDGER", "ledgercontact"): _first_of("contactdetails", "name"),
    ("STOCKITEM", "infgsthsncode"): _last_of("hsndetails", "hsncode"),
    ("STOCKITEM", "infgsthsndescription"): _last_of("hsndetails", "hsn"),
    ("STOCKITEM", "infgstigstrate"): _rate_of("IGST"),
    ("STOCKITEM", "infgsttaxablility"): _last_of("gstdetails", "taxability"),
    ("STOCKITEM", "gstmsttypeofsupply"): _same_as("gsttypeofsupply"),
    ("STOCKITEM", "partno"): _same_as("alias"),
    ("UNIT", "symbol"): _same_as("name"),
    ("UNIT", "formalname"): _same_as("originalname"),
    ("VOUCHERTYPE", "isdeemedpositive"): _deemed_positive,
    **{
        (f"{tag}.LIST", name): _first_of("batchallocations", name)
        for tag in ("ALLINVENTORYENTRIES", "INVENTORYENTRIES", "INVENTORYALLOCATIONS")
        for name in ("godownname", "trackingnumber", "orderno", "orderduedate")
    },
}
_ENTRY_TAGS = (
    *("ALLLEDGERENTRIES", "LEDGERENTRIES", "ACCOUNTINGALLOCATIONS"),
    *("ALLINVENTORYENTRIES", "INVENTORYENTRIES", "INVENTORYALLOCATIONS"),
)
_DERIVED |= {(f"{tag}.LIST", "islastdeemedpositive"): _same_as("isdeemedpositive") for tag in _ENTRY_TAGS}
_FILLED = frozenset(name for _, name in _DERIVED)
