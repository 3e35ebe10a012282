"""Items as the API writes them."""

from __future__ import annotations

from sandbox.zoho.app.render import Json, account_name, custom, day, fill, moments, money, percent
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.editing import tax_for
from sandbox.zoho.books.errors import Missing
from sandbox.zoho.books.records import Item
from sandbox.zoho.shapes import items as shapes


def row(books: Books, item: Item) -> Json:
    """Write an item's row."""
    return fill(shapes.ROW, _both(books, item), {"item_name": item.name})


def detail(books: Books, item: Item) -> Json:
    """Write an item in full."""
    return fill(
        shapes.DETAIL,
        _both(books, item),
        {
            "sales_rate": money(item.rate),
            "pricebook_rate": money(item.rate),
            "created_at": day(item.created.date()),
            "item_tax_preferences": [_preference(books, item, is_inter=inter) for inter in (False, True)]
            if item.tax_percent
            else [],
        },
    )


def short(books: Books, item: Item) -> Json:
    """Write an item as ``/itemdetails`` does: in full, many at once."""
    return detail(books, item)


def _both(books: Books, item: Item) -> Json:
    return {
        "item_id": item.id,
        "name": item.name,
        "unit": item.unit,
        "status": "active" if item.is_active else "inactive",
        "source": "user",
        "description": item.description,
        "rate": money(item.rate),
        "purchase_rate": money(item.purchase_rate),
        "purchase_description": "",
        "account_id": item.account_id,
        "account_name": account_name(books, item.account_id),
        "purchase_account_id": item.purchase_account_id,
        "purchase_account_name": account_name(books, item.purchase_account_id),
        "can_be_sold": True,
        "can_be_purchased": bool(item.purchase_rate),
        "item_type": "sales_and_purchases" if item.purchase_rate else "sales",
        "product_type": item.product_type,
        "sku": item.sku,
        "hsn_or_sac": item.hsn,
        "is_taxable": item.is_taxable,
        "tax_percentage": percent(item.tax_percent),
        **moments(item),
        **custom(item),
    }


def _preference(books: Books, item: Item, *, is_inter: bool) -> Json:
    try:
        tax = books.taxes[tax_for(books, item.tax_percent, is_inter=is_inter)]
    except Missing:
        return {}
    return {
        "tax_id": tax.id,
        "tax_name": tax.name,
        "tax_percentage": percent(tax.percent),
        "tax_type": "tax_group" if tax.members else "tax",
        "tax_specification": "inter" if is_inter else "intra",
    }
