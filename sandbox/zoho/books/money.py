"""Arithmetic of the books: line amounts, taxes per line and per document, amounts in the base currency.

Everything rounds half up, away from zero, once, at the place named: a line's tax on the line, a document's tax on the
sum of its lines (entity level), so that the two may differ by paise as they do in real replies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world.paise import half_up
from sandbox.zoho.books.ledger_records import Tax
from sandbox.zoho.books.records import Document, Line, TaxRow


def line_amount(rate: int, quantity: int, discount: int = 0, less: int = 0) -> int:
    """Return rate times quantity less the discount (a share and an amount), in hundredths."""
    return half_up(rate * quantity * (10_000 - discount), 10_000_000) - less


def to_base(amount: int, rate: Decimal) -> int:
    """Turn an amount into the base currency."""
    if rate == 1:
        return amount
    return int((Decimal(amount) * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))


FindTax = Callable[[str], Tax]


def leaves(tax_id: str, find: FindTax) -> list[Tax]:
    """Return the taxes that a tax or group stands for."""
    if not tax_id:
        return []
    tax = find(tax_id)
    return [find(member) for member in tax.members] if tax.members else [tax]


def line_taxes(line: Line, find: FindTax) -> list[TaxRow]:
    """Return the taxes of one line."""
    return [TaxRow(tax.id, half_up(line.amount * tax.percent, 10_000)) for tax in leaves(line.tax_id, find)]


def document_taxes(lines: Iterable[Line], find: FindTax) -> list[TaxRow]:
    """Return the taxes of a document, each rounded on its whole taxable value."""
    bases: dict[str, int] = {}
    percents: dict[str, int] = {}
    for line in lines:
        for tax in leaves(line.tax_id, find):
            bases[tax.id] = bases.get(tax.id, 0) + line.amount
            percents[tax.id] = tax.percent
    return [TaxRow(tax_id, half_up(base * percents[tax_id], 10_000)) for tax_id, base in bases.items()]


def add_up(document: Document, find: FindTax, tds_percent: int = 0) -> None:
    """Set the sums of a document from its lines; the total of a bill is net of the tax deducted at source."""
    for line in document.lines:
        line.amount = line_amount(line.rate, line.quantity, line.discount, line.less)
    document.tax_rows = document_taxes(document.lines, find)
    document.sub_total = sum(line.amount for line in document.lines)
    document.tax_total = sum(row.amount for row in document.tax_rows)
    document.tds = half_up(document.sub_total * tds_percent, 10_000) if document.tds_tax_id else 0
    document.total = (
        document.sub_total
        + document.tax_total
        - document.discount
        + document.adjustment
        + document.round_off
        - document.tds
    )
