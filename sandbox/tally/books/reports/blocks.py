"""The building blocks of report answers: siblings whose outer closing tags are not indented, as captured."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sandbox.tally.books.tree import escape_native
from sandbox.world.paise import render_paise

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

EMPTY = "<ENVELOPE></ENVELOPE>"
"""A report without rows."""

Block = tuple[str, "str | list[Block]"]
"""Tag, and text or blocks inside."""


def envelope(blocks: Iterable[Block]) -> str:
    """Put rows into a report's envelope."""
    rows = "".join(_write(block, 1) for block in blocks)
    return f"<ENVELOPE>\n{rows}</ENVELOPE>\n" if rows else EMPTY


def _write(block: Block, depth: int) -> str:
    tag, content = block
    if isinstance(content, str):
        return f"{' ' * depth}<{tag}>{escape_native(content)}</{tag}>\n"
    inside = "".join(_write(child, depth + 1) for child in content)
    return f"{' ' * depth}<{tag}>\n{inside}</{tag}>\n"


def tally_amount(paise: int) -> str:
    """Write a debit-positive amount in Tally's sign."""
    return render_paise(-paise)


def print_day(day: date) -> str:
    """Write ``1-May-26``; years from 2100 on with four digits."""
    year = f"{day.year}" if day.year >= 2100 else f"{day.year % 100:02d}"  # noqa: PLR2004 - as captured
    return f"{day.day}-{_MONTHS[day.month - 1]}-{year}"


def name_block(name: str) -> Block:
    """The name of a row."""
    return ("DSPACCNAME", [("DSPDISPNAME", name)])
