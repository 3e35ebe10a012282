"""The base a credit period counts from, as it stands beside the period in every exported bill: ``JD``, a day serial.

In all captures it is the bill's date, and the date of a bill that a voucher opens is the voucher's, whatever a client
sent (measured). What Tally does with the base when such a voucher is moved to another day has not been measured; here
it moves with the bill's date, so that the bill says of itself what the bills reports say of it.
"""

from __future__ import annotations

from datetime import date

from sandbox.tally.books.tree import Element
from sandbox.tally.text import day_serial

OPENING_TYPES = frozenset({"New Ref", "Advance"})
_BILLS, _PERIOD = "BILLALLOCATIONS.LIST", "BILLCREDITPERIOD"


def with_bases(tree: Element, day: date) -> Element:
    """Return a voucher's tree with the base of every bill it opens on its day; nothing else changes."""
    if not tree.children:
        return tree
    if tree.tag == _BILLS:
        return _based(tree, day) if tree.value("BILLTYPE") in OPENING_TYPES else tree
    return tree._replace(children=tuple([with_bases(child, day) for child in tree.children]))


def _based(bill: Element, day: date) -> Element:
    base = str(day_serial(day))
    children = [
        child._replace(attributes={"JD": base, "P": child.text}) if child.tag == _PERIOD and child.text else child
        for child in bill.children
    ]
    return bill._replace(children=tuple(children))
