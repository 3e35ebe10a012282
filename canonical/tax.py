"""GST and other tax details as documents and masters carry them. Rates are data with dates, never constants here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class TaxHead(StrEnum):
    """The heads of Indian indirect and withholding tax a posting or rate may belong to."""

    CGST = "cgst"
    SGST = "sgst"
    """State or union-territory GST: one slot in every return, e-invoice and e-way format."""
    IGST = "igst"
    CESS = "cess"
    STATE_CESS = "state_cess"
    TDS = "tds"
    TCS = "tcs"
    VAT = "vat"
    OTHER = "other"


class SupplyNature(StrEnum):
    """How a line is treated under GST."""

    TAXABLE = "taxable"
    EXEMPT = "exempt"
    NIL_RATED = "nil_rated"
    NON_GST = "non_gst"
    ZERO_RATED = "zero_rated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One head and its rate in percent (18 means 18 %); None where the source leaves it blank."""

    head: TaxHead
    rate: Decimal | None = None
    per_unit: Decimal | None = None
    valuation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedTaxDetail:
    """GST and HSN details of an item, group or ledger, from a date on."""

    applicable_from: date | None = None
    hsn: str = ""
    hsn_description: str = ""
    nature: SupplyNature = SupplyNature.UNKNOWN
    reverse_charge: bool = False
    ineligible_itc: bool = False
    rates: tuple[TaxRate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GstRegistration:
    """One registration of a party or of our company, valid from a date.

    Attributes:
        gstin: 15 characters, upper case; empty for unregistered.
        category: as the source says (``Regular``, ``Composition``, ``Unregistered/Consumer``, ...): an open list,
            because products add values with every release.
        state: name as the source spells it.
        state_code: two digits if derivable.
        place_of_supply: default place of supply, state name.
        applicable_from: None means from the beginning.
    """

    gstin: str = ""
    category: str = ""
    state: str = ""
    state_code: str = ""
    place_of_supply: str = ""
    applicable_from: date | None = None
    is_transporter: bool = False
    transporter_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """Tax of one head charged by a document, as its tax posting says."""

    head: TaxHead
    ledger_key: str
    amount: Decimal
    """Rupees, positive in the document's normal direction (a refunded tax is negative)."""
    rate: Decimal | None = None
    assessable: Decimal | None = None
    category: str = ""
    """For TDS/TCS: nature of payment, as the source names it."""
