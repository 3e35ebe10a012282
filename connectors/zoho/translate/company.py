"""The organisation and what belongs to its books as a whole: currencies, taxes, opening balances of accounts."""

from __future__ import annotations

import dataclasses
from calendar import month_name
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.company import Company
from canonical.money import ZERO
from canonical.tax import GstRegistration
from connectors.zoho.translate.learned import CURRENCIES, OPENINGS, TAXES, head_of
from connectors.zoho.translate.node import Node, amount_of, find_day, is_true, kept, nodes_of, text_of
from connectors.zoho.translate.parties import state_code
from connectors.zoho.translate.reading import Reading

_MONTHS = {name.casefold(): number for number, name in enumerate(month_name) if name}
_KEPT = (
    "time_zone",
    "plan_name",
    "country_code",
    "price_precision",
    "currency_symbol",
    "tax_id_label",
    "language_code",
)


def read_company(node: Node, reading: Reading) -> Company:
    """Read the organisation.

    What an India organisation says of its GST registration is not documented; the names of writes are tried.
    """
    known = reading.learned.company
    reading.label = f"organisation {text_of(node, 'name')}"
    gstin = text_of(node, "gst_no", "tax_reg_no")
    registration = GstRegistration(
        gstin=gstin, category=text_of(node, "gst_treatment"), state_code=state_code(text_of(node, "state_code"), gstin)
    )
    company = dataclasses.replace(
        known,
        source=reading.source,
        name=text_of(node, "name") or known.name,
        financial_year_from=_year_from(text_of(node, "fiscal_year_start_month")),
        base_currency=text_of(node, "currency_code") or known.base_currency,
        registrations=(registration,) if gstin else (),
        product="Zoho Books",
        extras={**known.extras, **kept(node, _KEPT)},
    )
    reading.learned.company = company
    reading.learned.is_company_stored = True
    return company


def _year_from(month: str) -> date | None:
    """First month of the year: ``4`` in the list of organisations, ``april`` in the detail."""
    number = int(month) if month.isdecimal() else _MONTHS.get(month.casefold(), 0)
    return date(2000, number, 1) if 1 <= number <= 12 else None  # noqa: PLR2004 - months


def read_currency(node: Node, reading: Reading) -> Company:
    """Keep a currency under the company's extras; the base currency is the organisation's."""
    code = text_of(node, "currency_code")
    facts = {"name": text_of(node, "currency_name"), "rate": text_of(node, "exchange_rate")}
    company = _with_part(reading, CURRENCIES, code, {name: value for name, value in facts.items() if value})
    if is_true(node, "is_base_currency"):
        company = dataclasses.replace(company, base_currency=code)
        reading.learned.company = company
    return company


def read_tax(node: Node, reading: Reading) -> Company:
    """Keep a tax under the company's extras: its head, and the accounts it is booked on."""
    name = text_of(node, "tax_name")
    facts = {
        "name": name,
        "head": head_of(text_of(node, "tax_specific_type"), name).value,
        "rate": text_of(node, "tax_percentage"),
        "type": text_of(node, "tax_type"),
        "output": text_of(node, "output_tax_account_name", "tax_account_name"),
        "input": text_of(node, "purchase_tax_account_name", "tax_account_name"),
        "members": [key for row in nodes_of(node, "taxes") if (key := text_of(row, "tax_id"))],
    }
    return _with_part(reading, TAXES, text_of(node, "tax_id"), {key: value for key, value in facts.items() if value})


def read_openings(node: Node, reading: Reading) -> Company:
    """Keep the opening balances of accounts; those of contacts stand with the contacts."""
    sums: dict[str, Decimal] = {}
    for row in nodes_of(node, "accounts"):
        amount = amount_of(row, "bcy_amount") or amount_of(row, "amount")
        sign = 1 if text_of(row, "debit_or_credit") == "debit" else -1
        key = text_of(row, "account_id")
        sums[key] = sums.get(key, ZERO) + sign * amount
    known = reading.learned.company
    told = {key: f"{net:f}" for key, net in sorted(sums.items())}
    if known.extras.get(OPENINGS) != told:
        reading.learned.outdated.add("chartofaccounts")
    day = find_day(node, "date")
    company = dataclasses.replace(known, books_from=day or known.books_from, extras={**known.extras, OPENINGS: told})
    reading.learned.company = company
    return company


def _with_part(reading: Reading, part: str, key: str, facts: dict[str, Any]) -> Company:
    known = reading.learned.company
    told = {**known.extras.get(part, {}), key: facts}
    company = dataclasses.replace(known, extras={**known.extras, part: told})
    reading.learned.company = company
    return company
