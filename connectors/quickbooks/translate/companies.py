"""The company: CompanyInfo, completed by Preferences, tax agencies, rates and codes.

Those are records of their own in QuickBooks. Documents need a few of their facts (the home currency, which agency a
tax rate is owed to), so they stand under ``extras`` of the company's record.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Final

from canonical.codec import CanonicalRecord
from canonical.dates import FY_FIRST_MONTH
from canonical.record import JsonValue
from connectors.quickbooks.translate.parties import read_address
from connectors.quickbooks.translate.reading import Reading
from connectors.quickbooks.translate.values import Json, day_of, part, ref_id, rows, text_of

MONTHS: Final = "January February March April May June July August September October November December".split()
PRODUCT: Final = "QuickBooks Online"


def read_company_info(node: Json, reading: Reading) -> list[CanonicalRecord]:
    """Read what the company says of itself."""
    company = reading.learned.company
    name = text_of(node, "CompanyName") or company.name
    reading.name(name)
    address = part(node, "LegalAddr") or part(node, "CompanyAddr")
    started = day_of(node, "CompanyStartDate")
    reading.learned.company = dataclasses.replace(
        company,
        source=reading.source,
        name=name,
        legal_name=text_of(node, "LegalName"),
        financial_year_from=_year_from(text_of(node, "FiscalYearStartMonth")),
        addresses=(read_address(address),) if address else (),
        product=PRODUCT,
        extras={"country": text_of(node, "Country"), **({"started": started.isoformat()} if started else {})},
    )
    reading.learned.is_company_stored = True
    return completed(reading)


def completed(reading: Reading) -> list[CanonicalRecord]:
    """The company with everything that is known of it; nothing before it said its own record."""
    learned = reading.learned
    if not learned.is_company_stored:
        return []
    preferences: dict[str, JsonValue] = learned.parts["preferences"].get("1") or next(
        iter(learned.parts["preferences"].values()), {}
    )
    learned.company = dataclasses.replace(
        learned.company,
        base_currency=str(preferences.get("home_currency") or learned.company.base_currency),
        extras={**learned.company.extras, **{name: dict(facts) for name, facts in learned.parts.items() if facts}},
    )
    return [learned.company]


def read_part(node: Json, reading: Reading) -> list[CanonicalRecord]:
    """Read a record that completes the company."""
    reading.name(text_of(node, "Name") or text_of(node, "DisplayName"))
    facts = _READERS[reading.source.stream](node)
    reading.learned.parts[reading.source.stream][reading.source.key] = facts
    return completed(reading)


def _year_from(month: str) -> date:
    """First day of some fiscal year; which year it is does not matter."""
    return date(2000, MONTHS.index(month) + 1 if month in MONTHS else FY_FIRST_MONTH, 1)


def _preferences(node: Json) -> dict[str, JsonValue]:
    currency, reports = part(node, "CurrencyPrefs"), part(node, "ReportPrefs")
    return {
        "home_currency": ref_id(currency, "HomeCurrency"),
        "multi_currency": bool(currency.get("MultiCurrencyEnabled", False)),
        "closed_until": text_of(part(node, "AccountingInfoPrefs"), "BookCloseDate"),
        "report_basis": text_of(reports, "ReportBasis"),
        "ages_from_document": bool(reports.get("CalcAgingReportFromTxnDate", False)),
    }


def _agency(node: Json) -> dict[str, JsonValue]:
    return {"name": text_of(node, "DisplayName"), "registration": text_of(node, "TaxRegistrationNumber")}


def _rate(node: Json) -> dict[str, JsonValue]:
    return {
        "name": text_of(node, "Name"),
        "rate": text_of(node, "RateValue"),
        "agency": ref_id(node, "AgencyRef"),
        "special": text_of(node, "SpecialTaxType"),
    }


def _code(node: Json) -> dict[str, JsonValue]:
    return {
        "name": text_of(node, "Name"),
        "sales": _rates(part(node, "SalesTaxRateList")),
        "purchase": _rates(part(node, "PurchaseTaxRateList")),
    }


def _rates(node: Json) -> list[str]:
    return [ref_id(row, "TaxRateRef") for row in rows(node, "TaxRateDetail")]


_READERS: Final = {"preferences": _preferences, "tax_agencies": _agency, "tax_rates": _rate, "tax_codes": _code}
