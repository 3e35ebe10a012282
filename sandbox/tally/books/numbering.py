"""Voucher numbers: the next of an automatic series, and what a renumbered series looks like.

A number is a text that ends in an ordinal; the text before it is the series' own. Which types number themselves
stands in the voucher type (its series from TallyPrime 3.0 on).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sandbox.tally.books.records import Master, Voucher
from sandbox.tally.books.tree import Element

_ENDING = re.compile(r"(.*?)(\d+)$", re.DOTALL)
_AUTOMATIC = frozenset({"Automatic", "Automatic (Manual Override)", "Multi-user Auto"})


def numbering_method(voucher_type: Master) -> str:
    """Return the method of the first series, else the plain one of older releases."""
    series = voucher_type.tree.first("VOUCHERNUMBERSERIES.LIST")
    return (series or voucher_type.tree).value("NUMBERINGMETHOD")


def is_automatic(voucher_type: Master) -> bool:
    """Say whether Tally numbers the vouchers of a type itself, whatever number they come with."""
    return numbering_method(voucher_type) in _AUTOMATIC


def is_renumbered(voucher_type: Master) -> bool:
    """Say whether Tally closes gaps by itself, without any trace in the vouchers' change numbers."""
    series = voucher_type.tree.first("VOUCHERNUMBERSERIES.LIST")
    return series is not None and series.value("NUMBERINGSUBMETHOD") == "Auto Renumber"


def prevents_duplicates(voucher_type: Master) -> bool:
    """Say whether a manual number may be used once only."""
    series: Element = voucher_type.tree.first("VOUCHERNUMBERSERIES.LIST") or voucher_type.tree
    return series.value("PREVENTDUPLICATES") == "Yes"


def last_number(numbers: Iterable[str]) -> str:
    """Return the number with the largest ordinal; empty without any."""
    best, found = 0, ""
    for number in numbers:
        match = _ENDING.fullmatch(number)
        if match and int(match[2]) >= best:
            best, found = int(match[2]), number
    return found


def number_after(number: str) -> str:
    """Return the next number, in the shape of this one; the first if there is none."""
    match = _ENDING.fullmatch(number)
    return f"{match[1]}{int(match[2]) + 1:0{len(match[2])}d}" if match else "1"


def renumbered(vouchers: list[Voucher]) -> list[str]:
    """Return the numbers of vouchers, given by day, after Tally closed the gaps: each its own stem, counted from 1."""
    counts: dict[str, int] = {}
    numbers = []
    for voucher in vouchers:
        found = _ENDING.fullmatch(voucher.number)
        stem, width = (found[1], len(found[2])) if found else (voucher.number, 1)
        counts[stem] = counts.get(stem, 0) + 1
        width = width if found and found[2].startswith("0") else 1
        numbers.append(f"{stem}{counts[stem]:0{width}d}")
    return numbers
