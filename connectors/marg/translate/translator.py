"""``MargTranslator``: one branch's raw records, or one firm's sale bills, to canonical records; one run long.

Masters come before vouchers (``stream_order``): a voucher names ledgers and items by code. What is in the store already
is told through ``remember``. What cannot be read is rejected with an issue and stays in the raw store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.errors import KhataError
from canonical.issue import Issue, IssueLevel
from canonical.item import Item
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.proof import SourceReport
from canonical.record import RawRecord
from canonical.voucher import UnbalancedVoucher
from connectors.marg.streams import (
    CODES,
    COMPANIES,
    GROUPS,
    ITEMS,
    LEDGERS,
    OPENINGS,
    STOCK,
    TERMS,
    TRANSLATED,
    VOUCHERS,
)
from connectors.marg.translate import masters
from connectors.marg.translate.bills import read_bill
from connectors.marg.translate.chart import read_group
from connectors.marg.translate.documents import read_voucher
from connectors.marg.translate.learned import Learned
from connectors.marg.translate.reading import Reading
from connectors.marg.translate.reports import read_report
from connectors.marg.translate.values import Json, UnreadableValue
from connectors.sdk.translating import BooksTranslator


class Payload(msgspec.Struct):
    """The part of a raw record that translation reads."""

    object: dict[str, Any] = {}


_decode = msgspec.json.Decoder(Payload, float_hook=Decimal).decode
Read = Callable[[Json, Reading], list[CanonicalRecord]]


def _groups(row: Json, reading: Reading) -> list[CanonicalRecord]:
    reading.label = f"group {row.get('Name', '')}"
    return read_group(row, reading.learned.groups, source=reading.source)


def _vouchers(content: Json, reading: Reading) -> list[CanonicalRecord]:
    return [read_bill(content, reading) if "H" in content else read_voucher(content, reading)]


_READERS: Mapping[str, Read] = {
    COMPANIES: masters.read_company,
    OPENINGS: masters.read_openings,
    CODES: masters.read_code,
    GROUPS: _groups,
    ITEMS: masters.read_item,
    STOCK: masters.read_stock,
    LEDGERS: masters.read_ledger,
    TERMS: masters.read_terms,
    VOUCHERS: _vouchers,
}


class MargTranslator(BooksTranslator[Learned, Reading]):
    """Translates the raw records of one branch or firm.

    Args:
        company: the books, as far as they are known; the stream ``companies`` completes them.
    """

    version: int = 1
    stream_order: tuple[str, ...] = TRANSLATED
    folded_streams: tuple[str, ...] = (OPENINGS, CODES, COMPANIES)
    unreadable = (UnreadableValue,)

    def __init__(self, company: Company) -> None:
        self.learned = Learned(company)

    def remember(self, record: CanonicalRecord) -> None:
        """Learn a master that is already in the store."""
        learned = self.learned
        match record:
            case Company():
                learned.company, learned.is_company_stored = record, True
            case AccountGroup():
                learned.groups[record.key] = record
            case Ledger():
                learned.ledgers[record.key] = record
            case Party():
                learned.parties[record.key] = record
            case Item():
                learned.items[record.key] = record
            case _:
                pass

    def report(self, record: RawRecord) -> SourceReport | None:
        """Read Marg's own balances and open bills as an oracle; one that cannot be read proves nothing."""
        try:
            return read_report(_decode(record.payload).object, self.learned)
        except (UnreadableValue, msgspec.ValidationError):
            return None

    def begin(self, record: RawRecord) -> Reading:
        """Take a record in hand."""
        return Reading(record, self.learned)

    def read(self, reading: Reading) -> Sequence[CanonicalRecord]:
        """Read it by its stream."""
        read = _READERS.get(reading.source.stream)
        return read(_decode(reading.record.payload).object, reading) if read else ()

    def refusal(self, error: Exception, reading: Reading) -> Issue:
        """Say what to correct in Marg."""
        unreadable = error if isinstance(error, UnreadableValue) else None
        field = unreadable.field if unreadable else ""
        return Issue(
            code=_CODES[type(error)],
            level=IssueLevel.REJECTED,
            message=f"{reading.label or 'A record'} was not taken into the books: {str(error).rstrip('.')}.",
            where=reading.where(field),
            hint=(unreadable and unreadable.remedy)
            or "Correct it in Marg, or have the file made anew; it is read again then.",
            source=reading.source,
            facts=dict(error.facts) if isinstance(error, KhataError) else {},
        )


_CODES: Mapping[type[Exception], str] = {
    UnreadableValue: "marg.record.unreadable",
    UnbalancedVoucher: "marg.voucher.unbalanced",
    msgspec.ValidationError: "marg.record.damaged",
}
