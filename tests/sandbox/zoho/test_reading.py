"""What details, sub-resources and reports say, against the books' own truth and Zoho's rules of receivables."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandbox.zoho.books import ContactType, DocumentKind, State, trial_balance, truth_of
from sandbox.zoho.books.ledger_records import Role
from sandbox.zoho.books.records import Document
from tests.sandbox.zoho.calling import calling

STATUSES = ("draft", "void", "paid", "overdue", "partially_paid", "sent")


def paise(value: float | str) -> int:
    """An amount of a reply in paise."""
    return int((Decimal(str(value)) * 100).to_integral_value())


def test_outstanding_is_the_sum_of_open_invoices_and_openings() -> None:
    with calling() as caller:
        owed: dict[str, int] = {}
        for row in caller.every("invoices"):
            if row["status"] not in {"draft", "void"}:
                owed[row["customer_id"]] = owed.get(row["customer_id"], 0) + paise(row["balance"])
        truth = truth_of(caller.books)
        for contact in caller.every("contacts", contact_type="customer"):
            key = contact["contact_id"]
            charged = truth.contacts[key].outstanding - owed.get(key, 0) - max(0, truth.openings.get(key, 0))
            assert paise(contact["outstanding_receivable_amount"]) == truth.contacts[key].outstanding
            assert charged >= 0, "only journals may charge more"


def test_balances_are_what_is_left_of_the_total() -> None:
    with calling() as caller:
        seen = set()
        rows = caller.every("invoices")
        chosen = [row for status in STATUSES for row in [one for one in rows if one["status"] == status][:25]]
        for row in chosen:
            whole = caller.get(f"invoices/{row['invoice_id']}")["invoice"]
            assert (whole["balance"], whole["total"], whole["status"]) == (
                row["balance"],
                row["total"],
                row["status"],
            )
            seen.add(whole["status"])
            parts = ("payment_made", "credits_applied", "write_off_amount", "tax_amount_withheld")
            assert paise(whole["balance"]) == paise(whole["total"]) - sum(paise(whole[name]) for name in parts)
            lines = sum(paise(line["item_total"]) for line in whole["line_items"])
            assert lines == paise(whole["sub_total"])
            taxes = sum(paise(one["tax_amount"]) for one in whole["taxes"])
            assert taxes == paise(whole["tax_total"])
            rest = paise(whole["roundoff_value"]) + paise(whole["adjustment"]) - paise(whole["discount_total"])
            assert paise(whole["total"]) == lines + taxes + rest
        assert {"draft", "void", "paid", "overdue"} <= seen <= set(STATUSES)


def test_taxes_of_india_inside_the_state_and_beyond() -> None:
    with calling() as caller:
        books = caller.books
        kinds = set()
        for document in list(books.documents_of(DocumentKind.INVOICE))[:120]:
            whole = caller.get(f"invoices/{document.id}")["invoice"]
            for line in whole["line_items"]:
                if not line["tax_id"]:
                    continue
                heads = [one["tax_specific_type"] for one in line["line_item_taxes"]]
                kinds.add(whole["tax_specification"])
                if whole["tax_specification"] == "inter":
                    assert (heads, line["tax_type"]) == (["igst"], "tax")
                else:
                    assert (heads, line["tax_type"]) == (["cgst", "sgst"], "tax_group")
        assert kinds == {"inter", "intra"}
        group = next(row for row in caller.every("settings/taxes", "taxes") if row["tax_type"] == "tax_group")
        members = caller.get(f"settings/taxgroups/{group['tax_id']}")["tax_group"]["taxes"]
        assert sum(one["tax_percentage"] for one in members) == group["tax_percentage"]


def test_payments_name_what_they_settle_and_the_opening_balance() -> None:
    with calling() as caller:
        books = caller.books
        openings = [one for one in books.applications.values() if one.target_id in books.opening_owners]
        links = [one for one in openings if one.source_id in books.payments]
        customers = [one for one in links if books.payments[one.source_id].type is ContactType.CUSTOMER]
        whole = caller.get(f"customerpayments/{customers[0].source_id}")["payment"]
        row = next(one for one in whole["invoices"] if one["invoice_payment_id"] == customers[0].id)
        assert row["invoice_number"] == "Customer opening balance"
        assert caller.call("GET", f"invoices/{row['invoice_id']}").status_code == 404
        assert "last_modified_time" not in whole
        assert whole["updated_time"]
        used = sum(paise(one["amount_applied"]) for one in whole["invoices"])
        refunds = sum(paise(one["amount_fcy"]) for one in whole["payment_refunds"])
        assert paise(whole["amount"]) == used + refunds + paise(whole["unused_amount"])


def test_a_foreign_invoice_has_both_currencies() -> None:
    with calling() as caller:
        rows = caller.every("invoices", invoice_number_startswith="EXP/")
        assert {row["currency_code"] for row in rows} == {"USD"}
        for row in rows:
            whole = caller.get(f"invoices/{row['invoice_id']}")["invoice"]
            assert whole["bcy_total"] == pytest.approx(whole["total"] * whole["exchange_rate"])
        contact = caller.get(f"contacts/{rows[0]['customer_id']}")["contact"]
        base = sum(row["balance"] * row["exchange_rate"] for row in rows)
        assert contact["outstanding_receivable_amount_bcy"] == pytest.approx(base)
        assert contact["outstanding_receivable_amount"] == pytest.approx(sum(row["balance"] for row in rows))


def test_account_balances_openings_and_ledgers_make_the_trial_balance() -> None:
    with calling() as caller:
        books = caller.books
        truth = trial_balance(books)
        opening = caller.get("settings/openingbalances")["opening_balance"]["accounts"]
        signs = {"debit": 1, "credit": -1}
        opened = {one["account_id"]: signs[one["debit_or_credit"]] * paise(one["amount"]) for one in opening}
        assert sum(opened.values()) == 0
        for row in caller.every("chartofaccounts", showbalance="true"):
            account = truth[row["account_id"]]
            assert abs(paise(row["current_balance"])) == abs(account.closing)
            moved = caller.every("chartofaccounts/accounttransactions", "transactions", account_id=row["account_id"])
            debit = sum(paise(one["debit_amount"] or 0) for one in moved)
            credit = sum(paise(one["credit_amount"] or 0) for one in moved)
            assert (debit, credit) == (account.debit, account.credit)
            assert opened.get(row["account_id"], 0) + debit - credit == account.closing


def test_double_entry_of_documents_is_in_balance() -> None:
    with calling() as caller:
        books = caller.books
        keys = [*list(books.documents)[:60], *list(books.payments)[:30], *list(books.expenses)[:5]]
        keys += [*list(books.journals)[:20], *list(books.bank_transactions)[:5]]
        for key in keys:
            entry = caller.get(f"transactions/{key}/journals")["journal"]
            debits = sum(paise(one["amount"]) for one in entry["line_items"] if one["debit_or_credit"] == "debit")
            assert debits * 2 == sum(paise(one["amount"]) for one in entry["line_items"])
            document = books.documents.get(key)
            if isinstance(document, Document) and not document.counts:
                assert entry["line_items"] == []
                assert document.state in {State.DRAFT, State.VOID} or not document.kind.posts


def test_ageing_reports_come_to_the_open_items() -> None:
    with calling() as caller:
        books = caller.books
        truth = truth_of(books)
        summary = caller.get("reports/aragingsummary")["ar_aging_summary"][0]["invoiceagingsummary"]
        rows = []
        page = 1
        while True:
            body = caller.get("reports/aragingdetails", page=page, per_page=500)
            rows += body["invoiceaging"][0]["group_list"]
            if not body["page_context"]["has_more_page"]:
                break
            page += 1
        assert sum(paise(one["total"]) for one in summary) == sum(paise(one["balance"]) for one in rows)
        invoices = {one.id: truth.outstanding[one.id] for one in books.documents_of(DocumentKind.INVOICE) if one.counts}
        rupees = {key: left for key, left in invoices.items() if books.documents[key].exchange_rate == 1 and left}
        shown = {row["transaction_id"]: paise(row["balance"]) for row in rows}
        assert {key: shown[key] for key in rupees} == rupees
        for one in summary:
            parts = paise(one["current"]) + sum(paise(bucket["total"]) for bucket in one["intervals"])
            assert parts == paise(one["total"])


def test_item_details_answer_many_at_once() -> None:
    with calling() as caller:
        keys = list(caller.books.items)[:12]
        found = caller.get("itemdetails", item_ids=",".join([*keys, "1"]))["items"]
        assert [one["item_id"] for one in found] == keys
        assert all(one["hsn_or_sac"] for one in found)


def test_bank_accounts_show_the_ledgers_balance() -> None:
    with calling() as caller:
        truth = trial_balance(caller.books)
        for row in caller.every("bankaccounts"):
            assert paise(row["balance"]) == truth[row["account_id"]].closing
            whole = caller.get(f"bankaccounts/{row['account_id']}")["bankaccount"]
            assert whole["balance"] == row["balance"]
        assert caller.call("GET", f"bankaccounts/{caller.books.roles[Role.RECEIVABLE]}").status_code == 404
