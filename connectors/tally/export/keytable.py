"""A set of keys that stays small: 24 bytes a key, where a dict of strings would take some 250.

Memory must not grow with the file, and a year of a busy company is a million vouchers. Keys are kept as 64-bit hashes
in flat arrays (open addressing); two different keys sharing a hash are as likely as 1 in 30 million for a million keys.
"""

from __future__ import annotations

from array import array
from typing import NamedTuple

_FIRST_SIZE = 1 << 12
_LOAD_MAX = 0.66
_MASK64 = (1 << 64) - 1


class Entry(NamedTuple):
    """What is remembered of a key: two numbers of up to 64 bits."""

    first: int
    second: int


class KeyTable:
    """Maps a key to two numbers, by the key's hash."""

    def __init__(self) -> None:
        self._count = 0
        self._allocate(_FIRST_SIZE)

    def __len__(self) -> int:
        return self._count

    def put(self, key: object, first: int, second: int = 0) -> Entry | None:
        """Remember two numbers for a hashable key; return what was remembered before."""
        code = hash(key) & _MASK64 or 1  # 0 marks a free place
        place = self._place(code)
        before = Entry(self._first[place], self._second[place]) if self._codes[place] else None
        self._codes[place], self._first[place], self._second[place] = code, first & _MASK64, second & _MASK64
        if before is None:
            self._count += 1
            if self._count > len(self._codes) * _LOAD_MAX:
                self._grow()
        return before

    def count(self, key: object) -> int:
        """Count an occurrence of a key; return which it is, 1 for the first."""
        before = self.put(key, 1)
        if before is None:
            return 1
        self.put(key, before.first + 1)
        return before.first + 1

    def _allocate(self, size: int) -> None:
        zeros = bytes(8 * size)
        self._codes, self._first, self._second = array("Q", zeros), array("Q", zeros), array("Q", zeros)

    def _place(self, code: int) -> int:
        codes, mask = self._codes, len(self._codes) - 1
        place = (code ^ code >> 32) & mask
        while codes[place] and codes[place] != code:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        codes, first, second = self._codes, self._first, self._second
        self._allocate(len(codes) * 2)
        for index, code in enumerate(codes):
            if code:
                place = self._place(code)
                self._codes[place], self._first[place], self._second[place] = code, first[index], second[index]
