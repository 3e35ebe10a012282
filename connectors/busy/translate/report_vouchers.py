"""Vouchers of BUSY's lists (Excel, CSV): documents with their goods, and no postings.

Such a list says what was sold, to whom and for how much, and nothing of the accounts it was posted to: the split of the
tax, sundries and rounding are missing, and in one real book a fifth of the bills do not add up to lines plus tax. So
these documents never move a balance or open a bill; what the list gives as tax and total is kept beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.issue import IssueLevel
from canonical.item import Batch, Quantity
from canonical.ledger import Ledger, ReservedGroup, name_key
from canonical.money import Side
from canonical.party import Party, PartyRole
from canonical.record import SourceRef
from canonical.tax import GstRegistration, SupplyNature, TaxHead, TaxRate
from canonical.voucher import DocumentDetails, DocumentRef, EInvoice, EWayBill, ItemLine, Voucher
from connectors.busy.files.layouts import BY_WORD, DAY, ITEM, NUMBER, field_of
from connectors.busy.streams import ACCOUNTS
from connectors.busy.translate.lexicon import INWARD, SUPPLIER_KINDS, type_of
from connectors.busy.translate.parties import pan_of, party_for, state_code_of
from connectors.busy.translate.reading import Reading
from connectors.busy.values import find_day, find_number
from connectors.sdk.bad_rows import BadRow, row_issue

IRN_LENGTH = 64
Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet by field; ``words`` are the headers."""

    number: int
    cells: dict[str, Any]
    words: dict[str, str]

    def text(self, field: str) -> str:
        """A cell as text; whole numbers without decimals."""
        value = self.cells.get(field)
        return "" if value is None else str(value).strip()

    def day(self, field: str) -> date | None:
        """A cell as a day."""
        return find_day(self.cells.get(field))

    def number_in(self, field: str) -> Decimal | None:
        """A cell as a number."""
        return find_number(self.cells.get(field))


def rows_of(body: Mapping[str, Any], first: int) -> list[Row]:
    """The rows of a record by field; rows are numbered from where the voucher began."""
    found = []
    for place, cells in enumerate(body.get("rows") or ()):
        words = {field: word for word in cells if (field := field_of(word))}
        found.append(Row(first + place, {field: cells[word] for field, word in words.items()}, words))
    return found


def read_report_voucher(report: str, body: Mapping[str, Any], reading: Reading) -> Voucher | None:
    """Read a document of a list; None, with a reason, if its first row has no day or no number."""
    kind = BY_WORD.get(report)
    file, _, place = reading.record.origin.rpartition("#")
    first = place.rpartition(" ")[2]
    rows = rows_of(body, int(first) if first.isdecimal() else 1)
    if kind is None or not rows:
        return None
    head, busy_type = rows[0], type_of(kind.voucher_type)
    day = head.day(DAY)
    reading.label = f"{busy_type.word} {head.text(NUMBER)} of {day or head.text(DAY)}"
    lines = tuple(line for row in rows if (line := _line(row, busy_type.kind in INWARD, file, reading)))
    if day is None or not head.text(NUMBER):
        field = DAY if day is None else NUMBER
        reason = "A document needs a date." if day is None else "A document needs a number."
        _reject(head, field, reason, file, reading)
        return None
    party_key = name_key(head.text("party"))
    _introduce(head, party_key, kind.voucher_type, reading)
    return Voucher(
        source=reading.source,
        kind=busy_type.kind,
        type_name=f"{busy_type.word} (list)",
        day=day,
        number=head.text(NUMBER),
        party_key=party_key,
        party_name=head.text("party"),
        narration=head.text("narration"),
        is_invoice=True,
        items=lines,
        details=_details(head, is_supplier=busy_type.kind in SUPPLIER_KINDS),
        e_invoice=_e_invoice(head),
        e_way_bills=_e_way_bills(head),
        extras=_extras(head),
    )


def _line(row: Row, is_inward: bool, file: str, reading: Reading) -> ItemLine | None:
    name = row.text(ITEM)
    if not name:
        return None
    quantity, amount = row.number_in("quantity"), row.number_in("amount")
    for field in ("quantity", "amount"):
        if row.text(field) and row.number_in(field) is None:
            _reject(row, field, "It is no number, and the line counts without it.", file, reading, IssueLevel.WARNING)
    other = row.number_in("alternate_quantity")
    price = row.number_in("price")
    billed = None
    if quantity is not None:
        billed = Quantity(quantity, row.text("unit"), other, row.text("alternate_unit") if other is not None else "")
    side = Side.DEBIT if is_inward else Side.CREDIT
    value = amount or Decimal(0)
    return ItemLine(
        item_key=name_key(name),
        item_name=name,
        side=side if value >= 0 else side.opposite,
        amount=abs(value),
        actual=billed,
        billed=billed,
        rate=price,
        rate_unit=row.text("unit") if price is not None else "",
        discount_percent=row.number_in("discount_percent"),
        nature=SupplyNature.TAXABLE if row.number_in("tax_rate") else SupplyNature.UNKNOWN,
        rates=_rates(row),
        mrp=row.number_in("mrp"),
        batches=_batches(row, billed),
        extras={"item_group": row.text("item_group")} if row.text("item_group") else {},
    )


def _rates(row: Row) -> tuple[TaxRate, ...]:
    """One rate is given; which heads it falls to is told by the columns that hold an amount."""
    rate = row.number_in("tax_rate")
    if not rate:
        return ()
    if row.number_in("cgst"):
        return (TaxRate(TaxHead.CGST, rate / 2), TaxRate(TaxHead.SGST, rate / 2))
    return (TaxRate(TaxHead.IGST, rate),) if row.number_in("igst") else ()


def _batches(row: Row, quantity: Quantity | None) -> tuple[Batch, ...]:
    batch = Batch(
        name=row.text("batch"),
        godown_key=name_key(row.text("centre")),
        quantity=quantity,
        manufactured_on=row.day("made_on"),
        expires_on=row.day("expires_on"),
        mrp=row.number_in("mrp"),
    )
    return (batch,) if batch.name or batch.godown_key else ()


def _details(head: Row, *, is_supplier: bool) -> DocumentDetails:
    word = "supplier" if is_supplier else "buyer"
    told: dict[str, Any] = {f"{word}_name": head.text("party"), f"{word}_gstin": head.text("gstin").upper()}
    return DocumentDetails(
        **told,
        orders=_refs(head.text("order"), head.text("order_day")),
        delivery_notes=_refs(head.text("challan"), head.text("challan_day")),
        dispatched_through=head.text("transporter"),
    )


def _refs(number: str, day: str) -> tuple[DocumentRef, ...]:
    """A related document; its day may be written after its number: ``HUB/SO24/25 : 24-04-2024``."""
    return (DocumentRef(number, find_day(day.rpartition(" : ")[2])),) if number else ()


def _e_invoice(head: Row) -> EInvoice | None:
    """The column holds an IRN (64 characters) or another number of the registration, which is kept beside."""
    told = head.text("irn")
    return EInvoice(irn=told) if len(told) == IRN_LENGTH else None


def _e_way_bills(head: Row) -> tuple[EWayBill, ...]:
    number = head.text("e_way_bill")
    return (EWayBill(number=number, transporter_name=head.text("transporter")),) if number.strip("0") else ()


def _extras(head: Row) -> dict[str, Any]:
    told = {name: head.number_in(name) for name in ("tax", "total")}
    texts = {name: head.text(name) for name in ("party_group", "state", "dealer_code", "salesman", "return_note")}
    number = head.text("irn")
    if number.strip("0") and len(number) != IRN_LENGTH:
        texts["e_invoice"] = number
    return {
        **{name: str(value) for name, value in told.items() if value is not None},
        **{name: value for name, value in texts.items() if value},
    }


def _introduce(head: Row, key: str, voucher_type: int, reading: Reading) -> None:
    """The list names parties that no master has introduced."""
    if not key:
        return
    learned = reading.learned
    is_supplier = type_of(voucher_type).kind in SUPPLIER_KINDS
    if key not in learned.ledgers:
        ledger = _placeholder(head, key, is_supplier=is_supplier, source=reading.source)
        learned.add_ledger(ledger)
        reading.introduced.append(ledger)
    if learned.ledgers[key].is_placeholder:
        role = PartyRole.SUPPLIER if is_supplier else PartyRole.CUSTOMER
        party = party_for(key, head.text("party"), role, reading, None)
        if party is not None:
            party = _registered(party, head)
            learned.parties[key] = party
            reading.introduced.append(party)


def _placeholder(head: Row, key: str, *, is_supplier: bool, source: SourceRef) -> Ledger:
    return Ledger(
        source=SourceRef(source.connector, source.company, ACCOUNTS, f"name:{key}"),
        key=key,
        name=head.text("party"),
        reserved=ReservedGroup.SUNDRY_CREDITORS if is_supplier else ReservedGroup.SUNDRY_DEBTORS,
        is_placeholder=True,
    )


def _registered(party: Party, head: Row) -> Party:
    gstin, state = head.text("gstin").upper(), head.text("state")
    if not gstin or party.registrations:
        return party
    row = GstRegistration(gstin=gstin, state=state, state_code=state_code_of(state, gstin))
    return Party(
        source=party.source,
        key=party.key,
        name=party.name,
        ledger_key=party.key,
        roles=party.roles,
        roles_inferred=True,
        pan=pan_of(gstin),
        registrations=(row,),
    )


def _reject(  # noqa: PLR0917 - one value per part of the sentence
    row: Row, field: str, reason: str, file: str, reading: Reading, level: IssueLevel = IssueLevel.REJECTED
) -> None:
    code = "busy.report.row_rejected" if level is IssueLevel.REJECTED else "busy.report.cell_unreadable"
    bad = BadRow(
        file=file,
        row=row.number,
        column=row.words.get(field, field),
        value=row.text(field),
        reason=reason,
        remedy="Correct the cell in BUSY and export the list again.",
    )
    reading.issues.append(row_issue(code, bad, reading.source, level))
