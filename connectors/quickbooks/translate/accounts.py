"""Accounts: an ordinary one is a ledger below the group of its type; a control account is itself a group."""

from __future__ import annotations

from canonical.codec import CanonicalRecord
from canonical.issue import IssueLevel
from canonical.ledger import AccountGroup, Ledger, ReservedGroup
from canonical.record import JsonValue
from connectors.quickbooks.translate.chart import INVENTORY, TYPES, AccountType, account_key, group_key
from connectors.quickbooks.translate.learned import Account
from connectors.quickbooks.translate.reading import Reading
from connectors.quickbooks.translate.values import Json, ref_id, text_of

NON_POSTING = "Non-Posting"


def read_account(node: Json, reading: Reading) -> list[CanonicalRecord]:
    """Read an account; of a type that is new to us it is kept without a reserved group, and said."""
    name = text_of(node, "FullyQualifiedName") or text_of(node, "Name")
    reading.name(name)
    account_type = text_of(node, "AccountType")
    if account_type == NON_POSTING:
        return []
    known = TYPES.get(account_type)
    if known is None:
        reading.note(
            "quickbooks.account.type_unknown",
            IssueLevel.WARNING,
            f"The account {name} is of the type {account_type!r}, which is not known here; it stands under no group.",
            field="AccountType",
        )
    made = Account(
        id=reading.source.key,
        key=account_key(reading.source.key, text_of(node, "AccountSubType")),
        name=name,
        type=account_type,
    )
    record = _control(node, made, reading) if made.is_control else _ledger(node, made, known, reading)
    reading.learned.learn_account(record)
    return [*_type_group(account_type, known, reading), record]


def _ledger(node: Json, account: Account, known: AccountType | None, reading: Reading) -> Ledger:
    is_stock = text_of(node, "AccountSubType") == INVENTORY
    reserved = ReservedGroup.STOCK_IN_HAND if is_stock else known.reserved if known else None
    return Ledger(
        source=reading.source,
        key=account.key,
        name=account.name,
        group_key=group_key(account.type),
        group_name=account.type,
        reserved=reserved,
        currency=ref_id(node, "CurrencyRef"),
        is_revenue=known.is_revenue if known else None,
        is_active=node.get("Active", True) is not False,
        notes=text_of(node, "Description"),
        extras=_extras(node),
    )


def _control(node: Json, account: Account, reading: Reading) -> AccountGroup:
    known = TYPES[account.type]
    return AccountGroup(
        source=reading.source,
        key=account.key,
        name=account.name,
        parent_key=group_key(account.type),
        reserved=known.reserved,
        is_revenue=False,
        nature=known.nature,
        is_subledger=True,
        extras=_extras(node),
    )


def _extras(node: Json) -> dict[str, JsonValue]:
    """What documents need of an account, and its place in QuickBooks' own tree; balances change with every document."""
    return {
        "account_type": text_of(node, "AccountType"),
        "account_subtype": text_of(node, "AccountSubType"),
        "currency": ref_id(node, "CurrencyRef"),
        "active": node.get("Active", True) is not False,
        **{key: value for key, value in _optional(node) if value},
    }


def _optional(node: Json) -> list[tuple[str, str]]:
    return [("number", text_of(node, "AcctNum")), ("parent", ref_id(node, "ParentRef"))]


def _type_group(account_type: str, known: AccountType | None, reading: Reading) -> list[AccountGroup]:
    key = group_key(account_type)
    if key in reading.learned.groups:
        return []
    reading.learned.groups.add(key)
    return [
        AccountGroup(
            source=reading.implied_source(key),
            key=key,
            name=f"QuickBooks: {account_type}",
            reserved=known.reserved if known else None,
            is_revenue=known.is_revenue if known else None,
            nature=known.nature if known else None,
        )
    ]
