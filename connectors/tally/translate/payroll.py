"""Payroll vouchers: pay heads by employee, as postings.

A payroll voucher keeps the salary payable ledger among its ledger entries and the pay heads (which are ledgers) under
category, employee and pay head allocation. Where the ledger entries alone have one side only, each pay head becomes a
posting with the employee as its cost centre.
"""

from __future__ import annotations

from canonical.voucher import CostAllocation, Posting
from connectors.tally.translate.allocations import required_amount
from connectors.tally.translate.node import Node, first_of, key_of, nodes, text_of
from connectors.tally.translate.postings import Entry
from connectors.tally.translate.reading import Reading

EMPLOYEE_LISTS = ("EMPLOYEEENTRIES.LIST", "EMPLOYEEENTRY.LIST", "EMPLOYEEENTRY")


def read_pay_entries(voucher: Node, reading: Reading) -> list[Entry]:
    """Read the pay head allocations of every employee, in order.

    Raises:
        UnreadableValue: an amount cannot be read.
    """
    return [
        entry
        for category in nodes(voucher.get("CATEGORYENTRY.LIST"))
        for tag in EMPLOYEE_LISTS
        for employee in nodes(category.get(tag))
        for entry in _employee(employee, key_of(text_of(category.get("CATEGORY"))), reading)
    ]


def _employee(employee: Node, category_key: str, reading: Reading) -> list[Entry]:
    name = first_of(employee, "EMPLOYEENAME", "NAME")
    found = []
    for node in nodes(employee.get("PAYHEADALLOCATIONS.LIST")):
        head = first_of(node, "PAYHEADNAME", "LEDGERNAME")
        amount = required_amount(node, "AMOUNT", reading, f"pay head {head} of {name}")
        if head and amount is not None:
            cost = CostAllocation(
                centre_key=key_of(name), side=amount.side, amount=amount.magnitude, category_key=category_key
            )
            posting = Posting(
                ledger_key=key_of(head),
                ledger_name=head,
                side=amount.side,
                amount=amount.magnitude,
                costs=(cost,) if name else (),
            )
            found.append(Entry(posting, node))
    return found
