"""The recorded company of the vendor: everything balances, and receivables come to what QuickBooks itself says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from canonical.issue import IssueLevel
from canonical.money import ZERO
from canonical.voucher import Voucher
from connectors.quickbooks.entities import BY_STREAM
from tests.connectors.quickbooks.support import RECEIVABLE, RECORDED, Books, recorded_books, recorded_rows

CONTROL = Decimal("4681.52")


@pytest.fixture(scope="module")
def company() -> Books:
    return recorded_books()


def total(stream: str, member: str) -> Decimal:
    return sum((Decimal(str(row.get(member, 0))) for row in recorded_rows(stream)), ZERO)


def test_the_identity_of_receivables_holds_in_what_was_recorded() -> None:
    """Open invoices less open credits less unapplied payments are the control account, and the customers' balances."""
    invoices, credit = total("invoices", "Balance"), total("credit_memos", "RemainingCredit")
    unapplied = total("payments", "UnappliedAmt")
    assert (invoices, credit, unapplied) == (Decimal("5881.52"), Decimal(800), Decimal(400))
    (control,) = [row for row in recorded_rows("ledgers") if row["AccountType"] == "Accounts Receivable"]
    assert control["Id"] == RECEIVABLE
    assert invoices - credit - unapplied == CONTROL == control["CurrentBalance"] == total("customers", "Balance")


def test_our_postings_come_to_the_control_account(company: Books) -> None:
    assert company.under(RECEIVABLE) == CONTROL


def test_every_customer_owes_what_quickbooks_says(company: Books) -> None:
    balances = company.balances()
    for row in recorded_rows("customers"):
        assert balances.get(f"customer/{row['Id']}", ZERO) == row["Balance"], row["DisplayName"]


def test_every_bill_is_open_by_what_quickbooks_says(company: Books) -> None:
    pending = company.pending()
    expected: dict[str, Decimal] = {}
    for stream, member, sign in (("invoices", "Balance", 1), ("credit_memos", "RemainingCredit", -1),
                                 ("payments", "UnappliedAmt", -1), ("bills", "Balance", -1)):  # fmt: skip
        for row in recorded_rows(stream):
            expected[f"{BY_STREAM[stream].name} id {row['Id']}"] = sign * Decimal(str(row[member]))
    ours = {ref: pending.get(ref, ZERO) for ref in expected}
    assert ours == expected


def test_the_identity_of_receivables_holds_in_our_own_books(company: Books) -> None:
    """5,881.52 - 800.00 - 400.00 = 4,681.52, of what our postings leave open and without QuickBooks' balances."""
    parts = dict.fromkeys(("Invoice", "CreditMemo", "Payment"), ZERO)
    for ref, net in company.pending().items():
        kind = ref.partition(" ")[0]
        if kind in parts:
            parts[kind] += net
    assert parts == {"Invoice": Decimal("5881.52"), "CreditMemo": Decimal(-800), "Payment": Decimal(-400)}
    assert sum(parts.values(), ZERO) == CONTROL == company.under(RECEIVABLE)


def test_vendors_are_owed_what_quickbooks_says(company: Books) -> None:
    """All but one: its bills were entered after the bills were recorded and before the vendors were."""
    balances = company.balances()
    differ = {
        row["DisplayName"]: row["Balance"]
        for row in recorded_rows("vendors")
        if -balances.get(f"vendor/{row['Id']}", ZERO) != row["Balance"]
    }
    assert differ == {"Bob's Burger Joint": 600}


def test_accounts_that_nothing_unrecorded_touched_come_to_their_balances(company: Books) -> None:
    """Left out: what sales receipts and tax agencies (not recorded) posted to, and stock, valued by QuickBooks."""
    unrecorded = {"35", "4", "90", "81", "34", "2", "33", RECEIVABLE}
    balances = company.balances()
    compared = 0
    for row in recorded_rows("ledgers"):
        is_settled = row["Classification"] in ("Asset", "Liability", "Equity") and row["Id"] not in unrecorded
        if is_settled and not row["AccountSubType"].startswith("GlobalTax"):
            assert balances.get(f"account/{row['Id']}", ZERO) == row["CurrentBalance"], row["FullyQualifiedName"]
            compared += bool(row["CurrentBalance"])
    assert compared >= 4


def test_every_recorded_document_is_in_the_books_and_balances(company: Books) -> None:
    documents = [one for one in company.records if isinstance(one, Voucher)]
    expected = sum(len(recorded_rows(stream)) for stream in RECORDED if BY_STREAM[stream].is_document)
    assert len(documents) == expected > 150
    assert all(one.balance == ZERO for one in documents)
    assert not [issue for issue in company.issues if issue.level is IssueLevel.REJECTED]


def test_an_invoice_of_a_statement_charge_keeps_its_total(company: Books) -> None:
    """Its lines hold a subtotal only: the rest is posted where it is seen, and said."""
    (invoice,) = [one for one in company.records if isinstance(one, Voucher) and one.source.key == "42"]
    assert invoice.debit_total == 81
    (said,) = [issue for issue in company.issues if issue.code == "quickbooks.document.unexplained"]
    assert said.source == invoice.source
    assert said.facts["amount"] == "-75"


def test_using_a_credit_is_a_payment_of_nothing(company: Books) -> None:
    (payment,) = [one for one in company.records if isinstance(one, Voucher) and one.source.key == "74"]
    bills = {(bill.ref, bill.net) for posting in payment.postings for bill in posting.bills}
    assert bills == {("Invoice id 71", Decimal(-100)), ("CreditMemo id 73", Decimal(100))}
    assert payment.debit_total == payment.credit_total == 100
