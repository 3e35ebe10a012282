"""Groups and accounts: the chart, with the openings of the earliest year and the bills open then."""

from __future__ import annotations

import dataclasses
from typing import Any

from canonical.bill import OpeningBill
from canonical.dates import CreditPeriod
from canonical.issue import IssueLevel
from canonical.ledger import AccountGroup, Ledger, name_key
from canonical.money import split_signed
from canonical.party import Party
from connectors.busy.staging import AccountGroupRow, AccountRow, BillRow
from connectors.busy.streams import ACCOUNTS, GROUPS
from connectors.busy.translate.learned import (
    RANK,
    YEAR,
    codes_with,
    extent_of,
    extras_of,
    has_earlier_opening,
    head_for,
    source_of,
    year_of,
)
from connectors.busy.translate.lexicon import BUILT_IN, BY_NAME
from connectors.busy.translate.parties import read_party
from connectors.busy.translate.reading import Reading
from connectors.busy.translate.routes import UnreadableField


def read_group(row: AccountGroupRow, reading: Reading) -> AccountGroup:
    """Read a group and learn it.

    Raises:
        UnreadableField: it has no name.
    """
    if not row.name.strip():
        raise UnreadableField("Name", row.name, "name of a group")
    learned = reading.learned
    reading.label = f"account group {row.name}"
    key = learned.own_key(GROUPS, reading.year, row.code, row.name)
    known = learned.groups.get(key)
    builtin = BUILT_IN.get(row.code) or (BY_NAME.get(name_key(row.name)) if not row.code else None)
    parent_key = learned.key_of(GROUPS, reading.year, row.parent_code, row.parent_name)
    above = builtin or learned.builtin_of(parent_key, row.parent_code)
    extras: dict[str, Any] = codes_with(known, reading.year, row.code)
    group = AccountGroup(
        source=source_of(known, GROUPS, reading.source),
        key=key,
        name=row.name.strip(),
        parent_key=parent_key if parent_key != key else "",
        reserved=builtin.reserved if builtin else None,
        is_revenue=above.is_revenue if above else None,
        nature=above.nature if above else None,
        aliases=(row.alias,) if row.alias else (),
        extras={**extras, **({"builtin": row.code} if row.code in BUILT_IN else {})},
    )
    learned.learn_code(GROUPS, reading.year, row.code, key, group.name)
    learned.add_group(group)
    return group


def read_account(row: AccountRow, reading: Reading) -> list[Ledger | Party]:
    """Read an account, and the party it is; nothing where more is known of it already.

    Raises:
        UnreadableField: it has no name.
    """
    if not row.name.strip():
        raise UnreadableField("Name", row.name, "name of an account")
    learned = reading.learned
    reading.label = f"account {row.name}"
    key = learned.own_key(ACCOUNTS, reading.year, row.code, row.name)
    if " #" in key and key.partition(" #")[0] in learned.ledgers:
        _note_twin(row, reading)
    known = learned.ledgers.get(key)
    learned.learn_code(ACCOUNTS, reading.year, row.code, key, row.name.strip())
    if extent_of(known) > RANK[reading.extent]:
        return []
    ledger = _settled(_ledger(row, reading, key, known), known, reading.year)
    learned.add_ledger(ledger)
    party = read_party(row, ledger, reading)
    return [ledger, party] if party else [ledger]


def _note_twin(row: AccountRow, reading: Reading) -> None:
    reading.note(
        "busy.account.twin",
        IssueLevel.WARNING,
        f"Another account is called like {row.name!r} but for blanks or case; both are kept, this one with its code.",
        hint="Rename one of them in BUSY.",
        busy_code=row.code,
    )


def _ledger(row: AccountRow, reading: Reading, key: str, known: Ledger | None) -> Ledger:
    group_key = reading.learned.key_of(GROUPS, reading.year, row.group_code, row.group_name)
    builtin = reading.learned.builtin_of(group_key, row.group_code)
    reserved = builtin.reserved if builtin else None
    days = row.credit_days_sale or row.credit_days_purchase
    return Ledger(
        source=source_of(known, ACCOUNTS, reading.source),
        key=key,
        name=row.name.strip(),
        group_key=group_key,
        group_name=reading.learned.name_of(GROUPS, group_key) or row.group_name,
        reserved=reserved,
        opening=row.opening or None,
        is_revenue=builtin.is_revenue if builtin else None,
        is_bill_wise=row.is_bill_wise,
        credit_period=CreditPeriod(days) if days else None,
        credit_limit=row.credit_limit or None,
        opening_bills=() if row.closing_as_of else tuple(opening_bill(bill) for bill in row.bills),
        tax_head=head_for(row.name, reserved),
        aliases=(row.alias,) if row.alias else (),
        is_active=row.is_active,
        extras={**extras_of(known, reading.year, row.code, reading.extent), **dict(row.extras)},
    )


def opening_bill(bill: BillRow) -> OpeningBill:
    """A bill open at the start of the year."""
    side, amount = split_signed(bill.amount)
    return OpeningBill(ref=bill.ref, side=side, amount=amount, bill_date=bill.day, due_date=bill.due)


def _settled(ledger: Ledger, known: Ledger | None, year: int) -> Ledger:
    if not has_earlier_opening(known, year):
        return ledger
    extras = {**ledger.extras, YEAR: year_of(known)}
    return dataclasses.replace(ledger, opening=known.opening, opening_bills=known.opening_bills, extras=extras)
