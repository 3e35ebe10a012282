"""Lists: default order, pages without a total, filters as documented and no others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.web import MovableClock
from sandbox.zoho import Options
from sandbox.zoho.app.catalogue import LISTS
from sandbox.zoho.books import ContactType, DocumentKind, editing
from sandbox.zoho.books.truth import count_records
from tests.sandbox.zoho.calling import build, calling, shared

DEFAULTS = {
    "contacts": ("Contacts", "Status.All", "contact_name", "A"),
    "items": ("Items", "Status.All", "name", "A"),
    "invoices": ("Invoices", "Status.All", "created_time", "D"),
    "creditnotes": ("Credit Notes", "Status.All", "created_time", "D"),
    "customerpayments": ("Payments Received", "PaymentMode.All", "date", "D"),
    "bills": ("Bills", "Status.All", "created_time", "D"),
    "vendorpayments": ("Payments Made", "PaymentMode.All", "date", "D"),
    "expenses": ("Expenses", "Status.All", "created_time", "D"),
    "journals": ("Manual Journals", "JournalDate.All", "journal_date", "D"),
    "chartofaccounts": ("List Chart Of Accounts", "AccountType.Active", "account_type", "A"),
    "bankaccounts": ("Bank Accounts", "Status.All", "account_name", "A"),
    "settings/taxes": ("Taxes", "Taxes.Active", "tax_name", "A"),
    "estimates": ("Quotes", "Status.All", "created_time", "D"),
    "purchaseorders": ("Purchase Orders", "Status.All", "created_time", "D"),
}
"""As recorded."""


@pytest.mark.parametrize("path", sorted(DEFAULTS))
def test_default_order_and_context(path: str) -> None:
    with calling() as caller:
        context = caller.get(path)["page_context"]
    shown = tuple(context[name] for name in ("report_name", "applied_filter", "sort_column", "sort_order"))
    assert shown == DEFAULTS[path]
    assert context["per_page"] == (5000 if path == "chartofaccounts" else 200)
    assert "total" not in context


@pytest.mark.parametrize("spec", LISTS, ids=lambda one: one.path)
def test_pages_hold_every_record_once(spec: object) -> None:
    path, key = spec.path, spec.key  # type: ignore[attr-defined]
    with calling() as caller:
        rows = caller.every(path, key, per_page=7)
        counts = {**count_records(caller.books), "settings/taxes": len(caller.books.taxes), "settings/currencies": 2}
        name = next(one for one in rows[0] if one.endswith("_id") and not one.startswith(("customer", "zcrm")))
        name = {"banktransactions": "transaction_id"}.get(path, name)
        assert len({row[name] for row in rows}) == len(rows) == counts[path]


def test_pages_are_cut_at_200_and_beyond_the_end_empty() -> None:
    with calling() as caller:
        body = caller.get("invoices", per_page=1000)
        assert body["page_context"]["per_page"] == 200
        assert len(body["invoices"]) == 200
        assert body["page_context"]["has_more_page"] is True
        beyond = caller.get("invoices", page=99)
        assert (beyond["invoices"], beyond["page_context"]["has_more_page"]) == ([], False)


def test_documented_filters_are_honoured() -> None:
    with calling() as caller:
        rows = caller.every("invoices")
        some = rows[5]
        found = caller.get("invoices", invoice_number=some["invoice_number"])
        assert {row["invoice_id"] for row in found["invoices"]} == {
            row["invoice_id"] for row in rows if row["invoice_number"] == some["invoice_number"]
        }
        assert found["page_context"]["search_criteria"] == [
            {"column_name": "invoice_number", "search_text": some["invoice_number"], "comparator": "equal"}
        ]
        late = caller.every("invoices", date_start="2026-01-01", date_end="2026-01-31")
        assert {row["invoice_id"] for row in late} == {
            row["invoice_id"] for row in rows if "2026-01-01" <= row["date"] <= "2026-01-31"
        }
        for status in ("draft", "void", "paid", "overdue", "partially_paid"):
            shown = {row["invoice_id"] for row in caller.every("invoices", status=status)}
            assert shown == {row["invoice_id"] for row in rows if row["status"] == status}
        unpaid = caller.every("invoices", filter_by="Status.Unpaid")
        assert all(row["balance"] > 0 and row["status"] not in {"draft", "void"} for row in unpaid)
        vendors = caller.every("contacts", contact_type="vendor")
        assert {row["contact_type"] for row in vendors} == {"vendor"}
        big = caller.every("bills", total_greater_than="50000")
        assert big
        assert all(row["total"] > 50000 for row in big)


@pytest.mark.parametrize("path", ["contacts", "items", "customerpayments", "expenses"])
def test_undocumented_filters_are_ignored_silently(path: str) -> None:
    future = "2099-01-01T00:00:00+0530"
    with calling() as caller:
        whole = caller.get(path)
        filtered = caller.get(path, last_modified_time=future, last_modifed_time="typo", nonsense="1")
        assert filtered == whole
    with calling(options=Options(undocumented_modified=True)) as caller:
        assert caller.get(path, last_modified_time=future)[path] == []


@pytest.mark.parametrize(
    "path", ["invoices", "creditnotes", "bills", "vendorpayments", "vendorcredits", "journals", "chartofaccounts"]
)
def test_modified_since_is_strictly_after(path: str) -> None:
    with calling() as caller:
        rows = caller.every(path)
        times = sorted(row["last_modified_time"] for row in rows)
        middle = times[len(times) // 2]
        found = caller.every(path, last_modified_time=middle)
        assert sorted(row["last_modified_time"] for row in found) == [one for one in times if one > middle]
        bad = caller.call("GET", path, last_modified_time=middle.replace("+", " "))
        assert bad.status_code == 400
    with calling(options=Options(journals_equal=True)) as caller:
        found = caller.every(path, last_modified_time=middle)
        wanted = [one for one in times if (one == middle if path == "journals" else one > middle)]
        assert len(found) == len(wanted)


def test_purchase_orders_ignore_the_order_asked_for() -> None:
    with calling() as caller:
        body = caller.get("purchaseorders", sort_column="created_time", sort_order="A")
        assert body["page_context"]["sort_order"] == "D"
        times = [row["created_time"] for row in body["purchaseorders"]]
        assert times == sorted(times, reverse=True)
        asked = caller.get("bills", sort_column="created_time", sort_order="A")["bills"]
        assert asked == sorted(asked, key=lambda row: (row["created_time"], row["bill_id"]))


def test_inactive_accounts_are_hidden_until_asked_for() -> None:
    books = build(60)
    account = books.organisations[0].account_named("Electricity")
    account.is_active = False
    with calling(books) as caller:
        ids = {row["account_id"] for row in caller.every("chartofaccounts")}
        assert account.id not in ids
        every = {row["account_id"] for row in caller.every("chartofaccounts", filter_by="AccountType.All")}
        assert every == ids | {account.id}


def test_control_totals_by_response_option() -> None:
    with calling() as caller:
        rows = caller.every("invoices")
        body = caller.get("invoices", response_option=3)
        assert body["invoices"] == []
        context = body["page_context"]
        assert context["total"] == len(rows)
        sums = {one["column_name"]: one["total"] for one in context["sum_columns"]}
        assert sums["balance"] == pytest.approx(sum(row["balance"] for row in rows))
        assert caller.get("invoices", response_option=1)["invoices"] != []


def test_an_insert_between_pages_repeats_a_row_and_a_delete_hides_one() -> None:
    with calling(build(400)) as caller:
        books = caller.books
        contact = next(one for one in books.contacts.values() if one.type is ContactType.CUSTOMER)
        first = caller.get("invoices", per_page=20)["invoices"]
        second = caller.get("invoices", per_page=20, page=2)["invoices"]
        new = editing.make_document(books, DocumentKind.INVOICE, contact.id, [editing.make_line(books, None, rate=1)])
        drifted = caller.get("invoices", per_page=20, page=2)["invoices"]
        assert drifted[0]["invoice_id"] == first[-1]["invoice_id"]
        other = editing.make_document(books, DocumentKind.INVOICE, contact.id, [editing.make_line(books, None, rate=1)])
        walked = caller.get("invoices", per_page=20)["invoices"]
        editing.delete_document(books, new)
        editing.delete_document(books, other)
        walked += caller.get("invoices", per_page=20, page=2)["invoices"]
        seen = {row["invoice_id"] for row in walked}
        hidden = {row["invoice_id"] for row in (*first[-2:], *second[:1])} - seen
        assert hidden == {row["invoice_id"] for row in first[-2:]}


def test_a_change_moves_a_document_into_the_filter() -> None:
    live = build(200)
    with calling(live) as caller:
        books = caller.books
        assert isinstance(live.clock, MovableClock)
        live.clock.advance(1800)
        since = (books.now() - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S%z")
        assert caller.every("invoices", last_modified_time=since) == []
        customer = next(one for one in books.contacts.values() if one.type is ContactType.CUSTOMER)
        invoice = editing.make_document(
            books, DocumentKind.INVOICE, customer.id, [editing.make_line(books, None, rate=100)]
        )
        rows = caller.every("invoices", last_modified_time=since)
        assert [row["invoice_id"] for row in rows] == [invoice.id]


def test_organisations_are_apart() -> None:
    with calling() as caller:
        ids = [row["organization_id"] for row in caller.get("organizations")["organizations"]]
        assert ids == [one.facts.id for one in shared().organisations]
        mine = {row["invoice_id"] for row in caller.every("invoices")}
        caller.organization_id = ids[1]
        assert mine.isdisjoint(row["invoice_id"] for row in caller.every("invoices"))
        detail = caller.get(f"organizations/{ids[1]}")["organization"]
        assert detail["fiscal_year_start_month"] == "april"
        assert detail["currency_code"] == "INR"
