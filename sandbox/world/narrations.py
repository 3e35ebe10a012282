"""Narrations as clerks type them: two lines, ampersands, quotes, Devanagari, a rupee sign, and mostly nothing."""

from __future__ import annotations

from sandbox.world.desk import Desk

_TEXTS = (
    "Being goods sold as per order",
    "Delivered at site\r\nBalance after inspection",
    'Urgent: "same day" dispatch & unloading by party',
    "माल समय पर भेजा गया",
    "Rate incl. freight < 50 km; agreed ₹ per kg",
    "Party's vehicle",
)


def narrate(desk: Desk) -> str:
    """Draw a narration; every second document has none."""
    return desk.dice.pick(_TEXTS) if desk.dice.below(2) else ""
