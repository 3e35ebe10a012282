"""A party: the customer or supplier behind one or more ledgers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from canonical.dates import CreditPeriod
from canonical.record import JsonValue, SourceRef
from canonical.tax import GstRegistration


class PartyRole(StrEnum):
    """What a party is to the company; one party may be several."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    BROKER = "broker"
    TRANSPORTER = "transporter"
    EMPLOYEE = "employee"
    OTHER = "other"


class AddressKind(StrEnum):
    """What an address is for."""

    BILLING = "billing"
    SHIPPING = "shipping"
    REGISTERED = "registered"
    BRANCH = "branch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address as written, with what could be read out of it."""

    kind: AddressKind = AddressKind.BILLING
    name: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    state_code: str = ""
    pincode: str = ""
    country: str = ""
    applicable_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or number to reach."""

    name: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    is_default_whatsapp: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDetails:
    """Where money can be sent."""

    holder: str = ""
    account_number: str = ""
    ifsc: str = ""
    swift: str = ""
    bank: str = ""
    branch: str = ""
    upi_vpa: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MsmeStatus:
    """Udyam registration of a micro, small or medium enterprise."""

    udyam_number: str = ""
    enterprise_type: str = ""
    activity: str = ""
    registered_on: date | None = None
    cancelled_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The other side of bills.

    Attributes:
        source: address of the raw record it was read from.
        key: what documents refer to; for Tally the party *is* a ledger, and ``ledger_key`` equals ``key``.
        registrations: dated; ``registration_on`` picks the one in force.
        pan: 10 characters; derived from the GSTIN where not given.
        roles_inferred: roles come from vouchers because the masters were not in what we read.
    """

    source: SourceRef
    key: str
    name: str
    ledger_key: str = ""
    legal_name: str = ""
    trade_name: str = ""
    roles: frozenset[PartyRole] = frozenset()
    roles_inferred: bool = False
    group_name: str = ""
    pan: str = ""
    tan: str = ""
    tds_code: str = ""
    registrations: tuple[GstRegistration, ...] = ()
    msme: MsmeStatus | None = None
    addresses: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()
    banks: tuple[BankDetails, ...] = ()
    credit_period: CreditPeriod | None = None
    credit_limit: Decimal | None = None
    currency: str = ""
    price_level: str = ""
    drug_licences: tuple[str, ...] = ()
    salesman: str = ""
    route: str = ""
    is_related: bool = False
    is_active: bool = True
    aliases: tuple[str, ...] = ()
    notes: str = ""
    extras: Mapping[str, JsonValue] = field(default_factory=dict)

    def registration_on(self, day: date) -> GstRegistration | None:
        """Return the registration in force on a day: the latest that applies from then or earlier."""
        in_force = [r for r in self.registrations if r.applicable_from is None or r.applicable_from <= day]
        return max(in_force, key=lambda r: r.applicable_from or date.min, default=None)

    @property
    def gstin(self) -> str:
        """The latest GSTIN, empty if unregistered."""
        latest = self.registration_on(date.max)
        return latest.gstin if latest else ""
