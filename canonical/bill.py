"""Bill references and allocations: which bill a posting opens, settles or waits for.

Indian books keep receivables bill by bill. A posting on a bill-wise ledger carries allocations of four kinds
(the words are Tally's): *new ref* opens a bill, *against ref* settles one, *advance* is money before its bill,
*on account* is money not yet matched. A bill is identified by (ledger, reference), case-insensitively: the same
reference on two parties is two bills.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from canonical.dates import CreditPeriod
from canonical.money import Side, signed


class BillRefKind(StrEnum):
    """The four kinds of bill reference."""

    NEW = "new_ref"
    AGAINST = "against_ref"
    ADVANCE = "advance"
    ON_ACCOUNT = "on_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillAllocation:
    """Part of one posting, assigned to one bill of the posting's ledger.

    Attributes:
        kind: see ``BillRefKind``.
        ref: the bill's reference as the source spells it; empty for on account.
        side: of this allocation; usually the posting's, but single rows may be opposite (the sum is the posting).
        amount: rupees, not negative.
        bill_date: the date the source ages the bill from, if it says so; else the voucher's date counts.
        due_date: if the source says so (absolute, or bill date plus its credit period).
        credit_period: as given on this allocation.
        source_bill_id: the source's own number of the bill (Tally gateway: BILLID), if any.
    """

    kind: BillRefKind
    side: Side
    amount: Decimal
    ref: str = ""
    bill_date: date | None = None
    due_date: date | None = None
    credit_period: CreditPeriod | None = None
    source_bill_id: str = ""

    @property
    def net(self) -> Decimal:
        """Debit-positive amount, for sums."""
        return signed(self.side, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBill:
    """A bill that was open when the books began (it has no voucher here).

    Attributes:
        ref: reference as the source spells it.
        side: debit for receivable.
        amount: rupees still open at the start of the books.
        bill_date: its own date, usually before the books begin.
        due_date: if known.
        credit_period: if given.
        is_advance: the source marks it as an advance rather than a bill.
    """

    ref: str
    side: Side
    amount: Decimal
    bill_date: date | None = None
    due_date: date | None = None
    credit_period: CreditPeriod | None = None
    is_advance: bool = False


def bill_key(ref: str) -> str:
    """Fold a bill reference to the key bills are matched by: case and outer or doubled blanks do not count."""
    return " ".join(ref.split()).casefold()


def natural_order(ref: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key in which INV-9 comes before INV-10; numbers of any length, leading zeros do not count.

    >>> sorted(["INV-10", "INV-9"], key=natural_order)
    ['INV-9', 'INV-10']
    """
    runs = _RUNS.findall(ref.casefold())
    return tuple([(0, len(digits := number.lstrip("0")), digits) if number else (1, 0, text) for number, text in runs])


_RUNS = re.compile(r"(\d+)|(\D+)")
