"""What kind of registration a party or company has, read from the source's own word for it.

Products add words with every release ("Consumer" became "Unregistered/Consumer" in TallyPrime 3), so the list is open:
a word that is not here is ``UNKNOWN``, and unknown is never a reason for an issue.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache


class Category(StrEnum):
    """Kinds of registration as GST treats them."""

    REGULAR = "regular"
    COMPOSITION = "composition"
    UNREGISTERED = "unregistered"
    SEZ = "sez"
    OVERSEAS = "overseas"
    DEEMED_EXPORT = "deemed_export"
    UIN = "uin"
    OPERATOR = "operator"
    DEDUCTOR = "deductor"
    DISTRIBUTOR = "distributor"
    UNKNOWN = "unknown"


_WORDS: dict[str, Category] = {
    "regular": Category.REGULAR,
    "registered regular": Category.REGULAR,
    "composition": Category.COMPOSITION,
    "registered composition": Category.COMPOSITION,
    "unregistered": Category.UNREGISTERED,
    "consumer": Category.UNREGISTERED,
    "unregistered consumer": Category.UNREGISTERED,
    "sez": Category.SEZ,
    "regular sez": Category.SEZ,
    "sez developer": Category.SEZ,
    "special economic zone": Category.SEZ,
    "overseas": Category.OVERSEAS,
    "deemed export": Category.DEEMED_EXPORT,
    "regular deemed exporter": Category.DEEMED_EXPORT,
    "embassy un body": Category.UIN,
    "uin holders": Category.UIN,
    "e commerce operator": Category.OPERATOR,
    "regular e commerce operator": Category.OPERATOR,
    "tax collector": Category.OPERATOR,
    "government entity tds": Category.DEDUCTOR,
    "tax deductor": Category.DEDUCTOR,
    "input service distributor": Category.DISTRIBUTOR,
    "non resident": Category.UNKNOWN,
}


@lru_cache(maxsize=1 << 10)
def category_of(word: str) -> Category:
    """Read a registration type as a source spells it.

    >>> category_of("Unregistered/Consumer"), category_of("Regular - SEZ"), category_of("")
    (<Category.UNREGISTERED: 'unregistered'>, <Category.SEZ: 'sez'>, <Category.UNKNOWN: 'unknown'>)
    """
    folded = " ".join("".join(char if char.isalnum() else " " for char in word).casefold().split())
    return _WORDS.get(folded, Category.UNKNOWN)
