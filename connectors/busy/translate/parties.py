"""Parties: accounts below debtors and creditors, and others with a registration."""

from __future__ import annotations

from canonical.identifiers.state import find_code
from canonical.ledger import Ledger, ReservedGroup
from canonical.party import Address, Contact, Party, PartyRole
from canonical.tax import GstRegistration
from connectors.busy.staging import AccountRow, AddressRow
from connectors.busy.streams import ACCOUNTS
from connectors.busy.translate.lexicon import PARTY_GROUPS, UNREGISTERED
from connectors.busy.translate.reading import Reading

GSTIN_LENGTH = 15
PAN_LENGTH = 10
_ROLES = {
    ReservedGroup.SUNDRY_DEBTORS: PartyRole.CUSTOMER,
    ReservedGroup.SUNDRY_CREDITORS: PartyRole.SUPPLIER,
}


def read_party(row: AccountRow, ledger: Ledger, reading: Reading) -> Party | None:
    """Return the party an account is; None for cash, banks, income and the like."""
    where = row.address
    if ledger.reserved not in PARTY_GROUPS and not where.gstin and not row.is_bill_wise:
        return None
    gstin = where.gstin.strip().upper()
    party = Party(
        source=ledger.source,
        key=ledger.key,
        name=ledger.name,
        ledger_key=ledger.key,
        legal_name=row.print_name if row.print_name.strip() != ledger.name else "",
        roles=frozenset({_ROLES.get(ledger.reserved or ReservedGroup.SUSPENSE, PartyRole.OTHER)}),
        group_name=ledger.group_name,
        pan=where.pan.strip().upper() or pan_of(gstin),
        registrations=registrations_of(where),
        addresses=addresses_of(where),
        contacts=contacts_of(where),
        credit_period=ledger.credit_period,
        credit_limit=ledger.credit_limit,
        is_active=ledger.is_active,
        aliases=ledger.aliases,
        extras={"broker": row.broker_name} if row.broker_name else {},
    )
    reading.learned.parties[party.key] = party
    return party


def pan_of(gstin: str) -> str:
    """The PAN inside a GSTIN: characters 3 to 12."""
    return gstin[2 : 2 + PAN_LENGTH] if len(gstin) == GSTIN_LENGTH else ""


def registrations_of(where: AddressRow) -> tuple[GstRegistration, ...]:
    """The GST registration as the account has it today; BUSY's export gives no dates."""
    gstin = where.gstin.strip().upper()
    if not gstin and where.dealer_type.strip().casefold() in UNREGISTERED:
        return ()
    state = where.state
    return (
        GstRegistration(gstin=gstin, category=where.dealer_type, state=state, state_code=state_code_of(state, gstin)),
    )


def state_code_of(state: str, gstin: str = "") -> str:
    """Two digits: those of the GSTIN, else of the state's name; empty if neither tells."""
    if len(gstin) == GSTIN_LENGTH and gstin[:2].isdecimal():
        return gstin[:2]
    return (find_code(state) or "") if state else ""


def addresses_of(where: AddressRow) -> tuple[Address, ...]:
    """The address, if anything of it is known."""
    address = Address(
        name=where.name,
        lines=where.lines,
        city=where.city,
        state=where.state,
        state_code=state_code_of(where.state),
        pincode=where.pincode,
        country=where.country,
    )
    return (address,) if address.lines or address.state or address.pincode or address.city else ()


def contacts_of(where: AddressRow) -> tuple[Contact, ...]:
    """Person and numbers; one field may hold several numbers, separated by semicolons."""
    mobiles = [one.strip() for one in where.mobile.split(";") if one.strip()]
    main = Contact(name=where.contact, phone=where.phone, mobile=next(iter(mobiles), ""), email=where.email)
    others = [Contact(mobile=one) for one in mobiles[1:]]
    if where.whatsapp and not any(where.whatsapp.endswith(one) for one in mobiles):
        others.append(Contact(mobile=where.whatsapp, is_default_whatsapp=True))
    return tuple(one for one in (main, *others) if one != Contact())


def party_for(key: str, name: str, role: PartyRole, reading: Reading, where: AddressRow | None) -> Party | None:
    """Infer a party that only vouchers name; None if it is known with this role."""
    known = reading.learned.parties.get(key)
    if known is not None and (not known.roles_inferred or role in known.roles):
        return None
    if known is not None:
        party = Party(
            source=known.source,
            key=key,
            name=known.name,
            ledger_key=key,
            roles=known.roles | {role},
            roles_inferred=True,
            pan=known.pan,
            registrations=known.registrations,
            addresses=known.addresses,
        )
    else:
        told = where or AddressRow()
        party = Party(
            source=type(reading.source)(reading.source.connector, reading.source.company, ACCOUNTS, f"name:{key}"),
            key=key,
            name=name,
            ledger_key=key,
            roles=frozenset({role}),
            roles_inferred=True,
            pan=told.pan or pan_of(told.gstin),
            registrations=registrations_of(told),
            addresses=addresses_of(told),
        )
    reading.learned.parties[key] = party
    return party
