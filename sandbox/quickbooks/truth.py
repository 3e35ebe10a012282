"""What the books come to, added up from the documents alone: nothing the running balances say is used.

Independent on purpose: what is open is worked out here from the payments' lines, and not read off the documents.
Amounts are whole cents, debit positive; keys are ids as the API gives them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from sandbox.quickbooks.amounts import cents_of
from sandbox.quickbooks.company import SETTLED, Company
from sandbox.quickbooks.postings import post
from sandbox.quickbooks.shelf import Document, Record

_CREDITS = frozenset({"CreditMemo", "VendorCredit"})
_PAYERS = ("Payment", "BillPayment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything a sync must arrive at.

    Attributes:
        trial_balance: by account id, in home currency, every account with a balance.
        outstanding: by (entity, id), in the document's currency: what is still open of invoices, credit memos, bills
            and vendor credits, each positive; and what payments and bill payments have left unapplied. Nothing that is
            closed.
        customers: what each owes, by id, in its own currency; ``vendors``: what each is owed.
        counts: documents and list members by entity, inactive ones included.
        voided: voided documents, by entity.
    """

    as_of: date | None
    trial_balance: dict[str, int]
    outstanding: dict[tuple[str, str], int]
    customers: dict[str, int]
    vendors: dict[str, int]
    counts: dict[str, int]
    voided: dict[str, int] = field(default_factory=dict)


def build_truth(company: Company, as_of: date | None = None) -> Truth:
    """Add a company's books up as of a day; None takes in everything."""
    balances: dict[str, int] = defaultdict(int)
    parties: dict[tuple[str, str], int] = defaultdict(int)
    voided: Counter[str] = Counter()
    for shelf in company.shelves.values():
        for record in shelf:
            voided[record.entity.name] += record.is_void
            if not _counts(record, as_of):
                continue
            for posting in post(company, record.entity.name, record.document):
                balances[posting.account] += posting.cents
                if posting.party is not None:
                    parties[posting.party] += posting.party_cents
    return Truth(
        as_of=as_of,
        trial_balance={key: cents for key, cents in balances.items() if cents},
        outstanding=_outstanding(company, as_of),
        customers={key: cents for (entity, key), cents in parties.items() if entity == "Customer" and cents},
        vendors={key: -cents for (entity, key), cents in parties.items() if entity == "Vendor" and cents},
        counts={name: len(shelf) for name, shelf in company.shelves.items() if len(shelf)},
        voided=dict(+voided),
    )


def _counts(record: Record, as_of: date | None) -> bool:
    return record.entity.is_transaction and (as_of is None or (record.day is not None and record.day <= as_of))


def _outstanding(company: Company, as_of: date | None) -> dict[tuple[str, str], int]:
    left: dict[tuple[str, str], int] = defaultdict(int)
    for name in SETTLED:
        for record in company.records(name):
            if _counts(record, as_of):
                left[name, record.key] = cents_of(record.document["TotalAmt"])
    for name in _PAYERS:
        for record in company.records(name):
            if _counts(record, as_of):
                left[name, record.key] = cents_of(record.document["TotalAmt"])
                _apply(left, name, record)
    return {key: cents for key, cents in left.items() if cents}


def _apply(left: dict[tuple[str, str], int], payer: str, record: Record) -> None:
    for line, link in _applied_lines(record.document):
        target = (link["TxnType"], str(link["TxnId"]))
        cents = cents_of(line["Amount"])
        if target in left:
            left[target] -= cents
        left[payer, record.key] += cents if target[0] in _CREDITS else -cents


def _applied_lines(document: Document) -> list[tuple[Document, Document]]:
    return [(line, link) for line in document["Line"] for link in line.get("LinkedTxn", [])]
