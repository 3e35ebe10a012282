"""Editions: what differs between a company under the global tax model and one of the United States.

QuickBooks India ended on 30 April 2023; what an Indian file of that time and a global company share is the tax model
kept here: a tax code on every line, rates by component, and the Indian fields of the schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TaxModel(StrEnum):
    """How tax is asked for and worked out."""

    GLOBAL = "global"
    """A tax code on every line; documents say whether amounts include tax."""
    AUTOMATED_US = "us"
    """Lines are TAX or NON, one code for the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A country's QuickBooks.

    Attributes:
        country: as CompanyInfo writes it.
        currency: code of the home currency.
        fiscal_month: name of the month the fiscal year starts in.
    """

    country: str
    currency: str
    currency_name: str
    fiscal_month: str
    month_number: int
    tax_model: TaxModel

    @property
    def is_global(self) -> bool:
        """Whether every line has a tax code."""
        return self.tax_model is TaxModel.GLOBAL


INDIA = Edition(
    country="IN",
    currency="INR",
    currency_name="Indian Rupee",
    fiscal_month="April",
    month_number=4,
    tax_model=TaxModel.GLOBAL,
)
UNITED_STATES = Edition(
    country="US",
    currency="USD",
    currency_name="United States Dollar",
    fiscal_month="January",
    month_number=1,
    tax_model=TaxModel.AUTOMATED_US,
)
EDITIONS = (INDIA, UNITED_STATES)
