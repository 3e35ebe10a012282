"""What reports call the kinds of documents. The words are the product's own; clients should go by ids."""

from __future__ import annotations

from sandbox.quickbooks.shelf import Record

_NAMES = {
    "CreditMemo": "Credit Memo",
    "SalesReceipt": "Sales Receipt",
    "RefundReceipt": "Refund",
    "VendorCredit": "Vendor Credit",
    "JournalEntry": "Journal Entry",
    "PurchaseOrder": "Purchase Order",
}
_PURCHASES = {"Check": "Check", "Cash": "Expense", "CreditCard": "Expense"}


def type_name(record: Record) -> str:
    """Return the name of a document's type."""
    document = record.document
    match record.entity.name:
        case "Purchase":
            return "Credit Card Credit" if document.get("Credit") else _PURCHASES[document["PaymentType"]]
        case "BillPayment":
            return "Bill Payment (Check)" if document["PayType"] == "Check" else "Bill Payment (Credit Card)"
        case name:
            return _NAMES.get(name, name)
