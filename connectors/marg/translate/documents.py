"""Vouchers of the web API and of tables: header, lines and legs of one voucher, as one canonical voucher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.bill import BillAllocation, BillRefKind
from canonical.issue import IssueLevel
from canonical.ledger import Ledger
from canonical.money import split_signed
from canonical.record import JsonValue
from canonical.tax import TaxHead, TaxLine
from canonical.voucher import DocumentDetails, DocumentRef, ItemLine, Posting, Voucher
from canonical.voucher_type import VoucherKind
from connectors.marg.streams import HEADERS, LEGS, LINES
from connectors.marg.translate.derived import Document, derive
from connectors.marg.translate.goods import Goods, item_line, split_rate
from connectors.marg.translate.kinds import (
    CANCELLED_ON,
    DOCUMENT_TYPES,
    OURS_GOING_OUT,
    PARTY_DEBITED,
    is_cancelled,
    state_letter,
)
from connectors.marg.translate.legs import leg_postings, money_kind, opened_bill
from connectors.marg.translate.reading import Reading
from connectors.marg.translate.values import (
    Json,
    UnreadableValue,
    amount_of,
    day_of,
    find_day,
    key_of,
    row_of,
    rows_of,
    text_of,
)

CHALLAN = "C"
_KEPT = ("Voucher", "Salun", "MR", "Rout", "Area", "ORN", "AddField", "Cash", "Others")
_BILLED = frozenset({VoucherKind.SALES, VoucherKind.PURCHASE})


def read_voucher(content: Json, reading: Reading) -> Voucher:
    """Read a voucher.

    Raises:
        UnreadableValue: a value the books stand on is missing, or its parts do not belong together.
        UnbalancedVoucher: its legs differ.
    """
    header, legs = row_of(content, HEADERS), rows_of(content, LEGS)
    if header:
        return _document(header, rows_of(content, LINES), legs, reading)
    if not legs:
        raise UnreadableValue(HEADERS, "", "is missing: there are lines only, of a document that Marg does not show.")
    return _entry(legs, reading)


def _document(header: Json, lines: list[Json], legs: list[Json], reading: Reading) -> Voucher:
    letter, add_field = text_of(header, "Type").upper(), text_of(header, "AddField")
    known = DOCUMENT_TYPES.get(letter)
    number = text_of(header, "VCN")
    reading.label = f"{known.word if known else f'document of type {letter}'} {number or text_of(header, 'Voucher')}"
    if known is None:
        _note_type(reading, letter)
    kind = _kind(letter, add_field, has_legs=bool(legs))
    day, is_void = day_of(header, "Date"), is_cancelled(add_field)
    party = reading.ledger(text_of(header, "CID")) if text_of(header, "CID") else None
    goods = [] if is_void else [_goods(line, reading) for line in lines]
    parts = _Parts(header=header, kind=kind, day=day, party=party, goods=goods, legs=legs)
    postings, items, taxes = ((), (), ()) if is_void else parts.booked(reading)
    is_challan = state_letter(add_field) == CHALLAN
    name = (known.word if known else f"Type {letter}") + (" challan" if is_challan and not kind.is_order else "")
    return Voucher(
        source=reading.source,
        kind=kind,
        type_name=name,
        type_key=f"{letter}/{state_letter(add_field)}",
        day=day,
        number=number,
        reference=number if kind is VoucherKind.PURCHASE else "",
        party_key=party.key if party else "",
        party_name=party.name if party else "",
        is_cancelled=is_void,
        is_invoice=kind in _BILLED,
        postings=postings,
        items=items,
        taxes=taxes,
        details=parts.details(reading),
        extras=_extras(header, parts, is_void=is_void),
    )


def _kind(letter: str, add_field: str, *, has_legs: bool) -> VoucherKind:
    known, state = DOCUMENT_TYPES.get(letter), state_letter(add_field)
    if known is None:
        return VoucherKind.OTHER
    if state == CHALLAN:
        return known.challan
    if not state and known.invoice.is_accounting and not has_legs:
        raise UnreadableValue("AddField", add_field, "says neither invoice (I) nor challan (C), and no accounts do.")
    return known.invoice


def _note_type(reading: Reading, letter: str) -> None:
    reading.note(
        "marg.document.type_unknown",
        IssueLevel.WARNING,
        f"{reading.label}: documents of type {letter or '(none)'} are new to us; only their accounts are taken.",
        hint="Tell us what Marg calls such a document.",
        type=letter,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A document's rows, before it is a voucher."""

    header: Json
    kind: VoucherKind
    day: date
    party: Ledger | None
    goods: list[Goods]
    legs: list[Json]

    def booked(self, reading: Reading) -> tuple[tuple[Posting, ...], tuple[ItemLine, ...], tuple[TaxLine, ...]]:
        """Postings, lines and taxes: by the legs if there are any, else by the document itself."""
        if not self.kind.is_accounting:
            return (), self._lines(), ()
        if self.legs:
            number = text_of(self.header, "VCN")
            postings = leg_postings(self.legs, reading, self.party, number if self.kind in _BILLED else "", self.day)
            return postings, self._lines(), _taxes(postings, reading, self.kind)
        if self.party is None:
            raise UnreadableValue("CID", "", "is missing: whose document this is is not said.")
        made = derive(self._as_document(self.party, reading), reading)
        return made.postings, made.items, made.taxes

    def _lines(self) -> tuple[ItemLine, ...]:
        sign = -1 if self.kind in PARTY_DEBITED else 1
        rates = (TaxHead.IGST,)
        return tuple(
            item_line(one, split_signed(sign * one.taxable)[0], split_rate(one.tax_percent, rates))
            for one in self.goods
        )

    def _as_document(self, party: Ledger, reading: Reading) -> Document:
        learned = reading.learned
        other = learned.parties.get(party.key)
        registration = other.registration_on(self.day) if other else None
        states = learned.state_code, registration.state_code if registration else ""
        supplier, place = states if self.kind in OURS_GOING_OUT else states[::-1]
        total = amount_of(self.header, "Final")
        return Document(
            kind=self.kind,
            party=party,
            goods=self.goods,
            total=total,
            charges=amount_of(self.header, "Others"),
            supplier_state=supplier,
            place_of_supply=place,
            bills=self._bills(party, total, reading),
        )

    def _bills(self, party: Ledger, total: Decimal, reading: Reading) -> tuple[BillAllocation, ...]:
        """An invoice opens its bill; what credits and debits settle is not said."""
        if not reading.learned.is_bill_wise(party.key) or not total:
            return ()
        side, amount = split_signed(total if self.kind in PARTY_DEBITED else -total)
        number = text_of(self.header, "VCN")
        if self.kind in _BILLED and number:
            return (opened_bill(number, side, amount, reading.learned.terms_of(party, number), self.day),)
        return (BillAllocation(kind=BillRefKind.ON_ACCOUNT, side=side, amount=amount),)

    def details(self, reading: Reading) -> DocumentDetails | None:
        """What the document says of the other side."""
        if self.party is None:
            return None
        other = reading.learned.parties.get(self.party.key)
        name, gstin = self.party.name, other.gstin if other else ""
        ours = str(reading.learned.reading.get("gstin", ""))
        order = text_of(self.header, "ORN")
        orders = (DocumentRef(order, find_day(self.header, "ODate")),) if order else ()
        if self.kind in OURS_GOING_OUT:
            return DocumentDetails(buyer_name=name, buyer_gstin=gstin, company_gstin=ours, orders=orders)
        return DocumentDetails(supplier_name=name, supplier_gstin=gstin, company_gstin=ours, orders=orders)


def _extras(header: Json, parts: _Parts, *, is_void: bool) -> dict[str, JsonValue]:
    kept: dict[str, JsonValue] = {
        name: text for name in _KEPT if (text := text_of(header, name)) not in ("", "0", "0.0")
    }
    on = CANCELLED_ON.search(text_of(header, "AddField"))
    if is_void and on:
        kept["cancelled_on"] = on[1]
    if not parts.kind.is_accounting and amount_of(header, "Final"):
        kept["Final"] = text_of(header, "Final")
    return kept


def _goods(line: Json, reading: Reading) -> Goods:
    code = key_of(text_of(line, "PID"))
    item = reading.learned.items.get(code)
    batch = text_of(line, "Batch")
    expiry = reading.learned.expiries.get((code, key_of(batch)), "")
    detail = item.tax_detail_on(day_of(line, "Date")) if item and text_of(line, "Date") else None
    rate = text_of(line, "GST")
    kept = {name: text for name in ("GCode", "BatDet", "AddField") if (text := text_of(line, name))}
    return Goods(
        item_key=code,
        item_name=item.name if item else text_of(line, "PID"),
        taxable=amount_of(line, "Amount"),
        tax=amount_of(line, "GSTAmount"),
        tax_percent=amount_of(line, "GST") if rate else None,
        quantity=amount_of(line, "Qty"),
        free=amount_of(line, "Free"),
        unit=item.base_unit if item else "",
        rate=amount_of(line, "Rate"),
        mrp=amount_of(line, "MRP"),
        discount_percent=amount_of(line, "Discount") or None,
        hsn=detail.hsn if detail else "",
        batch=batch,
        expires_on=find_day({"Expiry": expiry}, "Expiry"),
        expiry_text=expiry,
        extras=kept,
    )


def _taxes(postings: tuple[Posting, ...], reading: Reading, kind: VoucherKind) -> tuple[TaxLine, ...]:
    """Taxes as their ledgers say; positive in the document's normal direction."""
    sign = -1 if kind in PARTY_DEBITED else 1
    ledgers = reading.learned.ledgers
    return tuple(
        TaxLine(head=head, ledger_key=one.ledger_key, amount=sign * one.net)
        for one in postings
        if (head := ledgers[one.ledger_key].tax_head) is not None
    )


def _entry(legs: list[Json], reading: Reading) -> Voucher:
    """A voucher without goods: what it is follows from where money moved."""
    first = legs[0]
    number, book, day = text_of(first, "Voucher"), text_of(first, "Book").upper(), day_of(first, "Date")
    reading.label = f"voucher {number} of book {book or '(none)'}"
    known = DOCUMENT_TYPES.get(book)
    postings = leg_postings(legs, reading, None, "", day)
    kind = known.invoice if known and known.invoice.is_accounting else money_kind(postings, reading)
    party = next((one for one in postings if reading.learned.is_bill_wise(one.ledger_key)), None)
    return Voucher(
        source=reading.source,
        kind=kind,
        type_name=known.word if known else kind.value.replace("_", " ").capitalize(),
        type_key=book,
        day=day,
        number=number,
        party_key=party.ledger_key if party else "",
        party_name=party.ledger_name if party else "",
        narration="; ".join(dict.fromkeys(text for leg in legs if (text := text_of(leg, "Remark")))),
        postings=postings,
        extras={"book": book} if book else {},
    )
