"""Lines of documents of trade: what is sold or bought, discounts, groups, subtotals; each posts to one account.

An item line of a sale goes to the account it names (``ItemAccountRef``), else to its item's income account; of a
purchase to the item's asset account if stock is kept of it, else to its expense account. Subtotals are sums of other
lines and post nothing. A group is the lines inside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from canonical.voucher import ItemLine
from connectors.quickbooks.translate.chart import DISCOUNTS
from connectors.quickbooks.translate.draft import Draft, account_ledger, side_of, unit_rate
from connectors.quickbooks.translate.items import item_key, quantity_of
from connectors.quickbooks.translate.values import Json, amount_of, part, ref_id, ref_name, rows, text_of

SHIPPING: Final = "SHIPPING_ITEM_ID"
GROUP: Final = "GroupLineDetail"
SALES_ITEM: Final = "SalesItemLineDetail"
DISCOUNT: Final = "DiscountLineDetail"
ACCOUNT_LINE: Final = "AccountBasedExpenseLineDetail"
ITEM_LINE: Final = "ItemBasedExpenseLineDetail"
TDS_LINE: Final = "TDSLineDetail"


def flat_lines(node: Json) -> Iterator[Json]:
    """Every line, with those of groups in their place."""
    for line in rows(node, "Line"):
        yield line
        yield from rows(part(line, GROUP), "Line")


def post_sales_lines(draft: Draft, sign: int) -> None:
    """Post the lines of a sale.

    Args:
        draft: of the document.
        sign: 1 credits income (invoice, sales receipt), -1 debits it (credit memo, refund).
    """
    for line in flat_lines(draft.node):
        amount = amount_of(line, "Amount")
        match text_of(line, "DetailType"):
            case "SalesItemLineDetail":
                _sold(draft, line, amount, sign)
            case "DiscountLineDetail":
                _discount(draft, line, amount, sign)
            case _:
                pass


def post_purchase_lines(draft: Draft, sign: int) -> None:
    """Post the lines of a purchase: 1 debits what is bought (bill, purchase), -1 credits it (vendor credit, refund)."""
    for line in flat_lines(draft.node):
        amount = amount_of(line, "Amount")
        match text_of(line, "DetailType"):
            case "AccountBasedExpenseLineDetail":
                _spent(draft, line, amount, sign)
            case "ItemBasedExpenseLineDetail":
                _bought(draft, line, amount, sign)
            case "TDSLineDetail":
                _withheld(draft, line, amount, sign)
            case _:
                pass


def _sold(draft: Draft, line: Json, amount: Decimal, sign: int) -> None:
    detail = part(line, SALES_ITEM)
    item = ref_id(detail, "ItemRef")
    account = ref_id(detail, "ItemAccountRef") or _of_item(draft, item, lambda: _income(draft, item))
    _post_item(draft, line, detail, account, -sign * amount)


def _bought(draft: Draft, line: Json, amount: Decimal, sign: int) -> None:
    detail = part(line, ITEM_LINE)
    item = ref_id(detail, "ItemRef")
    account = _of_item(draft, item, lambda: _purchase(draft, item))
    _post_item(draft, line, detail, account, sign * amount)


def _income(draft: Draft, item: str) -> str:
    known = draft.reading.learned.items.get(item)
    return known.income if known else ""


def _purchase(draft: Draft, item: str) -> str:
    known = draft.reading.learned.items.get(item)
    return (known.purchase or known.income) if known else ""


def _of_item(draft: Draft, item: str, account: Callable[[], str]) -> str:
    """The account of an item; that it is not known yet is remembered."""
    learned = draft.reading.learned
    if item and item not in learned.items:
        learned.miss(f"item:{item}", draft.reading.source.stream)
    return account()


def _post_item(draft: Draft, line: Json, detail: Json, account: str, net: Decimal) -> None:
    item, name = ref_id(detail, "ItemRef"), ref_name(detail, "ItemRef")
    if not account:
        word = "shipping" if item == SHIPPING else f"the item {name or item or '(none)'}"
        draft.post_unexplained(net, f"is for {word}, whose account is not known")
        return
    known, quantity = draft.reading.learned.item_names.get(item), quantity_of(detail)
    place = len(draft.items)
    draft.post(account, net, from_item=place, narration=text_of(line, "Description"))
    draft.items.append(
        ItemLine(
            item_key=item_key(item) if item else "",
            item_name=known or name,
            side=side_of(net),
            amount=abs(net),
            description=text_of(line, "Description"),
            rate=unit_rate(detail),
            ledger_key=account_ledger(draft.reading, account)[0],
            extras={"tax_code": code} if (code := ref_id(detail, "TaxCodeRef")) else {},
            actual=quantity,
            billed=quantity,
        )
    )


def _discount(draft: Draft, line: Json, amount: Decimal, sign: int) -> None:
    """A discount is given on the account the line names, else on the company's own for discounts."""
    named = ref_id(part(line, DISCOUNT), "DiscountAccountRef")
    usual = draft.reading.learned.of_subtype(DISCOUNTS)
    account = named or (usual.id if usual else "")
    if account:
        draft.post(account, sign * amount, narration=text_of(line, "Description"))
    else:
        draft.post_unexplained(sign * amount, "is a discount, and no account for discounts is known")


def _spent(draft: Draft, line: Json, amount: Decimal, sign: int) -> None:
    detail = part(line, ACCOUNT_LINE)
    draft.post(ref_id(detail, "AccountRef"), sign * amount, narration=text_of(line, "Description"))


def _withheld(draft: Draft, line: Json, amount: Decimal, sign: int) -> None:
    """Tax withheld from a vendor (India): what is bought is owed in part to the tax office."""
    account = ref_id(part(line, TDS_LINE), "TDSAccountRef")
    if account:
        draft.post(account, sign * amount, narration=text_of(line, "Description"))
