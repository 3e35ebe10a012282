"""The two settings objects: CompanyInfo and Preferences, written from the company's facts when they are asked for."""

from __future__ import annotations

from sandbox.quickbooks.company import Company, CompanyFacts
from sandbox.quickbooks.shelf import Document
from sandbox.quickbooks.times import render_time


def setting_documents(company: Company) -> dict[str, Document]:
    """Return both, by entity name."""
    return {"CompanyInfo": company_info(company), "Preferences": preferences(company)}


def company_info(company: Company) -> Document:
    """Write CompanyInfo; its id is 1, asked for by the realm id."""
    facts = company.facts
    address = _address(facts)
    return {
        "CompanyName": facts.name,
        "LegalName": facts.name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "CompanyStartDate": facts.began.isoformat(),
        "FiscalYearStartMonth": facts.edition.fiscal_month,
        "Country": facts.edition.country,
        "Email": {"Address": "accounts@example.com"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "DefaultTimeZone": "Asia/Kolkata" if facts.edition.is_global else "America/Los_Angeles",
        "NameValue": [
            {"Name": "NeoEnabled", "Value": "true"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "SubscriptionStatus", "Value": "PAID" if facts.is_subscribed else "EXPIRED"},
        ],
        **_common(company),
    }


def preferences(company: Company) -> Document:
    """Write Preferences."""
    facts = company.facts
    accounting: Document = {
        "UseAccountNumbers": False,
        "TrackDepartments": False,
        "ClassTrackingPerTxn": False,
        "ClassTrackingPerTxnLine": False,
        "FirstMonthOfFiscalYear": facts.edition.fiscal_month,
        "TaxYearMonth": facts.edition.fiscal_month,
    }
    if facts.closed_until is not None:
        accounting["BookCloseDate"] = facts.closed_until.isoformat()
    return {
        "AccountingInfoPrefs": accounting,
        "SalesFormsPrefs": {"CustomTxnNumbers": True, "AllowDeposit": False, "AllowDiscount": True},
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": False, "BillableExpenseTracking": False},
        "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": False},
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": facts.is_multi_currency,
            "HomeCurrency": {"value": facts.edition.currency},
        },
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": facts.ages_by_txn_date},
        "OtherPrefs": {"NameValue": []},
        **_common(company),
    }


def _address(facts: CompanyFacts) -> Document:
    return {
        "Id": "1",
        "Line1": facts.street,
        "City": facts.city,
        "CountrySubDivisionCode": facts.region,
        "PostalCode": facts.pincode,
        "Country": facts.edition.country,
    }


def _common(company: Company) -> Document:
    began = render_time(company.began_at)
    meta = {"CreateTime": began, "LastUpdatedTime": began}
    return {"domain": "QBO", "sparse": False, "Id": "1", "SyncToken": "0", "MetaData": meta}
