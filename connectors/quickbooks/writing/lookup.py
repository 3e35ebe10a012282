"""What a command refers to, as QuickBooks has it now: by name or number, or by ``id:...``; and names of what was seen.

QuickBooks' answers often give a reference without its name, so what was looked up for a command is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from connectors.quickbooks.client import QuickBooks, Row
from connectors.quickbooks.entities import BY_NAME, TAX_RATES
from connectors.quickbooks.translate.values import part, ref_id, rows, text_of
from connectors.sdk.writing.drafts import NAMED_BY_ID
from connectors.sdk.writing.texts import exact

VOIDED = "Voided"
"""How the note of a voided document begins; its amounts are zero."""


@dataclass(slots=True)
class Company:
    """What is known of the company, and of its list members by id.

    Attributes:
        info: CompanyInfo.
        preferences: Preferences.
        names: of what was seen, by entity and id.
    """

    info: Row
    preferences: Row
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def is_american(self) -> bool:
        """Sales tax is worked out for the whole document, not line by line."""
        return text_of(self.info, "Country").upper() in {"US", "USA"}

    @property
    def home_currency(self) -> str:
        """Of the books."""
        return ref_id(part(self.preferences, "CurrencyPrefs"), "HomeCurrency")

    @property
    def closed_until(self) -> date | None:
        """Last day of the closed books."""
        told = text_of(part(self.preferences, "AccountingInfoPrefs"), "BookCloseDate")
        try:
            return date.fromisoformat(told[:10]) if told else None
        except ValueError:
            return None

    @property
    def applies_credits(self) -> bool:
        """New invoices are settled with open credits without more ado."""
        return part(self.preferences, "SalesFormsPrefs").get("AutoApplyCredit") is True

    def name_of(self, entity: str, row: Row, member: str) -> str:
        """Name of a reference: as seen, else as it says itself, else its id."""
        identity = ref_id(row, member)
        said = text_of(part(row, member), "name").rpartition(":")[2]
        return self.names.get((entity, identity)) or said or identity


@dataclass(slots=True)
class Lookup:
    """Looks things up for one command, and collects why one of them cannot be used."""

    api: QuickBooks
    company: Company
    objections: list[str] = field(default_factory=list)

    def customer(self, reference: str) -> Row:
        """An active customer in the currency of the books."""
        found = self.find("Customer", "DisplayName", reference)
        if found and found.get("Active") is False:
            self.objections.append(f"the customer {reference!r} is inactive")
        if found and ref_id(found, "CurrencyRef") not in ("", self.company.home_currency):
            self.objections.append(f"{reference!r} is kept in a foreign currency; such documents are not written")
        return found

    def item(self, reference: str) -> Row:
        """An active item that is sold by itself."""
        found = self.find("Item", "Name", reference)
        if found and (found.get("Active") is False or text_of(found, "Type") in {"Category", "Group", "Bundle"}):
            self.objections.append(f"the item {reference!r} is inactive, or no single thing that is sold")
        return found

    def invoice(self, reference: str) -> Row:
        """An invoice that is not voided."""
        found = self.find("Invoice", "DocNumber", reference)
        if found and is_void(found):
            self.objections.append(f"the invoice {reference!r} is voided")
        return found

    def tax(self, reference: str) -> tuple[Row, Decimal | None]:
        """A tax code, with its percent on sales; None if that is not a plain sum of rates."""
        code = self.find("TaxCode", "Name", reference)
        details = rows(part(code, "SalesTaxRateList"), "TaxRateDetail")
        if code and (code.get("Active") is False or not details):
            self.objections.append(f"the tax code {reference!r} is inactive, or not for sales")
        if any(text_of(one, "TaxTypeApplicable") not in ("", "TaxOnAmount") for one in details):
            return code, None
        wanted = {ref_id(one, "TaxRateRef") for one in details}
        found = [row for chunk in self.api.some(TAX_RATES, sorted(wanted)) for row in chunk] if wanted else []
        return code, sum((exact(row.get("RateValue")) or Decimal(0) for row in found), Decimal(0))

    def term(self, days: int) -> Row:
        """Terms of payment of so many days."""
        found = [
            row
            for row in self.api.where(BY_NAME["Term"])
            if row.get("Active") is not False and text_of(row, "DueDays") == str(days)
        ]
        if not found:
            self.objections.append(f"QuickBooks has no terms of {days} days")
            return {}
        return self._seen("Term", "Name", found[0])

    def find(self, entity: str, name: str, reference: str) -> Row:
        """One object of an entity."""
        if reference.startswith(NAMED_BY_ID):
            identity = reference.removeprefix(NAMED_BY_ID)
            found = [row for rows_ in self.api.some(BY_NAME[entity], [identity]) for row in rows_]
        else:
            wanted = reference.strip()
            found = self.api.where(BY_NAME[entity], **{name: wanted})
            found = [row for row in found if text_of(row, name).casefold() == wanted.casefold()]
        if len(found) != 1:
            many = (
                f"QuickBooks has {len(found)} with the name or number {reference!r}; name the one by {NAMED_BY_ID}..."
            )
            self.objections.append(many if found else f"QuickBooks has no {entity.lower()} {reference!r}")
            return {}
        return self._seen(entity, name, found[0])

    def _seen(self, entity: str, name: str, row: Row) -> Row:
        self.company.names[entity, text_of(row, "Id")] = text_of(row, name)
        return row


def is_void(document: Row) -> bool:
    """No status tells: the amounts are zero and the note says so."""
    return not exact(document.get("TotalAmt")) and text_of(document, "PrivateNote").startswith(VOIDED)


def reference(row: Row) -> dict[str, str]:
    """A reference to a list member."""
    return {"value": text_of(row, "Id")}
