"""What a business does every day: sales, receipts, purchases, payments, money moved, journals.

Everything is drawn from dice and written the way the API writes. What is altered afterwards is in ``business.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from sandbox.quickbooks.amounts import cents_of, number_of
from sandbox.quickbooks.chart import CARD, CHECKING, EXPENSES, SAVINGS
from sandbox.quickbooks.company import Company
from sandbox.quickbooks.edition import Edition
from sandbox.quickbooks.exchange import is_foreign
from sandbox.quickbooks.postings import UNDEPOSITED
from sandbox.quickbooks.shelf import Document, Record
from sandbox.world.dice import Dice

if TYPE_CHECKING:
    from sandbox.quickbooks.live import LiveCompany

NOTHING = "nothing"
_LOOK_AT = 12
"""How many of the oldest open documents a choice is made among."""


class Trade:
    """Draws what happens on a normal day.

    Args:
        live: the company.
        dice: what decides.
    """

    def __init__(self, live: LiveCompany, dice: Dice) -> None:
        self._live = live
        self._dice = dice
        self._customers = self._keys("Customer")
        self._vendors = self._keys("Vendor")
        self._items = [key for key in self._keys("Item") if key != "1"]
        self._codes = self._keys("TaxCode")
        self._undeposited: list[str] = []
        self._code = ""
        self._is_inclusive = False
        self._serial = 0
        self._steps: tuple[Callable[[], str], ...] = (
            *(self.sell, self.sell, self.sell, self.sell, self.receive, self.receive, self.receive, self.buy, self.buy),
            *(
                self.pay_bill,
                self.pay_bill,
                self.spend,
                self.spend,
                self.bank,
                self.bank,
                self.credit,
                self.apply_credit,
            ),
            *(self.sell_for_cash, self.refund, self.credit_from_vendor, self.transfer, self.journal, self.estimate),
            *(self.order, self.advance),
        )

    def trade(self) -> str:
        """Let one thing of every day's happen."""
        with self._company.lock:
            return self._dice.pick(self._steps)()

    @property
    def _company(self) -> Company:
        return self._live.company

    @property
    def _edition(self) -> Edition:
        return self._company.facts.edition

    def _keys(self, entity: str) -> list[str]:
        return [record.key for record in self._live.company.records(entity)]

    def _make(self, entity: str, document: Document) -> str:
        record = self._live.write.create(entity, {"TxnDate": self._company.today.isoformat(), **document})
        return f"{entity} {record.key}"

    def _draw_open(self, entity: str) -> Record | None:
        records = list(islice(self._company.open[entity].values(), _LOOK_AT))
        return self._dice.pick(records) if records else None

    # Sales

    def _sales_line(self) -> Document:
        dice = self._dice
        key = dice.pick(self._items)
        item = self._company.get("Item", key).document
        quantity = dice.between(1, 12)
        price = cents_of(item["UnitPrice"]) or dice.between(500, 9000) * 10
        detail: Document = {"ItemRef": {"value": key}, "Qty": quantity, "UnitPrice": number_of(price)}
        line = {"Amount": number_of(quantity * price), "Description": item["Name"], "DetailType": "SalesItemLineDetail"}
        self._tax_line(detail, quantity * price)
        return {**line, "SalesItemLineDetail": detail}

    def _tax_line(self, detail: Document, cents: int) -> None:
        if not self._edition.is_global:
            detail["TaxCodeRef"] = {"value": "NON" if self._dice.one_in(4) else "TAX"}
            return
        detail["TaxCodeRef"] = {"value": self._code}
        if self._is_inclusive:
            percent = self._percent(self._code)
            detail["TaxInclusiveAmt"] = number_of(cents + (cents * percent + 5_000) // 10_000)

    def _percent(self, code: str) -> int:
        details = self._company.get("TaxCode", code).document["SalesTaxRateList"]["TaxRateDetail"]
        rates = [self._company.get("TaxRate", one["TaxRateRef"]["value"]).document["RateValue"] for one in details]
        return sum(cents_of(rate) for rate in rates)

    def _sale(self, customer: str) -> Document:
        dice = self._dice
        document: Document = {"CustomerRef": {"value": customer}}
        self._choose_tax(document)
        document["Line"] = [self._sales_line() for _ in range(dice.between(1, 3))]
        if dice.one_in(8) and not self._is_inclusive:
            discount = {"PercentBased": True, "DiscountPercent": dice.pick((5, 10, 2.5))}
            document["Line"].append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": discount})
            document["ApplyTaxAfterDiscount"] = dice.one_in(2)
        if self._edition.is_global:
            address = self._company.get("Customer", customer).document.get("BillAddr", {})
            document["TransactionLocationType"] = address.get("CountrySubDivisionCode", "27")
        else:
            document["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": dice.pick(self._codes)}}
        return document

    def _choose_tax(self, document: Document) -> None:
        self._is_inclusive = False
        if not self._edition.is_global:
            return
        self._code = self._dice.pick(self._codes)
        self._is_inclusive = self._dice.one_in(6)
        document["GlobalTaxCalculation"] = "TaxInclusive" if self._is_inclusive else "TaxExcluded"

    def sell(self) -> str:
        """Invoice a customer."""
        return self._make("Invoice", self._sale(self._dice.pick(self._customers)))

    def estimate(self) -> str:
        """Quote a customer; nothing is posted."""
        return self._make("Estimate", self._sale(self._dice.pick(self._customers)))

    def sell_for_cash(self) -> str:
        """Sell over the counter."""
        document = self._sale(self._dice.pick(self._customers))
        document["DepositToAccountRef"] = {"value": self._company.account(CHECKING)}
        return self._make("SalesReceipt", document)

    def refund(self) -> str:
        """Give money back."""
        document = self._sale(self._dice.pick(self._customers))
        document["DepositToAccountRef"] = {"value": self._company.account(CHECKING)}
        document["Line"] = document["Line"][:1]
        return self._make("RefundReceipt", document)

    def credit(self) -> str:
        """Credit a customer, one that owes if there is any."""
        invoice = self._draw_open("Invoice")
        customer = invoice.document["CustomerRef"]["value"] if invoice else self._dice.pick(self._customers)
        document = self._sale(customer)
        document["Line"] = document["Line"][:1]
        return self._make("CreditMemo", document)

    def apply_credit(self) -> str:
        """Set a credit off against an invoice of the same customer: a payment of nothing with two lines."""
        credit = self._draw_open("CreditMemo")
        if credit is None:
            return NOTHING
        customer = credit.document["CustomerRef"]["value"]
        invoice = self._oldest("Invoice", "CustomerRef", customer)
        if invoice is None:
            return NOTHING
        amount = number_of(min(credit.open_cents, invoice.open_cents))
        lines = [_applied(amount, invoice), _applied(amount, credit)]
        note = "Created by QB Online to link credits to charges."
        head = {"CustomerRef": {"value": customer}, "TotalAmt": 0, "PrivateNote": note}
        return self._make("Payment", {**head, "Line": lines})

    def _oldest(self, entity: str, key: str, party: str) -> Record | None:
        opened = self._company.open[entity].values()
        return next((record for record in opened if record.document[key]["value"] == party), None)

    def receive(self) -> str:
        """Take money for an invoice: all of it, a part, or more than it asks."""
        invoice = self._draw_open("Invoice")
        if invoice is None:
            return NOTHING
        owed = invoice.open_cents
        paid = owed // 2 // 100 * 100 or owed if self._dice.one_in(5) else owed
        more = 25_000 if self._dice.one_in(15) else 0
        document: Document = {
            "CustomerRef": {"value": invoice.document["CustomerRef"]["value"]},
            "TotalAmt": number_of(paid + more),
            "PaymentRefNum": str(self._dice.between(100_000, 999_999)),
            "PaymentMethodRef": {"value": "2"},
            "Line": [_applied(number_of(paid), invoice)],
        }
        return self._take(document)

    def advance(self) -> str:
        """Take money that settles nothing yet."""
        customer = {"value": self._dice.pick(self._customers)}
        return self._take({"CustomerRef": customer, "TotalAmt": self._dice.between(10, 90) * 100})

    def _take(self, document: Document) -> str:
        customer = self._company.get("Customer", document["CustomerRef"]["value"]).document
        straight = self._dice.one_in(2) or is_foreign(self._company, customer)
        if straight:
            document["DepositToAccountRef"] = {"value": self._company.account(CHECKING)}
        made = self._make("Payment", document)
        if not straight:
            self._undeposited.append(made.split()[1])
        return made

    def bank(self) -> str:
        """Bank what lies in undeposited funds; or, if nothing does, some interest."""
        waiting = [key for key in self._undeposited if self._is_waiting(key)][:3]
        self._undeposited = [key for key in self._undeposited if key not in waiting]
        document: Document = {"DepositToAccountRef": {"value": self._company.account(CHECKING)}}
        if waiting:
            lines = [{"LinkedTxn": [{"TxnId": key, "TxnType": "Payment", "TxnLineId": "0"}]} for key in waiting]
        else:
            detail = {"AccountRef": {"value": self._company.account("Interest Earned")}}
            lines = [{"Amount": self._dice.between(5, 500), "DepositLineDetail": detail}]  # type: ignore[dict-item]
        if waiting and self._dice.one_in(4):
            savings = {"value": self._company.account(SAVINGS)}
            document["CashBack"] = {"AccountRef": savings, "Amount": 1, "Memo": "Money to savings"}
        return self._make("Deposit", {**document, "Line": lines})

    def _is_waiting(self, key: str) -> bool:
        record = self._company.shelf("Payment").find(key)
        if record is None or record.is_void or record.document.get("LinkedTxn"):
            return False
        account = record.document.get("DepositToAccountRef", {}).get("value")
        return bool(account == self._company.account(UNDEPOSITED) and record.document["TotalAmt"])

    # Purchases

    def _expense_line(self) -> Document:
        amount = self._dice.between(100, 60_000)
        by_item = self._dice.one_in(3)
        detail: Document = {"TaxCodeRef": {"value": self._code}} if self._edition.is_global else {}
        if by_item:
            detail |= {"ItemRef": {"value": self._dice.pick(self._items[1:])}}
            return _line(amount, "ItemBasedExpenseLineDetail", detail)
        detail |= {"AccountRef": {"value": self._company.account(self._dice.pick(EXPENSES))}}
        return _line(amount, "AccountBasedExpenseLineDetail", detail)

    def _expenses(self) -> Document:
        document: Document = {}
        if self._edition.is_global:
            self._code = self._dice.pick(self._codes)
            document["GlobalTaxCalculation"] = "TaxExcluded"
        return {**document, "Line": [self._expense_line() for _ in range(self._dice.between(1, 3))]}

    def buy(self) -> str:
        """Enter a vendor's bill."""
        self._serial += 1
        head = {"VendorRef": {"value": self._dice.pick(self._vendors)}, "DocNumber": f"B-{self._serial}"}
        return self._make("Bill", {**head, **self._expenses()})

    def order(self) -> str:
        """Order from a vendor; nothing is posted."""
        return self._make("PurchaseOrder", {"VendorRef": {"value": self._dice.pick(self._vendors)}, **self._expenses()})

    def credit_from_vendor(self) -> str:
        """Enter a vendor's credit."""
        document = {"VendorRef": {"value": self._dice.pick(self._vendors)}, **self._expenses()}
        return self._make("VendorCredit", {**document, "Line": document["Line"][:1]})

    def pay_bill(self) -> str:
        """Pay a bill from the bank or by card, using a credit of the vendor where there is one."""
        bill = self._draw_open("Bill")
        if bill is None:
            return NOTHING
        vendor = bill.document["VendorRef"]["value"]
        paid = bill.open_cents // 2 or bill.open_cents if self._dice.one_in(6) else bill.open_cents
        lines = [_applied(number_of(paid), bill)]
        credit = self._oldest("VendorCredit", "VendorRef", vendor)
        used = min(paid, credit.open_cents) if credit else 0
        if credit and used:
            lines.append(_applied(number_of(used), credit))
        head = {"VendorRef": {"value": vendor}, "TotalAmt": number_of(paid - used), "Line": lines}
        return self._make("BillPayment", {**head, **self._paid_by()})

    def _paid_by(self) -> Document:
        if self._dice.one_in(5):
            return {
                "PayType": "CreditCard",
                "CreditCardPayment": {"CCAccountRef": {"value": self._company.account(CARD)}},
            }
        bank = {"value": self._company.account(CHECKING)}
        return {"PayType": "Check", "CheckPayment": {"BankAccountRef": bank, "PrintStatus": "NotSet"}}

    def spend(self) -> str:
        """Pay for something at once."""
        kind, account = self._dice.pick((("Check", CHECKING), ("Cash", CHECKING), ("CreditCard", CARD)))
        vendor = {"value": self._dice.pick(self._vendors), "type": "Vendor"}
        head: Document = {"PaymentType": kind, "AccountRef": {"value": self._company.account(account)}}
        if kind == "CreditCard":
            head["Credit"] = self._dice.one_in(8)
        return self._make("Purchase", {**head, "EntityRef": vendor, **self._expenses()})

    # Money and journals

    def transfer(self) -> str:
        """Move money between two accounts of the bank."""
        source, target = self._company.account(CHECKING), self._company.account(SAVINGS)
        both = {"FromAccountRef": {"value": source}, "ToAccountRef": {"value": target}}
        return self._make("Transfer", {**both, "Amount": self._dice.between(1, 80) * 100})

    def journal(self) -> str:
        """Write off a debt, accrue an expense, or note tax that a customer withheld."""
        amount = self._dice.between(100, 9_900)
        other = self._dice.pick(("Bad Debts", "TDS Receivable", "Loan Payable"))
        account = "Loan Payable" if other == "Loan Payable" else "Accounts Receivable (A/R)"
        debit = self._dice.pick(EXPENSES) if other == "Loan Payable" else other
        credit: Document = {"PostingType": "Credit", "AccountRef": {"value": self._company.account(account)}}
        if other != "Loan Payable":
            home = [
                key
                for key in self._customers
                if not is_foreign(self._company, self._company.get("Customer", key).document)
            ]
            customer = {"value": self._dice.pick(home)}
            credit["Entity"] = {"Type": "Customer", "EntityRef": customer}
        lines = [
            _line(
                amount,
                "JournalEntryLineDetail",
                {"PostingType": "Debit", "AccountRef": {"value": self._company.account(debit)}},
            ),
            _line(amount, "JournalEntryLineDetail", credit),
        ]
        self._serial += 1
        return self._make("JournalEntry", {"DocNumber": f"JE-{self._serial}", "PrivateNote": other, "Line": lines})


def _applied(amount: float, record: Record) -> Document:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": record.key, "TxnType": record.entity.name}]}


def _line(amount: float, kind: str, detail: Document) -> Document:
    return {"Amount": amount, "DetailType": kind, kind: detail}
