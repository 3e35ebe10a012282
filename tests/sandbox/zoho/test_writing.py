"""Writes: messages as recorded, upserts, replaced lines, and what they do to the books."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.zoho.books import truth_of
from sandbox.zoho.books.settling import position
from tests.sandbox.zoho.calling import Caller, build, calling
from tests.support.samples import sample_json

LIVE = "zoho/live-us-2026-06"


def send(caller: Caller, method: str, path: str, body: Any = None, **values: Any) -> Any:
    """Write; the body of the answer, which must be a success."""
    answer = caller.call(method, path, json=body, **values)
    assert answer.status_code in {200, 201}, answer.text
    return {**answer.json(), "status": answer.status_code}


def same(answer: Any, name: str) -> None:
    """The status and the sentence are those of a recorded call."""
    recorded = sample_json(f"{LIVE}/{name}.json")[0]
    assert (answer["status"], answer["message"]) == (recorded["status"], recorded["response"]["message"])


def test_the_life_of_an_invoice() -> None:
    with calling(build(60)) as caller:
        books = caller.books
        made = send(caller, "POST", "contacts", {"contact_name": "Malabar Stores", "contact_type": "customer"})
        same(made, "create-contact")
        customer = made["contact"]["contact_id"]
        item = send(caller, "POST", "items", {"name": "Test item", "rate": 99.99, "unit": "pcs"})
        same(item, "create-item")
        lines = [{"item_id": item["item"]["item_id"], "quantity": 2}]
        answer = send(caller, "POST", "invoices", {"customer_id": customer, "line_items": lines})
        same(answer, "create-invoice")
        invoice = answer["invoice"]
        assert (invoice["status"], invoice["total"], invoice["balance"]) == ("draft", 199.98, 199.98)
        assert position(books, books.contacts[customer]).outstanding == 0
        key = invoice["invoice_id"]
        same(send(caller, "POST", f"invoices/{key}/status/sent"), "mark-invoice-sent")
        assert position(books, books.contacts[customer]).outstanding == 19_998
        same(send(caller, "PUT", f"invoices/{key}", {"notes": "Thanks"}), "update-invoice")
        payment = {
            "customer_id": customer,
            "payment_mode": "cash",
            "amount": 250,
            "date": "2026-04-02",
            "invoices": [{"invoice_id": key, "amount_applied": 199.98}],
        }
        paid = send(caller, "POST", "customerpayments", payment)
        same(paid, "create-payment")
        assert (paid["payment"]["unused_amount"], paid["payment"]["invoices"][0]["balance"]) == (50.02, 0)
        assert caller.get(f"invoices/{key}")["invoice"]["status"] == "paid"
        refused = caller.call("DELETE", f"invoices/{key}")
        assert refused.status_code == 400
        assert caller.call("DELETE", f"contacts/{customer}").status_code == 400
        same(send(caller, "DELETE", f"customerpayments/{paid['payment']['payment_id']}"), "delete-payment")
        same(send(caller, "POST", f"invoices/{key}/status/void"), "void-invoice")
        void = caller.get(f"invoices/{key}")["invoice"]
        assert (void["status"], void["balance"]) == ("void", 199.98)
        same(send(caller, "DELETE", f"invoices/{key}"), "delete-invoice")
        gone = caller.call("GET", f"invoices/{key}")
        assert (gone.status_code, gone.json()) == (404, {"code": 1002, "message": "Invoice does not exist."})
        same(send(caller, "DELETE", f"contacts/{customer}"), "delete-contact")


def test_purchases_expenses_and_journals() -> None:
    with calling(build(60)) as caller:
        books = caller.books
        rent, cash = books.account_named("Godown Rent").id, books.account_named("Cash").id
        vendor = send(caller, "POST", "contacts", {"contact_name": "Pune Power", "contact_type": "vendor"})
        key = vendor["contact"]["contact_id"]
        body = {
            "vendor_id": key,
            "bill_number": "B-1",
            "line_items": [{"account_id": rent, "rate": 100, "quantity": 1}],
        }
        bill = send(caller, "POST", "bills", body)
        same(bill, "create-bill")
        assert bill["bill"]["status"] == "open"
        share = [{"bill_id": bill["bill"]["bill_id"], "amount_applied": 60}]
        made = send(caller, "POST", "vendorpayments", {"vendor_id": key, "amount": 100, "bills": share})
        same(made, "create-vendor-payment")
        assert made["vendorpayment"]["balance"] == 40
        assert caller.get(f"bills/{bill['bill']['bill_id']}")["bill"]["balance"] == 40
        expense = send(caller, "POST", "expenses", {"account_id": rent, "paid_through_account_id": cash, "amount": 75})
        same(expense, "create-expense")
        rows = [
            {"account_id": rent, "debit_or_credit": "debit", "amount": 10},
            {"account_id": cash, "debit_or_credit": "credit", "amount": 10},
        ]
        journal = send(caller, "POST", "journals", {"journal_date": "2026-04-02", "line_items": rows})
        same(journal, "create-journal")
        uneven = caller.call("POST", "journals", json={"line_items": rows[:1] * 2})
        assert uneven.status_code == 400
        same(send(caller, "DELETE", f"journals/{journal['journal']['journal_id']}"), "delete-journal")
        entry = caller.get(f"transactions/{bill['bill']['bill_id']}/journals")["journal"]
        sides = {(one["account_name"], one["debit_or_credit"], one["amount"]) for one in entry["line_items"]}
        assert sides == {("Godown Rent", "debit", 100), ("Accounts Payable", "credit", 100)}


def test_an_upsert_repeated_makes_one_record() -> None:
    with calling(build(60)) as caller:
        caller.extra = {"X-Unique-Identifier-Key": "cf_hub_ref", "X-Unique-Identifier-Value": "ref-1"}
        body = {"contact_name": "Twice Sent", "contact_type": "customer"}
        missing = caller.call("PUT", "contacts", json=body)
        assert missing.status_code == 404
        caller.extra["X-Upsert"] = "true"
        first = send(caller, "PUT", "contacts", body)
        second = send(caller, "PUT", "contacts", {**body, "notes": "again"})
        assert (first["status"], second["status"]) == (201, 200)
        assert first["contact"]["contact_id"] == second["contact"]["contact_id"]
        assert second["contact"]["custom_field_hash"] == {"cf_hub_ref": "ref-1"}
        customer = first["contact"]["contact_id"]
        cash = caller.books.account_named("Cash").id
        payment = {"customer_id": customer, "payment_mode": "cash", "amount": 10, "account_id": cash}
        payments = [send(caller, "PUT", "customerpayments", payment)["payment"]["payment_id"] for _ in range(2)]
        assert payments[0] == payments[1]
        lines = [{"rate": 5, "name": "Work", "account_id": caller.books.account_named("Sales - Local").id}]
        made = [send(caller, "PUT", "invoices", {"customer_id": customer, "line_items": lines}) for _ in range(2)]
        assert made[0]["invoice"]["invoice_id"] == made[1]["invoice"]["invoice_id"]
        del caller.extra["X-Unique-Identifier-Value"]
        assert caller.call("PUT", "contacts", json=body).status_code == 400


def test_post_is_not_idempotent_and_names_are_unique() -> None:
    with calling(build(60)) as caller:
        body = {"contact_name": "Only One", "contact_type": "customer"}
        first = send(caller, "POST", "contacts", body)["contact"]["contact_id"]
        again = caller.call("POST", "contacts", json=body)
        assert (again.status_code, again.json()["code"]) == (400, 3062)
        assert again.json()["message"] == 'The customer "Only One" already exists. Please specify a different name.'
        send(caller, "POST", f"contacts/{first}/inactive")
        second = send(caller, "POST", "contacts", body)["contact"]["contact_id"]
        assert second != first
        cash = caller.books.account_named("Cash").id
        payment = {"customer_id": second, "payment_mode": "cash", "amount": 10, "account_id": cash}
        keys = {send(caller, "POST", "customerpayments", payment)["payment"]["payment_id"] for _ in range(2)}
        assert len(keys) == 2


def test_lines_of_a_put_replace_all_lines() -> None:
    with calling(build(60)) as caller:
        customer = next(one.id for one in caller.books.contacts.values() if one.type == "customer")
        account = caller.books.account_named("Sales - Local").id
        lines = [{"rate": rate, "name": f"Line {rate}", "account_id": account} for rate in (1, 2)]
        made = send(caller, "POST", "invoices", {"customer_id": customer, "line_items": lines})["invoice"]
        kept, dropped = (row["line_item_id"] for row in made["line_items"])
        rows = [{"line_item_id": kept, "rate": 7, "account_id": account}, {"rate": 3, "account_id": account}]
        changed = send(caller, "PUT", f"invoices/{made['invoice_id']}", {"line_items": rows})["invoice"]
        ids = [row["line_item_id"] for row in changed["line_items"]]
        assert ids[0] == kept
        assert dropped not in ids
        assert (len(ids), changed["total"]) == (2, 10)
        off = [
            {"rate": 100, "discount": "10%", "account_id": account},
            {"rate": 100, "discount": 2.5, "account_id": account},
        ]
        less = send(caller, "PUT", f"invoices/{made['invoice_id']}", {"line_items": off})["invoice"]
        assert [row["item_total"] for row in less["line_items"]] == [90, 97.5]


def test_credits_and_withheld_tax() -> None:
    with calling(build(60)) as caller:
        books = caller.books
        account = books.account_named("Sales - Local").id
        customer = send(caller, "POST", "contacts", {"contact_name": "Keeper of Tax"})["contact"]["contact_id"]
        line = [{"rate": 1000, "name": "Work", "account_id": account}]
        invoice = send(caller, "POST", "invoices", {"customer_id": customer, "line_items": line}, send="true")[
            "invoice"
        ]
        key = invoice["invoice_id"]
        note_lines = [{"rate": 100, "account_id": account, "description": "Less"}]
        note = send(caller, "POST", "creditnotes", {"customer_id": customer, "line_items": note_lines})
        same(note, "create-credit-note")
        assert note["creditnote"]["status"] == "open"
        note_id = note["creditnote"]["creditnote_id"]
        applied = {"invoices": [{"invoice_id": key, "amount_applied": 60}]}
        send(caller, "POST", f"creditnotes/{note_id}/invoices", applied)
        too_much = caller.call("POST", f"creditnotes/{note_id}/invoices", json=applied)
        assert too_much.status_code == 400
        share = [{"invoice_id": key, "amount_applied": 900, "tax_amount_withheld": 10}]
        send(caller, "POST", "customerpayments", {"customer_id": customer, "amount": 900, "invoices": share})
        shown = caller.get(f"invoices/{key}")["invoice"]
        parts = ("total", "payment_made", "credits_applied", "tax_amount_withheld", "balance")
        assert [shown[name] for name in parts] == [1000, 900, 60, 10, 30]
        contact = caller.get(f"contacts/{customer}")["contact"]
        assert contact["outstanding_receivable_amount"] == 30
        assert contact["unused_credits_receivable_amount"] == 40
        send(caller, "POST", f"invoices/{key}/writeoff")
        assert caller.get(f"invoices/{key}")["invoice"]["status"] == "paid"
        link = caller.get(f"creditnotes/{note_id}/invoices")["invoices_credited"][0]["creditnote_invoice_id"]
        send(caller, "DELETE", f"creditnotes/{note_id}/invoices/{link}")
        assert caller.get(f"invoices/{key}")["invoice"]["balance"] == 60
        assert sum(row.closing for row in truth_of(books).trial_balance.values()) == 0


def test_a_locked_period_refuses_writes() -> None:
    with calling(build(60)) as caller:
        books = caller.books
        books.locked_until = books.facts.begins + timedelta(days=364)
        customer = next(one.id for one in books.contacts.values() if one.type == "customer")
        lines = [{"rate": 1, "account_id": books.account_named("Sales - Local").id}]
        body = {"customer_id": customer, "date": books.facts.begins.isoformat(), "line_items": lines}
        assert caller.call("POST", "invoices", json=body).status_code == 400
        body["date"] = "2026-04-02"
        assert caller.call("POST", "invoices", json=body).status_code == 201


def test_the_older_form_style_works_and_bad_bodies_are_refused() -> None:
    with calling(build(60)) as caller:
        url = f"{caller.running.api_url}/contacts"
        params = {"organization_id": caller.organization_id}
        headers = {"Authorization": f"Zoho-oauthtoken {caller.token}"}
        form = {"JSONString": '{"contact_name":"By form & older"}'}
        sent = caller.session.post(url, params=params, headers=headers, data=form, timeout=5)
        assert sent.status_code == 201
        assert sent.json()["contact"]["contact_name"] == "By form & older"
        broken = caller.session.post(url, params=params, headers=headers, data="{", timeout=5)
        assert broken.status_code == 400
        bad = caller.call("POST", "customerpayments", json={"customer_id": "1", "amount": "x"})
        assert bad.status_code == 404
