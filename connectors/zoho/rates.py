"""Rates of foreign documents, as lists say them: twelve bytes each, because an exporter has hundreds of thousands."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from decimal import Decimal

ID_DIGITS_MAX = 19
"""Zoho's ids are numbers of 15 to 19 digits, which fit into eight bytes."""


class Rates:
    """By the id of the document; of a document noted twice the later rate counts.

    Lists are walked first, then rates are looked up; what is noted after that (single answers) is kept beside.
    """

    def __init__(self) -> None:
        self._ids, self._places = array("Q"), array("I")
        self._rates: list[Decimal] = []
        self._place_of: dict[Decimal, int] = {}
        self._others: dict[str, Decimal] = {}
        self._is_sorted = False

    def note(self, key: str, rate: Decimal) -> None:
        """Keep a rate."""
        if self._is_sorted or not _is_number(key):
            self._others[key] = rate
            return
        place = self._place_of.setdefault(rate, len(self._rates))
        if place == len(self._rates):
            self._rates.append(rate)
        self._ids.append(int(key))
        self._places.append(place)

    def find(self, key: str) -> Decimal | None:
        """The rate of a document; None if none was noted."""
        if key in self._others or not _is_number(key):
            return self._others.get(key)
        if not self._is_sorted:
            self._sort()
        number = int(key)
        after = bisect_right(self._ids, number)
        if not after or self._ids[after - 1] != number:
            return None
        return self._rates[self._places[after - 1]]

    def _sort(self) -> None:
        order = sorted(range(len(self._ids)), key=self._ids.__getitem__)  # keeps what is equal in its order
        self._ids = array("Q", [self._ids[at] for at in order])
        self._places = array("I", [self._places[at] for at in order])
        self._is_sorted = True


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit() and 0 < len(key) <= ID_DIGITS_MAX and key[0] != "0"
