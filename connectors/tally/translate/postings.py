"""Which lines of a voucher are its postings, and what hangs on them: bills, bank instruments, cost centres.

The rule (it balances every accounting voucher of every capture examined): if the voucher has ``ALLLEDGERENTRIES``
with a ledger, those are
the postings and nothing else, because the gateway may send both lists and adding them counts the party twice.
Otherwise the
postings are ``LEDGERENTRIES`` plus the ``ACCOUNTINGALLOCATIONS`` of every item line (invoice view keeps the sales
ledger there).
"""

from __future__ import annotations

from datetime import date

from canonical.bill import BillAllocation, BillRefKind
from canonical.issue import IssueLevel
from canonical.ledger import name_key
from canonical.money import ZERO, Side
from canonical.voucher import BankAllocation, CostAllocation, Posting
from connectors.tally.translate import tags
from connectors.tally.translate.context import Reading
from connectors.tally.translate.values import Amount, get_text, is_yes, parse_credit, parse_date
from connectors.tally.tree import Node, nodes_of

BILL_KINDS = {
    "New Ref": BillRefKind.NEW,
    "Agst Ref": BillRefKind.AGAINST,
    "Advance": BillRefKind.ADVANCE,
    "On Account": BillRefKind.ON_ACCOUNT,
    "NewRef": BillRefKind.NEW,
    "AgstRef": BillRefKind.AGAINST,
    "OnAccount": BillRefKind.ON_ACCOUNT,
}
"""Tally's words; the spellings without a blank are another exporter's."""
ITEM_LISTS = (
    "ALLINVENTORYENTRIES.LIST",
    "INVENTORYENTRIES.LIST",
    "INVENTORYENTRIESIN.LIST",
    "INVENTORYENTRIESOUT.LIST",
)
_EMPTY: tuple[()] = ()


def item_nodes(node: Node) -> list[Node]:
    """Item lines of a voucher, from whichever list its view uses."""
    found: list[Node] = []
    for tag in ITEM_LISTS:
        if tag in node:
            found.extend(row for row in nodes_of(node[tag]) if "STOCKITEMNAME" in row)
        if found and tag == ITEM_LISTS[0]:
            break
    for row in nodes_of(node.get("ALLLEDGERENTRIES.LIST")):
        if not found or "INVENTORYALLOCATIONS.LIST" in row:
            found.extend(nodes_of(row.get("INVENTORYALLOCATIONS.LIST")))
    return found


def translate_postings(reading: Reading, items: list[Node], day: date) -> tuple[Posting, ...]:
    """The postings of a voucher, in document order; a ledger may occur more than once."""
    node = reading.node
    rows = [row for row in nodes_of(node.get("ALLLEDGERENTRIES.LIST")) if "LEDGERNAME" in row]
    if rows:
        return tuple(_posting(reading, row, day, None) for row in rows)
    found = [
        _posting(reading, row, day, None) for row in nodes_of(node.get("LEDGERENTRIES.LIST")) if "LEDGERNAME" in row
    ]
    for index, item in enumerate(items):
        found.extend(
            _posting(reading, row, day, index)
            for row in nodes_of(item.get("ACCOUNTINGALLOCATIONS.LIST"))
            if "LEDGERNAME" in row
        )
    return tuple(found)


def _posting(reading: Reading, row: Node, day: date, from_item: int | None) -> Posting:
    name = get_text(row, "LEDGERNAME")
    amount = reading.amount(row, "AMOUNT") or Amount(ZERO)
    side = amount.side
    flag = get_text(row, "ISDEEMEDPOSITIVE")
    flag_side = None if not flag else Side.DEBIT if flag == "Yes" else Side.CREDIT
    return Posting(
        ledger_key=name_key(name),
        ledger_name=name,
        side=side,
        amount=abs(amount.net),
        is_party=is_yes(row, "ISPARTYLEDGER"),
        bills=_bills(reading, row, day) if "BILLALLOCATIONS.LIST" in row else _EMPTY,
        banks=_banks(reading, row) if "BANKALLOCATIONS.LIST" in row else _EMPTY,
        costs=_costs(reading, row),
        foreign=amount.foreign,
        flag_side=flag_side if flag_side is not side and amount.net else None,
        from_item=from_item,
        narration=get_text(row, "NARRATION"),
        extras={tag: row[tag] for tag in tags.POSTING_KEPT if tag in row},
    )


def _bills(reading: Reading, row: Node, day: date) -> tuple[BillAllocation, ...]:
    return tuple(
        _bill(reading, bill, day)
        for bill in nodes_of(row["BILLALLOCATIONS.LIST"])
        if "AMOUNT" in bill or "NAME" in bill
    )


def _bill(reading: Reading, row: Node, day: date) -> BillAllocation:
    amount = reading.amount(row, "AMOUNT") or Amount(ZERO)
    word = get_text(row, "BILLTYPE")
    kind = BILL_KINDS.get(word)
    if kind is None:
        kind = BillRefKind.ON_ACCOUNT
        reading.note(
            "tally.bill.kind_unknown",
            IssueLevel.WARNING,
            f"A bill allocation of {reading.label} has the type {word or 'nothing'!r}; it counts as on account.",
            field_name="BILLTYPE",
            hint="Open the voucher in Tally and choose New Ref, Agst Ref, Advance or On Account.",
        )
    terms = parse_credit(row.get("BILLCREDITPERIOD"))
    bill_date = parse_date(get_text(row, "BILLDATE"))
    return BillAllocation(
        kind=kind,
        ref="" if kind is BillRefKind.ON_ACCOUNT else get_text(row, "NAME"),
        side=amount.side,
        amount=abs(amount.net),
        bill_date=bill_date,
        due_date=terms.due_date(bill_date or day),
        credit_period=terms.period,
        source_bill_id=get_text(row, "BILLID"),
    )


def _banks(reading: Reading, row: Node) -> tuple[BankAllocation, ...]:
    found = []
    for bank in nodes_of(row["BANKALLOCATIONS.LIST"]):
        amount = reading.amount(bank, "AMOUNT")
        if amount is None:
            continue
        found.append(
            BankAllocation(
                side=amount.side,
                amount=abs(amount.net),
                transaction_type=get_text(bank, "TRANSACTIONTYPE"),
                transfer_mode=get_text(bank, "TRANSFERMODE"),
                instrument_number=get_text(bank, "INSTRUMENTNUMBER"),
                instrument_date=parse_date(get_text(bank, "INSTRUMENTDATE")),
                cleared_on=parse_date(get_text(bank, "BANKERSDATE")),
                reference=get_text(bank, "TRANSACTIONID"),
                favouring=get_text(bank, "PAYMENTFAVOURING") or get_text(bank, "BANKPARTYNAME"),
                bank=get_text(bank, "BANKNAME"),
                ifsc=get_text(bank, "IFSCODE"),
                account_number=get_text(bank, "ACCOUNTNUMBER"),
                unique_id=get_text(bank, "UNIQUEREFERENCENUMBER") or get_text(bank, "NAME"),
            )
        )
    return tuple(found)


def _costs(reading: Reading, row: Node) -> tuple[CostAllocation, ...]:
    if "CATEGORYALLOCATIONS.LIST" not in row and "COSTCENTREALLOCATIONS.LIST" not in row:
        return _EMPTY
    found = [
        allocation
        for category in nodes_of(row.get("CATEGORYALLOCATIONS.LIST"))
        for allocation in _centres(reading, category, get_text(category, "CATEGORY"))
    ]
    return (*found, *_centres(reading, row, ""))


def _centres(reading: Reading, row: Node, category: str) -> list[CostAllocation]:
    found = []
    for centre in nodes_of(row.get("COSTCENTREALLOCATIONS.LIST")):
        amount = reading.amount(centre, "AMOUNT")
        if amount is not None:
            found.append(
                CostAllocation(
                    centre_key=name_key(get_text(centre, "NAME")),
                    side=amount.side,
                    amount=abs(amount.net),
                    category_key=name_key(category),
                )
            )
    return found
