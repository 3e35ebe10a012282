"""Tax of a document, by rate: the global model (a code on every line) and that of the United States (one code for all).

A code holds one list of rates for sales and one for purchases; each rate belongs to an agency, and posts to the account
named after the agency with "Payable" behind it (so named in the recorded company).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sandbox.quickbooks.amounts import cents_of, half_up, number_of, percent_of
from sandbox.quickbooks.company import Company
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document

EXCLUDED, INCLUSIVE, NOT_APPLICABLE = "TaxExcluded", "TaxInclusive", "NotApplicable"
NO_RATE = "Make sure all your transactions have a GST/HST rate before you save."
SALES_LIST, PURCHASE_LIST = "SalesTaxRateList", "PurchaseTaxRateList"


@dataclass(slots=True)
class _Sums:
    """Net and tax by rate, cents."""

    net: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    tax: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def rates_of(company: Company, code: str, rate_list: str) -> list[Document]:
    """Return the rates of a tax code, in order.

    Raises:
        Refusal: there is no such code (2500).
    """
    record = company.shelf("TaxCode").find(code)
    if record is None:
        raise Refusal.invalid_reference("TaxCode", code)
    details = record.document.get(rate_list, {}).get("TaxRateDetail", [])
    found = [company.get("TaxRate", one["TaxRateRef"]["value"]).document for one in details]
    return [rate for rate in found if rate.get("RateValue") is not None]


def payable_account(company: Company, rate_key: str) -> str:
    """Return the id of the account a rate posts to."""
    rate = company.get("TaxRate", rate_key).document
    agency = company.get("TaxAgency", rate["AgencyRef"]["value"]).document
    return company.account(f"{agency['DisplayName']} Payable")


def global_tax(
    company: Company,
    lines: list[tuple[Document, Document]],
    way: str,
    rate_list: str,
    discount: tuple[int, int] = (0, 1),
) -> Document:
    """Work the tax out where every line has a code.

    Args:
        company: whose codes.
        lines: each line with its detail.
        way: the document's GlobalTaxCalculation.
        rate_list: sales or purchases.
        discount: the share of every line that is not taxed, as numerator and denominator.

    Raises:
        Refusal: a line has no code (6000).
    """
    if way == NOT_APPLICABLE:
        return {"TotalTax": 0}
    sums = _Sums()
    for line, detail in lines:
        code = detail.get("TaxCodeRef", {}).get("value")
        if not code:
            raise Refusal.business_rule(NO_RATE)
        net = cents_of(line["Amount"])
        taxed = net - half_up(net * discount[0], discount[1])
        rates = rates_of(company, code, rate_list)
        for rate in rates:
            sums.net[rate["Id"]] += taxed
        if way == INCLUSIVE and "TaxInclusiveAmt" in detail:
            _share(sums, rates, cents_of(detail["TaxInclusiveAmt"]) - net)
    if way != INCLUSIVE or not sums.tax:
        _by_rate(company, sums)
    return _detail(company, sums)


def us_tax(company: Company, code: str | None, taxable: int) -> Document:
    """Work the tax out of the taxable lines together (cents), at the rates of one code."""
    if not code:
        return {"TotalTax": 0}
    sums = _Sums()
    for rate in rates_of(company, code, SALES_LIST):
        sums.net[rate["Id"]] = taxable
    _by_rate(company, sums)
    return {"TxnTaxCodeRef": {"value": code}, **_detail(company, sums)}


def _by_rate(company: Company, sums: _Sums) -> None:
    for key, net in sums.net.items():
        sums.tax[key] = percent_of(net, company.get("TaxRate", key).document["RateValue"])


def _share(sums: _Sums, rates: list[Document], tax: int) -> None:
    """Share the tax inside a gross amount among the rates; the last takes what rounding leaves."""
    whole = sum(cents_of(rate["RateValue"]) for rate in rates)
    left = tax
    for position, rate in enumerate(rates):
        part = left if position == len(rates) - 1 else half_up(tax * cents_of(rate["RateValue"]), whole or 1)
        sums.tax[rate["Id"]] += part
        left -= part


def _detail(company: Company, sums: _Sums) -> Document:
    lines = []
    for key, net in sums.net.items():
        rate = company.get("TaxRate", key).document
        detail = {
            "TaxRateRef": {"value": key},
            "PercentBased": True,
            "TaxPercent": rate["RateValue"],
            "NetAmountTaxable": number_of(net),
        }
        tax = number_of(sums.tax[key])
        lines.append({"Amount": tax, "DetailType": "TaxLineDetail", "TaxLineDetail": detail})
    return {"TotalTax": number_of(sum(sums.tax.values())), "TaxLine": lines}
