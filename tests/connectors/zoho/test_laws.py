"""Laws of translation over invented documents: they balance, bills add up to the party, twice is once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.voucher import Voucher
from tests.connectors.zoho.support import Books, Node, party, raw

AMOUNTS = st.integers(1, 10_000_00).map(lambda paise: float(Decimal(paise) / 100))
RATES = st.sampled_from([1, 83.4567, 0.0123])
STATUSES = st.sampled_from(["sent", "draft", "void", "overdue", "paid", "open", "pending_approval"])


@st.composite
def lines(draw: st.DrawFn) -> list[Node]:
    return [
        {
            "account_id": draw(st.sampled_from(["4", "5", "99", ""])),
            "name": "Rice",
            "item_total": draw(AMOUNTS),
            "line_item_taxes": draw(
                st.lists(
                    st.fixed_dictionaries(
                        {"tax_name": st.sampled_from(["IGST18 (18%)", "CGST9", "Cess 1"]), "tax_amount": AMOUNTS}
                    ),
                    max_size=2,
                )
            ),
        }
        for _ in range(draw(st.integers(0, 4)))
    ]


@st.composite
def trades(draw: st.DrawFn) -> tuple[str, Node]:
    stream, side, number = draw(
        st.sampled_from(
            [
                ("invoices", "customer", "invoice_number"),
                ("creditnotes", "customer", "creditnote_number"),
                ("bills", "vendor", "bill_number"),
                ("vendorcredits", "vendor", "vendor_credit_number"),
            ]
        )
    )
    total = draw(AMOUNTS)
    rows = st.lists(
        st.fixed_dictionaries(
            {"invoice_number": st.just("A"), "bill_number": st.just("A"), "amount": AMOUNTS, "invoice_id": st.just("a")}
        ),
        max_size=3,
    )
    return stream, {
        f"{side}_id": draw(st.sampled_from(["c1", "v1", "unknown"])),
        number: "X-1",
        "date": "2025-05-01",
        "status": draw(STATUSES),
        "currency_code": draw(st.sampled_from(["INR", "USD", ""])),
        "exchange_rate": draw(RATES),
        "line_items": draw(lines()),
        "taxes": draw(
            st.lists(st.fixed_dictionaries({"tax_name": st.just("IGST18"), "tax_amount": AMOUNTS}), max_size=1)
        ),
        "discount_type": draw(st.sampled_from(["entity_level", "item_level", ""])),
        "discount_total": draw(AMOUNTS),
        "adjustment": draw(st.sampled_from([0, -0.5, 12.25])),
        "tds_amount": draw(st.sampled_from([0, 10.5])),
        "write_off_amount": draw(st.sampled_from([0, 3])),
        "is_inclusive_tax": draw(st.booleans()),
        "is_reverse_charge_applied": draw(st.booleans()),
        "total": total,
        "invoices_credited": draw(rows),
        "bills_credited": draw(rows),
    }


@st.composite
def payments(draw: st.DrawFn) -> tuple[str, Node]:
    stream = draw(st.sampled_from(["customerpayments", "vendorpayments"]))
    rows = [
        {
            "invoice_id": "a",
            "bill_id": "a",
            "invoice_number": f"N{place}",
            "bill_number": f"N{place}",
            "amount_applied": draw(AMOUNTS),
            "tax_amount_withheld": draw(st.sampled_from([0, 1.25])),
        }
        for place in range(draw(st.integers(0, 3)))
    ]
    applied = sum((Decimal(str(row["amount_applied"])) for row in rows), Decimal(0))
    return stream, {
        "customer_id": "c1",
        "vendor_id": "v1",
        "payment_number": "9",
        "date": "2025-05-02",
        "amount": float(applied + Decimal(str(draw(AMOUNTS)))),
        "currency_code": draw(st.sampled_from(["INR", "USD"])),
        "exchange_rate": draw(RATES),
        "account_id": "3",
        "paid_through_account_id": "3",
        "customer_advance_account_id": draw(st.sampled_from(["1", "12", "77", ""])),
        "bank_charges": draw(st.sampled_from([0, 2.5])),
        "invoices": rows,
        "bills": rows,
    }


def check(stream: str, node: Node, rates: dict[str, str] | None = None) -> Voucher:
    voucher = Books().voucher(stream, node, rates=rates)
    assert voucher.balance == 0
    for posting in party(voucher):
        assert sum((bill.net for bill in posting.bills), Decimal(0)) == posting.net
    again = Books().voucher(stream, node, rates=rates)
    assert again == voucher
    return voucher


@settings(deadline=None, max_examples=60)
@given(trades())
def test_what_is_sold_and_bought_balances(trade: tuple[str, Node]) -> None:
    stream, node = trade
    voucher = check(stream, node)
    is_in_books = node["status"] not in ("void", "draft", "pending_approval")
    assert voucher.counts_in_books is is_in_books
    if node["status"] == "void" or node["currency_code"] == "USD":
        return
    owed = abs(sum((posting.net for posting in party(voucher)), Decimal(0)))
    off = Decimal(str(node["write_off_amount"])) if stream in ("invoices", "bills") else Decimal(0)
    assert abs(owed) == abs(Decimal(str(node["total"])) - off)


@settings(deadline=None, max_examples=60)
@given(payments(), RATES)
def test_payments_balance_and_settle_all_they_are(paid: tuple[str, Node], rate: float) -> None:
    stream, node = paid
    voucher = check(stream, node, {"a": str(rate)})
    if node["currency_code"] == "USD":
        return
    withheld = sum((Decimal(str(row["tax_amount_withheld"])) for row in node["invoices"]), Decimal(0))
    settled = abs(sum((posting.net for posting in party(voucher)), Decimal(0)))
    assert settled == Decimal(str(node["amount"])) + withheld


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(st.none() | st.text(max_size=5) | st.integers(), st.lists, max_leaves=4),
        max_size=5,
    ),
    st.sampled_from(
        [
            "invoices",
            "bills",
            "customerpayments",
            "journals",
            "contacts",
            "items",
            "expenses",
            "chartofaccounts",
            "taxes",
            "opening_balances",
        ]
    ),
)
def test_nonsense_is_an_issue_and_never_an_exception(node: dict[str, Any], stream: str) -> None:
    books = Books()
    made = books.read([raw(stream, "1", node)])
    assert made or books.issues or stream in ("taxes", "opening_balances")
