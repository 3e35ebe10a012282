"""Whose ledger a posting to a control account goes to, and which bills it opens or settles.

Every document that moves a control account is a bill of its own, under its own reference: an invoice, a bill, a credit,
a payment that is not used up, a journal line with a name. Payments say by id which of them they settle. A credit is
used by a payment of nothing with two lines, both positive: one for the invoice, one for the credit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from canonical.bill import BillRefKind
from canonical.ledger import Ledger
from canonical.money import ZERO
from connectors.quickbooks.translate.chart import group_key, party_key
from connectors.quickbooks.translate.draft import Bill, Draft, Entry, bill_ref, control_ledger
from connectors.quickbooks.translate.learned import Account
from connectors.quickbooks.translate.reading import Reading
from connectors.quickbooks.translate.values import day_of

CUSTOMER: Final = "Customer"
VENDOR: Final = "Vendor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """A party as a document names it: ``Customer`` or ``Vendor``, id, name."""

    entity: str
    id: str
    name: str = ""

    @property
    def is_receivable(self) -> bool:
        """Customers' money is receivable."""
        return self.entity == CUSTOMER


def party_ledger(draft: Draft, whose: Whose, account_id: str = "") -> tuple[str, str]:
    """Key and name of a party's ledger.

    Args:
        draft: of the document.
        whose: the party.
        account_id: the control account the document names; the usual one of the currency if it names none.
    """
    learned = draft.reading.learned
    key = party_key(whose.entity, whose.id)
    name = learned.parties.get(key) or whose.name or f"{whose.entity} with id {whose.id}"
    usual = learned.control(is_receivable=whose.is_receivable, currency=draft.currency)
    named = learned.accounts.get(account_id)
    if named is not None and named.is_control and (usual is None or named.id != usual.id):
        key, name = f"{key}@{named.id}", f"{name} ({named.name})"
        draft.reading.introduce(control_ledger(draft.reading, key, name, named))
    elif key not in learned.parties:
        draft.reading.introduce(_placeholder(draft.reading, key, name, usual, whose))
    return key, name


def _placeholder(reading: Reading, key: str, name: str, usual: Account | None, whose: Whose) -> Ledger:
    if usual is not None:
        return control_ledger(reading, key, name, usual)
    kind = group_key("Accounts Receivable" if whose.is_receivable else "Accounts Payable")
    source = reading.implied_source(key)
    return Ledger(source=source, key=key, name=name, group_key=kind, is_bill_wise=True, is_placeholder=True)


def post_party(
    draft: Draft,
    whose: Whose,
    net: Decimal,
    *,
    bills: Iterable[Bill],
    account_id: str = "",
    home: Decimal | None = None,
) -> tuple[str, str]:
    """Post to a party's ledger; returns its key and name."""
    key, name = party_ledger(draft, whose, account_id)
    found = tuple(bill for bill in bills if bill.net)
    if net or found:
        draft.entries.append(Entry(key=key, name=name, net=net, bills=found, is_party=True, home=home))
    return key, name


def new_bill(draft: Draft, net: Decimal) -> Bill:
    """The document as a bill of its own."""
    due = day_of(draft.node, "DueDate")
    return Bill(kind=BillRefKind.NEW, net=net, ref=draft.own_ref, bill_date=draft.day, due_date=due)


def unused(draft: Draft, net: Decimal) -> Bill:
    """What is left of a payment: money before its bill."""
    return Bill(kind=BillRefKind.ADVANCE, net=net, ref=draft.own_ref, bill_date=draft.day)


def settled(entity: str, identity: str, net: Decimal) -> Bill:
    """Part of a payment that settles another document."""
    return Bill(kind=BillRefKind.AGAINST, net=net, ref=bill_ref(entity, identity))


def total_of(bills: Iterable[Bill]) -> Decimal:
    """Their debit-positive sum."""
    return sum((bill.net for bill in bills), ZERO)
