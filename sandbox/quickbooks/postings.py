"""What each document posts, in cents of the home currency, debit positive; it is derived from nothing but the document.

There are no stock items in these books: cost of goods sold follows FIFO layers that the API shows nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sandbox.quickbooks.amounts import cents_of
from sandbox.quickbooks.company import Company
from sandbox.quickbooks.exchange import bring_home, control_name, is_foreign
from sandbox.quickbooks.shelf import Document, Posting
from sandbox.quickbooks.taxes import payable_account

RECEIVABLE = "Accounts Receivable (A/R)"
PAYABLE = "Accounts Payable (A/P)"
UNDEPOSITED = "Undeposited Funds"
DISCOUNTS = "Discounts given"
CONTROL_TYPES = frozenset({"Accounts Receivable", "Accounts Payable"})
SALES_DETAIL, EXPENSE_DETAIL, ITEM_DETAIL = (
    "SalesItemLineDetail",
    "AccountBasedExpenseLineDetail",
    "ItemBasedExpenseLineDetail",
)


def post(company: Company, entity: str, document: Document) -> tuple[Posting, ...]:
    """Return the entry of a document, balanced; nothing for those that do not post.

    Raises:
        Refusal: something it refers to is not there.
    """
    rule = _RULES.get(entity)
    if rule is None:
        return ()
    postings = tuple(posting for posting in rule(company, document) if posting.cents)
    if is_foreign(company, document):
        base = PAYABLE if entity == "BillPayment" else RECEIVABLE
        account = company.account(control_name(company, base, document))
        postings = bring_home(company, entity, document, postings, account)
    return tuple(posting for posting in postings if posting.cents or posting.party_cents)


def _party(entity: str, document: Document) -> tuple[str, str]:
    return entity, document[f"{entity}Ref"]["value"]


def _tax(company: Company, document: Document, sign: int) -> Iterator[Posting]:
    for line in document.get("TxnTaxDetail", {}).get("TaxLine", []):
        key = line["TaxLineDetail"]["TaxRateRef"]["value"]
        yield Posting(account=payable_account(company, key), cents=sign * cents_of(line["Amount"]))


def _sales_lines(company: Company, document: Document, sign: int) -> Iterator[Posting]:
    for line in document["Line"]:
        cents = cents_of(line.get("Amount"))
        detail = line.get(line["DetailType"], {})
        match line["DetailType"]:
            case "SalesItemLineDetail":
                yield Posting(account=detail["ItemAccountRef"]["value"], cents=-sign * cents)
            case "DiscountLineDetail":
                account = detail.get("DiscountAccountRef", {}).get("value") or company.account(DISCOUNTS)
                yield Posting(account=account, cents=sign * cents)
    yield from _tax(company, document, -sign)


def _on_credit(company: Company, document: Document, sign: int) -> Iterator[Posting]:
    cents = sign * cents_of(document["TotalAmt"])
    yield Posting(
        account=company.account(control_name(company, RECEIVABLE, document)),
        cents=cents,
        party=_party("Customer", document),
    )
    yield from _sales_lines(company, document, sign)


def _invoice(company: Company, document: Document) -> Iterator[Posting]:
    yield from _on_credit(company, document, 1)


def _credit_memo(company: Company, document: Document) -> Iterator[Posting]:
    yield from _on_credit(company, document, -1)


def _sales_receipt(company: Company, document: Document) -> Iterator[Posting]:
    yield Posting(account=document["DepositToAccountRef"]["value"], cents=cents_of(document["TotalAmt"]))
    yield from _sales_lines(company, document, 1)


def _refund_receipt(company: Company, document: Document) -> Iterator[Posting]:
    yield Posting(account=document["DepositToAccountRef"]["value"], cents=-cents_of(document["TotalAmt"]))
    yield from _sales_lines(company, document, -1)


def _payment(company: Company, document: Document) -> Iterator[Posting]:
    cents = cents_of(document["TotalAmt"])
    if not cents:
        return
    yield Posting(account=document["DepositToAccountRef"]["value"], cents=cents)
    yield Posting(
        account=company.account(control_name(company, RECEIVABLE, document)),
        cents=-cents,
        party=_party("Customer", document),
    )


def expense_account(company: Company, line: Document) -> str:
    """Return the account an expense line posts to: its own, or its item's."""
    detail = line[line["DetailType"]]
    if line["DetailType"] == EXPENSE_DETAIL:
        return str(detail["AccountRef"]["value"])
    item = company.get("Item", detail["ItemRef"]["value"]).document
    return str((item.get("ExpenseAccountRef") or item["IncomeAccountRef"])["value"])


def _expense_lines(company: Company, document: Document, sign: int) -> Iterator[Posting]:
    for line in document["Line"]:
        if line["DetailType"] in {EXPENSE_DETAIL, ITEM_DETAIL}:
            yield Posting(account=expense_account(company, line), cents=sign * cents_of(line["Amount"]))
    yield from _tax(company, document, sign)


def _owed(company: Company, document: Document, sign: int) -> Iterator[Posting]:
    account = document.get("APAccountRef", {}).get("value") or company.account(control_name(company, PAYABLE, document))
    cents = -sign * cents_of(document["TotalAmt"])
    yield Posting(account=account, cents=cents, party=_party("Vendor", document))
    yield from _expense_lines(company, document, sign)


def _bill(company: Company, document: Document) -> Iterator[Posting]:
    yield from _owed(company, document, 1)


def _vendor_credit(company: Company, document: Document) -> Iterator[Posting]:
    yield from _owed(company, document, -1)


def paid_from(document: Document) -> str:
    """Return the account a bill payment is paid from."""
    if document["PayType"] == "CreditCard":
        return str(document["CreditCardPayment"]["CCAccountRef"]["value"])
    return str(document["CheckPayment"]["BankAccountRef"]["value"])


def _bill_payment(company: Company, document: Document) -> Iterator[Posting]:
    cents = cents_of(document["TotalAmt"])
    if not cents:
        return
    account = document.get("APAccountRef", {}).get("value") or company.account(control_name(company, PAYABLE, document))
    yield Posting(account=account, cents=cents, party=_party("Vendor", document))
    yield Posting(account=paid_from(document), cents=-cents)


def _purchase(company: Company, document: Document) -> Iterator[Posting]:
    sign = -1 if document.get("Credit") else 1
    yield Posting(account=document["AccountRef"]["value"], cents=-sign * cents_of(document["TotalAmt"]))
    yield from _expense_lines(company, document, sign)


def _journal(company: Company, document: Document) -> Iterator[Posting]:
    for line in document["Line"]:
        detail = line.get("JournalEntryLineDetail")
        if detail is None:
            continue
        sign = 1 if detail["PostingType"] == "Debit" else -1
        account = detail["AccountRef"]["value"]
        cents = sign * cents_of(line["Amount"])
        yield Posting(account=account, cents=cents, party=_line_party(company, account, detail))


def _line_party(company: Company, account: str, detail: Document) -> tuple[str, str] | None:
    named = detail.get("Entity")
    if not named or company.get("Account", account).document["AccountType"] not in CONTROL_TYPES:
        return None
    reference = named.get("EntityRef", named)
    return str(named.get("Type") or named.get("type")), str(reference["value"])


def _deposit(company: Company, document: Document) -> Iterator[Posting]:
    back = document.get("CashBack") or {}
    yield Posting(account=document["DepositToAccountRef"]["value"], cents=cents_of(document["TotalAmt"]))
    if back:
        yield Posting(account=back["AccountRef"]["value"], cents=cents_of(back["Amount"]))
    for line in document["Line"]:
        detail = line.get("DepositLineDetail", {})
        if line.get("LinkedTxn"):
            account = company.account(UNDEPOSITED)
            yield Posting(account=account, cents=-cents_of(line["Amount"]))
        else:
            account = detail["AccountRef"]["value"]
            party = _line_party(company, account, detail)
            yield Posting(account=account, cents=-cents_of(line["Amount"]), party=party)


def _transfer(company: Company, document: Document) -> Iterator[Posting]:  # noqa: ARG001 - one shape for all rules
    cents = cents_of(document["Amount"])
    yield Posting(account=document["ToAccountRef"]["value"], cents=cents)
    yield Posting(account=document["FromAccountRef"]["value"], cents=-cents)


_RULES: dict[str, Callable[[Company, Document], Iterator[Posting]]] = {
    "Invoice": _invoice,
    "CreditMemo": _credit_memo,
    "SalesReceipt": _sales_receipt,
    "RefundReceipt": _refund_receipt,
    "Payment": _payment,
    "Bill": _bill,
    "VendorCredit": _vendor_credit,
    "BillPayment": _bill_payment,
    "Purchase": _purchase,
    "JournalEntry": _journal,
    "Deposit": _deposit,
    "Transfer": _transfer,
}
