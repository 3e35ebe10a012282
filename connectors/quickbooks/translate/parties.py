"""Customers and vendors: a party, and its ledger below the control account of its currency.

India-only members (GSTIN, registration type, PAN as ``BusinessNumber``) come back in the data of old Indian companies
and in some others; they are read where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from canonical.codec import CanonicalRecord
from canonical.issue import IssueLevel
from canonical.ledger import Ledger, ReservedGroup
from canonical.party import Address, AddressKind, Contact, Party, PartyRole
from canonical.tax import GstRegistration
from connectors.quickbooks.translate.chart import group_key, party_key
from connectors.quickbooks.translate.places import state_code_of
from connectors.quickbooks.translate.reading import Reading
from connectors.quickbooks.translate.values import Json, UnreadableValue, part, ref_id, text_of

CATEGORIES: Final = {
    "GST_REG_REG": "Regular",
    "GST_REG_COMP": "Composition",
    "GST_UNREG": "Unregistered",
    "CONSUMER": "Consumer",
    "OVERSEAS": "Overseas",
    "SEZ": "SEZ",
    "DEEMED": "Deemed Export",
}
"""QuickBooks' registration types in the words Indian books use; others are kept as they are written."""


@dataclass(frozen=True, slots=True)
class _Role:
    entity: str
    role: PartyRole
    reserved: ReservedGroup
    control_type: str

    @property
    def is_receivable(self) -> bool:
        """Customers owe us."""
        return self.role is PartyRole.CUSTOMER


ROLES: Final = {
    "customers": _Role("customer", PartyRole.CUSTOMER, ReservedGroup.SUNDRY_DEBTORS, "Accounts Receivable"),
    "vendors": _Role("vendor", PartyRole.SUPPLIER, ReservedGroup.SUNDRY_CREDITORS, "Accounts Payable"),
}


def read_party(node: Json, reading: Reading) -> list[CanonicalRecord]:
    """Read a customer or vendor."""
    role = ROLES[reading.source.stream]
    name = text_of(node, "FullyQualifiedName") or text_of(node, "DisplayName")
    if not name:
        raise UnreadableValue("DisplayName", "", "is missing, so nobody can tell who this is.")
    reading.name(name)
    key = party_key(role.entity, reading.source.key)
    reading.learned.parties[key] = name
    return [_ledger(node, role, key, name, reading), _party(node, role, key, name, reading)]


def _ledger(node: Json, role: _Role, key: str, name: str, reading: Reading) -> Ledger:
    currency = ref_id(node, "CurrencyRef")
    control = reading.learned.control(is_receivable=role.is_receivable, currency=currency)
    return Ledger(
        source=reading.source,
        key=key,
        name=name,
        group_key=control.key if control else group_key(role.control_type),
        group_name=control.name if control else role.control_type,
        reserved=role.reserved,
        currency=currency,
        is_revenue=False,
        is_bill_wise=True,
        is_active=_is_active(node),
    )


def _party(node: Json, role: _Role, key: str, name: str, reading: Reading) -> Party:
    extras = {"parent": ref_id(node, "ParentRef"), "sales_tax_id": text_of(node, "PrimaryTaxIdentifier")}
    return Party(
        source=reading.source,
        key=key,
        name=name,
        ledger_key=key,
        legal_name=text_of(node, "CompanyName"),
        roles=frozenset({role.role}),
        pan=_pan(node, reading),
        registrations=_registrations(node),
        addresses=tuple(_addresses(node)),
        contacts=tuple(_contacts(node)),
        currency=ref_id(node, "CurrencyRef"),
        is_active=_is_active(node),
        notes=text_of(node, "Notes"),
        extras={name: value for name, value in extras.items() if value},
    )


def _is_active(node: Json) -> bool:
    return node.get("Active", True) is not False


PAN_LENGTH: Final = 10


def _pan(node: Json, reading: Reading) -> str:
    """The PAN of an Indian party; other countries keep their own number in the same member."""
    number = text_of(node, "BusinessNumber").upper()
    if not number:
        return ""
    if len(number) == PAN_LENGTH and number[:5].isalpha() and number[5:9].isdigit() and number[9].isalpha():
        return number
    reading.note(
        "quickbooks.party.business_number",
        IssueLevel.INFO,
        f"{reading.label}: its business number is no PAN; it stays in the raw record.",
        field="BusinessNumber",
    )
    return ""


def _registrations(node: Json) -> tuple[GstRegistration, ...]:
    gstin, kind = text_of(node, "GSTIN").upper(), text_of(node, "GSTRegistrationType")
    if not gstin and not kind:
        return ()
    return (GstRegistration(gstin=gstin, category=CATEGORIES.get(kind, kind), state_code=gstin[:2]),)


def _addresses(node: Json) -> list[Address]:
    kinds = (("BillAddr", AddressKind.BILLING), ("ShipAddr", AddressKind.SHIPPING))
    return [read_address(part(node, member), kind) for member, kind in kinds if node.get(member)]


def read_address(node: Json, kind: AddressKind = AddressKind.BILLING) -> Address:
    """Read an address as QuickBooks splits it."""
    lines = (text_of(node, f"Line{number}") for number in range(1, 6))
    state, country = text_of(node, "CountrySubDivisionCode"), text_of(node, "Country")
    return Address(
        kind=kind,
        lines=tuple(line for line in lines if line),
        city=text_of(node, "City"),
        state=state,
        state_code=state_code_of(state, country),
        pincode=text_of(node, "PostalCode"),
        country=country,
    )


def _contacts(node: Json) -> list[Contact]:
    given = " ".join(filter(None, (text_of(node, part_) for part_ in ("GivenName", "MiddleName", "FamilyName"))))
    contact = Contact(
        name=given,
        phone=text_of(part(node, "PrimaryPhone"), "FreeFormNumber"),
        mobile=text_of(part(node, "Mobile"), "FreeFormNumber"),
        email=text_of(part(node, "PrimaryEmailAddr"), "Address"),
    )
    return [contact] if contact != Contact() else []
