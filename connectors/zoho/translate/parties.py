"""Contacts: customers and vendors, each with a ledger of its own under the control account.

A firm that buys and sells has two contacts in Zoho, and two parties here; they are matched by GSTIN like parties of
two systems.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from canonical.bill import OpeningBill
from canonical.dates import CreditPeriod
from canonical.identifiers.state import find_code
from canonical.ledger import Ledger, ReservedGroup
from canonical.money import ZERO, split_signed
from canonical.party import Address, AddressKind, Contact, MsmeStatus, Party, PartyRole
from canonical.tax import GstRegistration
from connectors.zoho.translate.learned import PAYABLE, RECEIVABLE, AccountFact
from connectors.zoho.translate.node import (
    Node,
    UnreadableField,
    amount_of,
    find_amount,
    find_number,
    node_of,
    nodes_of,
    text_of,
)
from connectors.zoho.translate.reading import Reading

OPENING_RECEIVABLE = "Customer opening balance"
"""What Zoho calls the pseudo-invoice that payments of an opening balance are applied to; it is in no list."""
OPENING_PAYABLE = "Vendor opening balance"
"""Likewise for vendors; the words are ours, no recording has one."""
GSTIN_LENGTH = 15
_KEPT = ("website", "notes", "owner_name", "customer_sub_type", "contact_number", "trader_name", "language_code")


def read_contact(node: Node, reading: Reading) -> list[Ledger | Party]:
    """Read a contact as a party and its ledger.

    Raises:
        UnreadableField: it has no id or no name, or an opening balance that is no amount.
    """
    key, name = text_of(node, "contact_id"), text_of(node, "contact_name")
    if not key or not name:
        raise UnreadableField("contact_name", name, "a name and an id")
    reading.label = f"contact {name}"
    is_vendor = text_of(node, "contact_type") == "vendor"
    party = _party(node, reading, key, name, is_vendor=is_vendor)
    reading.learned.add_party(party)
    return [_ledger(node, reading, party, is_vendor=is_vendor), party]


def ledger_of_contact(
    reading: Reading, key: str, name: str, *, is_vendor: bool, control: AccountFact | None = None
) -> AccountFact:
    """The ledger of a contact that a document names.

    A placeholder is made if the contact was never read (it was deleted since), and for ledgers no master introduces.

    Args:
        reading: the record at hand.
        key: the contact's id; empty where a line on a control account names none.
        name: as the document spells it.
        is_vendor: which side it stands on.
        control: another control account than the usual one.
    """
    usual = reading.learned.control(PAYABLE if is_vendor else RECEIVABLE)
    known = reading.learned.contacts.get(key, name)
    place = control if control is not None and (usual is None or control.key != usual.key) else None
    fact = AccountFact(key, known or key)
    if not key:
        place = place or usual or AccountFact("", "no account")
        fact = AccountFact(f"{place.key}:none", f"{place.name} (no contact)")
    elif place is not None:
        fact = AccountFact(f"{key}:{place.key}", f"{known or key} ({place.name})")
    if (place is not None or key not in reading.learned.contacts) and fact.key not in reading.learned.said:
        reading.learned.said.add(fact.key)
        reading.introduced.append(_made_up(reading, fact, place or usual, is_vendor=is_vendor))
    return fact


def _made_up(reading: Reading, fact: AccountFact, control: AccountFact | None, *, is_vendor: bool) -> Ledger:
    return replace(
        _bare_ledger(reading, fact.key, fact.name, control, is_vendor=is_vendor),
        source=replace(reading.source, stream="contacts", key=fact.key),
        is_placeholder=True,
    )


def _bare_ledger(reading: Reading, key: str, name: str, control: AccountFact | None, *, is_vendor: bool) -> Ledger:
    return Ledger(
        source=reading.source,
        key=key,
        name=name or key,
        group_key=control.key if control else "",
        group_name=control.name if control else "",
        reserved=ReservedGroup.SUNDRY_CREDITORS if is_vendor else ReservedGroup.SUNDRY_DEBTORS,
        is_revenue=False,
        is_bill_wise=True,
    )


def _ledger(node: Node, reading: Reading, party: Party, *, is_vendor: bool) -> Ledger:
    opening = _opening(node, is_vendor=is_vendor)
    side, amount = split_signed(opening)
    bill = OpeningBill(
        ref=OPENING_PAYABLE if is_vendor else OPENING_RECEIVABLE,
        side=side,
        amount=amount,
        bill_date=reading.learned.company.books_from,
    )
    control = reading.learned.control(PAYABLE if is_vendor else RECEIVABLE)
    return replace(
        _bare_ledger(reading, party.key, party.name, control, is_vendor=is_vendor),
        opening=opening or None,
        opening_bills=(bill,) if opening else (),
        currency=party.currency,
        credit_period=party.credit_period,
        credit_limit=party.credit_limit,
        is_active=party.is_active,
    )


def _opening(node: Node, *, is_vendor: bool) -> Decimal:
    """Debit-positive opening balance in the books' currency; a positive one is owed to us, or by us to a vendor."""
    rows = nodes_of(node, "opening_balances")
    told = sum(
        (amount_of(row, "opening_balance_amount") * (find_number(row, "exchange_rate") or 1) for row in rows), ZERO
    )
    amount = find_amount(node, "opening_balance_amount_bcy") or told or amount_of(node, "opening_balance_amount")
    return -amount if is_vendor else amount


def _party(node: Node, reading: Reading, key: str, name: str, *, is_vendor: bool) -> Party:
    gstin = text_of(node, "gst_no", "tax_reg_no").upper()
    terms = find_number(node, "payment_terms")
    return Party(
        source=reading.source,
        key=key,
        name=name,
        ledger_key=key,
        legal_name=text_of(node, "legal_name") or text_of(node, "company_name"),
        trade_name=text_of(node, "trader_name"),
        roles=frozenset({PartyRole.SUPPLIER if is_vendor else PartyRole.CUSTOMER}),
        pan=text_of(node, "pan_no").upper() or (gstin[2:12] if len(gstin) == GSTIN_LENGTH else ""),
        registrations=_registrations(node, gstin),
        msme=_msme(node),
        addresses=_addresses(node),
        contacts=_people(node),
        credit_period=CreditPeriod(int(terms)) if terms is not None and terms >= 0 else None,
        credit_limit=find_amount(node, "credit_limit") or None,
        currency=text_of(node, "currency_code"),
        is_active=text_of(node, "status") != "inactive",
        extras={field: value for field in _KEPT if (value := text_of(node, field))},
    )


def _registrations(node: Node, gstin: str) -> tuple[GstRegistration, ...]:
    category = text_of(node, "gst_treatment", "tax_treatment")
    place = text_of(node, "place_of_contact")
    if not (gstin or category or place):
        return ()
    return (GstRegistration(gstin=gstin, category=category, state=place, state_code=state_code(place, gstin)),)


def state_code(place: str, gstin: str = "") -> str:
    """GST's number of a state from Zoho's letters (``TN``), else from the GSTIN; empty for what is no state."""
    found = find_code(place) if place else None
    return found or (gstin[:2] if len(gstin) == GSTIN_LENGTH and gstin[:2].isdecimal() else "")


def _msme(node: Node) -> MsmeStatus | None:
    number, kind = text_of(node, "udyam_reg_no"), text_of(node, "msme_type")
    return MsmeStatus(udyam_number=number, enterprise_type=kind) if number or kind else None


def _addresses(node: Node) -> tuple[Address, ...]:
    found = (
        read_address(node_of(node, f"{kind.value}_address"), kind)
        for kind in (AddressKind.BILLING, AddressKind.SHIPPING)
    )
    return tuple(address for address in found if address)


def read_address(node: Node, kind: AddressKind) -> Address | None:
    """Read an address; None for an empty one."""
    lines = tuple(
        line.strip() for field in ("address", "street2") for line in text_of(node, field).splitlines() if line.strip()
    )
    state = text_of(node, "state")
    address = Address(
        kind=kind,
        name=text_of(node, "attention"),
        lines=lines,
        city=text_of(node, "city"),
        state=state,
        state_code=find_code(state) or "" if state else "",
        pincode=text_of(node, "zip", "zipcode"),
        country=text_of(node, "country"),
    )
    return address if address != Address(kind=kind) else None


def _people(node: Node) -> tuple[Contact, ...]:
    rows = nodes_of(node, "contact_persons") or (node,)
    people = (
        Contact(
            name=" ".join(filter(None, (text_of(row, "first_name"), text_of(row, "last_name")))),
            phone=text_of(row, "phone"),
            mobile=text_of(row, "mobile"),
            email=text_of(row, "email"),
        )
        for row in rows
    )
    return tuple(person for person in people if person != Contact())
