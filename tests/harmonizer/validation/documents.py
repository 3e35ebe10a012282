"""Invented vouchers for the tests of GST validation: one line, one party, what a test changes by name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from canonical.company import Company
from canonical.identifiers import gstin
from canonical.money import ZERO, Side
from canonical.party import Address
from canonical.record import SourceRef
from canonical.tax import GstRegistration, SupplyNature, TaxHead, TaxLine, TaxRate
from canonical.voucher import DocumentDetails, ItemLine, Posting, Voucher
from canonical.voucher_type import VoucherKind
from harmonizer.validation import Validator

OUR_GSTIN = gstin.with_check_digit("27AAACT2727Q1Z")
"""Maharashtra."""
BUYER_27 = gstin.with_check_digit("27BBBCT2727Q1Z")
BUYER_29 = gstin.with_check_digit("29BBBCT2727Q1Z")
DAY = date(2025, 6, 2)
COMPANY = Company(
    source=SourceRef("tally", "books-1", "companies", "books-1"),
    name="Asha Traders",
    registrations=(GstRegistration(gstin=OUR_GSTIN, category="Regular", state="Maharashtra", state_code="27"),),
)
HEADS = {"cgst": TaxHead.CGST, "sgst": TaxHead.SGST, "igst": TaxHead.IGST, "cess": TaxHead.CESS}


def rates(percent: str, cess: str = "") -> tuple[TaxRate, ...]:
    """The rate table of a line, as Tally writes it."""
    whole = Decimal(percent)
    table = [TaxRate(TaxHead.CGST, whole / 2), TaxRate(TaxHead.SGST, whole / 2), TaxRate(TaxHead.IGST, whole)]
    return (*table, TaxRate(TaxHead.CESS, Decimal(cess))) if cess else tuple(table)


def line(amount: str, percent: str = "18", kind: VoucherKind = VoucherKind.SALES, **fields: Any) -> ItemLine:
    """Goods on a document."""
    fields.setdefault("hsn", "84713010")
    fields.setdefault("rates", rates(percent))
    return ItemLine(
        item_key="widget",
        item_name="Widget",
        side=value_side(kind),
        amount=Decimal(amount),
        nature=fields.pop("nature", SupplyNature.TAXABLE),
        ledger_key="goods",
        **fields,
    )


def value_side(kind: VoucherKind) -> Side:
    """The side goods stand on."""
    return Side.DEBIT if kind in (VoucherKind.PURCHASE, VoucherKind.CREDIT_NOTE) else Side.CREDIT


def voucher(
    kind: VoucherKind = VoucherKind.SALES,
    *,
    value: str = "1000",
    items: tuple[ItemLine, ...] | None = None,
    tax: dict[str, str] | None = None,
    other: str = "",
    category: str = "",
    state: str = "",
    place: str = "",
    charges: dict[str, str] | None = None,
    details: dict[str, Any] | None = None,
    **fields: Any,
) -> Voucher:
    """Build a balanced tax document.

    Args:
        kind: of voucher.
        value: of its one line, or of its income posting if ``items`` is empty.
        items: its lines; by default one of ``value`` at 18 %.
        tax: rupees by head: ``{"igst": "180"}``.
        other: GSTIN of the other side; ``category`` and ``state`` are its too.
        place: of supply.
        charges: other postings beside the lines, on their side.
        details: more of ``DocumentDetails``.
    """
    lines = (line(value, kind=kind),) if items is None else items
    worth = {"goods": sum((item.amount for item in lines), ZERO) if lines else Decimal(value)}
    for name, amount in {**(tax or {}), **(charges or {})}.items():
        worth[name] = Decimal(amount)
    side = value_side(kind)
    total = sum(worth.values(), ZERO)
    postings = [Posting(ledger_key="party", ledger_name="Party", side=side.opposite, amount=total, is_party=True)]
    postings += [Posting(ledger_key=name, ledger_name=name, side=side, amount=amount) for name, amount in worth.items()]
    prefix = "buyer" if kind in (VoucherKind.SALES, VoucherKind.CREDIT_NOTE) else "supplier"
    said: dict[str, Any] = {
        f"{prefix}_gstin": other,
        f"{prefix}_gst_category": category,
        f"{prefix}_address": Address(state=state, state_code=state) if state else None,
        "company_gstin": OUR_GSTIN,
        "place_of_supply": place,
        **(details or {}),
    }
    fields.setdefault("day", DAY)
    fields.setdefault("number", "A/1")
    return Voucher(
        source=SourceRef("tally", "books-1", "vouchers", fields.pop("key", "v-1")),
        kind=kind,
        type_name=fields.pop("type_name", kind.value.title()),
        party_key="party",
        party_name="Party",
        postings=tuple(postings),
        items=lines,
        taxes=tuple(
            TaxLine(head=HEADS[name], ledger_key=name, amount=Decimal(amount)) for name, amount in (tax or {}).items()
        ),
        details=DocumentDetails(**said),
        **fields,
    )


def codes(record: Voucher | Any, validator: Validator | None = None) -> list[str]:
    """Codes of the issues a record gives, in order."""
    return [issue.code for issue in (validator or Validator(COMPANY)).validate(record).issues]
