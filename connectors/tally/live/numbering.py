"""Voucher numbers that Tally moves by itself, without touching any change number.

A type numbered automatically, with renumbering, gives all later vouchers of the year new numbers when one is inserted
before them, removed or moved to another day. Nothing in the vouchers says so. So after changes the numbers of all
vouchers of such types are listed again (after few, of those types alone that were touched), which costs a short row
each; what differs is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from zlib import crc32

from connectors.tally.live.counting import Counted
from connectors.tally.tree import Node, nodes_of, text_of

DayMarks = Mapping[date, int]
"""Per day, a checksum over master numbers and voucher numbers: what the shell remembers in place of the numbers."""


def is_renumbered(voucher_type: Node) -> bool:
    """Say whether vouchers of a type change their numbers by themselves.

    Since TallyPrime 3 the plain method always says None and the series hold the real one, with a second word where
    numbers move (Auto Renumber); before, Automatic alone meant that they do.
    """
    series = nodes_of(voucher_type.get("VOUCHERNUMBERSERIES.LIST"))
    if not series:
        return text_of(voucher_type.get("NUMBERINGMETHOD")).casefold().startswith("auto")
    words = {text_of(one.get(tag)).casefold() for one in series for tag in ("NUMBERINGMETHOD", "NUMBERINGSUBMETHOD")}
    return "auto renumber" in words


def mark_days(rows: Iterable[Counted]) -> dict[date, int]:
    """Checksum the numbers of each day."""
    found: dict[date, int] = {}
    for row in sorted(rows, key=lambda row: row.master_id):
        found[row.day] = crc32(f"{row.master_id}={row.number};".encode(), found.get(row.day, 0))
    return found
