"""Laws: every document balances, allocations are their posting, and reading twice is reading once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.money import ZERO, signed
from canonical.voucher import Voucher
from tests.connectors.quickbooks.support import (
    ACCOUNTS,
    BANK,
    Books,
    Row,
    books,
    bought,
    discount,
    document,
    sale,
    settling,
    sold,
    spent,
    taxed,
)
from tests.connectors.quickbooks.test_money import paid, received

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)
RATES = st.decimals(min_value="0.0001", max_value=200, places=6)
STREAMS = (
    "invoices credit_memos sales_receipts refund_receipts bills vendor_credits purchases payments bill_payments "
    "deposits"
).split()
ITEMS = st.sampled_from(["5", "6", "77"])
ACCOUNT_IDS = st.sampled_from([row["Id"] for row in ACCOUNTS])


@st.composite
def lines_of_sale(draw: st.DrawFn) -> list[Row]:
    lines = [sold(amount, draw(ITEMS)) for amount in draw(st.lists(AMOUNTS, min_size=1, max_size=4))]
    if draw(st.booleans()):
        lines.append(discount(draw(AMOUNTS)))
    return lines


@st.composite
def in_some_currency(draw: st.DrawFn) -> Row:
    if draw(st.booleans()):
        return {}
    return {"CurrencyRef": {"value": "USD"}, "ExchangeRate": draw(RATES), "customer": "2"}


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, Row]:
    """Any document, its total agreeing with its lines or not."""
    stream = draw(st.sampled_from(STREAMS))
    total = draw(AMOUNTS)
    more: dict[str, Any] = taxed(
        *[(rate, draw(AMOUNTS)) for rate in draw(st.lists(st.sampled_from(["11", "12", "99"]), max_size=2))]
    )
    links = [
        settling(kind, "1", draw(AMOUNTS))
        for kind in draw(st.lists(st.sampled_from(["Invoice", "CreditMemo", "JournalEntry"]), max_size=3))
    ]
    match stream:
        case "bills" | "vendor_credits":
            return stream, bought("1", total, spent(draw(AMOUNTS), draw(ACCOUNT_IDS)), **more)
        case "purchases":
            named = {"EntityRef": {"value": "1", "type": draw(st.sampled_from(["Customer", "Vendor"]))}}
            lines = [spent(draw(AMOUNTS), draw(ACCOUNT_IDS))]
            return stream, document(
                "1", TotalAmt=total, Line=lines, AccountRef={"value": BANK}, Credit=draw(st.booleans()), **named
            )
        case "payments":
            return stream, received("1", total, *links, **draw(in_some_currency()))
        case "bill_payments":
            return stream, paid("1", total, *links)
        case "deposits":
            return stream, document("1", DepositToAccountRef={"value": BANK}, TotalAmt=total, Line=links[:1])
        case _:
            return stream, sale("1", total, *draw(lines_of_sale()), **more, **draw(in_some_currency()))


def said(made: Books, stream: str, row: Row) -> list[Any]:
    return [one for one in made.read(stream, row) if isinstance(one, Voucher)]


@settings(max_examples=150, deadline=None)
@given(documents())
def test_every_document_balances_and_bills_are_their_posting(drawn: tuple[str, Row]) -> None:
    stream, row = drawn
    made = books()
    (voucher,) = said(made, stream, row)
    assert voucher.balance == ZERO
    for posting in voucher.postings:
        assert posting.amount >= 0
        if posting.bills:
            assert sum((signed(bill.side, bill.amount) for bill in posting.bills), ZERO) == posting.net


@settings(max_examples=40, deadline=None)
@given(documents())
def test_reading_twice_is_reading_once(drawn: tuple[str, Row]) -> None:
    stream, row = drawn
    made = books()
    assert said(made, stream, row) == said(made, stream, row)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.decimals(min_value="0.01", max_value=10**6, places=2), min_size=1, max_size=5), st.data())
def test_what_is_settled_and_what_waits_are_the_money(amounts: list[Decimal], data: st.DataObject) -> None:
    """Invoices less what payments settle less what is left unused is what the customer owes, whatever is settled."""
    made = books()
    for number, amount in enumerate(amounts):
        made.document("invoices", sale(str(number), amount, sold(amount)))
    parts = [data.draw(st.decimals(min_value=0, max_value=amount, places=2)) for amount in amounts]
    surplus = data.draw(AMOUNTS)
    links = [settling("Invoice", str(number), part) for number, part in enumerate(parts)]
    made.document("payments", received("900", sum(parts, ZERO) + surplus, *links, UnappliedAmt=surplus))
    owed = sum(amounts, ZERO) - sum(parts, ZERO) - surplus
    assert made.balances().get("customer/1", ZERO) == owed == sum(made.pending().values(), ZERO)
    assert all(net > 0 for ref, net in made.pending().items() if ref.startswith("Invoice"))
