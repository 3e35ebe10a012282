"""Organisations, taxes, currencies, users and opening balances as the API writes them."""

from __future__ import annotations

from sandbox.zoho.app.render import Json, account_name, day, fill, moment, money, number, percent
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.errors import Missing
from sandbox.zoho.books.ledger_records import Currency, Tax
from sandbox.zoho.books.posting import iter_openings
from sandbox.zoho.shapes import settings as shapes

PLANS = {"Free": 0, "Standard": 2, "Professional": 3, "Premium": 4, "Elite": 5, "Ultimate": 6}
"""``plan_type`` by name of the plan; only Professional's is recorded."""


def organization_row(books: Books) -> Json:
    """Write an organisation's row; the month the year starts in is a number in text here."""
    return fill(shapes.ORGANIZATION, _organization(books), {"fiscal_year_start_month": "4"})


def organization_detail(books: Books) -> Json:
    """Write an organisation in full; the month is a word here."""
    return fill(
        shapes.ORGANIZATION,
        _organization(books),
        {
            "fiscal_year_start_month": "april",
            "user_role": "Admin",
            "role_id": f"{books.user_id[:-1]}1",
            "status": "1",
            "is_org_active": True,
            "org_address": "",
            "remit_to_address": "",
            "phone": "",
            "fax": "",
            "website": "",
            "custom_fields": [],
            "address": {
                "street_address1": "",
                "street_address2": "",
                "city": "",
                "state": books.facts.state,
                "country": "India",
                "zip": "",
            },
        },
    )


def _organization(books: Books) -> Json:
    facts, base = books.facts, books.base_currency
    return {
        "organization_id": facts.id,
        "name": facts.name,
        "contact_name": facts.user,
        "email": facts.email,
        "is_default_org": facts.is_default,
        "language_code": "en",
        "account_created_date": day(facts.begins),
        "time_zone": "Asia/Calcutta",
        "is_dst_active": False,
        "date_format": "dd/MM/yyyy",
        "field_separator": "/",
        "industry_type": "Wholesale Trade",
        "tax_id_label": "GSTIN",
        "tax_id_value": facts.gst_no,
        "currency_id": base.id,
        "currency_code": base.iso,
        "currency_symbol": base.symbol,
        "currency_format": "##,##,##0.00",
        "price_precision": 2,
        "plan_type": PLANS[facts.plan],
        "plan_name": facts.plan,
        "plan_period": "Month",
        "country_code": "IN",
        "country_name": "India",
        "portal_name": f"portal{facts.id}",
        "org_settings": {"is_org_active": True},
    }


def tax_row(books: Books, tax: Tax) -> Json:
    """Write a tax, or a group of taxes."""
    return {
        "tax_id": tax.id,
        "tax_name": tax.name,
        "tax_percentage": percent(tax.percent),
        "tax_type": "tax_group" if tax.members else "tax",
        "tax_specific_type": tax.head,
        "tax_specification": tax.specification,
        "tax_factor": "rate",
        "tax_authority_id": "",
        "tax_authority_name": "",
        "output_tax_account_name": account_name(books, tax.output_account_id),
        "purchase_tax_account_name": account_name(books, tax.input_account_id),
        "tax_account_id": tax.output_account_id,
        "purchase_tax_account_id": tax.input_account_id,
        "is_value_added": True,
        "is_default_tax": False,
        "is_editable": True,
        "state_code": "",
        "status": "Active" if tax.is_active else "Inactive",
        "last_modified_time": moment(tax.modified),
    }


def tax_group(books: Books, tax: Tax) -> Json:
    """Write a group with its taxes.

    Raises:
        Missing: it is a single tax.
    """
    if not tax.members:
        raise Missing("Tax Group")
    return {
        "tax_group_id": tax.id,
        "tax_group_name": tax.name,
        "tax_group_percentage": percent(tax.percent),
        "taxes": [tax_row(books, books.taxes[one]) for one in tax.members],
    }


def currency_row(books: Books, currency: Currency) -> Json:
    """Write a currency."""
    return fill(
        shapes.CURRENCY,
        {
            "currency_id": currency.id,
            "currency_code": currency.iso,
            "currency_name": currency.name,
            "currency_name_formatted": f"{currency.iso}- {currency.name}",
            "currency_symbol": currency.symbol,
            "price_precision": 2,
            "is_base_currency": currency.is_base,
            "exchange_rate": 0 if currency.is_base else number(currency.rate),
            "effective_date": "" if currency.is_base else day(books.facts.begins),
        },
    )


def user_row(books: Books) -> Json:
    """Write the one user there is."""
    return {
        "user_id": books.user_id,
        "role_id": f"{books.user_id[:-1]}1",
        "name": books.facts.user,
        "email": books.facts.email,
        "user_role": "admin",
        "status": "active",
        "is_current_user": True,
        "photo_url": "",
        "is_customer_segmented": False,
        "is_vendor_segmented": False,
        "user_type": "zoho",
    }


def opening_balances(books: Books) -> Json:
    """Write the opening balances of the accounts, contacts' summed up on receivables and payables."""
    sums: dict[str, int] = {}
    for posting in iter_openings(books):
        sums[posting.account_id] = sums.get(posting.account_id, 0) + posting.amount
    rows = [
        {
            "account_split_id": f"{account_id[:-1]}7",
            "account_id": account_id,
            "account_name": account_name(books, account_id),
            "debit_or_credit": "debit" if amount > 0 else "credit",
            "exchange_rate": 1,
            "currency_id": books.base_currency.id,
            "currency_code": books.base_currency.iso,
            "bcy_amount": money(abs(amount)),
            "amount": money(abs(amount)),
            "location_id": "",
            "location_name": "",
        }
        for account_id, amount in sums.items()
        if amount
    ]
    return {
        "opening_balance_id": f"{books.user_id[:-1]}3",
        "date": day(books.facts.begins),
        "price_precision": 2,
        "accounts": rows,
        "total": money(sum(amount for amount in sums.values() if amount > 0)),
    }
