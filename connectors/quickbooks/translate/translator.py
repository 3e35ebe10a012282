"""``QuickBooksTranslator``: one company's raw records to canonical records, one run long.

The company and its lists come before documents (``stream_order``), because a document names accounts, items and tax
rates by id. What is in the store already is told through ``remember``. Names may change as they like: everything is
keyed by id, so nothing that was translated before becomes wrong. What cannot be read is rejected with an issue and
stays in the raw store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue, IssueLevel
from canonical.item import Item
from canonical.ledger import AccountGroup, Ledger
from canonical.proof import SourceReport
from canonical.record import RawRecord
from canonical.voucher import UnbalancedVoucher, Voucher
from connectors.quickbooks.entities import COMPANIES, COMPANY_PARTS, DOCUMENTS, LEDGERS, TRANSLATED
from connectors.quickbooks.reports.read import read_report
from connectors.quickbooks.translate import money, trade
from connectors.quickbooks.translate.accounts import read_account
from connectors.quickbooks.translate.companies import read_company_info, read_part
from connectors.quickbooks.translate.items import read_item
from connectors.quickbooks.translate.learned import Learned
from connectors.quickbooks.translate.parties import ROLES, read_party
from connectors.quickbooks.translate.reading import Reading
from connectors.quickbooks.translate.values import Json, UnreadableValue
from connectors.sdk.translating import BooksTranslator


class Payload(msgspec.Struct):
    """The part of a raw record that translation reads.

    Attributes:
        object: as QuickBooks said it.
        rates: of the documents in foreign currency that this one settles, by bill reference.
    """

    object: dict[str, Any] = {}
    rates: dict[str, str] = {}


_decode = msgspec.json.Decoder(Payload).decode
_DOCUMENTS: dict[str, Callable[[Json, Reading], Voucher]] = {
    "invoices": trade.invoice,
    "sales_receipts": trade.sales_receipt,
    "credit_memos": trade.credit_memo,
    "refund_receipts": trade.refund_receipt,
    "bills": trade.bill,
    "vendor_credits": trade.vendor_credit,
    "purchases": trade.purchase,
    "estimates": trade.estimate,
    "purchase_orders": trade.purchase_order,
    "payments": money.payment,
    "bill_payments": money.bill_payment,
    "deposits": money.deposit,
    "transfers": money.transfer,
    "journal_entries": money.journal_entry,
}
_READERS: dict[str, Callable[[Json, Reading], list[CanonicalRecord]]] = {
    COMPANIES: read_company_info,
    **{part.stream: read_part for part in COMPANY_PARTS},
    LEDGERS: read_account,
    "customers": read_party,
    "vendors": read_party,
    "items": read_item,
}
_PARTY_STREAMS = frozenset(ROLES)


class QuickBooksTranslator(BooksTranslator[Learned, Reading]):
    """Translates the raw records of one company.

    Args:
        company: the books, as far as they are known; the ``companies`` stream completes them.
    """

    version: int = 1
    stream_order: tuple[str, ...] = TRANSLATED
    document_streams: tuple[str, ...] = tuple(entity.stream for entity in DOCUMENTS)
    folded_streams: tuple[str, ...] = (*(part.stream for part in COMPANY_PARTS), COMPANIES)
    unreadable = (UnreadableValue,)

    def __init__(self, company: Company) -> None:
        self.learned = Learned(company)

    def remember(self, record: CanonicalRecord) -> None:
        """Learn what is already in the store; order does not matter."""
        learned = self.learned
        outdated = set(learned.outdated)
        match record:
            case Company():
                learned.learn_company(record)
            case AccountGroup():
                learned.groups.add(record.key)
                learned.learn_account(record)
            case Ledger():
                if record.source.stream in _PARTY_STREAMS:
                    learned.parties[record.key] = record.name
                elif record.source.key.startswith("implied:"):
                    learned.implied.add(record.key)
                learned.learn_account(record)
            case Item():
                learned.learn_item(record)
            case _:
                pass
        learned.outdated = outdated

    def report(self, record: RawRecord) -> SourceReport | None:
        """Read one of QuickBooks' own reports as an oracle."""
        return read_report(_decode(record.payload).object, self.learned, record.origin)

    def begin(self, record: RawRecord) -> Reading:
        """Take a record in hand."""
        return Reading(record, self.learned)

    def read(self, reading: Reading) -> Sequence[CanonicalRecord]:
        """Read it by its stream."""
        stream, payload = reading.source.stream, _decode(reading.record.payload)
        if stream in _DOCUMENTS:
            node = {**payload.object, "LinkedRates": payload.rates} if payload.rates else payload.object
            return [_DOCUMENTS[stream](node, reading)]
        read = _READERS.get(stream)
        return read(payload.object, reading) if read else ()

    def refusal(self, error: Exception, reading: Reading) -> Issue:
        """Say what to do in QuickBooks."""
        match error:
            case UnreadableValue():
                return _unreadable(error, reading)
            case UnbalancedVoucher():
                return _unbalanced(error, reading)
            case _:
                return _damaged(error, reading)


def _unreadable(error: UnreadableValue, reading: Reading) -> Issue:
    is_document = reading.source.stream in _DOCUMENT_STREAMS
    return Issue(
        code="quickbooks.document.unreadable" if is_document else "quickbooks.master.unreadable",
        level=IssueLevel.REJECTED,
        message=f"{reading.label or 'A record'} was not taken into the books: {error.message}",
        where=reading.where(error.field),
        hint="Open it in QuickBooks, correct it and save; it is read again by the next sync.",
        source=reading.source,
        facts={"field": error.field, "text": error.text[:40]},
    )


_DOCUMENT_STREAMS = frozenset(entity.stream for entity in DOCUMENTS)


def _unbalanced(error: UnbalancedVoucher, reading: Reading) -> Issue:
    return Issue(
        code="quickbooks.document.unbalanced",
        level=IssueLevel.REJECTED,
        message=f"{error.message} It was not taken into the books.",
        where=reading.where(),
        hint="QuickBooks itself does not save such a document: read it again; if it stays, tell us.",
        source=reading.source,
        facts=error.facts,
    )


def _damaged(error: Exception, reading: Reading) -> Issue:
    return Issue(
        code="quickbooks.record.damaged",
        level=IssueLevel.REJECTED,
        message=f"A raw record of {reading.source.stream} is not what the QuickBooks reader writes: {error}.",
        where=reading.record.origin,
        source=reading.source,
    )
