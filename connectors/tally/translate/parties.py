"""The party behind a ledger: registrations, addresses, contacts, terms.

In Tally a party *is* a ledger. A ledger is one if it stands below Sundry Debtors or Sundry Creditors (found by walking
the tree by reserved names), carries a GSTIN, keeps bills, or has the address details of a business.

TallyPrime 3 moved address and GST details from plain tags into lists with dates; both are read, and the plain tags
fill what the lists leave open.
"""

from __future__ import annotations

from datetime import date

from canonical.ledger import Ledger, ReservedGroup
from canonical.party import Address, AddressKind, BankDetails, Contact, MsmeStatus, Party, PartyRole
from canonical.tax import GstRegistration
from connectors.tally.translate.accounts import credit_limit_of
from connectors.tally.translate.learned import MONEY_GROUPS, PARTY_GROUPS
from connectors.tally.translate.node import Node, first_of, nodes, plain_of, text_of, texts_of
from connectors.tally.translate.places import pan_of, state_code_of
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.values import is_yes

NEVER_BY_DETAILS = MONEY_GROUPS | {ReservedGroup.DUTIES_TAXES, ReservedGroup.CASH_IN_HAND}
"""Bank ledgers carry the bank's address, not a customer's."""


UDYAM_TAGS = ("UDYAMREGNUMBER", "UDYAMREGNO", "UDYAMREGISTRATIONNUMBER", "MSMEREGNUMBER")
"""Spellings of the Udyam number in exports and importers; no populated capture has been seen."""


def read_party(node: Node, ledger: Ledger, reading: Reading) -> Party | None:
    """Derive the party of a ledger, None for an ordinary account."""
    registrations = read_registrations(node, reading)
    addresses = read_addresses(node, reading)
    if not _is_party(node, ledger, registrations, addresses):
        reading.learned.parties.pop(ledger.key, None)
        return None
    party = Party(
        source=ledger.source,
        key=ledger.key,
        name=ledger.name,
        ledger_key=ledger.key,
        legal_name=_mailing_name(node, ledger.name),
        roles=_roles(node, ledger, registrations),
        group_name=ledger.group_name,
        pan=first_of(node, "INCOMETAXNUMBER").strip().upper() or pan_of(registrations),
        tan=first_of(node, "TANNUMBER", "TANREGNO"),
        registrations=registrations,
        msme=read_msme(node, reading),
        addresses=addresses,
        contacts=read_contacts(node),
        banks=read_banks(node),
        credit_period=ledger.credit_period,
        credit_limit=credit_limit_of(node, reading),
        currency=ledger.currency,
        price_level=plain_of(node.get("PRICELEVEL")),
        is_related=is_yes(text_of(node.get("ISRELATEDPARTY"))),
        is_active=ledger.is_active,
        aliases=ledger.aliases,
        notes=ledger.notes,
    )
    reading.learned.parties[ledger.key] = party
    return party


def _is_party(
    node: Node, ledger: Ledger, registrations: tuple[GstRegistration, ...], addresses: tuple[Address, ...]
) -> bool:
    if ledger.reserved in PARTY_GROUPS or any(row.gstin for row in registrations):
        return True
    if ledger.reserved in NEVER_BY_DETAILS:
        return False
    has_lines = any(address.lines for address in addresses)
    can_be_reached = bool(first_of(node, "INCOMETAXNUMBER", "LEDGERMOBILE", "LEDGERPHONE", "EMAIL"))
    return ledger.is_bill_wise or bool(ledger.opening_bills) or (has_lines and can_be_reached)


def _roles(node: Node, ledger: Ledger, registrations: tuple[GstRegistration, ...]) -> frozenset[PartyRole]:
    roles = set()
    match ledger.reserved:
        case ReservedGroup.SUNDRY_DEBTORS:
            roles.add(PartyRole.CUSTOMER)
        case ReservedGroup.SUNDRY_CREDITORS:
            roles.add(PartyRole.SUPPLIER)
        case _:
            pass
    if is_yes(text_of(node.get("ISTRANSPORTER"))) or any(row.is_transporter for row in registrations):
        roles.add(PartyRole.TRANSPORTER)
    return frozenset(roles or {PartyRole.OTHER})


def _mailing_name(node: Node, name: str) -> str:
    rows = nodes(node.get("LEDMAILINGDETAILS.LIST"))
    latest = plain_of(rows[-1].get("MAILINGNAME")) if rows else ""
    listed = texts_of(node, "MAILINGNAME.LIST")
    mailing = latest or (listed[0] if listed else plain_of(node.get("MAILINGNAME")))
    return mailing if mailing != name else ""


def read_registrations(node: Node, reading: Reading) -> tuple[GstRegistration, ...]:
    """Read the dated registrations; plain tags of older releases stand in where the lists do not know their GSTIN."""
    rows = [
        _registration(row, first_of(row, "STATE", "PLACEOFSUPPLY"), reading)
        for row in nodes(node.get("LEDGSTREGDETAILS.LIST"))
    ]
    plain = _registration(node, first_of(node, "LEDSTATENAME", "STATENAME", "PRIORSTATENAME"), reading)
    is_news = plain.gstin and plain.gstin not in {row.gstin for row in rows}
    if is_news or (not rows and plain.category):
        rows.insert(0, plain)
    return tuple(sorted(rows, key=lambda row: row.applicable_from or date.min))


def _registration(node: Node, state: str, reading: Reading) -> GstRegistration:
    gstin = first_of(node, "GSTIN", "PARTYGSTIN").upper()
    return GstRegistration(
        gstin=gstin,
        category=plain_of(node.get("GSTREGISTRATIONTYPE")),
        state=state,
        state_code=state_code_of(state, gstin),
        place_of_supply=plain_of(node.get("PLACEOFSUPPLY")),
        applicable_from=reading.date_of(node, "APPLICABLEFROM"),
        is_transporter=is_yes(text_of(node.get("ISTRANSPORTER"))),
        transporter_id=plain_of(node.get("TRANSPORTERID")),
    )


def read_addresses(node: Node, reading: Reading) -> tuple[Address, ...]:
    """Read the billing address (dated list or plain tags) and the further addresses of a party."""
    billing = [
        Address(
            name=plain_of(row.get("MAILINGNAME")),
            lines=texts_of(row, "ADDRESS.LIST"),
            state=plain_of(row.get("STATE")),
            state_code=state_code_of(plain_of(row.get("STATE"))),
            pincode=plain_of(row.get("PINCODE")),
            country=plain_of(row.get("COUNTRY")),
            applicable_from=reading.date_of(row, "APPLICABLEFROM"),
        )
        for row in nodes(node.get("LEDMAILINGDETAILS.LIST"))
    ]
    state = first_of(node, "LEDSTATENAME", "STATENAME", "PRIORSTATENAME")
    plain = Address(
        lines=texts_of(node, "ADDRESS.LIST"),
        state=state,
        state_code=state_code_of(state),
        pincode=plain_of(node.get("PINCODE")),
        country=first_of(node, "COUNTRYNAME", "COUNTRYOFRESIDENCE"),
    )
    if not billing and (plain.lines or plain.state or plain.pincode):
        billing = [plain]
    further = [_further_address(row) for row in nodes(node.get("LEDMULTIADDRESSLIST.LIST"))]
    return tuple(address for address in (*billing, *further) if address.lines or address.state or address.pincode)


def _further_address(row: Node) -> Address:
    state = first_of(row, "LEDSTATENAME", "STATE", "STATENAME")
    return Address(
        kind=AddressKind.BRANCH,
        name=first_of(row, "ADDRESSNAME", "MAILINGNAME"),
        lines=texts_of(row, "ADDRESS.LIST"),
        state=state,
        state_code=state_code_of(state),
        pincode=plain_of(row.get("PINCODE")),
        country=first_of(row, "COUNTRYNAME", "COUNTRY"),
    )


def read_contacts(node: Node) -> tuple[Contact, ...]:
    """Read the contact of the ledger and the numbers TallyPrime 4 keeps in a list."""
    main = Contact(
        name=plain_of(node.get("LEDGERCONTACT")),
        phone=plain_of(node.get("LEDGERPHONE")),
        mobile=plain_of(node.get("LEDGERMOBILE")),
        email=plain_of(node.get("EMAIL")),
    )
    copies = [Contact(email=email) for email in (plain_of(node.get("EMAILCC")),) if email]
    listed = [
        Contact(
            name=plain_of(row.get("NAME")),
            mobile=_with_country(row),
            is_default_whatsapp=is_yes(text_of(row.get("ISDEFAULTWHATSAPPNUM"))),
        )
        for row in nodes(node.get("CONTACTDETAILS.LIST"))
        if plain_of(row.get("PHONENUMBER"))
    ]
    main = _without_repeated(main, listed)
    return tuple(contact for contact in (main, *copies, *listed) if contact != Contact())


def _without_repeated(main: Contact, listed: list[Contact]) -> Contact:
    """TallyPrime 4 keeps contacts in a list; the gateway, not the file, repeats the first in the older fields."""
    is_listed = bool(main.mobile) and any(contact.mobile.endswith(main.mobile) for contact in listed)
    return Contact(email=main.email, phone=main.phone) if is_listed else main


def _with_country(row: Node) -> str:
    number, code = plain_of(row.get("PHONENUMBER")), plain_of(row.get("COUNTRYISDCODE"))
    return number if number.startswith("+") else f"{code}{number}"


def read_banks(node: Node) -> tuple[BankDetails, ...]:
    """Read where the party is paid."""
    found = [
        BankDetails(
            holder=first_of(row, "PAYMENTFAVOURING", "BANKACCHOLDERNAME", "SETASDEFAULTNAME"),
            account_number=first_of(row, "ACCOUNTNUMBER", "BANKACCOUNTNUMBER"),
            ifsc=first_of(row, "IFSCODE", "IFSCCODE"),
            swift=plain_of(row.get("SWIFTCODE")),
            bank=plain_of(row.get("BANKNAME")),
            branch=first_of(row, "BRANCHNAME", "BANKBRANCHNAME"),
            upi_vpa=first_of(row, "UPIID", "VPA"),
        )
        for row in nodes(node.get("PAYMENTDETAILS.LIST"))
    ]
    return tuple(bank for bank in found if bank != BankDetails())


def read_msme(node: Node, reading: Reading) -> MsmeStatus | None:
    """Read the Udyam registration; the latest dated row counts."""
    rows = nodes(node.get("MSMEREGISTRATIONDETAILS.LIST"))
    if not rows:
        return None
    row = rows[-1]
    status = MsmeStatus(
        udyam_number=first_of(row, *UDYAM_TAGS),
        enterprise_type=first_of(row, "ENTERPRISETYPE", "MSMEENTERPRISETYPE"),
        activity=first_of(row, "MSMEACTIVITYTYPE", "ACTIVITYTYPE"),
        registered_on=reading.date_of(row, "FROMDATE") or reading.date_of(row, "APPLICABLEFROM"),
    )
    return status if status != MsmeStatus() else None
