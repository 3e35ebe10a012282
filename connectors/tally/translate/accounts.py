"""Groups and ledgers: the chart of accounts.

A group is recognised by its reserved name, which a company cannot change; a ledger by the nearest reserved group above
it. Balances are debit-positive (Tally: negative is debit); an empty balance is None, which is not zero. Of an opening
balance files say nothing where the gateway says 0.00: None in both. Closing balances are kept as the source's word for
proof, never used to compute.
"""

from __future__ import annotations

from decimal import Decimal

from canonical.bill import OpeningBill
from canonical.issue import IssueLevel
from canonical.ledger import AccountGroup, Ledger, name_key
from canonical.money import Side
from canonical.party import BankDetails
from connectors.tally.translate.allocations import required_amount
from connectors.tally.translate.companies import currency_of
from connectors.tally.translate.extras import extras_of
from connectors.tally.translate.lexicon import RESERVED_GROUPS
from connectors.tally.translate.names import aliases_of, name_of, parent_of, reserved_name_of
from connectors.tally.translate.node import Node, first_of, lines_of, nodes, plain_of, text_of
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.tags import GROUP, LEDGER
from connectors.tally.translate.taxes import read_tax_details, tax_head_of
from connectors.tally.translate.values import is_yes


def read_group(node: Node, reading: Reading, name: str) -> AccountGroup:
    """Read a group and learn it."""
    name = name_of(node, name)
    reading.label = f"Group {name}"
    parent = parent_of(node)
    group = AccountGroup(
        source=reading.source,
        key=name_key(name),
        name=name,
        parent_key=name_key(parent),
        reserved=RESERVED_GROUPS.get(name_key(reserved_name_of(node))),
        is_revenue=_logical(node, "ISREVENUE"),
        nature=_nature(node),
        affects_gross_profit=is_yes(text_of(node.get("AFFECTSGROSSPROFIT"))),
        is_subledger=is_yes(text_of(node.get("ISSUBLEDGER"))),
        aliases=aliases_of(node, name),
        extras=_group_extras(node, reading),
    )
    reading.learned.add_group(group)
    return group


def _group_extras(node: Node, reading: Reading) -> dict[str, object]:
    """GST details of a group are kept where they say something; most say ``As per Company/Group``."""
    extras: dict[str, object] = extras_of(node, GROUP, reading, "group")
    if not read_tax_details(node, reading):
        for tag in ("GSTDETAILS.LIST", "HSNDETAILS.LIST"):
            extras.pop(tag, None)
    return extras


def _logical(node: Node, tag: str) -> bool | None:
    text = text_of(node.get(tag))
    return is_yes(text) if text else None


def _nature(node: Node) -> Side | None:
    flag = _logical(node, "ISDEEMEDPOSITIVE")
    if flag is None:
        return None
    return Side.DEBIT if flag else Side.CREDIT


def read_ledger(node: Node, reading: Reading, name: str) -> Ledger:
    """Read a ledger and learn it.

    Raises:
        UnreadableValue: an opening balance or opening bill cannot be read.
    """
    name = name_of(node, name)
    reading.label = f"Ledger {name}"
    parent = parent_of(node)
    head = tax_head_of(node)
    credit = reading.credit_of(node, "BILLCREDITPERIOD")
    ledger = Ledger(
        source=reading.source,
        key=name_key(name),
        name=name,
        group_key=name_key(parent),
        group_name=parent,
        reserved=reading.learned.reserved_of(name_key(parent)) if parent else None,
        opening=_balance(node, "OPENINGBALANCE", reading) or None,
        closing=_balance(node, "CLOSINGBALANCE", reading),
        currency=currency_of(plain_of(node.get("CURRENCYNAME")), reading.learned.company),
        is_revenue=_logical(node, "ISREVENUE"),
        is_bill_wise=is_yes(text_of(node.get("ISBILLWISEON"))),
        is_cost_centre_on=is_yes(text_of(node.get("ISCOSTCENTRESON"))),
        credit_period=credit.period if credit else None,
        credit_limit=credit_limit_of(node, reading),
        check_credit_days=is_yes(text_of(node.get("ISCREDITDAYSCHKON"))),
        opening_bills=read_opening_bills(node, reading),
        tax_head=head,
        tax_rate=reading.number_of(node, "RATEOFTAXCALCULATION") or None if head else None,
        tax_details=read_tax_details(node, reading),
        bank=read_own_bank(node),
        aliases=aliases_of(node, name),
        notes=lines_of(node.get("NARRATION")) or lines_of(node.get("DESCRIPTION")),
        is_active=text_of(node.get("ISACTIVE")) != "No",
        extras=_extras(node, reading),
    )
    reading.learned.add_ledger(ledger)
    return ledger


def _extras(node: Node, reading: Reading) -> dict[str, object]:
    extras: dict[str, object] = extras_of(node, LEDGER, reading, "ledger")
    reserved = reserved_name_of(node)
    if reserved:
        extras["RESERVEDNAME"] = reserved
    return extras


def _balance(node: Node, tag: str, reading: Reading) -> Decimal | None:
    amount = required_amount(node, tag, reading, reading.label)
    return amount.net if amount else None


def credit_limit_of(node: Node, reading: Reading) -> Decimal | None:
    """Return the limit in rupees; zero is Tally's way of saying none was set."""
    amount = reading.amount_of(node, "CREDITLIMIT")
    return (amount.magnitude or None) if amount else None


def read_opening_bills(node: Node, reading: Reading) -> tuple[OpeningBill, ...]:
    """Read the bills open when the books began. They have no type; the amount's tag is OPENINGBALANCE."""
    bills = [_opening_bill(row, reading) for row in nodes(node.get("BILLALLOCATIONS.LIST"))]
    return tuple(bill for bill in bills if bill is not None)


def _opening_bill(row: Node, reading: Reading) -> OpeningBill | None:
    ref = plain_of(row.get("NAME"))
    amount = required_amount(row, "OPENINGBALANCE", reading, f"opening bill {ref}")
    if amount is None:
        if ref:
            reading.note(
                "tally.bill.amount_missing",
                IssueLevel.WARNING,
                f"{reading.label}: the opening bill {ref!r} has no amount and was left out.",
                field="BILLALLOCATIONS.LIST/OPENINGBALANCE",
            )
        return None
    bill_date = reading.date_of(row, "BILLDATE")
    period, due_date = reading.terms_of(row, "BILLCREDITPERIOD", bill_date)
    return OpeningBill(
        ref=ref,
        side=amount.side,
        amount=amount.magnitude,
        bill_date=bill_date,
        due_date=due_date,
        credit_period=period,
        is_advance=is_yes(text_of(row.get("ISADVANCE"))),
    )


def read_own_bank(node: Node) -> BankDetails | None:
    """Read the account behind a bank ledger."""
    details = node.get("BANKDETAILS")
    inner = details if isinstance(details, dict) else {}
    bank = BankDetails(
        holder=plain_of(node.get("BANKACCHOLDERNAME")),
        account_number=plain_of(details) if not inner else first_of(inner, "ACCOUNTNUMBER"),
        ifsc=first_of(node, "IFSCODE") or first_of(inner, "IFSCODE", "IFSCCODE"),
        swift=plain_of(node.get("SWIFTCODE")),
        bank=first_of(node, "BANKINGCONFIGBANK", "BANKNAME") or first_of(inner, "BANKNAME"),
        branch=first_of(node, "BANKBRANCHNAME", "BRANCHNAME") or first_of(inner, "BRANCHNAME"),
    )
    return bank if bank != BankDetails() else None
