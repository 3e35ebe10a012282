"""What lists say beside the documents: open balances, contacts' positions, rates of foreign bills."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from canonical.money import round_paisa
from canonical.record import JsonValue
from connectors.zoho.client import Row
from connectors.zoho.rates import Rates
from connectors.zoho.reports import contact_row, counts
from connectors.zoho.translate.bills import bill_ref, credit_ref, invoice_ref
from connectors.zoho.translate.node import amount_of, find_number, text_of

SIDES = {"invoices": 1, "creditnotes": -1, "bills": -1, "vendorcredits": 1}
"""Side of what is open of a document, debit-positive."""
_REFS = {"invoices": invoice_ref, "bills": bill_ref, "creditnotes": credit_ref, "vendorcredits": credit_ref}
MONEY_TYPES = frozenset({"cash", "bank", "credit_card", "payment_clearing", "payment_clearing_account"})
Settled = dict[str, JsonValue]


@dataclass(slots=True)
class Seen:
    """Gathered while lists are walked.

    Attributes:
        documents: open ones, as the reports keep them.
        contacts: their positions.
        rates: of foreign documents.
        money_accounts: ids of the accounts that money is kept on.
    """

    base_currency: str
    documents: dict[str, Settled] = field(default_factory=dict)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)
    money_accounts: list[str] = field(default_factory=list)

    def see(self, stream: str, row: Row) -> None:
        """Take what a row says.

        What is open of a foreign document that was paid in part, or with a foreign contact, is said in its currency;
        converted it may be a paisa off what the payments have left in the books, so it is no oracle.
        """
        if stream == "contacts":
            if not self._is_foreign(row):
                self.contacts[text_of(row, "contact_id")] = contact_row(row)
        elif stream == "chartofaccounts":
            if text_of(row, "account_type") in MONEY_TYPES:
                self.money_accounts.append(text_of(row, "account_id"))
        elif stream in SIDES:
            self._see_document(stream, row)

    def forget(self, stream: str) -> None:
        """A list is walked anew: what it said before may be gone by now."""
        if stream == "contacts":
            self.contacts.clear()
        for key in [key for key in self.documents if key.startswith(f"{stream}:")]:
            del self.documents[key]

    def _see_document(self, stream: str, row: Row) -> None:
        key = text_of(row, "invoice_id", "bill_id", "creditnote_id", "vendor_credit_id")
        rate = find_number(row, "exchange_rate")
        is_foreign = self._is_foreign(row)
        if is_foreign and rate:
            self.rates.note(key, rate)
        balance = amount_of(row, "balance")
        is_begun = is_foreign and balance != amount_of(row, "total")
        if not balance or not counts(row) or is_begun:
            self.documents.pop(f"{stream}:{key}", None)
            return
        net = SIDES[stream] * (round_paisa(balance * rate) if is_foreign and rate else balance)
        self.documents[f"{stream}:{key}"] = {
            "contact": text_of(row, "customer_id", "vendor_id"),
            "name": text_of(row, "customer_name", "vendor_name"),
            "ref": _REFS[stream](row),
            "net": f"{net:f}",
            "day": text_of(row, "date"),
            "due": text_of(row, "due_date"),
        }

    def _is_foreign(self, row: Row) -> bool:
        return text_of(row, "currency_code") not in ("", self.base_currency)

    def open_on(self, side: int) -> list[Settled]:
        """Open documents of a side: 1 for what is owed to us."""
        return [row for row in self.documents.values() if (Decimal(str(row["net"])) > 0) is (side > 0)]
