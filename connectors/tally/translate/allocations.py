"""The parts of a posting: bills, bank instruments, cost centres.

Bills: a bill is (ledger, name); ``BILLID`` is the gateway's own number of it and only a second key, because file
exports do not carry it. Rows of one posting may have opposite signs, so each keeps its own side.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from canonical.bill import BillAllocation, BillRefKind
from canonical.issue import IssueLevel
from canonical.money import ZERO, Side
from canonical.voucher import BankAllocation, CostAllocation
from connectors.tally.translate.lexicon import BILL_TYPES
from connectors.tally.translate.node import Node, first_of, key_of, nodes, plain_of, text_of
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.values import Amount, UnreadableValue, parse_amount

OPENING_KINDS = (BillRefKind.NEW, BillRefKind.ADVANCE)


def required_amount(node: Node, tag: str, reading: Reading, owner: str) -> Amount | None:
    """Read an amount the books stand on; None if the tag is absent or empty.

    Raises:
        UnreadableValue: with the field it stands in; the record is rejected.
    """
    text = node.get(tag)
    if text.__class__ is not str:
        text = text_of(text)
    try:
        amount = parse_amount(text)
    except UnreadableValue as error:
        raise error.at(f"{tag} of {owner}") from error
    if amount is not None and amount.is_rounded:
        reading.exact(amount, tag)
    return amount


def read_bills(value: Any, reading: Reading, day: date, ledger: str) -> tuple[BillAllocation, ...]:
    """Read BILLALLOCATIONS.LIST of one posting."""
    bills = [_bill(node, reading, day, ledger) for node in nodes(value)]
    return tuple(bill for bill in bills if bill is not None)


def _bill(node: Node, reading: Reading, day: date, ledger: str) -> BillAllocation | None:
    ref = plain_of(node.get("NAME"))
    type_text = text_of(node.get("BILLTYPE"))
    amount = required_amount(node, "AMOUNT", reading, f"bill {ref or type_text} of {ledger}")
    if amount is None:
        if ref or type_text:
            _say_no_amount(reading, ref or type_text, ledger)
        return None
    kind = BILL_TYPES.get(type_text)
    if kind is None:
        kind = _guess_kind(type_text, ref, reading)
    bill_date = reading.date_of(node, "BILLDATE") if "BILLDATE" in node else None
    base = bill_date or (day if kind in OPENING_KINDS else None)
    period, due_date = reading.terms_of(node, "BILLCREDITPERIOD", base) if "BILLCREDITPERIOD" in node else (None, None)
    return BillAllocation(
        kind=kind,
        side=amount.side,
        amount=amount.magnitude,
        ref="" if kind is BillRefKind.ON_ACCOUNT else ref,
        bill_date=bill_date,
        due_date=due_date,
        credit_period=period,
        source_bill_id=text_of(node.get("BILLID")).strip() if "BILLID" in node else "",
    )


def _guess_kind(type_text: str, ref: str, reading: Reading) -> BillRefKind:
    """A bill without a known type: one with a name counts as a bill of that name, one without is on account."""
    if type_text:
        reading.note_once(
            "tally.bill.type_unknown",
            IssueLevel.WARNING,
            type_text,
            f"{reading.label}: the bill type {type_text!r} is not known; "
            f"{'read as a new reference' if ref else 'read as on account'}.",
            field="BILLTYPE",
        )
    return BillRefKind.NEW if ref else BillRefKind.ON_ACCOUNT


def _say_no_amount(reading: Reading, ref: str, ledger: str) -> None:
    reading.note(
        "tally.bill.amount_missing",
        IssueLevel.WARNING,
        f"{reading.label}: the bill {ref!r} of {ledger} has no amount and was left out.",
        field="BILLALLOCATIONS.LIST/AMOUNT",
        hint="Export with bill details; some exports list bill names without figures.",
    )


def read_banks(value: Any, reading: Reading, posting: Amount, ledger: str) -> tuple[BankAllocation, ...]:
    """Read BANKALLOCATIONS.LIST; a single row without an amount is the whole posting."""
    rows = nodes(value)
    return tuple(_bank(node, reading, posting, ledger, is_single=len(rows) == 1) for node in rows)


def _bank(node: Node, reading: Reading, posting: Amount, ledger: str, *, is_single: bool) -> BankAllocation:
    amount = required_amount(node, "AMOUNT", reading, f"bank allocation of {ledger}")
    if amount is None:
        amount = posting if is_single else Amount(posting.side, ZERO)
    return BankAllocation(
        side=amount.side,
        amount=amount.magnitude,
        transaction_type=plain_of(node.get("TRANSACTIONTYPE")),
        transfer_mode=plain_of(node.get("TRANSFERMODE")),
        instrument_number=plain_of(node.get("INSTRUMENTNUMBER")),
        instrument_date=reading.date_of(node, "INSTRUMENTDATE"),
        cleared_on=reading.date_of(node, "BANKERSDATE"),
        reference=plain_of(node.get("TRANSACTIONID")),
        favouring=first_of(node, "PAYMENTFAVOURING", "BANKPARTYNAME"),
        bank=plain_of(node.get("BANKNAME")),
        ifsc=first_of(node, "IFSCODE", "IFSCCODE"),
        account_number=first_of(node, "ACCOUNTNUMBER", "BANKACCOUNTNUMBER"),
        unique_id=first_of(node, "UNIQUEREFERENCENUMBER", "NAME"),
    )


def read_costs(entry: Node, reading: Reading, ledger: str) -> tuple[CostAllocation, ...]:
    """Read cost centres, through their category or directly under the posting."""
    costs = [
        cost
        for category in nodes(entry.get("CATEGORYALLOCATIONS.LIST"))
        for cost in _centres(category, reading, ledger, key_of(text_of(category.get("CATEGORY"))))
    ]
    costs += _centres(entry, reading, ledger, "")
    return tuple(costs)


def _centres(node: Node, reading: Reading, ledger: str, category_key: str) -> list[CostAllocation]:
    found = []
    for centre in nodes(node.get("COSTCENTREALLOCATIONS.LIST")):
        name = plain_of(centre.get("NAME"))
        amount = required_amount(centre, "AMOUNT", reading, f"cost centre {name} of {ledger}")
        if name and amount is not None:
            found.append(
                CostAllocation(
                    centre_key=key_of(name),
                    side=amount.side,
                    amount=amount.magnitude,
                    category_key=category_key,
                )
            )
    return found


def net_of(side: Side, magnitude: Decimal) -> Decimal:
    """Return debit-positive rupees."""
    return magnitude if side is Side.DEBIT else -magnitude
