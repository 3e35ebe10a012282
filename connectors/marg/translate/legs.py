"""Ledger legs (``Account``): a negative amount is a debit. Which bill a leg settles is not said in a field of its own.

A remark can be the number of the bill; it can be anything else as well. So it counts only if the settings say so
(``bill_references: remark``); otherwise what a party pays is on account: balances are right, bills are not told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from canonical.bill import BillAllocation, BillRefKind, bill_key
from canonical.dates import CreditPeriod
from canonical.ledger import Ledger
from canonical.money import Side, split_signed
from canonical.voucher import Posting
from canonical.voucher_type import VoucherKind
from connectors.marg.translate.chart import MONEY
from connectors.marg.translate.derived import posting
from connectors.marg.translate.reading import Reading
from connectors.marg.translate.values import Json, UnreadableValue, amount_of, text_of

REMARK = "remark"


def leg_postings(
    legs: Iterable[Json], reading: Reading, party: Ledger | None, bill: str, day: date
) -> tuple[Posting, ...]:
    """Postings of the legs, in their order.

    Args:
        legs: rows.
        reading: the record at hand.
        party: of the document, if it is one.
        bill: number of the bill that the document opens; empty if it opens none.
        day: of the voucher.

    Raises:
        UnreadableValue: a leg has no ledger, or no readable amount.
    """
    made = []
    for leg in sorted(legs, key=_place):
        code = text_of(leg, "Code")
        if not code:
            raise UnreadableValue("Code", "", "is missing on a ledger leg.")
        ledger, net = reading.ledger(code, text_of(leg, "GCode")), -amount_of(leg, "Amount")
        if net:
            bills = _bills(ledger, net, leg, reading, (bill, day))
            is_party = party.key == ledger.key if party else reading.learned.is_bill_wise(ledger.key)
            made.append(posting(ledger, net, is_party=is_party, bills=bills, narration=text_of(leg, "Remark")))
    return tuple(made)


def _place(leg: Json) -> tuple[int, str]:
    number = text_of(leg, "ID")
    return (int(number) if number.isdecimal() else 0, number)


def _bills(
    ledger: Ledger, net: Decimal, leg: Json, reading: Reading, opens: tuple[str, date]
) -> tuple[BillAllocation, ...]:
    bill, day = opens
    remark = text_of(leg, "Remark")
    if not reading.learned.is_bill_wise(ledger.key):
        return ()
    side, amount = split_signed(net)
    counts = reading.learned.reading.get("bill_references") == REMARK
    if counts and remark and not (bill and bill_key(remark).startswith(bill_key(bill))):
        return (BillAllocation(kind=BillRefKind.AGAINST, side=side, amount=amount, ref=remark),)
    if bill:  # a remark that begins with the bill's number is an instalment of it
        ref = remark if counts and remark else bill
        return (opened_bill(ref, side, amount, reading.learned.terms_of(ledger, ref), day),)
    return (BillAllocation(kind=BillRefKind.ON_ACCOUNT, side=side, amount=amount),)


def opened_bill(bill: str, side: Side, amount: Decimal, terms: CreditPeriod | None, day: date) -> BillAllocation:
    """A bill that begins with its document; it falls due after its credit days, or at once."""
    return BillAllocation(
        kind=BillRefKind.NEW,
        side=side,
        amount=amount,
        ref=bill,
        bill_date=day,
        due_date=terms.due_date(day) if terms else day,
        credit_period=terms,
    )


def money_kind(postings: Iterable[Posting], reading: Reading) -> VoucherKind:
    """What moved: money in is a receipt, out a payment, between own accounts a contra, none a journal."""
    held = list(postings)
    money = [one for one in held if reading.learned.ledgers[one.ledger_key].reserved in MONEY]
    if not money:
        return VoucherKind.JOURNAL
    if len(money) == len(held):
        return VoucherKind.CONTRA
    return VoucherKind.RECEIPT if sum(one.net for one in money) >= 0 else VoucherKind.PAYMENT
