"""Rows of a report: names paired with the amount block that follows, amounts and dates as reports write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from canonical.errors import SourceMalformed
from canonical.money import ZERO, parse_amount
from canonical.record import JsonValue
from connectors.tally.tree import Node, text_of

Row = tuple[str, JsonValue]
"""(tag, tree or text) of one sibling."""
CENTURY_PIVOT = 50
"""Bills are older than the books by some decades at most: a two-digit year is the one within fifty years of them."""
USUAL_YEAR = 2020
"""Stands in for the first year of books that do not say it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one report and what is needed to read them.

    Attributes:
        rows: in document order.
        label: file name or report title, for the oracle's name and for errors.
        books_year: first year of the books, if known; places the two-digit years that reports print.
    """

    rows: Sequence[Row]
    label: str
    books_year: int | None = None

    @property
    def tags(self) -> frozenset[str]:
        """Tags that occur among the rows."""
        return frozenset(tag for tag, _ in self.rows)

    def amount(self, text: str) -> Decimal:
        """Read an amount; empty is zero.

        Raises:
            SourceMalformed: no plain digits.
        """
        if not text:
            return ZERO
        if text.lstrip("-").replace(".", "", 1).isdecimal():
            return parse_amount(text)
        raise SourceMalformed(
            f"{self.label} has the amount {text[:40]!r}; a report exported as XML writes plain digits.",
            code="tally.report.amount",
            file=self.label,
        )

    def day(self, text: str) -> date | None:
        """Read ``2-Apr-24`` or ``2-Apr-2024``; month names are English in every capture.

        Raises:
            SourceMalformed: not a date.
        """
        try:
            return _parse_day(text, (self.books_year or USUAL_YEAR) - CENTURY_PIVOT) if text else None
        except ValueError as error:
            raise SourceMalformed(
                f"{self.label} has the date {text[:40]!r}; expected a form such as 2-Apr-24.",
                code="tally.report.date",
                file=self.label,
            ) from error

    def pairs(self, name_tag: str, amount_tag: str) -> Iterator[tuple[str, Node | None]]:
        """Yield each name with its amount block; None where no block follows before the next name."""
        name = ""
        for tag, tree in self.rows:
            if tag == name_tag:
                if name:
                    yield name, None
                name = display_name(tree)
            elif tag == amount_tag and name:
                yield name, tree if isinstance(tree, dict) else {}
                name = ""
        if name:
            yield name, None


@lru_cache(maxsize=4096)
def _parse_day(text: str, earliest: int) -> date:
    """Read a written date; bills share few dates, and parsing one takes a tenth of a millisecond."""
    day, month, year = [*text.split("-"), "", ""][:3]
    full = int(year)
    if len(year) <= 2:  # noqa: PLR2004 - the short form
        full = earliest + (full - earliest) % 100
    return datetime.strptime(f"{day}-{month}-{full} +0000", "%d-%b-%Y %z").date()


def display_name(tree: JsonValue) -> str:
    """The name a row shows: ``DSPDISPNAME``, however deep it is wrapped, else the row's own text."""
    if isinstance(tree, dict):
        if "DSPDISPNAME" in tree:
            return text_of(tree["DSPDISPNAME"])
        if "DSPACCNAME" in tree:
            return display_name(tree["DSPACCNAME"])
    return text_of(tree)


def column_text(block: Node, tag: str) -> str:
    """Text of a column: of ``<DSPDRAMT><DSPDRAMTA>`` or of ``<DSPDRAMT>`` itself; empty if it is not there."""
    held = block.get(tag)
    if isinstance(held, dict) and f"{tag}A" in held:
        return text_of(held[f"{tag}A"])
    return text_of(held)
