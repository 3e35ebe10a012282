"""Ledgers and parties that only vouchers name.

A day book is often exported without masters. Each ledger it names gets a placeholder the first time, so that the books
have an account to post to; the real master replaces it when it comes. A party is inferred where a ledger keeps bills
or is the other side of a trade document, with the roles its vouchers show.
"""

from __future__ import annotations

import dataclasses

from canonical.ledger import Ledger
from canonical.party import Address, Party
from canonical.record import SourceRef
from canonical.tax import GstRegistration
from canonical.voucher import DocumentDetails, Posting, Voucher
from connectors.tally.translate.lexicon import KIND_ROLES, PREDEFINED_LEDGERS, SUPPLIER_KINDS, TRADE_KINDS
from connectors.tally.translate.places import pan_of, state_code_of
from connectors.tally.translate.reading import Reading

PREFIX = "name:"
"""Source keys of placeholders: by name, because there is no GUID yet."""


def introduce(voucher: Voucher, reading: Reading) -> list[Ledger | Party]:
    """Return placeholders for what this voucher is the first to name."""
    found: list[Ledger | Party] = []
    ledgers = reading.learned.ledgers
    for posting in voucher.postings:
        if posting.ledger_key not in ledgers:
            found.append(_ledger(posting.ledger_key, posting.ledger_name, reading, is_bill_wise=bool(posting.bills)))
        if posting.bills:
            _add_party(found, posting, voucher, reading)
    key = voucher.party_key
    if key and voucher.kind in TRADE_KINDS:
        if key not in ledgers:
            found.append(_ledger(key, voucher.party_name, reading, is_bill_wise=False))
        if ledgers[key].is_placeholder and key not in PREDEFINED_LEDGERS:
            _add_party(found, None, voucher, reading)
    return found


def _source(key: str, reading: Reading) -> SourceRef:
    return SourceRef(reading.source.connector, reading.source.company, "ledgers", f"{PREFIX}{key}")


def _ledger(key: str, name: str, reading: Reading, *, is_bill_wise: bool) -> Ledger:
    ledger = Ledger(source=_source(key, reading), key=key, name=name, is_bill_wise=is_bill_wise, is_placeholder=True)
    reading.learned.add_ledger(ledger)
    return ledger


def _add_party(found: list[Ledger | Party], posting: Posting | None, voucher: Voucher, reading: Reading) -> None:
    """Infer a party, or widen the roles of one inferred before; parties read from masters stay as they are."""
    key = posting.ledger_key if posting else voucher.party_key
    name = posting.ledger_name if posting else voucher.party_name
    known = reading.learned.parties.get(key)
    role = KIND_ROLES.get(voucher.kind)
    if known is not None and (not known.roles_inferred or role is None or role in known.roles):
        return
    is_party = key == voucher.party_key
    party = known or _infer(key, name, voucher.details if is_party else None, voucher, reading)
    if role is not None:
        party = dataclasses.replace(party, roles=party.roles | {role})
    reading.learned.parties[key] = party
    found.append(party)


def _infer(key: str, name: str, details: DocumentDetails | None, voucher: Voucher, reading: Reading) -> Party:
    registrations: tuple[GstRegistration, ...] = ()
    addresses: tuple[Address, ...] = ()
    if details is not None:
        is_supplier = voucher.kind in SUPPLIER_KINDS
        gstin = details.supplier_gstin if is_supplier else details.buyer_gstin
        address = details.supplier_address if is_supplier else details.buyer_address
        category = details.supplier_gst_category if is_supplier else details.buyer_gst_category
        if gstin or category:
            state = address.state if address else ""
            registrations = (
                GstRegistration(gstin=gstin, category=category, state=state, state_code=state_code_of(state, gstin)),
            )
        addresses = (address,) if address else ()
    return Party(
        source=_source(key, reading),
        key=key,
        name=name,
        ledger_key=key,
        roles_inferred=True,
        pan=pan_of(registrations),
        registrations=registrations,
        addresses=addresses,
    )
