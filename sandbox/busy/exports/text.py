"""Values as BUSY writes them: elements, numbers, days, its single-byte encoding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from sandbox.busy.chart import short
from sandbox.world.paise import render_paise

ENCODING = "latin-1"
DECLARATION = '<?xml version="1.0" encoding="iso8859-1"?>'
"""The label as BUSY spells it, without the second hyphen."""
PART, ROW = "\xfc", "\xfb"
"""Between the parts of a compound value, and between its repetitions."""


def kept(name: str) -> str:
    """What is left of a name: forty characters of a single byte; what does not fit becomes a question mark."""
    return short(name).encode(ENCODING, "replace").decode(ENCODING)


@lru_cache(maxsize=8192)
def escape(text: str) -> str:
    """Escape a text for an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=1024)
def dmy(day: date) -> str:
    """Write a day as dd-mm-yyyy."""
    return f"{day:%d-%m-%Y}"


def plain(paise: int) -> str:
    """Write rupees as BUSY does: no trailing zeroes.

    >>> plain(-12340), plain(500), plain(5)
    ('-123.4', '5', '0.05')
    """
    text = render_paise(paise)
    return text.rstrip("0").rstrip(".") if "." in text else text


def thousandths(quantity: int) -> str:
    """Write a quantity.

    >>> thousandths(3660750), thousandths(12000)
    ('3660.75', '12')
    """
    whole, rest = divmod(abs(quantity), 1000)
    sign = "-" if quantity < 0 else ""
    return f"{sign}{whole}.{rest:03d}".rstrip("0").rstrip(".")


def leaf(tag: str, value: Any) -> str:
    """One element; left out where there is nothing to say, ``True`` for yes, nothing for no."""
    if value is None or value == "" or value is False:
        return ""
    return f"<{tag}>{'True' if value is True else escape(str(value))}</{tag}>"


def leaves(**values: Any) -> str:
    """Elements in their order; see ``leaf``."""
    return "".join([leaf(tag, value) for tag, value in values.items()])


def element(tag: str, parts: Iterable[str] | str) -> str:
    """An element around others; an empty one is self-closing, as BUSY writes it."""
    inside = parts if isinstance(parts, str) else "".join(parts)
    return f"<{tag}>{inside}</{tag}>" if inside else f"<{tag} />"
