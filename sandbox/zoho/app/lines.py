"""Lines and taxes of documents as the API writes them.

Inside the state a line names a tax group and lists its two taxes; beyond it, one. The taxes of the lines are rounded
line by line, those of the header once for the document.
"""

from __future__ import annotations

from sandbox.zoho.app.render import Json, account_name, fill, money, percent, quantity
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Tax
from sandbox.zoho.books.money import line_amount, line_taxes, to_base
from sandbox.zoho.books.records import Document, DocumentKind, Line, TaxRow
from sandbox.zoho.shapes import bills, credit_notes, estimates, invoices, purchase_orders, sales_orders

SHAPES = {
    DocumentKind.INVOICE: invoices.LINE,
    DocumentKind.CREDIT_NOTE: credit_notes.LINE,
    DocumentKind.BILL: bills.LINE,
    DocumentKind.VENDOR_CREDIT: bills.LINE,
    DocumentKind.ESTIMATE: estimates.LINE,
    DocumentKind.PURCHASE_ORDER: purchase_orders.LINE,
    DocumentKind.SALES_ORDER: sales_orders.LINE,
}


def write_lines(books: Books, document: Document) -> list[Json]:
    """Write the lines of a document."""
    return [_line(books, document, line, place) for place, line in enumerate(document.lines, 1)]


def _line(books: Books, document: Document, line: Line, place: int) -> Json:
    gross = line_amount(line.rate, line.quantity)
    values: Json = {
        "line_item_id": line.id,
        "item_id": line.item_id,
        "item_order": place,
        "name": line.name,
        "description": line.description,
        "account_id": line.account_id,
        "account_name": account_name(books, line.account_id),
        "rate": money(line.rate),
        "bcy_rate": money(to_base(line.rate, document.exchange_rate)),
        "quantity": quantity(line.quantity),
        "unit": line.unit,
        "discount": money(gross - line.amount),
        "discount_amount": money(gross - line.amount),
        "item_total": money(line.amount),
        "hsn_or_sac": line.hsn,
        "product_type": line.product_type,
        **tax_of(books, line.tax_id),
        "line_item_taxes": [write_line_tax(books, one) for one in line_taxes(line, books.taxes.__getitem__)],
        **_deducted(books, document, line),
    }
    return fill(SHAPES[document.kind], values)


def tax_of(books: Books, tax_id: str) -> Json:
    """Write the tax a line names."""
    tax: Tax | None = books.taxes.get(tax_id)
    if tax is None:
        return {"tax_id": "", "tax_name": "", "tax_type": "tax", "tax_percentage": 0}
    return {
        "tax_id": tax.id,
        "tax_name": tax.name,
        "tax_type": "tax_group" if tax.members else "tax",
        "tax_percentage": percent(tax.percent),
    }


def write_line_tax(books: Books, one: TaxRow) -> Json:
    """Write a tax of a line."""
    tax = books.taxes[one.tax_id]
    return {
        "tax_id": tax.id,
        "tax_name": f"{tax.name} ({percent(tax.percent)}%)",
        "tax_amount": money(one.amount),
        "tax_percentage": percent(tax.percent),
        "tax_specific_type": tax.head,
    }


def write_taxes(books: Books, document: Document) -> list[Json]:
    """Write the taxes of a document's header."""
    return [
        {
            "tax_id": one.tax_id,
            "tax_name": f"{books.taxes[one.tax_id].name} ({percent(books.taxes[one.tax_id].percent)}%)",
            "tax_amount": money(one.amount),
        }
        for one in document.tax_rows
    ]


def _deducted(books: Books, document: Document, line: Line) -> Json:
    if document.kind is not DocumentKind.BILL or not document.tds_tax_id:
        return {}
    tds = books.tds_taxes[document.tds_tax_id]
    return {
        "tds_tax_id": tds.id,
        "tds_tax_name": tds.name,
        "tds_tax_percentage": percent(tds.percent),
        "tds_tax_amount": money(line.amount * tds.percent // 10_000),
        "tds_tax_type": "tds_tax",
    }
