"""``SpreadsheetTranslator``: one company's rows to canonical records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import msgspec

from canonical.bill import OpeningBill
from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue
from canonical.ledger import ReservedGroup
from canonical.money import ZERO, signed, split_signed
from canonical.party import PartyRole
from canonical.proof import SourceReport
from canonical.record import RawRecord
from connectors.sdk.base import Translation
from connectors.spreadsheet.documents import PARTIES, VOUCHERS
from connectors.spreadsheet.translate.chart import Chart
from connectors.spreadsheet.translate.ledgers import check_balance, opening_of, read_entry
from connectors.spreadsheet.translate.registers import read_invoice
from connectors.spreadsheet.translate.rows import BadCell, MappedRow, Rows, read_rows

COMPANIES = "companies"
_PAYABLE = frozenset({"payable", "supplier"})


class SpreadsheetTranslator:
    """Translates the raw records of one company.

    Args:
        company: the books.
    """

    version: int = 1
    stream_order: tuple[str, ...] = (COMPANIES, PARTIES, VOUCHERS)
    folded_streams: tuple[str, ...] = ()
    document_streams: tuple[str, ...] = (VOUCHERS,)

    def __init__(self, company: Company) -> None:
        self.chart = Chart(company)

    @property
    def outdated_streams(self) -> frozenset[str]:
        """None: a row means what its own mapping says."""
        return frozenset()

    def remember(self, record: CanonicalRecord) -> None:
        """Learn what is in the store already."""
        self.chart.learn(record)

    def forget(self, record: CanonicalRecord) -> None:
        """Nothing to do: names are the keys."""

    def preflight(self, sample: Iterable[RawRecord]) -> tuple[Issue, ...]:  # noqa: ARG002 - same for every source
        """Nothing is suspected of all rows at once."""
        return ()

    def report(self, record: RawRecord) -> SourceReport | None:  # noqa: ARG002 - same for every source
        """A spreadsheet brings no report of its own to be proved against."""
        return None

    def translate(self, record: RawRecord) -> Translation:
        """Translate one record; a row that cannot be read becomes an issue."""
        if record.source.stream == COMPANIES:
            name = str(msgspec.json.decode(record.payload).get("name", ""))
            return Translation(records=(Company(source=record.source, name=name),))
        rows = read_rows(record)
        try:
            records = self._read(rows)
        except BadCell as cell:
            rows.note(cell)
            records = ()
        return Translation(records=(*self.chart.take_added(), *records), issues=tuple(rows.issues))

    def _read(self, rows: Rows) -> tuple[CanonicalRecord, ...]:
        match rows.mapping.document:
            case "register":
                return (read_invoice(rows, self.chart),)
            case "ledger" if rows.source.stream == PARTIES:
                account = self.chart.account(rows.mapping.account, ReservedGroup.SUSPENSE)
                self.chart.put(replace(account, opening=opening_of(rows)))
                return ()
            case "ledger":
                check_balance(rows)
                return (read_entry(rows, self.chart),)
            case "outstanding":
                self._outstanding(rows)
            case _:
                self._party(rows.rows[0])
        return ()

    def _outstanding(self, rows: Rows) -> None:
        """Enter a party's open bills; a row that cannot be read is left out and said."""
        role = PartyRole.SUPPLIER if rows.mapping.of_what in _PAYABLE else PartyRole.CUSTOMER
        bills = []
        for row in rows.rows:
            try:
                bills.append(_bill(row, role))
            except BadCell as cell:
                rows.note(cell)
        first = rows.rows[0]
        if not bills:
            return
        ledger = self.chart.party(first.needed_text("party_name"), role, first.text("party_gstin"), first.text("phone"))
        opening = sum((signed(one.side, one.amount) for one in bills), ZERO)
        self.chart.put(replace(ledger, opening=opening, opening_bills=tuple(bills)))

    def _party(self, row: MappedRow) -> None:
        mapping = row.sheet.mapping
        role = PartyRole.SUPPLIER if mapping.of_what in _PAYABLE else PartyRole.CUSTOMER
        name = row.needed_text("name")
        phone = row.text("mobile") or row.text("phone")
        ledger = self.chart.party(name, role, row.text("gstin"), phone)
        opening = row.amount("opening_balance")
        if opening is not None and not ledger.opening_bills:
            self.chart.put(replace(ledger, opening=opening))
        self.chart.put_party(self.chart.with_pan(self.chart.parties[ledger.key], row.text("pan")))


def _bill(row: MappedRow, role: PartyRole) -> OpeningBill:
    """One row of an outstanding list. An amount without a side is the list's own: owed to us, or by us.

    Raises:
        BadCell: a cell is missing or unreadable.
    """
    balance = row.amount("balance_due")
    amount = balance if balance is not None else row.amount("total_amount")
    if amount is None:
        raise row.bad("balance_due", "spreadsheet.field.missing", "The bill has no amount.", "Fill it in.")
    side, size = split_signed(_sided(row, amount, role))
    return OpeningBill(
        ref=row.needed_text("invoice_number"),
        side=side,
        amount=size,
        bill_date=row.day("invoice_date"),
        due_date=row.day("due_date"),
    )


def _sided(row: MappedRow, amount: Decimal, role: PartyRole) -> Decimal:
    """Debit-positive amount: Dr and Cr are the accountant's own word; a bare amount is on the list's side."""
    said = (row.text("balance_due") or row.text("total_amount")).casefold().rstrip(". ")
    if said.endswith(("dr", "cr", "debit", "credit")):
        return amount
    return -amount if role is PartyRole.SUPPLIER else amount
