"""One record being read: its address, what was learned before it, and the issues found in it.

Readers of secondary fields ask this object (``date_of``, ``number_of`` ...): an unreadable value becomes a warning
and None. Readers of what the books stand on (dates and amounts of postings) let ``UnreadableValue`` rise, and the
translator rejects the record.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from canonical.dates import CreditPeriod
from canonical.errors import Fact
from canonical.issue import IssueLevel
from connectors.sdk.translating import RecordReading
from connectors.tally.translate.learned import Learned
from connectors.tally.translate.node import Node, plain_of, serial_text, term_text, text_of
from connectors.tally.translate.values import (
    Amount,
    Credit,
    Rate,
    UnreadableValue,
    parse_amount,
    parse_credit,
    parse_date,
    parse_number,
    parse_rate,
    parse_serial,
)

T = TypeVar("T")


@dataclass(slots=True)
class Reading(RecordReading[Learned]):
    """The record at hand.

    Attributes:
        facts: what an issue that rejects the record should tell programs (voucher type, totals).
    """

    facts: dict[str, Fact] = dataclasses.field(default_factory=dict)

    def note_once(
        self,
        code: str,
        level: IssueLevel,
        subject: str,
        message: str,
        *,
        field: str = "",
        hint: str = "",
        **facts: Fact,
    ) -> None:
        """Raise an issue about something that repeats through a file, for its first record only."""
        if (code, subject) not in self.learned.said:
            self.learned.said.add((code, subject))
            self.note(code, level, message, field=field, hint=hint, **facts)

    def _attempt(self, parse: Callable[[str], T | None], text: str, field: str) -> T | None:
        try:
            return parse(text)
        except UnreadableValue as error:
            self.note(
                f"tally.{error.kind}.unreadable",
                IssueLevel.WARNING,
                f"{self.label or 'A record'}: {field} {error.text[:40]!r} cannot be read and was left out.",
                field=field,
                hint="Correct the value in Tally and export again; the raw record keeps what was written.",
                text=error.text[:40],
            )
            return None

    def date_of(self, node: Node, tag: str) -> date | None:
        """Read a secondary date."""
        text = plain_of(node.get(tag))
        return self._attempt(self.parse_date, text, tag) if text else None

    def parse_date(self, text: str) -> date | None:
        """Read a date with the century of the books."""
        return parse_date(text, self.learned.books_year)

    def amount_of(self, node: Node, tag: str) -> Amount | None:
        """Read a secondary amount."""
        text = text_of(node.get(tag))
        return self.exact(self._attempt(parse_amount, text, tag), tag) if text else None

    def number_of(self, node: Node, tag: str) -> Decimal | None:
        """Read a secondary number or percentage."""
        text = plain_of(node.get(tag))
        return self._attempt(parse_number, text, tag) if text else None

    def rate_of(self, node: Node, tag: str) -> Rate | None:
        """Read a price per unit."""
        text = plain_of(node.get(tag))
        return self._attempt(parse_rate, text, tag) if text else None

    def credit_of(self, node: Node, tag: str) -> Credit | None:
        """Read a credit period or due date."""
        text = term_text(node.get(tag))
        if not text:
            return None
        return self._attempt(lambda value: parse_credit(value, self.learned.books_year), text, tag)

    def terms_of(self, node: Node, tag: str, base: date | None) -> tuple[CreditPeriod | None, date | None]:
        """Read a period and the day it ends, or an absolute date.

        Args:
            node: the element that holds the tag.
            tag: BILLCREDITPERIOD or EXPIRYPERIOD.
            base: what the period counts from where the tag's own JD attribute does not say.
        """
        credit = self.credit_of(node, tag) if tag in node else None
        if credit is None or credit.period is None:
            return None, credit.due_date if credit else None
        start = parse_serial(serial_text(node[tag])) or base
        return credit.period, credit.period.due_date(start) if start else None

    def exact(self, amount: Amount | None, field: str) -> Amount | None:
        """Pass an amount on, saying once per field when it had more than four decimals."""
        if amount is not None and amount.is_rounded:
            self.note_once(
                "tally.amount.excess_precision",
                IssueLevel.INFO,
                field,
                f"{self.label or 'A record'}: {field} has more than four decimals; rounded half to even.",
                hint="Amounts computed by another program carry such noise; Tally itself writes two decimals.",
            )
        return amount
