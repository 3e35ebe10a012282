"""``BusyTranslator``: one company's raw records to canonical records, one run long.

A record is staged by its own route (``routes.py``) and read by what it is; masters come before vouchers. What cannot be
read is rejected with an issue and stays in the raw store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.errors import Fact
from canonical.issue import Issue, IssueLevel
from canonical.item import Godown, Item, StockGroup
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.proof import SourceReport
from canonical.record import RawRecord
from canonical.voucher import UnbalancedVoucher
from connectors.busy.staging import (
    AccountGroupRow,
    AccountRow,
    CompanyRow,
    ItemRow,
    NamedMaster,
    Route,
    StagedRow,
    UnitRow,
    VoucherRow,
)
from connectors.busy.streams import (
    ACCOUNTS,
    CENTRES,
    COMPANIES,
    GROUPS,
    ITEM_GROUPS,
    ITEMS,
    REPORT_VOUCHERS,
    TRANSLATED,
    VOUCHERS,
)
from connectors.busy.translate.accounts import read_account, read_group
from connectors.busy.translate.companies import read_company
from connectors.busy.translate.from_tables import stage as stage_tables
from connectors.busy.translate.from_xml import stage_xml
from connectors.busy.translate.learned import Learned
from connectors.busy.translate.oracles import read_report
from connectors.busy.translate.reading import Reading
from connectors.busy.translate.report_vouchers import read_report_voucher
from connectors.busy.translate.routes import RawObject, Stage, UnreadableField
from connectors.busy.translate.stock import read_item, read_tree, read_unit
from connectors.busy.translate.vouchers import read_voucher
from connectors.sdk.translating import BooksTranslator


class Payload(msgspec.Struct):
    """A raw record, decoded; its columns are those of ``connectors.busy.schemas``."""

    object: dict[str, Any] = {}
    route: str = Route.XML
    year: str | None = None
    company_name: str | None = None
    element: str | None = None
    as_of: str | None = None
    extent: str | None = None
    report: str | None = None


_decode = msgspec.json.Decoder(Payload, float_hook=Decimal).decode
STAGES: Mapping[str, Stage] = {Route.XML: stage_xml, Route.DATABASE: stage_tables, Route.SERVICE: stage_tables}
"""How a record of each route becomes a row; reports are read by their own layout."""


class BusyTranslator(BooksTranslator[Learned, Reading]):
    """Translates the raw records of one company.

    Args:
        company: the books, as far as they are known; the stream ``companies`` completes them.
    """

    version: int = 1
    stream_order: tuple[str, ...] = TRANSLATED
    folded_streams: tuple[str, ...] = (COMPANIES,)
    document_streams: tuple[str, ...] = (VOUCHERS, REPORT_VOUCHERS)
    unreadable = (UnreadableField,)

    def __init__(self, company: Company) -> None:
        self.learned = Learned(company)

    def remember(self, record: CanonicalRecord) -> None:
        """Learn a master that is already in the store."""
        learned = self.learned
        outdated = set(learned.outdated)
        match record:
            case Company():
                learned.company, learned.is_company_stored = record, True
            case AccountGroup():
                learned.learn_codes(GROUPS, record)
                learned.add_group(record)
            case Ledger():
                learned.learn_codes(ACCOUNTS, record)
                learned.add_ledger(record)
            case Party():
                learned.parties[record.key] = record
            case Item():
                learned.learn_codes(ITEMS, record)
                learned.items[record.key] = record
            case StockGroup() | Godown():
                stream = ITEM_GROUPS if isinstance(record, StockGroup) else CENTRES
                learned.learn_codes(stream, record)
                learned.trees[stream, record.key] = record
            case _:
                pass
        learned.outdated = outdated

    def forget(self, record: CanonicalRecord) -> None:
        """Unlearn a master under the key it had before it was renamed."""
        learned = self.learned
        match record:
            case AccountGroup():
                learned.groups.pop(record.key, None)
            case Ledger():
                learned.ledgers.pop(record.key, None)
            case Party():
                learned.parties.pop(record.key, None)
            case Item():
                learned.items.pop(record.key, None)
            case _:
                pass

    def report(self, record: RawRecord) -> SourceReport | None:
        """Read balances or bills that BUSY stated for a day as an oracle; see ``oracles.py``."""
        return read_report(_decode(record.payload).object, self.learned.decimals, record.origin)

    def begin(self, record: RawRecord) -> Reading:
        """Take a record in hand."""
        return Reading(record, self.learned)

    def read(self, reading: Reading) -> Sequence[CanonicalRecord]:
        """Stage it by its route, and read it by what it is."""
        payload = _decode(reading.record.payload)
        reading.raw = _raw(reading.record, payload, self.learned.decimals)
        if reading.raw.stream == REPORT_VOUCHERS:
            document = read_report_voucher(payload.report or "", payload.object, reading)
            return [document] if document else []
        stage = STAGES.get(payload.route)
        row = stage(reading.raw) if stage else None
        return _read_row(row, reading) if row is not None else []

    def refusal(self, error: Exception, reading: Reading) -> Issue:
        """Say what to do in BUSY."""
        match error:
            case UnreadableField():
                return _rejected(reading, "busy.record.unreadable", error.message, {"field": error.field})
            case UnbalancedVoucher():
                return _rejected(reading, "busy.voucher.unbalanced", error.message.rstrip("."), {"field": ""})
            case _:
                return _damaged(reading.record, str(error))


def _raw(record: RawRecord, payload: Payload, decimals: int) -> RawObject:
    return RawObject(
        stream=record.source.stream,
        key=record.source.key,
        year_from=_day("year", payload.year),
        element=payload.element or "",
        company_name=payload.company_name or "",
        body=payload.object,
        decimals=decimals,
        as_of=_day("as_of", payload.as_of),
        extent=payload.extent or "",
    )


def _day(field: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UnreadableField(field, text, "a day, as 2025-04-01") from error


def _read_row(  # noqa: PLR0911 - one line per row
    row: StagedRow, reading: Reading
) -> list[CanonicalRecord]:
    match row:
        case CompanyRow():
            return [read_company(row, reading)]
        case AccountGroupRow():
            return [read_group(row, reading)]
        case AccountRow():
            return [*read_account(row, reading)]
        case UnitRow():
            return [read_unit(row, reading)]
        case ItemRow():
            return [*read_item(row, reading)]
        case NamedMaster():
            return [*read_tree(row, reading)]
        case VoucherRow():
            voucher = read_voucher(row, reading)
            return [voucher] if voucher else []
        case _:
            return []


def _rejected(reading: Reading, code: str, reason: str, facts: dict[str, Fact]) -> Issue:
    return Issue(
        code=code,
        level=IssueLevel.REJECTED,
        message=f"{reading.label} was not taken into the books: {reason}.",
        where=reading.where(),
        hint="Open it in BUSY, correct it and export again.",
        source=reading.source,
        facts=facts,
    )


def _damaged(record: RawRecord, reason: str) -> Issue:
    return Issue(
        code="busy.record.damaged",
        level=IssueLevel.REJECTED,
        message=f"A stored record is not what the reader writes: {reason}.",
        where=record.origin,
        hint="Import its file again; report it if it stays.",
        source=record.source,
    )
