"""How values are written: numbers as Zoho writes them (whole ones without a point), days, moments, empty text.

"No value" is the empty text, in dates and numbers as well; moments carry the zone without a colon.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Record
from sandbox.zoho.books.records import Address, Contact

Json = dict[str, Any]


def money(hundredths: int) -> int | float:
    """Write an amount of hundredths."""
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


def quantity(thousandths: int) -> int | float:
    """Write a quantity of thousandths."""
    return thousandths // 1000 if thousandths % 1000 == 0 else thousandths / 1000


def percent(hundredths: int) -> int | float:
    """Write a rate of hundredths of a percent."""
    return money(hundredths)


def number(value: Decimal) -> int | float:
    """Write an exchange rate."""
    return int(value) if value == value.to_integral_value() else float(value)


def moment(value: datetime) -> str:
    """Write a moment: ``2026-06-09T13:14:55+0530``."""
    written = value.isoformat()
    return f"{written[:-3]}{written[-2:]}"


def day(value: date | None) -> str:
    """Write a day, or nothing."""
    return value.isoformat() if value is not None else ""


def moments(record: Record) -> Json:
    """Write when a record was made and changed."""
    return {"created_time": moment(record.created), "last_modified_time": moment(record.modified)}


def custom(record: Record) -> Json:
    """Write the custom fields, as a list and as a hash."""
    rows = [
        {
            "api_name": name,
            "label": name.removeprefix("cf_").replace("_", " ").title(),
            "customfield_id": "",
            "data_type": "string",
            "value": value,
        }
        for name, value in record.custom.items()
    ]
    return {"custom_fields": rows, "custom_field_hash": dict(record.custom)}


def currency(books: Books, currency_id: str) -> Json:
    """Write a document's currency."""
    found = books.currencies[currency_id]
    return {"currency_id": found.id, "currency_code": found.iso, "currency_symbol": found.symbol}


def user(books: Books) -> Json:
    """Write who made a record."""
    return {"created_by_id": books.user_id, "created_by_name": books.facts.user, "last_modified_by_id": books.user_id}


def only(keys: Mapping[str, Any], values: Json) -> Json:
    """Keep what a shape knows; a value for a key no recorded reply carries is left out."""
    return {name: value for name, value in values.items() if name in keys}


def fill(shape: Json, *parts: Json) -> Json:
    """Fill a shape with values; a nested part of the shape is kept where the value is not given."""
    filled = dict(shape)
    for part in parts:
        filled.update(part)
    return filled


def short_address(address: Address, zip_key: str = "zip") -> Json:
    """Write an address as documents carry it."""
    return {
        "street": address.street,
        "address": address.street,
        "street2": "",
        "city": address.city,
        "state": address.state,
        zip_key: address.zip,
        "country": address.country,
        "country_code": "IN" if address.country == "India" else "",
        "fax": "",
        "phone": "",
        "attention": "",
    }


def contact_name(books: Books, contact_id: str) -> str:
    """Write a contact's name, nothing for none."""
    found: Contact | None = books.contacts.get(contact_id)
    return found.name if found is not None else ""


def account_name(books: Books, account_id: str) -> str:
    """Write an account's name, nothing for none."""
    found = books.accounts.get(account_id)
    return found.name if found is not None else ""
