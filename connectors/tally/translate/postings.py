"""Ledger entries: which lists to read, and one entry to one posting.

Which list (the rule that balanced every accounting voucher of every capture seen):

1. ``ALLLEDGERENTRIES.LIST`` with a ledger name, if there is any: these are all postings. The gateway sends
   ``LEDGERENTRIES`` and the items' accounting allocations beside them; adding those counts the party twice.
2. Else ``LEDGERENTRIES.LIST`` and every item's ``ACCOUNTINGALLOCATIONS.LIST``: the invoice view keeps the sales or
   purchase ledger under the items.

Sign: the amount's alone. ``ISDEEMEDPOSITIVE`` disagrees with it in most real books (discounts, round-off; in one demo
company on every line), and Tally's own outstanding reports follow the amount. The flag is kept where it disagrees.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from canonical.issue import IssueLevel
from canonical.money import Side
from canonical.voucher import Posting
from connectors.tally.translate.allocations import read_banks, read_bills, read_costs, required_amount
from connectors.tally.translate.extras import extras_of
from connectors.tally.translate.node import Node, key_of, lines_of, nodes, text_of
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.tags import BANK, BILL, POSTING
from connectors.tally.translate.values import is_yes


class Entry(NamedTuple):
    """A posting beside the element it was read from."""

    posting: Posting
    node: Node


OWNER = "ledger entry"
FLAG_SIDES = {"Yes": Side.DEBIT, "No": Side.CREDIT}


def read_posting(node: Node, reading: Reading, day: date, from_item: int | None = None) -> Posting | None:
    """Read one ledger entry; None if it names no ledger or carries no amount.

    Raises:
        UnreadableValue: an amount of the posting or its bills cannot be read.
    """
    name = node.get("LEDGERNAME")
    if name.__class__ is not str:
        name = text_of(name)
    key = key_of(name)
    if not key:
        return None
    amount = required_amount(node, "AMOUNT", reading, f"ledger {name}")
    if amount is None:
        _say_no_amount(reading, name)
        return None
    side = amount.side
    flag_side = _flag_side(node.get("ISDEEMEDPOSITIVE"))
    if not amount.magnitude:
        side = flag_side or side
    get = node.get
    bills = get("BILLALLOCATIONS.LIST")
    banks = get("BANKALLOCATIONS.LIST")
    narration = get("NARRATION")
    has_costs = "CATEGORYALLOCATIONS.LIST" in node or "COSTCENTREALLOCATIONS.LIST" in node
    return Posting(
        ledger_key=key,
        ledger_name=name,
        side=side,
        amount=amount.magnitude,
        is_party=is_yes(text_of(get("ISPARTYLEDGER"))),
        bills=read_bills(bills, reading, day, name) if bills else (),
        banks=read_banks(banks, reading, amount, name) if banks else (),
        costs=read_costs(node, reading, name) if has_costs else (),
        foreign=amount.foreign,
        flag_side=flag_side if flag_side is not side else None,
        from_item=from_item,
        narration=lines_of(narration) if narration else "",
        extras=_extras(node, reading, bills, banks) if bills or banks else extras_of(node, POSTING, reading, OWNER),
    )


def _flag_side(value: Any) -> Side | None:
    return FLAG_SIDES.get(value if value.__class__ is str else text_of(value))


def _extras(node: Node, reading: Reading, bills: Any, banks: Any) -> dict[str, Any]:
    extras = extras_of(node, POSTING, reading, OWNER)
    for value, tags, owner in ((bills, BILL, "bill"), (banks, BANK, "bank allocation")):
        if value:
            for index, row in enumerate(nodes(value)):
                found = extras_of(row, tags, reading, owner)
                if found:
                    extras.setdefault(owner, {})[str(index)] = found
    return extras


def _say_no_amount(reading: Reading, name: str) -> None:
    reading.note(
        "tally.posting.amount_missing",
        IssueLevel.WARNING,
        f"{reading.label}: the line of ledger {name!r} has no amount and was left out.",
        field="AMOUNT",
        hint="Open the voucher in Tally; an empty amount is not zero.",
        ledger=name,
    )
