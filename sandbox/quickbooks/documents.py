"""Filling in what QuickBooks works out by itself when a document is written: lines, tax, totals, numbers, due day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from sandbox.quickbooks.amounts import cents_of, half_up, number_of, percent_of
from sandbox.quickbooks.company import Company
from sandbox.quickbooks.exchange import control_name, fill_currency, home_cents, is_foreign
from sandbox.quickbooks.links import unapplied_cents
from sandbox.quickbooks.postings import DISCOUNTS, EXPENSE_DETAIL, ITEM_DETAIL, PAYABLE, SALES_DETAIL, UNDEPOSITED
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document
from sandbox.quickbooks.taxes import EXCLUDED, PURCHASE_LIST, SALES_LIST, global_tax, us_tax
from sandbox.world.paise import render_paise

NUMBER_LENGTH_MAX = 21
NUMBERED = {
    **dict.fromkeys(("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt"), "sales"),
    "Estimate": "estimates",
    "PurchaseOrder": "orders",
}
"""Documents that get a number if none is given, with the sequence it is of (recorded)."""
SALES_DETAILS = frozenset({SALES_DETAIL, "DiscountLineDetail", "SubTotalLineDetail", "DescriptionOnly"})
EXPENSE_DETAILS = frozenset({EXPENSE_DETAIL, ITEM_DETAIL, "DescriptionOnly"})


def fill_document(company: Company, entity: str, document: Document) -> None:
    """Complete a document in place.

    Raises:
        Refusal: it breaks a rule.
    """
    document.setdefault("TxnDate", company.today.isoformat())
    _check_date(document["TxnDate"])
    fill_currency(company, document)
    if len(str(document.get("DocNumber", ""))) > NUMBER_LENGTH_MAX:
        raise Refusal.too_long("DocNumber", NUMBER_LENGTH_MAX)
    _FILL[entity](company, document)
    if entity in {"Invoice", "Bill"}:
        _fill_due_day(company, document)
    if is_foreign(company, document):
        _fill_home_amounts(company, entity, document)


def _fill_home_amounts(company: Company, entity: str, document: Document) -> None:
    """Write what a foreign document is worth at home, where the schema has it."""
    if entity in {"Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate"}:
        document["HomeTotalAmt"] = number_of(home_cents(company, document, document_cents(document)))
    elif entity == "Bill":
        document["HomeBalance"] = number_of(home_cents(company, document, document_cents(document)))


def document_cents(document: Document) -> int:
    """Return a document's total."""
    return cents_of(document.get("TotalAmt"))


def _check_date(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise Refusal.invalid_enumeration("TxnDate", text) from error


def _fill_due_day(company: Company, document: Document) -> None:
    if "DueDate" in document:
        return
    days = 0
    term = document.get("SalesTermRef")
    if term:
        days = int(company.get("Term", term["value"]).document.get("DueDays", 0))
    document["DueDate"] = (date.fromisoformat(document["TxnDate"]) + timedelta(days=days)).isoformat()


def _lines(document: Document, allowed: frozenset[str]) -> list[Document]:
    lines = [line for line in document["Line"] if line.get("DetailType") != "SubTotalLineDetail"]
    if not lines:
        raise Refusal.missing("Line")
    for position, line in enumerate(lines, start=1):
        kind = line.get("DetailType")
        if kind not in allowed:
            raise Refusal.invalid_enumeration("DetailType", kind)
        if kind != "DescriptionOnly" and kind not in line:
            raise Refusal.missing(str(kind))
        line["Id"] = str(position)
        if kind != "DiscountLineDetail":
            line["LineNum"] = position
    return lines


def _price(line: Document, detail: Document) -> None:
    """Check amount against quantity and price, or work it out of them."""
    if "Qty" in detail and "UnitPrice" in detail:
        worked = cents_of(Decimal(str(detail["Qty"])) * Decimal(str(detail["UnitPrice"])))
        if "Amount" in line and "TaxInclusiveAmt" not in detail and abs(cents_of(line["Amount"]) - worked) > 1:
            raise Refusal.wrong_amount()
        line.setdefault("Amount", number_of(worked))
    if "Amount" not in line:
        raise Refusal.missing("Line.Amount")
    line["Amount"] = number_of(cents_of(line["Amount"]))


def _fill_sale(company: Company, document: Document) -> None:
    lines = _lines(document, SALES_DETAILS)
    for line in lines:
        if line["DetailType"] == SALES_DETAIL:
            _fill_sales_line(company, line)
    subtotal = sum(cents_of(line["Amount"]) for line in lines if line["DetailType"] == SALES_DETAIL)
    summed: Document = {
        "Amount": number_of(subtotal),
        "DetailType": "SubTotalLineDetail",
        "SubTotalLineDetail": {},
    }
    discounts = [line for line in lines if line["DetailType"] == "DiscountLineDetail"]
    document["Line"] = [line for line in lines if line not in discounts] + [summed] + discounts
    discount = sum(_fill_discount(company, line, subtotal) for line in discounts)
    document.setdefault("ApplyTaxAfterDiscount", False)
    document["TxnTaxDetail"] = _sales_tax(company, document, subtotal, discount)
    document["TotalAmt"] = number_of(subtotal - discount + cents_of(document["TxnTaxDetail"]["TotalTax"]))
    document.setdefault("PrintStatus", "NeedToPrint")
    document.setdefault("EmailStatus", "NotSet")
    document.setdefault("CustomField", [])
    _fill_addresses(company, document)


def _fill_sales_line(company: Company, line: Document) -> None:
    detail = line[SALES_DETAIL]
    if "ItemRef" not in detail:
        raise Refusal.missing("SalesItemLineDetail.ItemRef")
    item = company.shelf("Item").find(str(detail["ItemRef"]["value"]))
    if item is None:
        raise Refusal.invalid_reference("Items", str(detail["ItemRef"]["value"]))
    _price(line, detail)
    detail["ItemAccountRef"] = dict(item.document["IncomeAccountRef"])
    if not company.facts.edition.is_global:
        detail.setdefault("TaxCodeRef", {"value": "TAX" if item.document.get("Taxable") else "NON"})
    line.setdefault("CustomExtensions", [])


def _fill_discount(company: Company, line: Document, subtotal: int) -> int:
    detail = line["DiscountLineDetail"]
    line.pop("Id", None)
    if detail.get("PercentBased"):
        line["Amount"] = number_of(percent_of(subtotal, detail["DiscountPercent"]))
    detail.setdefault("DiscountAccountRef", {"value": company.account(DISCOUNTS), "name": DISCOUNTS})
    return cents_of(line["Amount"])


def _sales_tax(company: Company, document: Document, subtotal: int, discount: int) -> Document:
    after = bool(document["ApplyTaxAfterDiscount"]) and subtotal > 0
    pairs = [(line, line[SALES_DETAIL]) for line in document["Line"] if line["DetailType"] == SALES_DETAIL]
    if company.facts.edition.is_global:
        way = document.setdefault("GlobalTaxCalculation", EXCLUDED)
        return global_tax(company, pairs, way, SALES_LIST, (discount, subtotal) if after else (0, 1))
    taxable = sum(cents_of(line["Amount"]) for line, detail in pairs if detail["TaxCodeRef"]["value"] == "TAX")
    if after:
        taxable -= half_up(discount * taxable, subtotal)
    code = document.get("TxnTaxDetail", {}).get("TxnTaxCodeRef", {}).get("value")
    return us_tax(company, code, taxable)


def _fill_addresses(company: Company, document: Document) -> None:
    if "CustomerRef" not in document:
        return
    customer = company.get("Customer", document["CustomerRef"]["value"]).document
    for key in ("BillAddr", "ShipAddr"):
        if key not in document and key in customer:
            document[key] = dict(customer[key])
    if "SalesTermRef" not in document and "SalesTermRef" in customer:
        document["SalesTermRef"] = dict(customer["SalesTermRef"])


def _fill_invoice(company: Company, document: Document) -> None:
    for key in ("AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment"):
        document.setdefault(key, False)
    document.setdefault("LinkedTxn", [])
    _fill_sale(company, document)


def _fill_cash_sale(company: Company, document: Document) -> None:
    undeposited = {"value": company.account(UNDEPOSITED), "name": UNDEPOSITED}
    document.setdefault("DepositToAccountRef", undeposited)
    _fill_sale(company, document)
    document.pop("SalesTermRef", None)
    document["Balance"] = 0


def _fill_credit_memo(company: Company, document: Document) -> None:
    _fill_sale(company, document)
    document.pop("SalesTermRef", None)


def _fill_estimate(company: Company, document: Document) -> None:
    document.setdefault("TxnStatus", "Pending")
    _fill_sale(company, document)
    document.pop("SalesTermRef", None)


def _fill_expenses(company: Company, document: Document) -> None:
    lines = _lines(document, EXPENSE_DETAILS)
    pairs = []
    for line in lines:
        if line["DetailType"] == "DescriptionOnly":
            continue
        detail = line[line["DetailType"]]
        _price(line, detail)
        detail.setdefault("BillableStatus", "NotBillable")
        if not company.facts.edition.is_global:
            detail.setdefault("TaxCodeRef", {"value": "NON"})
        line.setdefault("LinkedTxn", [])
        line.setdefault("CustomExtensions", [])
        pairs.append((line, detail))
    document["Line"] = lines
    total = sum(cents_of(line["Amount"]) for line, _ in pairs)
    if company.facts.edition.is_global:
        way = document.setdefault("GlobalTaxCalculation", EXCLUDED)
        document["TxnTaxDetail"] = global_tax(company, pairs, way, PURCHASE_LIST)
        total += cents_of(document["TxnTaxDetail"]["TotalTax"])
    else:
        document.pop("TxnTaxDetail", None)
    document["TotalAmt"] = number_of(total)


def _fill_owed(company: Company, document: Document) -> None:
    payable = control_name(company, PAYABLE, document)
    document.setdefault("APAccountRef", {"value": company.account(payable), "name": payable})
    vendor = company.get("Vendor", document["VendorRef"]["value"]).document
    if "BillAddr" in vendor:
        document.setdefault("VendorAddr", dict(vendor["BillAddr"]))
    _fill_expenses(company, document)


def _fill_bill(company: Company, document: Document) -> None:
    vendor = company.get("Vendor", document["VendorRef"]["value"]).document
    if "SalesTermRef" not in document and "TermRef" in vendor:
        document["SalesTermRef"] = {"value": vendor["TermRef"]["value"]}
    _fill_owed(company, document)


def _fill_order(company: Company, document: Document) -> None:
    for key in ("LinkedTxn", "CustomField"):
        document.setdefault(key, [])
    document.setdefault("POStatus", "Open")
    document.setdefault("EmailStatus", "NotSet")
    _fill_owed(company, document)


def _fill_payment(company: Company, document: Document) -> None:
    document.setdefault("Line", [])
    document.setdefault("ProcessPayment", False)
    total = document_cents(document)
    document["TotalAmt"] = number_of(total)
    if total:
        document.setdefault("DepositToAccountRef", {"value": company.account(UNDEPOSITED)})
    for line in document["Line"]:
        if line.get("LinkedTxn"):
            line["LineEx"] = _wrapped(_link_facts(company, line["LinkedTxn"][0]))
    left = unapplied_cents("Payment", document)
    if left < 0:
        raise Refusal.business_rule("The amount applied is more than was received.")
    document["UnappliedAmt"] = number_of(left)


def _fill_bill_payment(company: Company, document: Document) -> None:  # noqa: ARG001 - one shape for all
    kinds = {"Check": "CheckPayment", "CreditCard": "CreditCardPayment"}
    kind = kinds.get(document["PayType"])
    if kind is None:
        raise Refusal.invalid_enumeration("PayType", document["PayType"])
    if kind not in document:
        raise Refusal.missing(kind)
    document["TotalAmt"] = number_of(document_cents(document))
    if unapplied_cents("BillPayment", document) < 0:
        raise Refusal.business_rule("The amount applied is more than was paid.")


def _fill_purchase(company: Company, document: Document) -> None:
    if document["PaymentType"] not in {"Cash", "Check", "CreditCard"}:
        raise Refusal.invalid_enumeration("PaymentType", document["PaymentType"])
    if document["PaymentType"] == "CreditCard":
        document.setdefault("Credit", False)
    _fill_expenses(company, document)
    document["PurchaseEx"] = _wrapped({"TxnType": _purchase_number(document)})


def _purchase_number(document: Document) -> str:
    """Return the number of the kind of purchase; these were recorded most often for each."""
    if document.get("Credit"):
        return "11"
    return "3" if document["PaymentType"] == "Check" else "54"


def _link_facts(company: Company, link: Document) -> dict[str, str]:
    """What a payment's line repeats of the document it settles: its id, what was open before, its number."""
    record = company.shelves[link["TxnType"]].find(str(link["TxnId"])) if link["TxnType"] in company.shelves else None
    if record is None:
        return {"txnId": str(link["TxnId"])}
    number = str(record.document.get("DocNumber", ""))
    return {"txnId": record.key, "txnOpenBalance": render_paise(record.open_cents), "txnReferenceNumber": number}


def _wrapped(facts: dict[str, str]) -> Document:
    """Write name-value pairs as the Java of the server lets them through (recorded)."""
    names = [
        {
            "name": "{http://schema.intuit.com/finance/v3}NameValue",
            "declaredType": "com.intuit.schema.finance.v3.NameValue",
            "scope": "javax.xml.bind.JAXBElement$GlobalScope",
            "value": {"Name": name, "Value": value},
            "nil": False,
            "globalScope": True,
            "typeSubstituted": False,
        }
        for name, value in facts.items()
    ]
    return {"any": names}


def _fill_journal(company: Company, document: Document) -> None:  # noqa: ARG001 - one shape for all
    lines = _lines(document, frozenset({"JournalEntryLineDetail", "DescriptionOnly"}))
    balance = 0
    for position, line in enumerate(lines):
        line["Id"] = str(position)
        line.pop("LineNum", None)
        line.setdefault("CustomExtensions", [])
        detail = line.get("JournalEntryLineDetail")
        if detail is None:
            continue
        if detail.get("PostingType") not in {"Debit", "Credit"}:
            raise Refusal.invalid_enumeration("PostingType", detail.get("PostingType"))
        line["Amount"] = number_of(cents_of(line["Amount"]))
        balance += cents_of(line["Amount"]) * (1 if detail["PostingType"] == "Debit" else -1)
    if balance:
        raise Refusal.business_rule("Debits and credits are not equal.")
    document.setdefault("Adjustment", False)
    document["Line"] = lines
    document["TotalAmt"] = 0
    document["TxnTaxDetail"] = {}


def _fill_deposit(company: Company, document: Document) -> None:
    for position, line in enumerate(document["Line"], start=1):
        links = line.get("LinkedTxn")
        if links:
            links[0].setdefault("TxnLineId", "0")
            if is_foreign(company, company.get(links[0]["TxnType"], str(links[0]["TxnId"])).document):
                raise Refusal.business_rule("Foreign money is taken to the bank by the payment itself.")
            line["Amount"] = company.get(links[0]["TxnType"], str(links[0]["TxnId"])).document["TotalAmt"]
            continue
        if "AccountRef" not in line.get("DepositLineDetail", {}):
            raise Refusal.missing("DepositLineDetail.AccountRef")
        line.update(Id=str(position), LineNum=position, DetailType="DepositLineDetail")
        line.setdefault("CustomExtensions", [])
    total = sum(cents_of(line["Amount"]) for line in document["Line"])
    total -= cents_of((document.get("CashBack") or {}).get("Amount"))
    document["TotalAmt"] = number_of(total)
    document["TxnTaxDetail"] = {}
    document.pop("GlobalTaxCalculation", None)


def _fill_transfer(company: Company, document: Document) -> None:  # noqa: ARG001 - one shape for all
    document["Amount"] = number_of(cents_of(document["Amount"]))


_FILL: dict[str, Callable[[Company, Document], None]] = {
    "Invoice": _fill_invoice,
    "CreditMemo": _fill_credit_memo,
    "SalesReceipt": _fill_cash_sale,
    "RefundReceipt": _fill_cash_sale,
    "Estimate": _fill_estimate,
    "Payment": _fill_payment,
    "Bill": _fill_bill,
    "VendorCredit": _fill_owed,
    "BillPayment": _fill_bill_payment,
    "Purchase": _fill_purchase,
    "JournalEntry": _fill_journal,
    "Deposit": _fill_deposit,
    "Transfer": _fill_transfer,
    "PurchaseOrder": _fill_order,
}
