"""Every route of the API, with the scope that opens it (``oas-operations`` of July 2026 names them)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.zoho.app import banking, ledgers, reading, reports, settings
from sandbox.zoho.app.application import ZohoApp
from sandbox.zoho.app.catalogue import LISTS
from sandbox.zoho.app.options import Options
from sandbox.zoho.app.purchases import DETAILS as PURCHASES
from sandbox.zoho.app.render import Json
from sandbox.zoho.app.sales import DETAILS as SALES
from sandbox.zoho.app.writing import applying, documents, masters, moneys
from sandbox.zoho.books.company import Books, get_record
from sandbox.zoho.books.live import LiveBooks
from sandbox.zoho.books.records import ContactType, DocumentKind

KINDS = {
    "invoices": DocumentKind.INVOICE,
    "creditnotes": DocumentKind.CREDIT_NOTE,
    "bills": DocumentKind.BILL,
    "vendorcredits": DocumentKind.VENDOR_CREDIT,
    "estimates": DocumentKind.ESTIMATE,
    "salesorders": DocumentKind.SALES_ORDER,
    "purchaseorders": DocumentKind.PURCHASE_ORDER,
}
DETAILS: dict[DocumentKind, Callable[[Books, Any], Json]] = {**SALES, **PURCHASES}
SCOPES = {one.path: one.scope for one in LISTS}


def scope(module: str, verb: str) -> str:
    """Spell a scope."""
    return f"ZohoBooks.{module}.{verb}"


def build_app(books: LiveBooks, options: Options | None = None) -> ZohoApp:
    """Make the API over live books, all its doors open."""
    app = ZohoApp(books, options)
    open_doors(app)
    return app


def open_doors(app: ZohoApp) -> None:
    """Open all of them."""
    for spec in LISTS:
        app.add("GET", spec.path, reading.list_page(spec, app.options), scope(spec.scope, "READ"))
    _organisations(app)
    for path, kind in KINDS.items():
        _document_doors(app, path, kind)
    _masters(app)
    _payments(app)
    _ledgers(app)
    _sub_resources(app)
    for name, answer in reports.REPORTS.items():
        # Not in the official description; which scope opens them is not known.
        app.add("GET", f"reports/{name}", answer, scope("reports", "READ"), scope("accountants", "READ"))


def _organisations(app: ZohoApp) -> None:
    read = scope("settings", "READ")
    app.add("GET", "organizations", reading.organizations, read)
    app.add("GET", "organizations/{organization_id}", reading.organization, read)
    app.add("GET", "settings/taxes/{key}", reading.detail("tax", _tax, settings.tax_row), read)
    app.add("GET", "settings/taxgroups/{key}", reading.detail("tax_group", _tax, settings.tax_group), read)
    app.add("GET", "settings/currencies/{key}", reading.detail("currency", _currency, settings.currency_row), read)
    app.add("GET", "settings/openingbalances", reading.opening_balances, read)
    app.add("GET", "users", reading.users, read)
    app.add("GET", "users/me", reading.current_user, read)
    app.add("GET", "itemdetails", reading.item_details, read)


def _tax(books: Books, key: str) -> Any:
    return get_record(books.taxes, key, "Tax")


def _currency(books: Books, key: str) -> Any:
    return get_record(books.currencies, key, "Currency")


def _document_doors(app: ZohoApp, path: str, kind: DocumentKind) -> None:
    module = SCOPES[path]
    writer = documents.Writer(kind, DETAILS[kind], path)
    app.add("GET", f"{path}/{{key}}", writer.read, scope(module, "READ"))
    app.add("POST", path, writer.create, scope(module, "CREATE"))
    app.add("PUT", f"{path}/{{key}}", writer.update, scope(module, "UPDATE"))
    app.add("DELETE", f"{path}/{{key}}", writer.delete, scope(module, "DELETE"))
    app.add("POST", f"{path}/{{key}}/status/{{word}}", writer.mark, scope(module, "CREATE"))
    if kind is not DocumentKind.VENDOR_CREDIT:
        app.add("PUT", path, writer.upsert, scope(module, "UPDATE"))


def _masters(app: ZohoApp) -> None:
    for path, writer in (("contacts", masters.ContactWriter()), ("items", masters.ItemWriter())):
        module = SCOPES[path]
        app.add("GET", f"{path}/{{key}}", writer.read, scope(module, "READ"))
        app.add("POST", path, writer.create, scope(module, "CREATE"))
        app.add("PUT", path, writer.upsert, scope(module, "UPDATE"))
        app.add("PUT", f"{path}/{{key}}", writer.update, scope(module, "UPDATE"))
        app.add("DELETE", f"{path}/{{key}}", writer.delete, scope(module, "DELETE"))
        app.add("POST", f"{path}/{{key}}/active", writer.activate, scope(module, "CREATE"))
        app.add("POST", f"{path}/{{key}}/inactive", writer.deactivate, scope(module, "CREATE"))


def _payments(app: ZohoApp) -> None:
    for path, kind in (("customerpayments", ContactType.CUSTOMER), ("vendorpayments", ContactType.VENDOR)):
        writer = moneys.PaymentWriter(kind)
        app.add("GET", f"{path}/{{key}}", writer.read, scope(path, "READ"))
        app.add("GET", f"{path}/{{key}}/refunds/{{refund}}", reading.payment_refund, scope(path, "READ"))
        app.add("POST", path, writer.create, scope(path, "CREATE"))
        app.add("PUT", path, writer.upsert, scope(path, "UPDATE"))
        app.add("PUT", f"{path}/{{key}}", writer.update, scope(path, "UPDATE"))
        app.add("DELETE", f"{path}/{{key}}", writer.delete, scope(path, "DELETE"))


def _ledgers(app: ZohoApp) -> None:
    for path, writer in (("expenses", moneys.ExpenseWriter()), ("journals", moneys.JournalWriter())):
        module = SCOPES[path]
        app.add("GET", f"{path}/{{key}}", writer.read, scope(module, "READ"))
        app.add("POST", path, writer.create, scope(module, "CREATE"))
        app.add("PUT", f"{path}/{{key}}", writer.update, scope(module, "UPDATE"))
        app.add("DELETE", f"{path}/{{key}}", writer.delete, scope(module, "DELETE"))
    app.add("PUT", "expenses", moneys.ExpenseWriter().upsert, scope("expenses", "UPDATE"))
    read = scope("accountants", "READ")
    app.add("GET", "chartofaccounts/accounttransactions", reading.account_transactions, read)
    app.add("GET", "chartofaccounts/{key}", reading.detail("chart_of_account", _account, ledgers.account_detail), read)
    app.add("GET", "transactions/{key}/journals", reading.double_entry, read)
    bank = scope("banking", "READ")
    app.add("GET", "bankaccounts/{key}", reading.bank_account, bank)
    moved = reading.detail("banktransaction", _moved, banking.bank_transaction_detail)
    app.add("GET", "banktransactions/{key}", moved, bank)


def _account(books: Books, key: str) -> Any:
    return get_record(books.accounts, key, "Account")


def _moved(books: Books, key: str) -> Any:
    return get_record(books.bank_transactions, key, "Transaction")


def _sub_resources(app: ZohoApp) -> None:
    invoices = SCOPES["invoices"]
    app.add("GET", "invoices/{key}/payments", reading.invoice_payments, scope(invoices, "READ"))
    app.add("GET", "invoices/{key}/creditsapplied", reading.credits_applied, scope(invoices, "READ"))
    app.add("POST", "invoices/{key}/credits", applying.apply_credits, scope(invoices, "CREATE"))
    app.add("POST", "invoices/{key}/writeoff", applying.write_off, scope(invoices, "CREATE"))
    app.add("POST", "invoices/{key}/writeoff/cancel", applying.cancel_write_off, scope(invoices, "CREATE"))
    app.add("POST", "invoices/{key}/email", applying.email, scope(invoices, "CREATE"))
    app.add("GET", "invoices/reference/{reference}", applying.by_reference, scope(invoices, "READ"))
    notes = SCOPES["creditnotes"]
    app.add("GET", "creditnotes/{key}/invoices", reading.invoices_credited, scope(notes, "READ"))
    app.add("POST", "creditnotes/{key}/invoices", applying.apply_note, scope(notes, "CREATE"))
    app.add("DELETE", "creditnotes/{key}/invoices/{link}", applying.unapply_note, scope(notes, "DELETE"))
    app.add("GET", "creditnotes/{key}/refunds", reading.note_refunds, scope(notes, "READ"))
    app.add("POST", "creditnotes/{key}/refunds", applying.refund_note, scope(notes, "CREATE"))
    credits_ = SCOPES["vendorcredits"]
    app.add("GET", "vendorcredits/{key}/refunds/{refund}", reading.vendor_credit_refund, scope(credits_, "READ"))
    app.add("POST", "vendorcredits/{key}/bills", applying.apply_vendor_credit, scope(credits_, "CREATE"))
    app.add("DELETE", "vendorcredits/{key}/bills/{link}", applying.unapply_note, scope(credits_, "DELETE"))
