"""``ZohoTranslator``: one organisation's raw records to canonical records, one run long.

Masters come before documents (``stream_order``): a document's taxes are booked on accounts that only the settings and
the chart of accounts name, and a contact's ledger carries its name. Masters already in the store are told through
``remember``. What cannot be read is rejected with an issue and stays in the raw store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue, IssueLevel
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.proof import SourceReport
from canonical.record import RawRecord
from canonical.voucher import UnbalancedVoucher
from connectors.sdk.translating import BooksTranslator
from connectors.zoho.reports import read_report
from connectors.zoho.streams import DOCUMENTS, STREAMS
from connectors.zoho.translate import others, payments, trade
from connectors.zoho.translate.accounts import read_account, read_bank_account
from connectors.zoho.translate.company import read_company, read_currency, read_openings, read_tax
from connectors.zoho.translate.items import read_item
from connectors.zoho.translate.learned import Learned
from connectors.zoho.translate.node import Node, UnreadableField
from connectors.zoho.translate.parties import read_contact
from connectors.zoho.translate.reading import Reading

Rates = dict[str, Decimal]
Read = Callable[[Node, Reading, Rates], "list[CanonicalRecord]"]


class Payload(msgspec.Struct):
    """The part of a raw record that translation reads."""

    object: dict[str, Any] = {}
    rates: dict[str, str] = {}


_decode = msgspec.json.Decoder(Payload, float_hook=Decimal).decode


def _trade(shape: trade.Shape) -> Read:
    return lambda node, reading, _rates: [trade.read_trade(node, reading, shape)]


def _payment(way: payments.Way) -> Read:
    return lambda node, reading, rates: [payments.read_payment(node, reading, way, rates)]


def _order(shape: others.OrderShape) -> Read:
    return lambda node, reading, _rates: [others.read_order(node, reading, shape)]


READERS: Mapping[str, Read] = {
    "opening_balances": lambda n, r, _: r.if_stored(read_openings(n, r)),
    "currencies": lambda n, r, _: r.if_stored(read_currency(n, r)),
    "taxes": lambda n, r, _: r.if_stored(read_tax(n, r)),
    "companies": lambda n, r, _: [read_company(n, r)],
    "chartofaccounts": lambda n, r, _: [read_account(n, r)],
    "bankaccounts": lambda n, r, _: [*read_bank_account(n, r)],
    "contacts": lambda n, r, _: [*read_contact(n, r)],
    "items": lambda n, r, _: [read_item(n, r)],
    "invoices": _trade(trade.INVOICE),
    "creditnotes": _trade(trade.CREDIT_NOTE),
    "bills": _trade(trade.BILL),
    "vendorcredits": _trade(trade.VENDOR_CREDIT),
    "customerpayments": _payment(payments.RECEIVED),
    "vendorpayments": _payment(payments.MADE),
    "expenses": lambda n, r, _: [others.read_expense(n, r)],
    "journals": lambda n, r, _: [others.read_journal(n, r)],
    "banktransactions": lambda n, r, _: [others.read_bank_transaction(n, r)],
    "estimates": _order(others.ESTIMATE),
    "salesorders": _order(others.SALES_ORDER),
    "purchaseorders": _order(others.PURCHASE_ORDER),
}
"""How the records of each stream are read; those of other streams are kept as they are."""


class ZohoTranslator(BooksTranslator[Learned, Reading]):
    """Translates the raw records of one organisation.

    Args:
        company: the books, as far as they are known; the stream ``companies`` completes them.
    """

    version: int = 1
    stream_order: tuple[str, ...] = tuple(STREAMS)
    folded_streams: tuple[str, ...] = ("opening_balances", "currencies", "taxes", "companies")
    document_streams: tuple[str, ...] = DOCUMENTS
    unreadable = (UnreadableField,)

    def __init__(self, company: Company) -> None:
        self.learned = Learned(company)

    def remember(self, record: CanonicalRecord) -> None:
        """Learn a master that is already in the store."""
        learned = self.learned
        match record:
            case Company():
                learned.company, learned.is_company_stored = record, True
            case AccountGroup():
                learned.add_group(record)
            case Ledger():
                learned.add_ledger(record)
            case Party():
                learned.add_party(record)
            case _:
                pass

    def report(self, record: RawRecord) -> SourceReport | None:
        """Read Zoho's own balances as an oracle; see ``connectors.zoho.reports``."""
        return read_report(_decode(record.payload).object, self.learned.contacts)

    def begin(self, record: RawRecord) -> Reading:
        """Take a record in hand."""
        return Reading(record, self.learned)

    def read(self, reading: Reading) -> Sequence[CanonicalRecord]:
        """Read it by its stream."""
        read = READERS.get(reading.source.stream)
        if read is None:
            return ()
        payload = _decode(reading.record.payload)
        return read(payload.object, reading, _rates(payload.rates))

    def refusal(self, error: Exception, reading: Reading) -> Issue:
        """Say which document to open in Zoho Books."""
        field = error.field if isinstance(error, UnreadableField) else ""
        return Issue(
            code=_CODES[type(error)],
            level=IssueLevel.REJECTED,
            message=f"{reading.label} was not taken into the books: {str(error).rstrip('.')}.",
            where=reading.where(),
            hint="Open the document in Zoho Books and correct it; the next sync reads it again.",
            source=reading.source,
            facts={"field": field},
        )


_CODES: Mapping[type[Exception], str] = {
    UnreadableField: "zoho.record.unreadable",
    UnbalancedVoucher: "zoho.document.unbalanced",
    msgspec.ValidationError: "zoho.record.damaged",
}


def _rates(told: Mapping[str, str]) -> Rates:
    found = {}
    for key, text in told.items():
        try:
            found[key] = Decimal(text)
        except InvalidOperation:
            continue
    return found
