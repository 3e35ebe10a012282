"""The company, its accounts, parties and items; and what is learned of them again from the store."""

from __future__ import annotations

from datetime import date

from canonical.company import Company
from canonical.issue import IssueLevel
from canonical.item import Item, StockGroup
from canonical.ledger import Ledger, ReservedGroup
from canonical.party import Party, PartyRole
from connectors.quickbooks.translate.translator import QuickBooksTranslator
from tests.connectors.quickbooks.support import (
    GSTIN,
    LISTS,
    RECEIVABLE,
    Books,
    account,
    books,
    nobody,
    raw,
    sale,
    sold,
    taxed,
)


def the(made: Books, kind: type, key: str) -> object:
    return [one for one in made.records if isinstance(one, kind) and getattr(one, "key", "") == key][-1]


def test_the_company_says_its_currency_and_year() -> None:
    made = books()
    (company,) = [one for one in made.records if isinstance(one, Company)]
    assert (company.name, company.base_currency, company.product) == ("Kaveri Exports", "INR", "QuickBooks Online")
    assert company.financial_year_from == date(2000, 4, 1)
    assert company.extras["tax_rates"]["11"]["agency"] == "7"


def test_a_control_account_is_the_group_of_its_parties() -> None:
    made = books()
    group = made.groups[f"account/{RECEIVABLE}"]
    assert (group.name, group.reserved, group.is_subledger) == (
        "Accounts Receivable (A/R)",
        ReservedGroup.SUNDRY_DEBTORS,
        True,
    )
    ledger = the(made, Ledger, "customer/1")
    assert isinstance(ledger, Ledger)
    assert (ledger.group_key, ledger.reserved, ledger.is_bill_wise) == (group.key, ReservedGroup.SUNDRY_DEBTORS, True)


def test_a_customer_is_a_party_with_its_registration() -> None:
    party = the(books(), Party, "customer/1")
    assert isinstance(party, Party)
    assert (party.name, party.gstin, party.pan) == ("Asha Stores", GSTIN, "AABCA1234E")
    assert party.roles == {PartyRole.CUSTOMER}


def test_a_business_number_of_another_country_is_no_pan() -> None:
    made = books()
    made.read("vendors", {"Id": "9", "DisplayName": "Oz Pty", "BusinessNumber": "51824753556"})
    party = the(made, Party, "vendor/9")
    assert isinstance(party, Party)
    assert party.pan == ""
    assert [issue.code for issue in made.issues] == ["quickbooks.party.business_number"]


def test_an_american_state_is_no_indian_one() -> None:
    made = books()
    made.read(
        "customers", {"Id": "9", "DisplayName": "G", "BillAddr": {"Line1": "1 Main St", "CountrySubDivisionCode": "GA"}}
    )
    party = the(made, Party, "customer/9")
    assert isinstance(party, Party)
    assert (party.addresses[0].state, party.addresses[0].state_code) == ("GA", "")


def test_retained_earnings_are_where_profits_are_carried_to() -> None:
    made = books()
    made.read("ledgers", account("2", "Retained Earnings", "Equity", "RetainedEarnings"))
    ledger = the(made, Ledger, "profit & loss a/c")
    assert isinstance(ledger, Ledger)
    assert ledger.source.key == "2"


def test_an_account_of_a_new_type_is_kept_and_said() -> None:
    made = books()
    made.read("ledgers", account("50", "Odd", "Crypto"))
    assert isinstance(the(made, Ledger, "account/50"), Ledger)
    assert [(issue.code, issue.level) for issue in made.issues] == [
        ("quickbooks.account.type_unknown", IssueLevel.WARNING)
    ]


def test_accounts_that_never_post_are_none_of_the_books() -> None:
    made = books()
    assert not made.read("ledgers", account("51", "Estimates", "Non-Posting"))


def test_items_and_their_categories() -> None:
    made = books()
    made.read("items", {"Id": "8", "Name": "Teas", "Type": "Category"})
    assert isinstance(the(made, StockGroup, "item/8"), StockGroup)
    item = the(made, Item, "item/5")
    assert isinstance(item, Item)
    assert item.extras["accounts"]["asset"] == "81"


def test_what_the_store_remembers_is_enough_for_a_document_alone() -> None:
    """A later run reads a changed invoice and nothing else: accounts, items and tax rates come out of the store."""
    made = books()
    fresh = QuickBooksTranslator(nobody())
    for record in reversed(made.records):
        fresh.remember(record)
    row = sale("1", 118, sold(100, "5"), **taxed(("11", 9), ("12", 9)))
    again = fresh.translate(raw("invoices", row))
    assert again.records == made.translator.translate(raw("invoices", row)).records
    assert not again.issues
    assert not fresh.outdated_streams


def test_a_changed_account_of_an_item_outdates_documents() -> None:
    made = books()
    item = dict(next(row for stream, row in LISTS if stream == "items"))
    made.read("items", item | {"IncomeAccountRef": {"value": "86"}})
    assert "invoices" in made.translator.outdated_streams


def test_a_damaged_record_is_rejected() -> None:
    made = books()
    broken = raw("invoices", {"Id": "1"})
    object.__setattr__(broken, "payload", b'{"object": 1}')
    (issue,) = made.translator.translate(broken).issues
    assert issue.code == "quickbooks.record.damaged"
