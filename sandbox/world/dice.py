"""Dice that fall the same on every machine and every Python: only ``random()`` of a text-seeded generator is used.

The language promises that sequence for a seed; its integer helpers it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws whole numbers and members of sequences.

    Args:
        seed: any text; the same text gives the same draws.
    """

    __slots__ = ("_random",)

    def __init__(self, seed: str) -> None:
        self._random = Random(seed).random

    def below(self, limit: int) -> int:
        """Draw from 0 to ``limit`` - 1."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """Draw from ``low`` to ``high``, both included."""
        return low + int(self._random() * (high - low + 1))

    def one_in(self, number: int) -> bool:
        """Say yes once in ``number`` times."""
        return self._random() * number < 1

    def pick(self, members: Sequence[T]) -> T:
        """Draw a member."""
        return members[int(self._random() * len(members))]
