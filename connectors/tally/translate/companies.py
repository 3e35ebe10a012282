"""The company: its books, its own GST registrations, its currencies.

A file export names its company in a REMOTECMPINFO block or in static variables only; the gateway sends a COMPANY
object. GST registrations are masters of their own (TAXUNIT) since TallyPrime 3; each one read is added to the company
record, and so is each currency, under ``extras``.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from canonical.company import Branch, Company
from canonical.party import Address, AddressKind
from canonical.tax import GstRegistration
from connectors.tally.translate.extras import is_default, simplify
from connectors.tally.translate.lexicon import CURRENCY_CODES
from connectors.tally.translate.names import name_of
from connectors.tally.translate.node import Node, first_of, nodes, plain_of, text_of, texts_of
from connectors.tally.translate.places import state_code_of
from connectors.tally.translate.reading import Reading

MOVING = frozenset({"ALTMSTID", "ALTVCHID"})
"""Change counters: asked for, but no fact about the company; every voucher would make a new version of it."""
KEPT = (
    "COMPANYNUMBER",
    "ALTMSTID",
    "ALTVCHID",
    "NUMLEDGERS",
    "NUMGROUPS",
    "NUMSTOCKITEMS",
    "ISINVENTORYON",
    "ISINTEGRATED",
    "ISBILLWISEON",
    "ISCOSTCENTRESON",
    "ISGSTON",
    "ISTDSON",
    "ISTCSON",
    "ISPAYROLLON",
    "ISINTERESTON",
    "ISAGGREGATE",
    "EDUMODE",
    "SILVER",
    "GOLD",
    "TDSDEDUCTORTYPE",
    "CURRENCYNAME",
    "EMAIL",
    "PHONENUMBER",
    "MOBILENO",
)
"""Company fields without a canonical place: counters for completeness, switches that explain what is absent."""


def currency_of(symbol: str, company: Company) -> str:
    """Return the ISO code of a currency symbol or name, the company's base currency for its own sign or none."""
    code = CURRENCY_CODES.get(symbol.strip().casefold(), symbol)
    return company.base_currency if code == "INR" else code


def read_company(node: Node, reading: Reading, name: str) -> Company:
    """Read the company; registrations and currencies learned before stay."""
    known = reading.learned.company
    remote = next(iter(nodes(node.get("REMOTECMPINFO.LIST"))), {})
    name = text_of(node.get("@NAME")) or text_of(node.get("NAME")) or name or plain_of(remote.get("REMOTECMPNAME"))
    reading.label = f"Company {name}"
    company = Company(
        source=reading.source,
        name=name or known.name,
        legal_name=plain_of(node.get("BASICCOMPANYFORMALNAME")) or known.legal_name,
        books_from=reading.date_of(node, "BOOKSFROM") or known.books_from,
        books_to=reading.date_of(node, "LASTVOUCHERDATE") or reading.date_of(node, "ENDINGAT") or known.books_to,
        financial_year_from=reading.date_of(node, "STARTINGFROM") or known.financial_year_from,
        base_currency=CURRENCY_CODES.get(plain_of(node.get("CURRENCYNAME")).casefold(), known.base_currency),
        pan=plain_of(node.get("INCOMETAXNUMBER")) or known.pan,
        tan=first_of(node, "TANUMBER", "TANREGNO") or known.tan,
        cin=plain_of(node.get("CORPORATEIDENTITYNO")) or known.cin,
        addresses=_addresses(node, remote) or known.addresses,
        registrations=known.registrations,
        branches=known.branches,
        product=plain_of(node.get("PRODUCTNAME")) or known.product,
        extras={**known.extras, **_kept(node)},
    )
    reading.learned.company = company
    return company


def _addresses(node: Node, remote: Node) -> tuple[Address, ...]:
    state = first_of(node, "STATENAME", "PRIORSTATENAME") or plain_of(remote.get("REMOTECMPSTATE"))
    address = Address(
        kind=AddressKind.REGISTERED,
        lines=texts_of(node, "ADDRESS.LIST") or texts_of(node, "BASICCOMPANYADDRESS.LIST"),
        state=state,
        state_code=state_code_of(state),
        pincode=plain_of(node.get("PINCODE")),
        country=first_of(node, "COUNTRYNAME", "COUNTRYOFRESIDENCE"),
    )
    return (address,) if address.lines or address.state or address.pincode else ()


def _kept(node: Node) -> dict[str, Any]:
    said = (tag for tag in KEPT if tag in node and tag not in MOVING)
    return {tag: simplify(node[tag]) for tag in said if not is_default(node[tag])}


def read_tax_unit(node: Node, reading: Reading, name: str) -> Company:
    """Add a GST registration of our own to the company; later dates of one registration are rows of their own."""
    name = name_of(node, name)
    reading.label = f"GST registration {name}"
    gstin = first_of(node, "@TAXREGISTRATION", "GSTREGNUMBER").strip().upper()
    state = first_of(node, "STATENAME", "PRIORSTATENAME")
    base = GstRegistration(name=name, gstin=gstin, state=state, state_code=state_code_of(state, gstin))
    rows = [
        dataclasses.replace(
            base,
            category=plain_of(row.get("REGISTRATIONTYPE")),
            state=plain_of(row.get("STATE")) or state,
            place_of_supply=plain_of(row.get("PLACEOFSUPPLY")),
            applicable_from=reading.date_of(row, "FROMDATE"),
        )
        for row in nodes(node.get("GSTREGISTRATIONDETAILS.LIST"))
    ] or [base]
    known = reading.learned.company
    others = tuple(row for row in known.registrations if row.name != name)
    branches = tuple(branch for branch in known.branches if branch.name != name)
    company = dataclasses.replace(
        known,
        registrations=(*others, *rows),
        branches=(*branches, Branch(name=name, gstin=gstin, state=state)),
    )
    reading.learned.company = company
    return company


def read_currency(node: Node, reading: Reading, name: str) -> Company:
    """Keep a currency master under the company's extras; the first one is the base currency."""
    symbol = name_of(node, name)
    reading.label = f"Currency {symbol}"
    formal = first_of(node, "MAILINGNAME", "EXPANDEDSYMBOL")
    known = reading.learned.company
    currencies = dict(known.extras.get("currencies", {}))
    currencies[symbol] = {
        key: value
        for key, value in {
            "name": formal,
            "code": CURRENCY_CODES.get(formal.casefold()) or CURRENCY_CODES.get(symbol.strip().casefold(), ""),
            "decimal_symbol": plain_of(node.get("DECIMALSYMBOL")),
            "decimal_places": plain_of(node.get("DECIMALPLACES")),
            "rates": [simplify(row) for row in nodes(node.get("DAILYSTDRATES.LIST"))],
        }.items()
        if value
    }
    company = dataclasses.replace(known, extras={**known.extras, "currencies": currencies})
    reading.learned.company = company
    return company
