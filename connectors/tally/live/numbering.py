"""Voucher numbers that Tally moves by itself, without touching any change number.

A type numbered automatically, with renumbering, gives all later vouchers of the year new numbers when one is inserted
before them, removed or moved to another day. Nothing in the vouchers says so. So after each such event the numbers
behind it are looked at again, until a month shows none that moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from connectors.tally.live.windows import Window, scopes
from connectors.tally.tree import Node, nodes_of, text_of

_FIXED = frozenset({"", "none", "manual", "auto retain"})
"""Methods under which a number once given stays."""


def is_renumbered(voucher_type: Node) -> bool:
    """Say whether vouchers of a type change their numbers by themselves.

    Since TallyPrime 3 the plain method always says None and the series hold the real one, with a second word for
    what happens on insertion and deletion; before, Automatic alone meant renumbering.
    """
    series = nodes_of(voucher_type.get("VOUCHERNUMBERSERIES.LIST"))
    return any(_moves(one) for one in series or [voucher_type])


def _moves(holder: Node) -> bool:
    method = text_of(holder.get("NUMBERINGMETHOD")).casefold()
    behaviour = text_of(holder.get("NUMBERINGSUBMETHOD")).casefold()
    return method not in _FIXED and behaviour != "auto retain"


def slices(events: Iterable[date], last: date) -> Iterator[tuple[Window, bool]]:
    """Yield the windows behind the first event, and whether each holds an event itself."""
    days = sorted(set(events))
    if not days or days[0] > last:
        return
    for window in scopes(days[0], last):
        yield window, any(window.first <= day <= window.last for day in days)
