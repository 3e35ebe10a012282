"""``TallyTranslator``: one company's raw records to canonical records, one run long.

Masters come before vouchers (``stream_order``), because a voucher is understood by them: its kind through the tree of
voucher types, its tax lines through the tax heads of ledgers, its parties through the tree of groups. Masters already
in the store are told through ``remember``. What cannot be read is rejected with an issue and stays in the raw store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue, IssueLevel
from canonical.item import Unit
from canonical.ledger import AccountGroup, Ledger, name_key
from canonical.party import Party
from canonical.proof import SourceReport
from canonical.record import RawRecord
from canonical.voucher import UnbalancedVoucher
from canonical.voucher_type import VoucherKind, VoucherType
from connectors.sdk.translating import BooksTranslator
from connectors.tally.reports.read import read_report
from connectors.tally.reports.record import ReportRecord
from connectors.tally.translate.accounts import read_group, read_ledger
from connectors.tally.translate.companies import read_company, read_currency, read_tax_unit
from connectors.tally.translate.cost import read_cost_category, read_cost_centre
from connectors.tally.translate.learned import Learned
from connectors.tally.translate.parties import read_party
from connectors.tally.translate.placeholders import introduce
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.signs import Ballot, find_inverted_signs
from connectors.tally.translate.stock import read_godown, read_stock_group, read_stock_item, read_unit
from connectors.tally.translate.values import UnreadableValue
from connectors.tally.translate.voucher_types import read_voucher_type
from connectors.tally.translate.vouchers import read_voucher


class Payload(msgspec.Struct):
    """The part of a raw record that translation reads; the other columns serve other users of the tap."""

    object: dict[str, Any] = {}
    guid: str = ""
    alter_id: int | None = None
    name: str | None = None
    company_name: str | None = None


STREAMS = (
    "currencies",
    "tax_units",
    "companies",
    "units",
    "groups",
    "ledgers",
    "voucher_types",
    "cost_categories",
    "cost_centres",
    "stock_groups",
    "stock_categories",
    "godowns",
    "stock_items",
    "other_masters",
    "vouchers",
)
"""Masters before vouchers. Currencies and GST registrations stand before the company they complete, so that a first
import writes the company once."""
_decode = msgspec.json.Decoder(Payload).decode


class TallyTranslator(BooksTranslator[Learned, Reading]):
    """Translates the raw records of one company.

    Args:
        company: the books, as far as they are known; the ``companies`` stream completes them.
    """

    version: int = 2
    """Raised with every change of what raw records mean (``tests/golden`` sees to it): whoever translates with another
    version than before translates everything in the store again."""
    stream_order: tuple[str, ...] = STREAMS
    folded_streams: tuple[str, ...] = ("currencies", "tax_units", "companies")
    unreadable = (UnreadableValue,)

    def __init__(self, company: Company) -> None:
        self.learned = Learned(company)
        self._readers: dict[str, Callable[[Payload, Reading], list[CanonicalRecord]]] = {
            "companies": lambda p, r: [read_company(p.object, r, p.company_name or p.name or "")],
            "currencies": lambda p, r: r.if_stored(read_currency(p.object, r, p.name or "")),
            "units": lambda p, r: [read_unit(p.object, r, p.name or "")],
            "groups": lambda p, r: [read_group(p.object, r, p.name or "")],
            "ledgers": _read_account,
            "voucher_types": lambda p, r: [*read_voucher_type(p.object, r, p.name or "")],
            "cost_categories": lambda p, r: [read_cost_category(p.object, r, p.name or "")],
            "cost_centres": lambda p, r: [read_cost_centre(p.object, r, p.name or "")],
            "stock_groups": lambda p, r: [read_stock_group(p.object, r, p.name or "")],
            "stock_categories": lambda p, r: [read_stock_group(p.object, r, p.name or "", is_category=True)],
            "godowns": lambda p, r: [read_godown(p.object, r, p.name or "")],
            "stock_items": lambda p, r: [read_stock_item(p.object, r, p.name or "")],
            "tax_units": lambda p, r: r.if_stored(read_tax_unit(p.object, r, p.name or "")),
            "other_masters": lambda _p, _r: [],
            "vouchers": _read_document,
        }

    def remember(self, record: CanonicalRecord) -> None:
        """Learn a master that is already in the store. Order does not matter; call before ``translate``."""
        learned = self.learned
        outdated = set(learned.outdated)
        match record:
            case Company():
                learned.company = record
                learned.is_company_stored = True
            case AccountGroup():
                learned.add_group(record)
            case Ledger():
                learned.add_ledger(record)
            case VoucherType():
                learned.add_type(record, is_known=record.kind is not VoucherKind.OTHER)
            case Unit():
                learned.add_unit(record)
            case Party():
                learned.parties[record.key] = record
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
            case VoucherType():
                learned.types.pop(record.key, None)
            case Unit():
                learned.units.pop(record.key, None)
            case Party():
                learned.parties.pop(record.key, None)
            case _:
                pass

    def preflight(self, sample: Iterable[RawRecord]) -> tuple[Issue, ...]:
        """Look at a file's vouchers before anything is published; a REJECTED issue means: publish nothing."""
        payloads = (_decode(record.payload) for record in sample if record.source.stream == "vouchers")
        ballots = (Ballot(payload.object, payload.alter_id is not None) for payload in payloads)
        issue = find_inverted_signs(ballots, self.learned)
        return (issue,) if issue else ()

    def report(self, record: RawRecord) -> SourceReport | None:
        """Read one of Tally's own reports as an oracle; see ``connectors.tally.reports``."""
        payload = _decode(record.payload)
        books_from = self.learned.company.books_from
        return read_report(
            ReportRecord.of_object(payload.object),
            payload.guid or payload.name or "",
            books_from.year if books_from else None,
        )

    def begin(self, record: RawRecord) -> Reading:
        """Take a record in hand."""
        return Reading(record, self.learned)

    def read(self, reading: Reading) -> Sequence[CanonicalRecord]:
        """Read it by its stream."""
        read = self._readers.get(reading.source.stream)
        return read(_decode(reading.record.payload), reading) if read else ()

    def refusal(self, error: Exception, reading: Reading) -> Issue:
        """Say what to do in Tally."""
        match error:
            case UnreadableValue():
                return _unreadable(error, reading)
            case UnbalancedVoucher():
                return _unbalanced(error, reading)
            case _:
                return _damaged(error, reading)


MISSING = {
    "date": ("tally.voucher.date_missing", "it has no date."),
    "name": ("tally.master.name_missing", "it has no name, so nothing can refer to it."),
}


def _read_account(payload: Payload, reading: Reading) -> list[CanonicalRecord]:
    ledger = read_ledger(payload.object, reading, payload.name or "")
    party = read_party(payload.object, ledger, reading)
    return [ledger] if party is None else [ledger, party]


def _read_document(payload: Payload, reading: Reading) -> list[CanonicalRecord]:
    voucher = read_voucher(payload.object, reading, payload.alter_id)
    return [*introduce(voucher, reading), voucher]


def _unreadable(error: UnreadableValue, reading: Reading) -> Issue:
    code, reason = f"tally.{error.kind}.unreadable", f"{error.message} ({error.field})"
    if not error.text.strip():
        code, reason = MISSING.get(error.kind, (code, reason))
    return Issue(
        code=code,
        level=IssueLevel.REJECTED,
        message=f"{reading.label or 'A record'} was not taken into the books: {reason}",
        where=reading.where(error.field),
        hint="Open the record in Tally, correct the value and export again.",
        source=reading.source,
        facts={"field": error.field, "text": error.text[:40], **reading.facts},
    )


def _unbalanced(error: UnbalancedVoucher, reading: Reading) -> Issue:
    type_name = str(reading.facts["voucher_type"])
    is_unknown = reading.learned.kind_of(name_key(type_name)) is None
    return Issue(
        code="tally.voucher.unbalanced",
        level=IssueLevel.REJECTED,
        message=f"{error.message} It was not taken into the books.",
        where=reading.where("AMOUNT"),
        hint=(
            f"{type_name!r} is the company's own voucher type and its master was not read: import the masters too, so "
            "that an order or a delivery note is known as one."
            if is_unknown
            else "Open the voucher in Tally and check its lines; if it is right there, export it again in full detail."
        ),
        source=reading.source,
        facts={**error.facts, **reading.facts},
    )


def _damaged(error: Exception, reading: Reading) -> Issue:
    return Issue(
        code="tally.record.damaged",
        level=IssueLevel.REJECTED,
        message=f"A raw record of {reading.source.stream} is not what the Tally reader writes: {error}.",
        where=reading.where(),
        source=reading.source,
    )
