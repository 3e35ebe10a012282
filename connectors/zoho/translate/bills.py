"""Which bills a document opens and settles: references that both sides of an application share.

An invoice opens a bill under its number; payments, credit notes and journals name the invoices they are applied to, and
what they leave over stands under a reference of their own. The invoice's own ``balance`` is Zoho's figure for the same
thing and serves as an oracle only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.bill import BillAllocation, BillRefKind
from canonical.issue import IssueLevel
from canonical.money import split_signed
from connectors.zoho.translate.learned import AccountFact
from connectors.zoho.translate.node import Node, find_amount, find_day, is_true, text_of
from connectors.zoho.translate.parties import OPENING_PAYABLE
from connectors.zoho.translate.postings import Entries

APPLIED = ("amount_applied", "credited_amount", "amount")
"""What an application is called in payments, in credit notes, and elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """A part of what a document posts to a party.

    Attributes:
        net: debit-positive, in the document's currency.
        rate: of the bill it settles, if the document is foreign and the bill's rate is known.
        base: in the books' currency, where it is not the converted amount but what others have left.
    """

    kind: BillRefKind
    ref: str
    net: Decimal
    rate: Decimal | None = None
    base: Decimal | None = None
    day: date | None = None
    due: date | None = None
    bill_id: str = ""


def post_to_party(entries: Entries, party: AccountFact, parts: Iterable[Settling]) -> None:
    """Post the parts to a party's ledger: in one entry, or where rates differ in one each."""
    told = [part for part in parts if part.net]
    groups = [[part] for part in told] if entries.is_foreign else [told] if told else []  # one rate per entry
    for group in groups:
        total = sum((part.net for part in group), Decimal(0))
        bills = [_allocation(entries, part) for part in group]
        entries.add(party, total, rate=group[0].rate, base=group[0].base, is_party=True, bills=bills)


def _allocation(entries: Entries, part: Settling) -> BillAllocation:
    side, amount = split_signed(part.net)
    return BillAllocation(
        kind=part.kind,
        side=side,
        amount=entries.base(amount, part.rate) if part.base is None else abs(part.base),
        ref=part.ref,
        bill_date=part.day,
        due_date=part.due,
        source_bill_id=part.bill_id,
    )


def invoice_ref(node: Node) -> str:
    """The reference of an invoice: its number."""
    return text_of(node, "invoice_number", "invoice_id")


def bill_ref(node: Node) -> str:
    """The reference of a bill: the vendor's number on it."""
    return OPENING_PAYABLE if is_true(node, "is_opening_balance") else text_of(node, "bill_number", "bill_id")


def credit_ref(node: Node) -> str:
    """The reference of what a credit note leaves over."""
    return text_of(node, "creditnote_number", "vendor_credit_number", "creditnote_id", "vendor_credit_id")


def payment_ref(node: Node) -> str:
    """The reference of what a payment leaves over; payments are numbered 1, 2, ..., so the number alone says little."""
    return f"Payment {text_of(node, 'payment_number', 'payment_id')}"


def journal_ref(node: Node) -> str:
    """The reference of what a manual journal opens with a party."""
    return f"Journal {text_of(node, 'entry_number', 'journal_id')}"


def applied_of(row: Node) -> Decimal:
    """How much of a document was applied to a bill, in the document's currency."""
    return next((amount for field in APPLIED if (amount := find_amount(row, field)) is not None), Decimal(0))


REFUNDED = ("amount_fcy", "amount", "refund_amount", "amount_bcy")
REFUND_ACCOUNTS = ("from_account", "to_account", "account")
"""Where money given back came from or went to; a document's own list of refunds leaves it out, the refund says it."""


def refunded_of(refund: Node) -> Decimal:
    """How much was given back, in the document's currency."""
    return next((amount for field in REFUNDED if (amount := find_amount(refund, field)) is not None), Decimal(0))


def refund_account(refund: Node, entries: Entries, usual: AccountFact | None = None) -> AccountFact:
    """The account money was given back from, or received on; the usual one where the refund names none."""
    prefix = next((name for name in REFUND_ACCOUNTS if text_of(refund, f"{name}_id")), "")
    if not prefix:
        entries.reading.note(
            "zoho.refund.account_assumed",
            IssueLevel.INFO,
            f"Zoho Books does not say which account the refund of {entries.reading.label} went through"
            f"{f'; {usual.name} is taken' if usual else ''}.",
            hint="If the balances of two accounts differ by its amount, it went through the other one.",
        )
    return entries.account(refund, prefix=prefix or REFUND_ACCOUNTS[0]) if prefix or not usual else usual


def against(row: Node, ref: str, bill_id: str, net: Decimal, rates: dict[str, Decimal]) -> Settling:
    """The part of a document that settles a bill."""
    return Settling(
        kind=BillRefKind.AGAINST,
        ref=ref,
        net=net,
        rate=rates.get(bill_id),
        day=find_day(row, "date"),
        due=find_day(row, "due_date"),
        bill_id=bill_id,
    )
